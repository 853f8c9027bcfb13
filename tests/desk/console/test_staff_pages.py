# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The staff on the pages: invite, change, end, vouch; one's own passkeys; and hostile names stay text."""

from __future__ import annotations

import json
import os
import re

from privity.desk.audit import reading
from privity.desk.audit.acts import Act
from privity.desk.limits import CHALLENGE_MS
from privity.desk.staff import service
from privity.desk.staff.acting import Acting
from privity.desk.staff.model import State
from privity.desk.staff.rights import Right, Role
from tests.desk.console.conftest import OWNER, Pages
from tests.desk.console.visitor import ORIGIN, Answer, Visitor
from tests.desk.contents import contents
from tests.desk.staff.authenticator import Authenticator

SEES = Acting.command("staff", Right.SEE_STAFF)
HOSTILE = "<script>alert(1)</script>{{7*7}}{%x%}\"'&"


def half(answer: Answer) -> str:
    """The half of a code that a page shows."""
    assert answer.status == 200, answer.text
    codes: list[str] = re.findall(rf"{ORIGIN}/join#([a-z2-7]{{32}})<", answer.text)
    assert len(codes) == 1
    return codes[0]


def agreeing(answer: Answer) -> list[str]:
    return [form.action for form in answer.forms if form.action.endswith("/agree")]


async def test_a_colleague_whom_two_admins_invited_comes_with_both_halves(console: Pages) -> None:
    one, other = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN)
    page = await one.submit("/staff", "/staff/invite", name="Bo Example", role=["moderator", "senior"])
    first = half(page)
    listed = await one.get("/staff")
    assert first not in listed.text, "it is shown once"
    assert "Invite <strong>Bo Example</strong>: moderator, senior" in listed.text and "Member 1" in listed.text
    assert agreeing(listed) == [], "whoever asked is not offered to agree"
    (agree,) = agreeing(await other.get("/staff"))
    second = half(await other.submit("/staff", agree))
    assert "Waits for a second admin" not in (await one.get("/staff")).text
    bo = console.browser()
    for typed in ({"code": first}, {"code": second, "other": second}):
        assert (await bo.submit("/join", "/join", **typed)).status == 409
    page = await bo.submit("/join", "/join", code=f"{ORIGIN}/join#{first}", other=second)
    assert "Bo Example" in page.text and "moderator, senior" in page.text
    assert (await bo.fill(page.form("/join/passkey"), label="phone")).location == "/"
    assert "Bo Example" in (await bo.get("/help")).text


async def test_agreeing_takes_a_passkey_now_and_another_admin(console: Pages) -> None:
    one, other = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN)
    senior = await console.visitor(Role.SENIOR)
    await one.submit("/staff", "/staff/invite", name="Bo", role=["senior"])
    await one.submit("/staff", "/staff/invite", name="Cy", role=["senior"])
    bo, cy = agreeing(await other.get("/staff"))
    assert agreeing(await senior.get("/staff")) == []
    before = contents(console.db)
    for visitor in (one, other):
        assert (await visitor.post(bo)).status == 403
        assert (await visitor.post(bo, answer="{}")).status == 403
    assert "You may not invite, change and end staff." in (await senior.post(bo)).text
    form = (await other.get("/staff")).form(bo)
    form.action = cy
    assert (await other.fill(form)).status == 403, "what was proven for one is not for the other"
    assert contents(console.db) == before
    asked = await one.post(bo)
    answer = await one.fill(asked.form(bo))
    assert (answer.status, "Nobody agrees to what they asked for" in answer.text) == (409, True)
    half(await other.submit("/staff", bo))
    assert [each.name for each in service.members(console.db, SEES)][-1] == "Bo"


async def test_the_only_admin_sees_the_command_in_place_of_the_form(console: Pages) -> None:
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.MODERATOR)
    invited, _ = console.invite(Role.SENIOR)
    page = await admin.get("/staff")
    assert "privity desk invite" in page.text and "/staff/invite" not in [form.action for form in page.forms]
    assert f"privity desk roles {other.number}" in (await admin.get(f"/staff/{other.number}")).text
    before = contents(console.db)
    for path, fields in (
        ("/staff/invite", {"name": "Bo", "role": "senior"}),
        (f"/staff/{other.number}/roles", {"role": "senior"}),
        (f"/staff/{invited}/code", {}),
    ):
        answer = await admin.post(path, fields)
        assert (answer.status, "on the desk&#39;s machine, privity desk" in answer.text) == (409, True), answer.text
    assert contents(console.db) == before


