# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Effects of decisions at the hub: each once, in the desk's order, by the desk alone, or refused with a reason."""

from __future__ import annotations

import itertools
import json
import secrets
from typing import Any

import msgspec
import pytest

from privity.identity.uris import new_room_uri, new_user_uri
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.server.accounts import deletion
from privity.server.config import HubConfig
from privity.server.db.database import Row
from privity.server.delivery.retention import maintain
from privity.server.standing.model import EFFECT_KEPT_MS, STATEMENT_KEPT_MS
from privity.wire.errors import Code
from privity.wire.socket import Inbox, InboxKind
from privity.wire.staff import AskAccount, Effect, EffectParams, Verb
from privity.wire.standing import ReportLine, StandingState, Statement, StatementKind
from privity.wire.stored import Plain, StoredAbout, StoredRows
from tests.server.core.people import HOST
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World
from tests.server.staff.deciding import ALREADY, APPLIED, DAY_MS, REFUSED, Desk, standing_of, statement
from tests.stores import contents as everything
from tests.stores import tables

OF_ROOMS = (Verb.CLOSE_ROOM, Verb.REOPEN_ROOM, Verb.REMOVE_LINKS)


def params_of(verb: Verb, now_ms: int) -> dict[str, Any]:
    """What each verb takes."""
    match verb:
        case Verb.LIMIT | Verb.CHALLENGE | Verb.SUSPEND:
            return {"decision": "D-1", "until_ms": now_ms + DAY_MS}
        case Verb.TELL:
            return {"text": "thank you"}
        case Verb.STATEMENT:
            return {"statement": statement()}
        case Verb.LEGAL_NOTICE:
            return {"statement": statement(kind=StatementKind.LEGAL_REQUEST)}
        case _:
            return {"decision": "D-1"}


def contents(config: HubConfig) -> list[tuple[str, Row]]:
    """All rows, without the nonces of requests: of these each leaves one."""
    return [row for row in everything(config) if row[0] != "staff_nonce"]


