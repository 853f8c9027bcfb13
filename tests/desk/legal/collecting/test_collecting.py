# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a scoped request to its collection: all that the scope names, nothing beside it, once, and always the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.errors import HubUnreachable
from privity.desk.legal.collecting import capabilities, preserving, service, store, turning
from privity.desk.legal.collecting.errors import (
    CollectionGone,
    NoCaseToken,
    NotCollected,
    OvertakenMeanwhile,
    SnapshotDamaged,
)
from privity.desk.legal.collecting.model import File, Line, Snapshot
from privity.desk.legal.collecting.taking import take
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.legal.rulebook.facts import Target
from privity.production.building import Contents, prepare
from privity.production.classes import Releasable
from privity.production.model import Answered, Facts, Keys, Kind, Operator, Released, Software
from privity.wire.errors import Code, Refusal
from tests.desk.legal.casework import RELEASER
from tests.desk.legal.collecting.collectors import Desk
from tests.desk.legal.collecting.manifest_hub import AT_MS, LID, POT, device_of

TWO = {"targets": [{"kind": "handle", "value": "pot.collector"}, {"kind": "account", "value": LID}]}


async def test_everything_that_the_scope_names_is_collected(desk: Desk) -> None:
    found = await desk.collected()
    number = 1
    assert desk.work.of(number).state is State.COLLECTED
    assert found.asked == frozenset(Releasable)
    assert found.held == {
        Releasable.SUBSCRIBER,
        Releasable.ACCOUNT_STATE,
        Releasable.DELIVERY_METADATA,
        Releasable.CONTENT_PROFILE,
    }
    names = {table.name for table in found.tables}
    assert {"subscriber-account", "account_state-device", "delivery_metadata-event", "content_profile-profile"} <= names
    assert {"account_state-report", "account_state-desk_report"} <= names  # of the hub, and of the desk
    (account,) = [table for table in found.tables if table.name == "subscriber-account"]
    assert account.rows == [("handle pot.collector", POT, "account.handle", AT_MS)]
    assert [one.name for one in account.columns] == ["target", "user_uri", "handle", "created_ms"]
    assert all(column.meaning and column.source and column.precision for column in account.columns)
    assert found.accounts == (POT,)
    assert found.named == frozenset()


async def test_the_hub_is_asked_line_by_line_for_what_was_decided(desk: Desk) -> None:
    await desk.collected({"classes": ["subscriber", "delivery_metadata"]})
    scope = requests.scope_of(desk.work.db, 1)
    assert [(one.data_class, one.identifier, one.since_ms, one.until_ms) for one in desk.hub.asked] == [
        (line.data_class, line.target.value, line.since_ms, line.until_ms) for line in scope
    ]
    assert {one.data_class for one in desk.hub.asked} == {Releasable.SUBSCRIBER, Releasable.DELIVERY_METADATA}
    assert not any(one.named for one in desk.hub.asked)
    assert len({one.key for one in desk.hub.asked}) == 1


async def test_two_collections_name_others_differently(desk: Desk) -> None:
    await desk.collected()
    await desk.collected({"contact": "desk 5"})
    assert len({one.key for one in desk.hub.asked}) == 2


async def test_an_empty_result_is_a_result(desk: Desk) -> None:
    desk.hub.known = {}
    found = await desk.collected()
    assert not found.held and found.asked == frozenset(Releasable) and found.accounts == ()
    assert all(table.rows == [] for table in found.tables)
    assert all(entry["rows"] == 0 for entry in found.provenance)
    assert service.resolved(desk.work.db, desk.work.key, 1) == ()
    assert len(found.provenance) > 30


async def test_each_target_is_resolved_by_itself(desk: Desk) -> None:
    found = await desk.collected(TWO)
    (account,) = [table for table in found.tables if table.name == "subscriber-account"]
    assert {row[0] for row in account.rows} == {"handle pot.collector", f"account {LID}"}
    assert service.resolved(desk.work.db, desk.work.key, 1) == (
        (Target("account", LID), LID),
        (Target("handle", "pot.collector"), POT),
    )
    assert set(service.accounts(desk.work.db, desk.work.key, 1)) == {POT, LID}


async def test_targets_that_no_hub_knows_are_answered_with_nothing(desk: Desk) -> None:
    asked = [
        {"kind": "message", "value": "ab" * 32},
        {"kind": "contact", "value": "pot@teapot.example"},
        {"kind": "device", "value": device_of(POT)},
    ]
    found = await desk.collected({"targets": asked})
    assert {one.identifier for one in desk.hub.asked} == {device_of(POT)}
    nothing = [entry for entry in found.provenance if entry["query"]["kind"] in ("message", "contact")]
    assert len(nothing) == 12 and all(entry["rows"] == 0 for entry in nothing)


