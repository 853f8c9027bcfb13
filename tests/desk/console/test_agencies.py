# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An agency comes in on pages alone, its people on theirs; it is looked at anew, and revoked at once."""

from __future__ import annotations

import re

from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.console.legal_desk import GUEST_MS
from privity.desk.legal.agencies import service
from privity.desk.legal.agencies.model import Standing, State
from privity.desk.legal.requests import service as requests
from privity.desk.staff.rights import Role
from tests.desk.console.legal_scene import LegalPages, desk, fresh
from tests.desk.console.visitor import DOOR, Answer, Visitor
from tests.desk.contents import contents
from tests.desk.legal.agencies.bureau import TEAPOTS
from tests.desk.legal.casework import CLERK

__all__ = ["desk", "fresh"]

ENTRY = {
    "name": TEAPOTS.name,
    "country": "de",
    "kind": TEAPOTS.kind,
    "domain": TEAPOTS.domain,
    "switchboard": TEAPOTS.switchboard,
    "register": TEAPOTS.register,
    "source": TEAPOTS.source,
}
HOSTILE = "<script>alert(1)</script>{{7*7}}"


def code_in(page: Answer) -> str:
    found = re.search(r'<output class="code">([^<]+)</output>', page.text)
    assert found is not None, page.text
    return found[1]


async def reached(clerk: Visitor, at: str) -> None:
    """Mail and telephone have answered."""
    mailed = code_in(await clerk.submit(at, f"{at}/code"))
    await clerk.submit(at, f"{at}/mail", code=mailed, sender="mx.teapots.example", dmarc="true")
    told = code_in(await clerk.submit(at, f"{at}/code"))
    answer = await clerk.submit(at, f"{at}/call", code=told, dialled=TEAPOTS.switchboard)
    assert answer.location == at, answer.text


async def joins(desk: LegalPages, address: str) -> Visitor:
    """Somebody of an agency opens the address that they were given, and makes a passkey."""
    visitor = desk.browser()
    page = await visitor.submit("/agency/join", "/agency/join", code=address)
    assert page.status == 200, page.text
    answer = await visitor.fill(page.form("/agency/join/passkey"))
    assert (answer.status, answer.location) == (303, "/agency"), answer.text
    return visitor


async def signs(visitor: Visitor, form_of: str, **fields: str) -> Answer:
    """Somebody of an agency signs what a form of their page asks for."""
    page = await visitor.get("/agency")
    forms = [each for each in page.forms if ("deed", form_of) in each.fields]
    assert forms, (form_of, page.text)
    ready = await visitor.fill(forms[0], **fields)
    assert ready.status == 200, ready.text
    return await visitor.fill(ready.form("/agency/signed"))


async def test_an_agency_comes_in_step_by_step_on_pages_alone(desk: LegalPages) -> None:
    clerk, other = await desk.clerk(), await desk.releaser()
    begun = await clerk.submit("/agencies", "/agencies/found", **ENTRY)
    at = "/agencies/1"
    assert begun.location == at, begun.text
    page = await clerk.get(at)
    assert "<strong>Next:</strong> Send a code to its domain" in page.text
    made = await clerk.submit(at, f"{at}/code")
    assert "teapots.example" in made.text and code_in(made) not in (await clerk.get(at)).text, "shown once"
    await reached(clerk, at)
    page = await clerk.get(at)
    assert "The supervisor makes a passkey" in page.text

    named = await clerk.submit(at, f"{at}/supervisor", name="Sam Supervisor")
    address = code_in(named)
    assert address.startswith("https://desk.example/agency/join#")
    supervisor = await joins(desk, address)
    again = await desk.browser().submit("/agency/join", "/agency/join", code=address)
    assert "CodeRefused" in again.text, "a code works once"
    home = await supervisor.get("/agency")
    assert "Sam Supervisor" in home.text and "No officer is named" in home.text

    invited = await signs(supervisor, "name_officer", text="Olga Officer")
    officer = await joins(desk, code_in(invited))
    home = await officer.get("/agency")
    assert "You have enrolled no age key yet" in home.text
    key = str(x25519.Identity.generate().to_public())
    assert (await signs(officer, "enrol_key", text=key)).location == "/agency"
    theirs = await officer.get("/agency")
    assert key in theirs.text
    fingerprint = service.enrolled(desk.db, 2)
    assert fingerprint in theirs.text and fingerprint in (await supervisor.get("/agency")).text, "to be compared"
    assert (await signs(supervisor, "confirm_officer")).location == "/agency"

    page = await clerk.get(at)
    assert "A second member of staff, who had no part in it" in page.text
    own = await clerk.submit(at, f"{at}/confirm")
    assert own.status == 409 and "TakesAnother" in own.text
    assert service.of(desk.db, 1).state is State.ENROLLING
    done = await other.submit(at, f"{at}/confirm")
    assert done.location == at, done.text
    assert service.of(desk.db, 1).state is State.ACTIVE
    assert "Hand in a request" in (await officer.get("/agency")).text