async def test_each_verb_is_applied_once_however_often_it_is_asked_for(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    for verb in Verb:
        subject = room if verb in OF_ROOMS else anna.user_uri
        asked = desk.effect(verb, subject, **params_of(verb, world.clock.now))
        assert (await desk.send(asked)).outcome is APPLIED, verb
        before = contents(world.context.config)
        for _ in range(3):
            assert (await desk.send(asked)).outcome is ALREADY, verb
        assert contents(world.context.config) == before, verb


async def test_what_is_so_already_is_said_to_be(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    for verb in (Verb.LIFT, Verb.REINSTATE, Verb.RESTORE_PUBLIC, Verb.REOPEN_ROOM):
        assert (await desk.do(verb, room if verb in OF_ROOMS else anna.user_uri, decision="D-1")).outcome is ALREADY
    for verb in (Verb.BAN, Verb.REMOVE_PUBLIC, Verb.WARN):
        await desk.done(verb, anna.user_uri, decision="D-1")
        assert (await desk.do(verb, anna.user_uri, decision="D-1")).outcome is ALREADY
    over = await desk.do(Verb.SUSPEND, anna.user_uri, decision="D-2", until_ms=world.clock.now)
    assert over.outcome is ALREADY
    assert [one.decision for one in (await desk.facts(anna.user_uri)).restrictions] == ["D-1", "D-1"]


async def test_a_warning_that_was_undone_counts_no_more(world: World) -> None:
    anna = await world.join("anna")
    desk = Desk(world)
    for decision in ("D-1", "D-2"):
        await desk.done(Verb.WARN, anna.user_uri, decision=decision)
    assert (await standing_of(anna)).warnings == 2
    await desk.done(Verb.LIFT, anna.user_uri, decision="D-1")
    assert (await standing_of(anna)).warnings == 1
    assert (await desk.do(Verb.LIFT, anna.user_uri, decision="D-1")).outcome is ALREADY


async def test_one_id_is_one_effect(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    desk = Desk(world)
    asked = desk.effect(Verb.BAN, anna.user_uri, decision="D-1")
    await desk.send(asked)
    for changed in (
        {"subject": ben.user_uri},
        {"verb": Verb.WARN},
        {"order": 99},
        {"params": EffectParams(decision="D-2")},
    ):
        done = await desk.send(msgspec.structs.replace(asked, **changed))
        assert (done.outcome, done.reason) == (REFUSED, "this id was used for another effect")
    assert (await standing_of(ben)).standing is StandingState.GOOD
    assert (await desk.send(asked)).outcome is ALREADY


async def test_every_order_of_arrival_ends_with_what_the_desk_decided_last(world: World) -> None:
    """Suspended, reinstated, limited by another decision: what comes after its own undoing is refused."""
    for number, places in enumerate(itertools.permutations(range(3))):
        person = await world.join(f"person{number}")
        desk = Desk(world)
        until_ms = world.clock.now + DAY_MS
        made = [
            desk.effect(Verb.SUSPEND, person.user_uri, decision="D-1", until_ms=until_ms),
            desk.effect(Verb.REINSTATE, person.user_uri, decision="D-1"),
            desk.effect(Verb.LIMIT, person.user_uri, decision="D-2", until_ms=until_ms),
        ]
        for place in places:
            done = await desk.send(made[place])
            late = place == 0 and places.index(0) > places.index(1)
            assert (done.outcome is REFUSED) == late, (places, done)
        state = (await standing_of(person)).standing
        assert state is StandingState.LIMITED


async def test_words_are_never_too_late(world: World) -> None:
    anna = await world.join("anna")
    desk = Desk(world)
    asked = [
        desk.effect(Verb.STATEMENT, anna.user_uri, decision="D-1", statement=statement()),
        desk.effect(Verb.WARN, anna.user_uri, decision="D-1"),
        desk.effect(Verb.TELL, anna.user_uri, decision="D-1", text="thank you"),
        desk.effect(Verb.LIFT, anna.user_uri, decision="D-1"),
    ]
    for one in (asked[2], asked[1], asked[0], asked[3]):
        assert (await desk.send(one)).outcome is APPLIED


async def test_the_desk_hears_that_an_account_was_closed_and_that_one_never_was(world: World) -> None:
    anna = await world.join("anna")
    assert (await Desk(world).facts(anna.user_uri)).profile.handle == "anna"
    await world.context.db.write(lambda tx: deletion.delete(tx, world.context, anna.user_uri))
    nobody = new_user_uri(HOST, secrets.token_bytes)
    for user_uri, code in ((anna.user_uri, "account_closed"), (nobody, "not_found")):
        _, answer = await world.staff("POST", "/staff/v1/account", AskAccount(user_uri))
        assert answer["code"] == code


async def test_only_the_desk_is_obeyed(world: World) -> None:
    anna = await world.join("anna")
    desk = Desk(world)
    before = contents(world.context.config)
    asked = msgspec.json.encode(desk.effect(Verb.BAN, anna.user_uri, decision="D-1"))
    genuine, nonce = world.staff_private, secrets.token_bytes(16)
    world.staff_private = generate_signature_key(suite(1), secrets.token_bytes)[0]
    forged = world.staff_headers("POST", "/staff/v1/effects", asked)
    world.staff_private = genuine
    for path, headers in (
        ("effects", {}),
        ("effects", forged),
        ("effects", world.staff_headers("POST", "/staff/v1/account", asked)),
        ("effects", world.staff_headers("POST", "/staff/v1/effects", asked + b" ")),
        ("account", forged),
        ("profile", forged),
    ):
        async with world.http.post(f"/staff/v1/{path}", data=asked, headers=headers) as response:
            assert response.status == 401, (path, headers)
    assert contents(world.context.config) == before
    headers = world.staff_headers("POST", "/staff/v1/effects", asked, nonce)
    for expected in (200, 401):  # the same request a second time is a replay, before anybody asks for the effect's id
        async with world.http.post("/staff/v1/effects", data=asked, headers=headers) as response:
            assert response.status == expected


async def test_an_unknown_subject_is_refused_for_good(world: World) -> None:
    desk = Desk(world)
    nobody, nowhere = new_user_uri(HOST, secrets.token_bytes), new_room_uri(HOST, secrets.token_bytes)
    for verb in Verb:
        for subject in (nowhere if verb in OF_ROOMS else nobody, "", "notice:00", "mimi://elsewhere/u/x"):
            asked = desk.effect(verb, subject, **params_of(verb, world.clock.now))
            first, again = await desk.send(asked), await desk.send(asked)
            assert first.outcome is REFUSED and first.reason, (verb, subject)
            assert again == first
    assert rows(world, "restriction") == rows(world, "statement") == rows(world, "warning") == []


def rows(world: World, table: str) -> list[Any]:
    return tables(world.context.config, table)[table]


WRONG: tuple[tuple[Verb, dict[str, Any]], ...] = (
    *((verb, {"decision": ""}) for verb in Verb if verb not in (Verb.TELL, Verb.STATEMENT, Verb.LEGAL_NOTICE)),
    *((verb, {"decision": bad}) for verb in (Verb.BAN, Verb.LIFT) for bad in ("a b", "a" * 65, "é", "a\n", "<b>")),
    *((verb, {"until_ms": None}) for verb in (Verb.LIMIT, Verb.SUSPEND)),
    *((verb, {"until_ms": 1 << 50}) for verb in (Verb.BAN, Verb.REMOVE_PUBLIC, Verb.CLOSE_ROOM)),
    (Verb.TELL, {"text": ""}),
    (Verb.TELL, {"text": "a" * 4001}),
    (Verb.STATEMENT, {"statement": None}),
    (Verb.STATEMENT, {"statement": statement(text="")}),
    (Verb.STATEMENT, {"statement": statement(text="a" * 8001)}),
    (Verb.STATEMENT, {"statement": statement(action="a" * 201)}),
    (Verb.STATEMENT, {"statement": statement(policy="")}),
    (Verb.STATEMENT, {"statement": statement(reference="a b")}),
    (Verb.STATEMENT, {"statement": statement(kind=StatementKind.LEGAL_REQUEST)}),
    (Verb.LEGAL_NOTICE, {"statement": None}),
    (Verb.LEGAL_NOTICE, {"statement": statement()}),
    (Verb.LEGAL_NOTICE, {"statement": statement(kind=StatementKind.LEGAL_REQUEST, text="a" * 8001)}),
)


async def test_what_a_verb_does_not_take_is_refused_and_changes_nothing(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    assert len(WRONG) > 30
    for verb, wrong in WRONG:
        subject = room if verb in OF_ROOMS else anna.user_uri
        before = contents(world.context.config)
        done = await desk.do(verb, subject, **(params_of(verb, world.clock.now) | wrong))
        assert done.outcome is REFUSED and done.reason, (verb, wrong)
        changed = set(contents(world.context.config)) ^ set(before)
        assert [table for table, _ in changed] == ["staff_effect"], (verb, wrong)
    assert (await standing_of(anna)).standing is StandingState.GOOD


async def test_bytes_that_are_no_effect_are_malformed(world: World) -> None:
    good = json.loads(msgspec.json.encode(Effect("0" * 32, 1, Verb.BAN, "x")))
    wrongs: tuple[dict[str, Any], ...] = (
        {"id": "0" * 31},
        {"id": "G" * 32},
        {"verb": "erase"},
        {"order": -1},
        {"more": 1},
        {"params": []},
    )
    for wrong in wrongs:
        status, answer = await world.staff("POST", "/staff/v1/effects", good | wrong)
        assert (status, answer["code"]) == (400, Code.MALFORMED), wrong


async def test_what_cannot_be_done_whole_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note that it was done, the statement and what goes to devices stand together or not at all."""
    anna = await world.join("anna")
    desk = Desk(world)
    before = contents(world.context.config)

    def broken(*args: object) -> None:
        raise RuntimeError("the disk is on fire")

    asked = desk.effect(Verb.STATEMENT, anna.user_uri, statement=statement())
    with monkeypatch.context() as patched:
        patched.setattr("privity.server.staff.store.add", broken)
        status, _ = await world.staff("POST", "/staff/v1/effects", asked)
        assert status == 500
    assert contents(world.context.config) == before
    await anna.silent()
    assert (await desk.send(asked)).outcome is APPLIED


async def test_a_statement_reaches_each_device_once_and_those_linked_later(world: World) -> None:
    anna = await world.join("anna")
    second = await world.second_device(anna)
    desk = Desk(world)
    said = statement(until_ms=world.clock.now + 7 * DAY_MS, appeal_until_ms=world.clock.now + 183 * DAY_MS)
    asked = desk.effect(Verb.STATEMENT, anna.user_uri, statement=said)
    for _ in range(2):
        await desk.send(asked)
    for device in (anna, second):
        frame = await until(device, InboxKind.STATEMENT)
        assert msgspec.json.decode(frame.body, type=Statement) == said
        await device.silent()
    later = await world.second_device(second)
    appeal = statement(kind=StatementKind.APPEAL, text="The decision stands.")
    world.clock.now += 1
    await desk.done(Verb.STATEMENT, anna.user_uri, statement=appeal)
    assert (await standing_of(later)).statements == [appeal, said]
    assert (await standing_of(later)).standing is StandingState.GOOD


async def test_a_person_finds_all_of_it_among_what_the_hub_stores_about_them(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    desk = Desk(world)
    await desk.done(Verb.WARN, anna.user_uri, decision="D-1")
    await desk.limit(anna.user_uri, "D-2")
    await desk.done(Verb.STATEMENT, anna.user_uri, statement=statement(text="canary words"))
    wanted = {"restriction": 1, "warning": 1, "statement": 1, "staff_effect": 3}
    for device, counts in ((anna, wanted), (ben, dict.fromkeys(wanted, 0))):
        about = await device.call("GET", "/v1/account/stored", None, StoredAbout)
        assert {one.name: one.rows for one in about.tables if one.name in wanted} == counts
    told = await anna.call("GET", "/v1/account/stored/statement", None, StoredRows)
    assert any(isinstance(cell, Plain) and "canary words" in str(cell.value) for cell in told.rows[0])


async def until(device: Device, kind: InboxKind) -> Inbox:
    while True:
        frame = await device.until(Inbox)
        if frame.kind is kind:
            return frame


async def test_a_decision_about_a_room_is_told_to_those_in_charge_of_it_alone(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    await desk.done(Verb.STATEMENT, room, statement=statement())
    assert (await until(anna, InboxKind.STATEMENT)).room_uri == ""
    assert (await standing_of(anna)).statements == [statement()]
    assert (await standing_of(ben)).statements == []
    direct = await anna.create(direct_with=ben.user_uri)
    await desk.done(Verb.STATEMENT, direct, statement=statement("D-2"))
    assert [one.reference for one in (await standing_of(ben)).statements] == ["D-2"]


async def test_a_legal_notice_goes_to_its_account_alone_and_takes_nothing_from_it(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    said = statement("r" * 26, StatementKind.LEGAL_REQUEST, appeal_until_ms=world.clock.now + 7 * DAY_MS)
    asked = desk.effect(Verb.LEGAL_NOTICE, anna.user_uri, statement=said)
    for _ in range(2):
        await desk.send(asked)
    frame = await until(anna, InboxKind.STATEMENT)
    assert msgspec.json.decode(frame.body, type=Statement) == said
    await anna.silent()
    stands = await standing_of(anna)
    assert (stands.standing, stands.warnings, stands.statements) == (StandingState.GOOD, 0, [said])
    assert (await standing_of(ben)).statements == []
    of_room = await desk.do(Verb.LEGAL_NOTICE, room, statement=said)
    assert of_room.outcome is REFUSED, "nobody is told of a request for somebody else's data"
    gone = await desk.do(Verb.LEGAL_NOTICE, new_user_uri(HOST, secrets.token_bytes), statement=said)
    assert gone.outcome is REFUSED
    answer = statement("r" * 26, StatementKind.LEGAL_ANSWER)
    await desk.done(Verb.LEGAL_NOTICE, anna.user_uri, statement=answer)
    assert {one.kind for one in (await standing_of(anna)).statements} == {said.kind, answer.kind}, (
        "words are never late"
    )


async def test_a_line_names_the_report_it_is_about(world: World) -> None:
    anna = await world.join("anna")
    desk = Desk(world)
    await desk.done(Verb.TELL, anna.user_uri, text="We acted on it.", receipt="ab" * 16)
    await desk.done(Verb.TELL, anna.user_uri, text="A word to you.")
    first, second = await until(anna, InboxKind.REPORT_OUTCOME), await until(anna, InboxKind.REPORT_OUTCOME)
    line = msgspec.json.decode(first.body, type=ReportLine)
    assert line == ReportLine("ab" * 16, "We acted on it.", world.clock.now)
    assert second.body == b"A word to you."


async def test_facts_are_what_the_hub_has_and_no_more(world: World) -> None:
    anna = await world.join("anna")
    await anna.call("PUT", "/v1/profile", {"name": "Anna", "bio": "teapots", "picture": None, "listed": True}, Any)
    desk = Desk(world)
    await desk.done(Verb.WARN, anna.user_uri, decision="D-1")
    await desk.ban(anna.user_uri, "D-2")
    facts = await desk.facts(anna.user_uri)
    assert (facts.profile.handle, facts.profile.name, facts.profile.listed, facts.profile.hidden) == (
        "anna",
        "Anna",
        True,
        True,
    )
    assert [one.client_uri for one in facts.devices] == [anna.keys.client_uri]
    assert (facts.created_ms, facts.age, facts.warnings) == (world.clock.now, "adult", 1)
    assert (facts.standing, [(one.what, one.decision) for one in facts.restrictions]) == (
        StandingState.BANNED,
        [("banned", "D-2")],
    )
    for address in (anna.user_uri, "anna", " @Anna "):
        status, answer = await world.staff("POST", "/staff/v1/profile", {"address": address})
        assert status == 200 and answer["name"] == "Anna", address
    for path, field in (("account", "user_uri"), ("profile", "address")):
        for nobody in ("mimi://hub.example/u/x", "nobody", "", "\u202e", "a" * 5000):
            status, answer = await world.staff("POST", f"/staff/v1/{path}", {field: nobody})
            assert (status, answer["code"]) == (404, Code.NOT_FOUND)


async def test_the_house_forgets_effects_statements_and_warnings_after_a_year(world: World) -> None:
    anna = await world.join("anna")
    desk = Desk(world)
    await desk.done(Verb.WARN, anna.user_uri, decision="D-1")
    await desk.done(Verb.STATEMENT, anna.user_uri, statement=statement())
    await desk.suspend(anna.user_uri, "D-1", days=1)
    world.clock.now += max(EFFECT_KEPT_MS, STATEMENT_KEPT_MS) - 1
    await maintain(world.context, world.parts.franker)
    assert len(rows(world, "staff_effect")) == 3 and len(rows(world, "statement")) == 1
    assert rows(world, "restriction") == []
    world.clock.now += 1
    await maintain(world.context, world.parts.franker)
    assert rows(world, "staff_effect") == rows(world, "statement") == rows(world, "warning") == []