async def test_lp_21_the_same_snapshot_is_the_same_bag_bytes(desk: Desk) -> None:
    first = await desk.collected(TWO)
    again = desk.of(1)
    assert again == first
    snapshot = service.snapshot_of(desk.work.db, desk.work.key, 1)
    assert snapshot.digest().hex() == first.snapshot_sha256
    once, twice = (
        _bag(turning.turn(1, first.collected_ms, each, capabilities.shipped()))
        for each in (
            snapshot,
            Snapshot(tuple(File(one.name, one.data_class, bytes(one.content)) for one in snapshot.files)),
        )
    )
    assert once == twice
    assert "data/records/account_state-device.csv" in once and "data/field_guide.html" in once


def _bag(found: Any) -> dict[str, bytes]:
    """What releasing makes of a collection."""
    facts = Facts(
        case="LP-2026-TEAPOT",
        kind=Kind.PRODUCTION,
        operator=Operator("Teapot", "desk@teapot.example", "0" * 64),
        software=Software("privity", "0.1.0", None, found.capabilities_sha256),
        collected_at="2026-11-26T09:00:00Z",
        requested=tuple(Answered(one) for one in sorted(found.asked)),
        released=tuple(Released(one) for one in sorted(found.held)),
        not_held=tuple(Answered(one, why="NO_RECORDS") for one in sorted(found.asked - found.held)),
        redactions=found.redactions,
    )
    tables = tuple(table for table in found.tables if table.named in found.held)
    evidence = {one: files for one, files in found.evidence.items() if one in found.held}
    contents = Contents(tables=tables, evidence=evidence, provenance=found.provenance)
    return dict(prepare(facts, contents, Keys((), "https://teapot.example/keys"), found.held).bag)


async def test_provenance_says_which_code_read_what_and_how_much(desk: Desk) -> None:
    found = await desk.collected()
    (entry,) = [one for one in found.provenance if one.get("table") == "account_state-device"]
    (collector,) = [
        one for one in capabilities.shipped().collectors if (one.table, one.data_class) == ("device", "account_state")
    ]
    assert (entry["collector"], entry["rows"], entry["more"]) == ("hub.device", 1, False)
    assert (entry["code_sha256"], entry["schema_sha256"]) == (collector.code_sha256, collector.schema_sha256)
    assert entry["query"]["value"] == "pot.collector" and entry["version"] == "1.0"
    assert found.capabilities_sha256 == capabilities.sha256()


async def test_what_is_pseudonymised_or_too_much_is_counted(desk: Desk) -> None:
    def bend(asked: Any, answer: Any) -> Any:
        tables = [msgspec.structs.replace(one, more=True, withheld=3) for one in answer.tables]
        return msgspec.structs.replace(answer, tables=tables)

    desk.hub.bend = bend
    found = await desk.collected({"classes": ["account_state"]})
    rules = {(one.file, one.rule): one.count for one in found.redactions}
    assert rules["account_state-contact_ask", turning.PSEUDONYM] == 1
    assert rules["account_state-block", turning.WITHHELD] == 3
    assert rules["account_state-block", turning.ROW_CAP] == 1
    assert "account_state-block" in found.capped


async def test_the_log_says_how_much_and_never_whom(desk: Desk) -> None:
    await desk.collected()
    (entry,) = desk.work.log(Act.LEGAL_COLLECTED)
    assert entry.who == "desk" and entry.about == "legal:1"
    assert entry.said["rows"] == sum(len(table.rows) for table in desk.of(1).tables) > 30
    assert entry.said["classes"] == sorted(one.value for one in Releasable) and entry.said["targets"] == 1
    text = json.dumps([each.said for each in desk.work.log()])
    assert "pot.collector" not in text and POT not in text


async def test_a_file_on_the_disk_shows_nothing_of_it(desk: Desk) -> None:
    await desk.collected()
    rows = desk.work.db.execute("SELECT ciphertext FROM legal_collected_file").fetchall()
    assert rows
    for (ciphertext,) in rows:
        assert POT.encode() not in ciphertext and b"pot.collector" not in ciphertext