async def test_roles_that_count_wait_on_both_pages_and_others_do_not(console: Pages) -> None:
    one, other, bo = [await console.visitor(role) for role in (Role.ADMIN, Role.ADMIN, Role.MODERATOR)]
    page, path = f"/staff/{bo.number}", f"/staff/{bo.number}/roles"
    assert (await one.submit(page, path, role=["moderator", "auditor"])).location == page
    assert service.member(console.db, bo.number).roles == {Role.MODERATOR, Role.AUDITOR}
    await one.submit(page, path, role=["senior"])
    assert service.member(console.db, bo.number).roles == {Role.MODERATOR, Role.AUDITOR}
    (agree,) = agreeing(await other.get(page))
    assert agreeing(await other.get("/staff")) == [agree] and agreeing(await bo.get(page)) == []
    assert (await other.submit(page, agree)).location == page
    assert service.member(console.db, bo.number).roles == {Role.SENIOR}
    await one.submit(page, path, role=["senior", "appeals"])
    (disagree,) = [form.action for form in (await other.get(page)).forms if form.action.endswith("/withdraw")]
    assert (await other.submit(page, disagree)).location == "/staff"
    assert (await other.post(disagree)).status == 409
    assert service.member(console.db, bo.number).roles == {Role.SENIOR}


async def test_another_code_for_somebody_invited_takes_two(console: Pages) -> None:
    one, other = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN)
    number, old = console.invite(Role.MODERATOR)
    first = half(await one.submit(f"/staff/{number}", f"/staff/{number}/code"))
    (agree,) = agreeing(await other.get(f"/staff/{number}"))
    second = half(await other.submit(f"/staff/{number}", agree))
    assert (await console.browser().join(old)).status == 409
    assert (await console.browser().join(f"{second} {first}")).status == 303


async def test_ending_somebody_ends_their_browser_at_the_same_moment(console: Pages) -> None:
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.SENIOR)
    second = console.browser()
    second.passkey = other.passkey
    await second.sign_in()
    form = (await other.get("/me")).form("/me/passkeys/new")
    answer = await admin.submit(f"/staff/{other.number}", f"/staff/{other.number}/end", reason="left the team")
    assert (answer.status, answer.location) == (303, "/staff")
    for browser in (other, second):
        assert (await browser.get("/staff")).location == "/sign-in"
    assert (await other.fill(form)).location == "/sign-in"
    assert (await second.sign_in()).status == 403
    assert service.member(console.db, other.number).state is State.ENDED


async def test_ending_takes_a_passkey_now_and_not_a_session_alone(console: Pages) -> None:
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.SENIOR)
    path = f"/staff/{other.number}/end"
    before = contents(console.db)
    assert (await admin.post(path, reason="x")).status == 403
    assert (await admin.post(path, reason="x", answer="{}")).status == 403
    form = (await admin.get(f"/staff/{other.number}")).form(path)
    admin.passkey, own = Authenticator(), admin.passkey
    admin.passkey.create(_creation(form.options), ORIGIN)
    assert (await admin.fill(form, reason="x")).status == 403
    admin.passkey = own
    assert contents(console.db) == before
    assert (await admin.submit(f"/staff/{other.number}", path, reason="x")).status == 303


async def test_what_was_proven_for_one_colleague_does_not_end_another(console: Pages) -> None:
    admin = await console.visitor(Role.ADMIN)
    one, two = await console.visitor(Role.SENIOR), await console.visitor(Role.SENIOR)
    form = (await admin.get(f"/staff/{one.number}")).form(f"/staff/{one.number}/end")
    form.action = f"/staff/{two.number}/end"
    assert (await admin.fill(form, reason="x")).status == 403
    assert service.member(console.db, two.number).state is State.ACTIVE


async def test_the_last_admin_is_told_why_not(console: Pages) -> None:
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN, Role.AUDITOR)
    await admin.submit(f"/staff/{other.number}", f"/staff/{other.number}/roles", role=["auditor"])
    assert not [form for form in (await admin.get(f"/staff/{admin.number}")).forms if "/end" in form.action]
    answer = await admin.post(f"/staff/{admin.number}/roles", role="auditor")
    assert (answer.status, "Nobody changes or ends themselves" in answer.text) == (409, True)


