# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The door of the agencies as an attacker finds it: strangers, staff, and an officer who wants another one's."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from privity.desk.audit.acts import Act
from privity.desk.console import agency_filing, legal_desk, uploads
from privity.desk.console.legal_desk import GUEST_MS, MAX_GUESTS, Guests
from privity.desk.legal.agencies import service
from privity.desk.legal.agencies.model import Standing
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.releasing.model import Stage
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.limits import CHALLENGE_MS, DEED_MS
from tests.desk.console.legal_floor import House, house
from tests.desk.console.legal_scene import LegalPages, desk, fresh, send_files
from tests.desk.console.test_legal_filing import CREATE
from tests.desk.console.visitor import DOOR, ORIGIN, SESSION, Answer, Visitor
from tests.desk.contents import contents
from tests.desk.legal.agencies.bureau import Team
from tests.desk.staff.authenticator import Authenticator, text

__all__ = ["desk", "fresh", "house"]

KETTLES: Final = {"name": "Office of Found Kettles", "domain": "kettles.example", "switchboard": "+43 1 5678-0"}
NO_SUCH: Final = "LP-2026-QQQQQQQQQQ"


def browser_of(desk: LegalPages, person: int) -> Visitor:
    """A browser with the passkey of somebody of an agency."""
    return Visitor(desk.client, passkey=desk.work.bureau.keys[person])


async def inside(desk: LegalPages, person: int) -> Visitor:
    browser = browser_of(desk, person)
    assert (await browser.submit("/agency", "/agency/in")).location == "/agency"
    return browser


def kettles(desk: LegalPages) -> Team:
    """A second agency, with people of its own."""
    return desk.work.bureau.enrolled(**KETTLES)


async def test_nobody_sees_a_name_of_another_agency(desk: LegalPages) -> None:
    """The number of whom a deed is about is a hidden field. One of another agency is as unknown as one that is not."""
    ours, theirs = desk.work.team, kettles(desk)
    spy = await inside(desk, ours.supervisor)
    names = {service.person(desk.db, each).name for each in (theirs.officer, theirs.supervisor)}
    for deed in ("end_person", "confirm_officer"):
        unknown = await spy.post("/agency/sign", deed=deed, about="4711")
        for number in (theirs.officer, theirs.supervisor):
            answer = await spy.post("/agency/sign", deed=deed, about=str(number))
            assert answer.status == unknown.status != 200, (deed, answer.text)
            said = answer.text.replace(f"has the number {number}.", "has the number 4711.")
            assert said == unknown.text, deed
            assert KETTLES["name"] not in answer.text and not [name for name in names if f"<dd>{name}" in answer.text]
    own = await spy.post("/agency/sign", deed="end_person", about=str(ours.officer))
    assert own.status == 200 and "Olga Officer" in own.text
    home = (await spy.get("/agency")).text
    assert KETTLES["name"] not in home and f"officer:{theirs.officer}" not in home


async def test_what_a_supervisor_signs_about_another_agency_does_nothing(desk: LegalPages) -> None:
    """With the bytes of a deed that the page would not have made."""
    ours, theirs = desk.work.team, kettles(desk)
    spy = await inside(desk, ours.supervisor)
    form = (await spy.post("/agency/sign", deed="end_person", about=str(ours.officer))).form("/agency/signed")
    fields = dict(form.fields)
    said = json.loads(b64decode(fields["data"])) | {"about": theirs.officer}
    data = json.dumps(said, separators=(",", ":")).encode()
    options = json.loads(form.options)
    options["challenge"] = text(hashlib.sha256(b"Privity agency deed 1\n" + data).digest())
    answer = spy.passkey.get(json.dumps(options), spy.origin)
    refused = await spy.fill(form, data=b64encode(data).decode(), answer=answer)
    assert refused.status == 409 and "NotTheirPart" in refused.text, refused.text
    assert service.person(desk.db, theirs.officer).state is Standing.ACTIVE


def bent(**how: Any) -> Callable[[Authenticator], Authenticator]:
    return lambda key: replace(key.copy(), **how)


def other_key(key: Authenticator) -> Authenticator:
    made = Authenticator(id=key.id, count=key.count + 5)
    made.create(CREATE, ORIGIN)
    return made


LIES: Final[dict[str, Callable[[Authenticator], Authenticator]]] = {
    "another origin": bent(origin="https://evil.example"),
    "the same name without tls": bent(origin="http://desk.example"),
    "another port": bent(origin="https://desk.example:444"),
    "another host": bent(rp_id="evil.example"),
    "nobody was verified": bent(verifies=False),
    "inside a page of another site": bent(framed=True),
    "a copy that counts behind": bent(counts=1),
    "a passkey of nobody": bent(id=b"nobody has this!"),
    "another key under a known name": other_key,
}