@pytest.mark.parametrize("state", ["submitted", "ready", "preserved", "closed"])
async def test_lp_9_without_a_case_token_nothing_is_collected(desk: Desk, state: str) -> None:
    work = desk.work
    if state == "submitted":
        number = work.submitted()
    elif state == "closed":
        number = work.scoped()
        requests.move(work.db, number, State.CLOSED, "desk", work.now_ms)
    else:
        number = work.ready()
        if state == "preserved":
            work.judged(number, Outcome.PRESERVE)
    assert await desk.step() == 0
    assert desk.hub.asked == []
    with pytest.raises(NoCaseToken):
        service.token(work.db, number, work.now_ms, desk.random)
    with pytest.raises(NotCollected):
        service.collected(work.db, work.key, number)


async def test_lp_9_an_authority_that_has_ended_collects_nothing(desk: Desk) -> None:
    number = desk.work.scoped()
    desk.work.now_ms = requests.authority(desk.work.db, number).until_ms
    assert await desk.step() == 0 and desk.hub.asked == []
    with pytest.raises(NoCaseToken, match="held until"):
        service.token(desk.work.db, number, desk.work.now_ms, desk.random)
    desk.work.now_ms -= 1
    assert await desk.step() == 1


async def test_lp_14_who_was_revoked_gets_nothing_collected(desk: Desk) -> None:
    number = desk.work.scoped()
    desk.work.db.execute("UPDATE legal_request SET on_hold = 1")
    assert await desk.step() == 0 and desk.hub.asked == []
    with pytest.raises(NoCaseToken, match="not active"):
        service.token(desk.work.db, number, desk.work.now_ms, desk.random)


@pytest.mark.parametrize("meanwhile", ["closed", "held", "judged anew"])
async def test_what_changes_while_the_hub_is_asked_drops_what_was_collected(desk: Desk, meanwhile: str) -> None:
    number = desk.work.scoped()
    desk.hub.hold = asyncio.Event()
    working = asyncio.create_task(desk.step())
    await desk.hub.reached.wait()
    if meanwhile == "closed":
        requests.move(desk.work.db, number, State.CLOSED, "desk", desk.work.now_ms)
    elif meanwhile == "held":
        desk.work.db.execute("UPDATE legal_request SET on_hold = 1")
    else:
        desk.work.judged(number)
    desk.hub.hold.set()
    assert await working == 0
    assert desk.work.db.execute("SELECT count(*) FROM legal_collection").fetchone() == (0,)
    assert desk.work.log(Act.LEGAL_COLLECTED) == []
    assert desk.work.of(number).state is not State.COLLECTED


async def test_a_token_counts_for_one_collection_alone(desk: Desk) -> None:
    """Two processes that collect the same request: the second finds it collected, and keeps nothing."""
    work = desk.work
    number = work.scoped()
    token = service.token(work.db, number, work.now_ms, desk.random)
    snapshot = await take(work.db, desk.hub, work.key, token.order, lambda: work.now_ms)
    assert service.record(work.db, work.key, token, snapshot, work.now_ms, desk.random) == 1
    with pytest.raises(OvertakenMeanwhile):
        service.record(work.db, work.key, token, snapshot, work.now_ms, desk.random)
    assert len(work.log(Act.LEGAL_COLLECTED)) == 1
    assert work.db.execute("SELECT count(*) FROM legal_collection").fetchone() == (1,)


async def test_a_hub_that_does_not_answer_loses_nothing(desk: Desk) -> None:
    number = desk.work.scoped()
    desk.hub.fails = HubUnreachable("no answer")
    with pytest.raises(HubUnreachable):
        await desk.step()
    assert desk.work.of(number).state is State.SCOPED and desk.work.log(Act.LEGAL_COLLECTED) == []
    desk.hub.fails = Refusal(Code.UNAVAILABLE, "the hub is shutting down")
    with pytest.raises(Refusal):
        await desk.step()
    desk.hub.fails = None
    assert await desk.step() == 1
    assert desk.work.of(number).state is State.COLLECTED


async def test_a_process_that_is_killed_while_it_asks_collects_again(desk: Desk) -> None:
    """Between the hub's answer and the transaction nothing is on the disk, and after it everything is."""
    number = desk.work.scoped()
    token = service.token(desk.work.db, number, desk.work.now_ms, desk.random)
    await take(desk.work.db, desk.hub, desk.work.key, token.order, lambda: desk.work.now_ms)
    assert desk.work.db.execute("SELECT count(*) FROM legal_collection").fetchone() == (0,)
    assert await desk.step() == 1 and await desk.step() == 0
    assert len(desk.work.log(Act.LEGAL_COLLECTED)) == 1