async def test_who_confirms_confirms_what_they_saw(desk: LegalPages) -> None:
    team, _, other = desk.work.bureau.ready(), await desk.clerk(), await desk.releaser()
    at = f"/agencies/{team.agency.number}"
    page = await other.get(at)
    desk.work.bureau.named(team.supervisor, "Nora New")
    answer = await other.fill(page.form(f"{at}/confirm"))
    assert answer.status == 409 and "has changed since it was looked at" in answer.text
    assert service.of(desk.db, team.agency.number).state is State.ENROLLING


async def test_the_code_and_the_number_have_to_be_the_registers(desk: LegalPages) -> None:
    clerk, agency = await desk.clerk(), desk.work.bureau.found()
    at = f"/agencies/{agency.number}"
    code = code_in(await clerk.submit(at, f"{at}/code"))
    for wrong in (
        {"code": code, "sender": "teapots.example.evil.example", "dmarc": "true"},
        {"code": code, "sender": "teapots.example"},
        {"code": "x" * 32, "sender": "teapots.example", "dmarc": "true"},
    ):
        answer = await clerk.submit(at, f"{at}/mail", **wrong)
        assert answer.status == 409, answer.text
    await reached_by_mail(clerk, at, code)
    told = code_in(await clerk.submit(at, f"{at}/code"))
    answer = await clerk.submit(at, f"{at}/call", code=told, dialled="+49 30 99999")
    assert answer.status == 409 and "NotFromRegister" in answer.text


async def reached_by_mail(clerk: Visitor, at: str, code: str) -> None:
    answer = await clerk.submit(at, f"{at}/mail", code=code, sender="teapots.example", dmarc="true")
    assert answer.location == at, answer.text


async def test_an_agency_is_looked_at_anew_and_attested(desk: LegalPages) -> None:
    team, clerk, other = desk.work.team, await desk.clerk(), await desk.releaser()
    at = f"/agencies/{team.agency.number}"
    desk.days(340)
    for visitor in (clerk, other):
        await visitor.sign_in()
    team.agency = service.of(desk.db, team.agency.number)
    assert "its year is nearly over" in (await clerk.get("/agencies")).text
    answer = await clerk.submit(at, f"{at}/again", register="the same", source="looked today")
    assert answer.location == at, answer.text
    await reached(clerk, at)
    supervisor = Visitor(desk.client, passkey=desk.work.bureau.keys[team.supervisor])
    await supervisor.submit("/agency", "/agency/in")
    assert (await signs(supervisor, "attest")).location == "/agency"
    done = await other.submit(at, f"{at}/confirm")
    assert done.location == at, done.text
    found = service.of(desk.db, team.agency.number)
    assert (found.state, found.attested_ms) == (State.ACTIVE, desk.work.now_ms)
    moved = await clerk.submit(at, f"{at}/again", register="r", source="s", switchboard="+49 30 4711471")
    assert moved.status == 409 and "NotFromRegister" in moved.text