@pytest.mark.parametrize("lie", list(LIES))
async def test_a_passkey_that_proves_nothing_opens_nothing(desk: LegalPages, lie: str) -> None:
    """At both of the door's steps that take one that is known: coming, and signing."""
    team = desk.work.team
    honest = await inside(desk, team.supervisor)
    page = await honest.post("/agency/sign", deed="name_officer", text="Mallory Example")
    liar = browser_of(desk, team.supervisor)
    door = await liar.get("/agency")
    false = LIES[lie](honest.passkey)
    before = contents(desk.db)
    coming = await liar.fill(door.form("/agency/in"), answer=false.get(door.form("/agency/in").options, liar.origin))
    assert coming.status == 403, coming.text
    assert "Sam Supervisor" not in (await liar.get("/agency")).text
    form = page.form("/agency/signed")
    signing = await honest.fill(form, answer=LIES[lie](honest.passkey).get(form.options, honest.origin))
    assert signing.status == 403, signing.text
    after = contents(desk.db)
    for table in ("agency_person", "agency_officer", "agency_passkey", "agency_code", "agency_proof"):
        assert after[table] == before[table], table


async def test_an_answer_counts_once_in_one_browser_and_for_five_minutes(desk: LegalPages) -> None:
    team = desk.work.team
    desk.db.execute("UPDATE agency_passkey SET sign_count = 0")  # like most passkeys, which count nothing
    first = browser_of(desk, team.officer)
    first.passkey = replace(first.passkey, counts=0)
    form, before = (await first.get("/agency")).form("/agency/in"), dict(first.cookies)
    answer = first.passkey.get(form.options, first.origin)
    thief = desk.browser()
    other = (await thief.get("/agency")).form("/agency/in")
    stolen = await thief.fill(replace(other, passkey=None), answer=answer)
    assert stolen.status == 403, "in another browser it is worth nothing"
    assert (await first.fill(form, answer=answer)).status == 303
    again = browser_of(desk, team.officer)
    again.cookies = before
    assert (await again.fill(replace(form, passkey=None), answer=answer)).status == 403, "nor a second time"
    late = browser_of(desk, team.officer)
    form = (await late.get("/agency")).form("/agency/in")
    desk.clock.pass_ms(CHALLENGE_MS)
    assert (await late.fill(form)).status == 403, "nor after five minutes"
    assert "Show my passkey" in (await late.get("/agency")).text
    deed = await inside(desk, team.supervisor)
    page = await deed.post("/agency/sign", deed="name_officer", text="Late Example")
    desk.clock.pass_ms(DEED_MS)
    signed = await deed.fill(page.form("/agency/signed"))
    assert signed.status == 409 and "counts for five minutes" in signed.text


async def test_an_answer_at_one_door_opens_no_other(desk: LegalPages) -> None:
    """A member of staff is nobody of an agency, and the other way round; a deed is no request, and no way in."""
    team, clerk = desk.work.team, await desk.clerk()
    officer = browser_of(desk, team.officer)
    way_in = (await officer.get("/sign-in")).form("/sign-in")
    refused = await officer.fill(way_in)
    assert refused.status == 403 and SESSION not in officer.cookies
    for_agencies = (await officer.get("/agency")).form("/agency/in")
    for_staff = (await officer.get("/sign-in")).form("/sign-in")
    crossed = officer.passkey.get(for_staff.options, officer.origin)
    assert (await officer.fill(for_agencies, answer=crossed)).status == 403
    back = clerk.passkey.get(for_agencies.options, clerk.origin)
    again = desk.browser()
    way_in = replace((await again.get("/sign-in")).form("/sign-in"), passkey=None)
    assert (await again.fill(way_in, answer=back)).status == 403
    known = await inside(desk, team.officer)
    assert (await known.get("/legal")).location == "/sign-in", "who is known here is still nobody of the house"
    page = await known.post("/agency/sign", deed="enrol_key", text="age1x")
    deed = known.passkey.get(page.form("/agency/signed").options, known.origin)
    assert (await known.post("/agency/in", answer=deed)).status == 403


async def test_who_is_not_there_any_more_is_not_remembered(desk: LegalPages) -> None:
    team = desk.work.team
    officer, supervisor = await inside(desk, team.officer), await inside(desk, team.supervisor)
    assert "Olga Officer" in (await officer.get("/agency")).text
    desk.work.bureau.revoke(Whom.all())
    for one in (officer, supervisor):
        assert "Show my passkey" in (await one.get("/agency")).text
        assert (await one.post("/agency/sign", deed="attest", text="x")).location == "/agency"
        assert (await one.fill((await one.get("/agency")).form("/agency/in"))).status == 403