async def test_a_refusal_of_one_request_holds_up_no_other(desk: Desk) -> None:
    first, second = desk.work.scoped(), desk.work.scoped(change={"targets": [{"kind": "account", "value": LID}]})

    def bend(asked: Any, answer: Any) -> Any:
        return msgspec.structs.replace(answer, tables=[]) if asked.identifier == "pot.collector" else answer

    desk.hub.bend = bend
    collecting = desk.collecting
    assert await collecting.step() == 1
    assert (desk.work.of(first).state, desk.work.of(second).state) == (State.SCOPED, State.COLLECTED)
    (refused,) = desk.work.log(Act.LEGAL_NOT_COLLECTED)
    assert (refused.about, refused.said["why"]) == ("legal:1", "HubMisbehaved")
    asked = len(desk.hub.asked)
    assert await collecting.step() == 0 and len(desk.hub.asked) == asked  # it waits
    desk.work.now_ms += 60_000
    desk.hub.bend = None
    assert await collecting.step() == 1


async def test_collecting_again_takes_the_place_of_the_first_and_shreds_it(desk: Desk) -> None:
    first = await desk.collected()
    requests.move(desk.work.db, 1, State.SCOPED, "desk", desk.work.now_ms)
    desk.hub.empty = True
    desk.work.now_ms += 1000
    assert await desk.step() == 1
    assert desk.of(1).snapshot_sha256 != first.snapshot_sha256 and not desk.of(1).held
    rows = desk.work.db.execute(
        "SELECT length(ciphertext), wrapped_key = zeroblob(length(wrapped_key)) FROM legal_collected_file AS f"
        " JOIN legal_collected_key AS k ON k.file = f.n WHERE collection = 1"
    ).fetchall()
    assert rows and set(rows) == {(0, 1)}


async def test_a_request_that_is_purged_takes_its_collection_along(desk: Desk) -> None:
    await desk.collected()
    requests.move(desk.work.db, 1, State.CLOSED, "desk", desk.work.now_ms)
    service.purge(desk.work.db, 1, desk.work.now_ms)
    with pytest.raises(CollectionGone):
        desk.of(1)
    assert desk.work.db.execute("SELECT count(*) FROM legal_collection WHERE gone_ms IS NULL").fetchone() == (0,)


async def test_a_snapshot_that_was_altered_is_no_collection(desk: Desk) -> None:
    await desk.collected()
    row = store.newest(desk.work.db, 1, desk.work.of(1).decision or 0)
    assert row is not None
    whole = store.snapshot(desk.work.db, desk.work.key, row.number)
    for wrong in (
        whole.files[1:],  # what was asked is gone
        (*whole.files, File("subscriber/99999.json", Releasable.SUBSCRIBER, b"{}")),
        (*whole.files, File("letter", None, b"x")),
    ):
        with pytest.raises(SnapshotDamaged):
            turning.turn(1, AT_MS, Snapshot(wrong), capabilities.shipped())
    desk.work.db.execute("DROP TRIGGER legal_collected_key_loses_none")
    desk.work.db.execute("DELETE FROM legal_collected_key WHERE file = 2")
    with pytest.raises(SnapshotDamaged, match="are not those"):
        desk.of(1)


async def test_a_preservation_asks_the_same_and_opens_no_evidence(desk: Desk) -> None:
    lines = [
        Line(Releasable.SUBSCRIBER, "handle", "pot.collector", None, None),
        Line(Releasable.CONTENT_REPORTED, "account", POT, AT_MS, AT_MS + 1),
        Line(Releasable.SUBSCRIBER, "contact", "x", None, None),
    ]
    room = desk.room()
    desk.report(desk.text("about teapots", room), room=room)
    found = await preserving.take(desk.hub, lines, bytes(32))
    assert [file.name for file, _ in found] == ["subscriber/00001.json", "content_reported/00002.json"]
    assert preserving.evidence(desk.work.db, lines, ["nobody"]) == (1,)
    assert preserving.evidence(desk.work.db, lines[:1], [POT]) == ()
    assert desk.work.log(Act.EVIDENCE_OPENED) == []


async def test_nobody_of_the_staff_collects(desk: Desk) -> None:
    """There is no function by which a person could: the desk itself does it, and the log says so."""
    await desk.collected()
    assert {entry.who for entry in desk.work.log(Act.LEGAL_COLLECTED)} == {"desk"}
    assert RELEASER.who not in {who for who, _ in requests.parties(desk.work.db, 1)}
