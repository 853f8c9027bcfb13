# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Others are named in exactly the classes that were decided and confirmed, by a new collection, and nowhere else."""

from __future__ import annotations

import json
from typing import Final

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.collecting import capabilities, service, turning
from privity.desk.legal.collecting.errors import NoCaseToken, SnapshotDamaged
from privity.desk.legal.collecting.model import Collection
from privity.desk.legal.requests import judging, naming
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.legal.requests.office import Rules
from privity.production.classes import CONTENT, Releasable
from tests.desk.legal.casework import RELEASER, REVIEWER, WARRANT
from tests.desk.legal.collecting.collectors import Desk
from tests.desk.legal.collecting.manifest_hub import LID
from tests.desk.legal.rulebook.bases import NAMES, PROFILE
from tests.desk.legal.rulebook.bases import naming as naming_rulebook

STATE: Final = frozenset({Releasable.ACCOUNT_STATE})


@pytest.fixture(autouse=True)
def _rules(desk: Desk) -> None:
    rulebook = naming_rulebook(WARRANT, *sorted(frozenset(Releasable) - CONTENT))
    desk.work.rules = Rules(rulebook, PROFILE)


def seen(desk: Desk) -> int:
    """A verified warrant that has others named, as a clerk has seen."""
    number = desk.work.submitted(WARRANT, NAMES)
    desk.work.verified(number)
    desk.work.confirmed(number, names_third_parties=True)
    return number


def decides(desk: Desk, number: int, named: frozenset[Releasable] = STATE) -> None:
    work = desk.work
    made = work.triaged(number).number
    ruling = Ruling(made, Outcome.ACCEPT, named=named, named_why="page 2 says so" if named else "")
    judging.judge(work.db, work.key, REVIEWER, number, ruling, work.now_ms, work.random)


async def named(desk: Desk, classes: frozenset[Releasable] = STATE) -> Collection:
    number = seen(desk)
    decides(desk, number, classes)
    naming.confirm(desk.work.db, RELEASER, number, desk.work.now_ms)
    assert await desk.step() == 1
    return desk.of(number)


def text(found: Collection, data_class: Releasable) -> str:
    return "".join(table.json().decode() for table in found.tables if table.named is data_class)


async def test_others_are_named_in_the_classes_that_were_decided_and_in_no_other(desk: Desk) -> None:
    found = await named(desk)
    assert found.named == STATE
    assert {asked.data_class for asked in desk.hub.asked if asked.named} == STATE
    assert LID in text(found, Releasable.ACCOUNT_STATE)
    for data_class in set(Releasable) - STATE:
        assert LID not in text(found, data_class), data_class
    (entry,) = desk.work.log(Act.LEGAL_COLLECTED)
    assert entry.said["named"] == ["account_state"]
    rules = {one.rule: one.file for one in found.redactions}
    assert rules[turning.NAMED].startswith("account_state-")
    assert {one["others_named"] for one in found.provenance if one.get("table", "").startswith("account_state-")} == {
        True
    }
    assert not any(one.get("others_named") for one in found.provenance if "subscriber" in str(one.get("table")))


async def test_the_scope_is_the_same_with_names_and_without(desk: Desk) -> None:
    await desk.collected()
    plain = [(one.data_class, one.kind, one.identifier, one.since_ms, one.until_ms) for one in desk.hub.asked]
    desk.hub.asked.clear()
    await named(desk)
    assert plain == [(one.data_class, one.kind, one.identifier, one.since_ms, one.until_ms) for one in desk.hub.asked]


async def test_nothing_is_collected_before_the_second_person(desk: Desk) -> None:
    number = seen(desk)
    decides(desk, number)
    assert service.waiting(desk.work.db, desk.work.now_ms) == ()
    assert await desk.step() == 0 and desk.hub.asked == []
    with pytest.raises(NoCaseToken, match="second person"):
        service.token(desk.work.db, number, desk.work.now_ms, desk.work.random)
    assert desk.work.log(Act.LEGAL_NOT_COLLECTED) == [], "it waits for a person, and the hub is not to blame"
    entry = desk.work.db.execute("SELECT max(n) FROM audit_entry").fetchone()[0]
    with pytest.raises(IntegrityError, match="confirmed first"):
        desk.work.db.execute(
            "INSERT INTO legal_collection (request, decision, collected_ms, snapshot_sha256, capabilities_sha256,"
            f" rows_found, withheld, capped, audit_n) VALUES ({number}, {desk.work.of(number).decision},"
            f" {desk.work.now_ms}, zeroblob(32), '{capabilities.sha256()}', 0, 0, 0, {entry})"
        )
    naming.confirm(desk.work.db, RELEASER, number, desk.work.now_ms)
    assert await desk.step() == 1


async def test_what_was_collected_with_pseudonyms_is_never_turned_into_names(desk: Desk) -> None:
    """After the collection the row of its decision cannot be added; only another decision has others named, anew."""
    number = seen(desk)
    desk.work.judged(number)
    assert await desk.step() == 1
    first = desk.of(number)
    assert first.named == frozenset() and LID not in text(first, Releasable.ACCOUNT_STATE)
    decision = desk.work.of(number).decision
    with pytest.raises(IntegrityError, match="settled with its decision"):
        desk.work.db.execute(f"INSERT INTO legal_naming VALUES ({decision}, 'account_state')")
    decides(desk, number)
    assert desk.work.of(number).state is State.SCOPED and desk.work.of(number).decision != decision
    naming.confirm(desk.work.db, RELEASER, number, desk.work.now_ms)
    assert await desk.step() == 1
    second = desk.of(number)
    assert second.named == STATE and second.snapshot_sha256 != first.snapshot_sha256
    decides(desk, number, frozenset())
    assert await desk.step() == 1
    assert desk.of(number).named == frozenset()


async def test_a_collection_that_names_others_elsewhere_than_was_decided_is_not_shown(desk: Desk) -> None:
    """Whoever lifts the database's guards and edits the rows still finds that the snapshot says something else."""
    found = await named(desk)
    for trigger in ("legal_naming_keeps_rows", "legal_naming_loses_none"):
        desk.work.db.execute(f"DROP TRIGGER {trigger}")
    desk.work.db.execute("UPDATE legal_naming SET data_class = 'subscriber'")
    with pytest.raises(SnapshotDamaged):
        desk.of(found.request)
    desk.work.db.execute("DELETE FROM legal_naming")
    with pytest.raises(SnapshotDamaged):
        desk.of(found.request)


async def test_a_hub_that_names_others_where_nobody_asked_is_refused(desk: Desk) -> None:
    desk.hub.bend = lambda asked, answer: desk.hub.answer(msgspec.structs.replace(asked, named=True))
    number = seen(desk)
    decides(desk, number, frozenset({Releasable.DELIVERY_METADATA}))
    naming.confirm(desk.work.db, RELEASER, number, desk.work.now_ms)
    assert await desk.step() == 0
    assert requests.of(desk.work.db, number).state is State.SCOPED


async def test_the_same_snapshot_says_the_same_of_names(desk: Desk) -> None:
    found = await named(desk, frozenset(Releasable) - CONTENT)
    assert desk.of(found.request) == found
    assert json.dumps([one.file for one in found.redactions]) == json.dumps(
        sorted(one.file for one in found.redactions)
    )