async def test_leaving_and_time_end_it_and_the_cookie_of_before_is_worth_nothing(desk: LegalPages) -> None:
    officer = await inside(desk, desk.work.team.officer)
    thief = desk.browser()
    thief.cookies[DOOR] = officer.cookies[DOOR]
    await officer.submit("/agency", "/agency/out")
    assert "Show my passkey" in (await thief.get("/agency")).text
    officer = await inside(desk, desk.work.team.officer)
    desk.clock.pass_ms(GUEST_MS - 1)
    assert "Olga Officer" in (await officer.get("/agency")).text
    desk.clock.pass_ms(1)
    assert "Show my passkey" in (await officer.get("/agency")).text


def test_the_doors_memory_of_guests_is_bounded_and_ends() -> None:
    guests = Guests()
    for n in range(3 * MAX_GUESTS):
        guests.come(n.to_bytes(32, "big"), n, n)
    here = [n for n in range(3 * MAX_GUESTS) if guests.person(n.to_bytes(32, "big"), 3 * MAX_GUESTS) is not None]
    assert here == list(range(2 * MAX_GUESTS, 3 * MAX_GUESTS)), "the newest, and no more than that"
    guests.come(b"x" * 32, 1, 3 * MAX_GUESTS + GUEST_MS)
    assert guests.person(here[-1].to_bytes(32, "big"), 3 * MAX_GUESTS) is None, "what is over is forgotten"
    assert guests.person(b"x" * 32, 3 * MAX_GUESTS) is None, "and one of the future counts for nothing"


async def test_asking_costs_the_door_no_memory_and_nothing_is_written(desk: LegalPages) -> None:
    """Anybody can load these pages as often as they like."""
    desk.work.team  # noqa: B018  # enrolled before it is counted
    before = desk.db.total_changes
    remembered = len(desk.legal.door.challenges._answered)
    for _ in range(50):
        stranger = desk.browser()
        for path in ("/agency", "/agency/join", "/agency/file", f"/agency/download/{NO_SUCH}"):
            assert (await stranger.get(path)).status < 500
        await stranger.post("/agency/sign", deed="attest")
        await stranger.post("/agency/out")
    assert desk.db.total_changes == before
    assert len(desk.legal.door.challenges._answered) == remembered
    assert not desk.legal.guests._here


async def test_a_flood_at_the_open_page_is_turned_away_without_a_look(
    desk: LegalPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legal_desk, "FILED_AN_HOUR", 3)
    stranger, officer = desk.browser(), browser_of(desk, desk.work.team.officer)
    for _ in range(3):
        assert (await send_files(stranger, "/agency/file", [], {"request": "YTogYg=="})).body == ACKNOWLEDGEMENT
    refused = [await send_files(each, "/agency/file", [], {"request": "YTogYg=="}) for each in (stranger, officer)]
    assert {answer.status for answer in refused} == {429}
    assert len({answer.text.replace(answer.text.split('name="csrf"')[-1], "") for answer in refused}) <= 2
    assert desk.db.execute("SELECT count(*) FROM legal_request").fetchone() == (3,)
    desk.clock.pass_ms(3_600_000)
    assert (await send_files(officer, "/agency/file", [], {"request": "YTogYg=="})).body == ACKNOWLEDGEMENT