async def test_one_agency_is_revoked_with_a_passkey_and_its_requests_are_held(desk: LegalPages) -> None:
    number, releaser = desk.work.ready(), await desk.releaser()
    agency = desk.work.team.agency.number
    at = f"/agencies/{agency}"
    without = await releaser.post(f"{at}/revoke", reason="they lost their keys")
    assert without.status == 403 and "passkey" in without.text
    assert service.of(desk.db, agency).state is State.ACTIVE
    done = await releaser.submit(at, f"{at}/revoke", reason="they lost their keys")
    assert desk.work.of(number).pseudonym in done.text
    assert service.of(desk.db, agency).state is State.REVOKED and requests.of(desk.db, number).on_hold
    page = await releaser.get(f"/legal/{number}")
    assert "Held: who asks is not active any more" in page.text


async def test_all_are_revoked_in_one_act_that_is_asked_again_once(desk: LegalPages) -> None:
    bureau, releaser = desk.work.bureau, await desk.releaser()
    teams = [bureau.enrolled(name=f"Bureau {at}", domain=f"b{at}.example") for at in range(3)]
    before = contents(desk.db)
    asked = await releaser.post("/agencies/revoke", whom="all", reason=HOSTILE)
    assert asked.status == 403 and "revoke agencies: all" in asked.text and HOSTILE not in asked.text
    assert contents(desk.db)["agency"] == before["agency"]
    done = await releaser.fill(asked.form("/agencies/revoke"))
    assert done.status == 200 and "3 agencies, with 3 supervisors, 3 officers, 6 passkeys" in done.text
    assert all(service.of(desk.db, team.agency.number).state is State.REVOKED for team in teams)
    (entry,) = desk.work.log(Act.AGENCIES_REVOKED)
    assert entry.who == f"staff:{releaser.number}"


async def test_what_is_revoked_is_never_more_than_what_was_written(desk: LegalPages) -> None:
    bureau, releaser = desk.work.bureau, await desk.releaser()
    german = bureau.enrolled()
    french = bureau.enrolled(country="FR", domain="theieres.example", name="Bureau des Théières")
    for wrong in (
        {"whom": "country"},
        {"whom": "all", "country": "FR"},
        {"whom": "domain"},
        {"whom": "domain", "country": "FR", "domain": "theieres.example"},
        {"whom": "everybody"},
        {"whom": "country", "country": "fr"},
    ):
        answer = await releaser.post("/agencies/revoke", {"reason": "x", **wrong})
        assert answer.status == 400, wrong
    asked = await releaser.post("/agencies/revoke", whom="country", country="FR", reason="x")
    await releaser.fill(asked.form("/agencies/revoke"))
    assert service.of(desk.db, french.agency.number).state is State.REVOKED
    assert service.of(desk.db, german.agency.number).state is State.ACTIVE
    asked = await releaser.post("/agencies/revoke", whom="domain", domain="example", reason="x")
    refused = await releaser.fill(asked.form("/agencies/revoke")) if asked.status == 403 else asked
    assert refused.status in (400, 409), "no domain has a single label"
    assert service.of(desk.db, german.agency.number).state is State.ACTIVE


async def test_somebody_of_an_agency_is_ended(desk: LegalPages) -> None:
    team, releaser = desk.work.team, await desk.releaser()
    at, ending = f"/agencies/{team.agency.number}", f"/agencies/person/{team.officer}/end"
    officer = Visitor(desk.client, passkey=desk.work.bureau.keys[team.officer])
    await officer.submit("/agency", "/agency/in")
    done = await releaser.submit(at, ending, reason="left the agency")
    assert done.location == at, done.text
    assert service.person(desk.db, team.officer).state is Standing.ENDED
    assert "Show my passkey" in (await officer.get("/agency")).text, "they are at the door at once"
    refused = await officer.submit("/agency", "/agency/in")
    assert refused.status == 403 and "PasskeyUnknown" in refused.text