async def test_a_lost_passkey_takes_two_and_each_shows_their_own(console: Pages) -> None:
    admin, second = await console.visitor(Role.ADMIN), await console.visitor(Role.MODERATOR)
    lost = await console.visitor(Role.SENIOR)
    page = f"/staff/{lost.number}"
    assert (await second.post(f"{page}/vouch", reason="trust me")).status == 403
    first = half(await second.submit(page, f"{page}/vouch", reason="we spoke"))
    assert not [form for form in (await second.get(page)).forms if "/vouch" in form.action], "once is enough"
    assert "one colleague has vouched" in (await admin.get("/staff")).text
    answer = await admin.submit(page, f"{page}/vouch", reason="we spoke, too")
    code = half(answer)
    assert (await lost.get("/staff")).location == "/sign-in"
    back = console.browser()
    assert (await back.join(code)).status == 409, "the other half is with the other colleague"
    assert (await back.join(f"{first} {code}")).location == "/"
    assert (await back.get(page)).status == 200
    acts = [entry.act for entry in reading.page(console.db, limit=100)]
    assert acts.index(Act.RECOVERY_VOUCHED) < acts.index(Act.RECOVERY_GRANTED)


async def test_a_second_passkey_takes_proof_of_the_first(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    assert (await visitor.post("/me/passkeys/new")).status == 403
    page = await visitor.submit("/me", "/me/passkeys/new")
    first, visitor.passkey = visitor.passkey, Authenticator()
    assert (await visitor.fill(page.form("/me/passkeys"), label="Spare key")).location == "/me"
    assert "Spare key" in (await visitor.get("/me")).text
    spare = visitor.passkey
    form = (await visitor.get("/me")).forms
    (remove,) = [each for each in form if ("passkey", spare.id.hex()) in each.fields]
    other = console.browser()
    other.passkey = spare
    await other.sign_in()
    visitor.passkey = first
    assert (await visitor.fill(remove)).location == "/me"
    assert (await other.get("/me")).location == "/sign-in"
    assert not [each for each in (await visitor.get("/me")).forms if each.action == "/me/passkeys/remove"]


async def test_an_answer_that_makes_a_passkey_is_asked_for_only_after_proof(console: Pages) -> None:
    """A question from the door, for somebody with a code, makes no further passkey of a signed-in person."""
    visitor = await console.visitor(Role.MODERATOR)
    _, code = console.invite(Role.MODERATOR)
    page = await console.browser().submit("/join", "/join", code=code)
    form = page.form("/join/passkey")
    answer = Authenticator().create(form.options, ORIGIN)
    assert (await visitor.post("/me/passkeys", label="mine", answer=answer)).status == 403


async def test_other_browsers_can_be_signed_out(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    other = console.browser()
    other.passkey = visitor.passkey
    await other.sign_in()
    assert (await visitor.submit("/me", "/me/sessions/end")).location == "/me"
    assert (await other.get("/me")).location == "/sign-in"
    assert (await visitor.get("/me")).status == 200


async def test_single_letters_can_be_switched_off(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    assert "/static/keys.js" in (await visitor.get("/help")).text
    await visitor.submit("/me", "/me/letters")
    assert "/static/keys.js" not in (await visitor.get("/help")).text
    await visitor.submit("/me", "/me/letters")
    assert "/static/keys.js" in (await visitor.get("/help")).text


async def test_hostile_names_and_reasons_stay_text(console: Pages) -> None:
    admin, _ = await console.visitor(Role.ADMIN, Role.AUDITOR), await console.visitor(Role.ADMIN)
    other = await console.visitor(Role.SENIOR, name=HOSTILE)
    page = await admin.submit("/staff", "/staff/invite", name=HOSTILE, role=["senior"])
    assert page.status == 200
    number = other.number
    await admin.submit(f"/staff/{number}", f"/staff/{number}/end", reason=HOSTILE)
    for answer in (page, await admin.get("/staff"), await admin.get(f"/staff/{number}"), await admin.get("/audit")):
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}{%x%}" in answer.text, "it is shown as it was written"
    assert (
        await admin.get(f"/audit?about={HOSTILE.replace('%', '%25').replace('&', '%26').replace('#', '')}")
    ).status == 200


async def test_the_places_are_those_that_the_person_may_open(console: Pages) -> None:
    moderator, auditor = await console.visitor(Role.MODERATOR), await console.visitor(Role.AUDITOR)
    assert 'href="/audit"' not in (await moderator.get("/help")).text
    page = (await auditor.get("/audit")).text
    assert re.search(r'href="/audit" aria-current="page"', page)
    assert page.count("aria-current") == 1


async def test_the_audit_log_is_shown_page_by_page_and_by_thing(console: Pages) -> None:
    auditor = await console.visitor(Role.AUDITOR)
    for _ in range(120):
        console.invite(Role.MODERATOR)
    first = await auditor.get("/audit")
    assert first.text.count("<tr data-row") == 100
    (older,) = re.findall(r'href="(/audit\?before=\d+)"', first.text)
    second = await auditor.get(older)
    numbers = [int(n) for page in (first, second) for n in re.findall(r"<td>(\d+)</td>", page.text)]
    assert numbers == list(range(max(numbers), -1, -1))
    about = await auditor.get(f"/audit?about=staff:{auditor.number}")
    assert set(re.findall(r">(staff:\d+)</a>", about.text)) == {f"staff:{auditor.number}"}
    assert (await auditor.get("/audit?before=x")).status == 400
    assert (await auditor.get("/audit?before=-1")).status == 400
    assert (await auditor.get("/audit?beside=1")).status == 400


async def test_a_long_story_of_one_colleague_is_told_in_order(console: Pages) -> None:
    auditor = await console.visitor(Role.AUDITOR)
    number, _ = console.invite(Role.MODERATOR)
    for _ in range(120):
        service.renew_code(console.db, OWNER, number, console.clock.now_ms, os.urandom)
    first = await auditor.get(f"/audit?about=staff:{number}")
    (later,) = re.findall(r'href="(/audit\?about=[^"]*after=[^"]*)"', first.text)
    second = await auditor.get(later.replace("&amp;", "&"))
    numbers = [int(n) for page in (first, second) for n in re.findall(r"<td>(\d+)</td>", page.text)]
    assert len(numbers) == 121
    assert numbers == sorted(numbers)


def _creation(options: str) -> str:
    asked = json.loads(options)
    return json.dumps(
        {
            "rp": {"id": asked["rpId"]},
            "challenge": asked["challenge"],
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        }
    )


async def test_every_form_of_every_page_carries_the_token(console: Pages) -> None:
    visitor = await console.visitor(*Role)
    other = await console.visitor(Role.SENIOR)
    for path in ("/staff", f"/staff/{other.number}", "/me", "/help", "/audit"):
        for form in (await visitor.get(path)).forms:
            assert form.method == "get" or "csrf" in dict(form.fields), (path, form.action)
    nobody: Visitor = console.browser()
    for path in ("/sign-in", "/join"):
        for form in (await nobody.get(path)).forms:
            assert "csrf" in dict(form.fields), path


async def test_a_form_that_was_filled_in_slowly_is_kept_and_asks_again(console: Pages) -> None:
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.SENIOR)
    path = f"/staff/{other.number}/end"
    form = (await admin.get(f"/staff/{other.number}")).form(path)
    console.clock.pass_ms(CHALLENGE_MS)
    again = await admin.fill(form, reason=HOSTILE)
    assert again.status == 403
    assert "Nothing was done yet" in again.text and f"end staff:{other.number}" in again.text
    assert "<script>alert" not in again.text
    assert service.member(console.db, other.number).state is State.ACTIVE
    assert (await admin.fill(again.form(path))).location == "/staff"
    ended = reading.page(console.db, limit=100)[-1]
    assert (ended.act, ended.said["reason"]) == (Act.STAFF_ENDED, HOSTILE)


async def test_what_is_kept_for_the_second_try_is_worth_nothing_without_the_passkey(console: Pages) -> None:
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.SENIOR)
    path = f"/staff/{other.number}/end"
    again = await admin.post(path, reason="x")
    form = again.form(path)
    form.passkey = None
    assert (await admin.fill(form)).status == 403
    assert service.member(console.db, other.number).state is State.ACTIVE


async def test_a_sign_in_page_that_was_open_for_long_asks_again(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    late = console.browser()
    late.passkey = visitor.passkey
    form = (await late.get("/sign-in")).form("/sign-in")
    console.clock.pass_ms(CHALLENGE_MS)
    page = await late.fill(form)
    assert (page.status, "five minutes" in page.text) == (403, True)
    assert (await late.fill(page.form("/sign-in"))).location == "/"
    assert (await late.get("/staff")).status == 200