async def test_forms_of_strangers_have_room_for_so_many_at_once_and_no_more(
    desk: LegalPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is in memory until it is whole. Staff go on working meanwhile, and one that breaks off leaves its place."""
    monkeypatch.setattr(uploads, "MAX_STRANGERS", 2)
    stranger, clerk, here = desk.browser(), await desk.clerk(), desk.shared.strangers
    too_much = [("attachment", "x", "text/plain", bytes(agency_filing.MAX_OPEN))]
    for _ in range(3):
        assert (await send_files(stranger, "/agency/file", too_much)).status == 413
    with here.one_more(), here.one_more():
        for path in ("/agency/file", "/agency/file/sign"):
            refused = await send_files(stranger, path, [], {"request": "YTogYg=="})
            assert refused.status == 429 and "try again in a minute" in refused.text, path
        assert (await send_files(clerk, "/legal/file", [], {"request": "instrument: us.sca.warrant"})).status == 303
    assert (await send_files(stranger, "/agency/file", [], {"request": "YTogYg=="})).body == ACKNOWLEDGEMENT


# What is there to be fetched


def plain(answer: Answer, name: str) -> str:
    """A page without what differs each time: the name that was asked for, the token, the question."""
    text = answer.text.replace(name, "NAME")
    for form in answer.forms:
        for field, value in form.fields:
            if field in ("csrf", "question"):
                text = text.replace(value, "TOKEN")
        if form.options:
            text = text.replace(json.loads(form.options)["challenge"], "QUESTION")
    return text


async def test_lp_12_a_name_tells_nobody_whether_anything_is_there(house: House) -> None:
    """Somebody learned the name of a request, from a letter or over a shoulder; another one guesses."""
    made = await house.ready()
    stranger = house.outside()
    asked: list[str] = []
    house.db.set_trace_callback(asked.append)
    pages = {name: await stranger.get(f"/agency/download/{name}") for name in (made.name, NO_SUCH)}
    house.db.set_trace_callback(None)
    assert asked == [], "nothing is looked up for it, so that no time tells either"
    assert {answer.status for answer in pages.values()} == {200}
    assert len({plain(answer, name) for name, answer in pages.items()}) == 1
    sizes = {len(answer.body) for answer in pages.values()}
    assert max(sizes) - min(sizes) <= abs(len(made.name) - len(NO_SUCH)) * 8
    options = [json.loads(answer.forms[0].options) for answer in pages.values()]
    assert [each.get("allowCredentials") for each in options] in ([[], []], [None, None]), "no passkey is named"
    assert {len(each["challenge"]) for each in options} == {43}
    for name in pages:
        again = json.loads((await stranger.get(f"/agency/download/{name}")).forms[0].options)
        assert again["challenge"] not in {each["challenge"] for each in options}, "each look is asked something else"


async def test_lp_12_another_passkey_learns_nothing_of_a_name_either(house: House) -> None:
    """An officer of another agency, another officer of the same one, a supervisor, staff, nobody."""
    made = await house.ready()
    theirs = house.floor.bureau.enrolled(**KETTLES)
    colleague, _ = house.floor.bureau.officer(house.floor.team().supervisor, "Otto Other")
    keys = house.floor.bureau.keys
    stranger = other_key(Authenticator())
    for who, key in (
        ("of another agency", keys[theirs.officer]),
        ("of the same agency", keys[colleague]),
        ("their supervisor", keys[house.floor.team().supervisor]),
        ("a member of staff", house.floor.passkeys[1]),
        ("nobody", stranger),
    ):
        answers = []
        for name in (made.name, NO_SUCH):
            browser = replace(house.outside(), passkey=key)
            answers.append((name, await browser.submit(f"/agency/download/{name}", f"/agency/download/{name}")))
        assert {answer.status for _, answer in answers} == {403}, who
        assert len({plain(answer, name) for name, answer in answers}) == 1, who
    assert house.floor.acts(Act.PRODUCTION_FETCHED) == []
    assert house.floor_made(made.request)[0].stage is Stage.READY


async def test_lp_12_an_answer_without_a_passkey_is_the_same_for_every_name(house: House) -> None:
    made = await house.ready()
    for answer in ("", "{}", "null", "[" * 500, "x" * 20_000, '{"rawId": "", "response": {"clientDataJSON": "e30"}}'):
        said = []
        for name in (made.name, NO_SUCH):
            browser = house.outside()
            said.append((name, await browser.post(f"/agency/download/{name}", answer=answer)))
        assert {each.status for _, each in said} == {403}, answer[:20]
        assert len({plain(each, name) for name, each in said}) == 1, answer[:20]


async def test_what_was_asked_for_one_package_fetches_no_other(house: House) -> None:
    first, second = await house.ready(), await house.ready()
    officer = replace(house.outside(), passkey=house.floor.bureau.keys[house.floor.team().officer])
    (form,) = (await officer.get(f"/agency/download/{first.name}")).forms
    for name in (second.name, NO_SUCH):
        moved = await officer.fill(replace(form, action=f"/agency/download/{name}"))
        assert moved.status == 403, name
    assert house.floor.acts(Act.PRODUCTION_FETCHED) == []
    assert (await officer.fill(form)).headers["Content-Type"].startswith("application/octet-stream")


async def test_the_officer_is_told_no_more_once_it_is_over(house: House) -> None:
    made = await house.ready()
    keys, team = house.floor.bureau.keys, house.floor.team()
    officer = replace(house.outside(), passkey=keys[team.officer])
    at = f"/agency/download/{made.name}"
    for _ in range(3):
        assert (await officer.submit(at, at)).headers["Content-Type"].startswith("application/octet-stream")
        house.floor.later()
    spent = await officer.submit(at, at)
    other = await officer.submit(f"/agency/download/{NO_SUCH}", f"/agency/download/{NO_SUCH}")
    assert spent.status == other.status == 403
    assert plain(spent, made.name) == plain(other, NO_SUCH)
    assert len(house.floor.acts(Act.PRODUCTION_FETCHED)) == 3