async def test_what_impostors_used_goes_to_another_desk_and_comes_back(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    marked = await clerk.submit("/agencies/impostors", "/agencies/impostors", kind="domain", value="Evil.example")
    (line,) = re.findall(r"privity-fraud-1 domain [0-9a-f]+ [0-9a-f]+", marked.text)
    assert "evil.example" not in marked.text.lower()
    taken = await clerk.submit("/agencies/impostors", "/agencies/impostors/take", lines=f"{line}\n\n")
    assert "0 of these lines were new" in taken.text
    wrong = await clerk.submit("/agencies/impostors", "/agencies/impostors/take", lines=f"{line}\nnot a line")
    assert wrong.status == 409 and "Line 2: expected" in wrong.text
    answer = await clerk.submit("/agencies", "/agencies/found", **{**ENTRY, "domain": "mx.evil.example"})
    assert "matches what impostors used" in (await clerk.get(answer.location)).text


async def test_a_passkey_opens_the_page_of_its_own_person_for_a_quarter_of_an_hour(desk: LegalPages) -> None:
    team = desk.work.team
    keys = desk.work.bureau.keys
    supervisor, officer = (Visitor(desk.client, passkey=keys[each]) for each in (team.supervisor, team.officer))
    await supervisor.get("/agency")
    planted = supervisor.cookies[DOOR]
    await supervisor.submit("/agency", "/agency/in")
    assert supervisor.cookies[DOOR] != planted, "what a browser carried before is worth nothing"
    thief = desk.browser()
    thief.cookies[DOOR] = planted
    assert "Show my passkey" in (await thief.get("/agency")).text
    await officer.submit("/agency", "/agency/in")
    assert "Sam Supervisor" in (await supervisor.get("/agency")).text
    assert "Olga Officer" in (await officer.get("/agency")).text
    assert "name_officer" not in (await officer.get("/agency")).text
    refused = await officer.post("/agency/sign", deed="name_officer", text="Mallory")
    signed = await officer.fill(refused.form("/agency/signed"))
    assert signed.status == 409 and "NotTheirPart" in signed.text, "an officer names nobody"
    assert (await supervisor.submit("/agency", "/agency/out")).location == "/agency"
    assert "Show my passkey" in (await supervisor.get("/agency")).text
    desk.clock.pass_ms(GUEST_MS)
    for path in ("/agency/sign", "/agency/signed"):
        answer = await officer.post(path, deed="enrol_key", data="e30=", text="x")
        assert (answer.status, answer.location) == (303, "/agency"), path


async def test_staff_and_strangers_are_nobody_of_an_agency(desk: LegalPages) -> None:
    clerk, stranger = await desk.clerk(), desk.browser()
    page = await clerk.get("/agency")
    answer = await clerk.fill(page.form("/agency/in"))
    assert answer.status == 403 and "PasskeyUnknown" in answer.text
    for code in ("", "nothing", "x" * 300):
        refused = await stranger.post("/agency/join", code=code)
        assert refused.status in (400, 409), code
    for _ in range(30):
        refused = await stranger.post("/agency/join", code="wrong")
    assert refused.status == 429
    number, code = desk.invite(Role.AUDITOR)
    comes = desk.browser()
    assert (await comes.join(code)).status == 303, f"staff:{number} comes in all the same"


async def test_names_out_of_a_register_stay_names(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    answer = await clerk.submit("/agencies", "/agencies/found", **{**ENTRY, "name": HOSTILE, "source": HOSTILE})
    for path in (answer.location, "/agencies"):
        page = await clerk.get(path)
        assert page.status == 200 and "<script>alert" not in page.text and "{{7*7}}" in page.text
    found = service.listed(desk.db, CLERK)
    assert [each.name for each in found] == [HOSTILE]
