# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-3: another version that reads otherwise collects nothing, and keeps nothing apart, before a person has looked."""

from __future__ import annotations

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal import overseeing
from privity.desk.legal.collecting import capabilities, running, service
from privity.desk.legal.collecting.errors import ManifestUnseen, NoCaseToken
from privity.desk.legal.requests.model import State
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.snapshots import HubSnapshots
from privity.desk.legal.vault.model import Asked
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.production import canonical
from privity.production.classes import Releasable
from tests.desk.legal.casework import GUARD, REVIEWER, Casework
from tests.desk.legal.collecting.collectors import Desk


def another_version(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """One whose collector of profiles reads a column more."""
    manifest = capabilities.shipped()
    one = next(each for each in manifest.collectors if each.table == "profile")
    more = msgspec.structs.replace(one, columns=[*one.columns, msgspec.structs.replace(one.columns[0], name="mood")])
    collectors = [more if each is one else each for each in manifest.collectors]
    made = msgspec.structs.replace(manifest, collectors=collectors).encode()
    monkeypatch.setattr(capabilities, "shipped_bytes", lambda: made)
    monkeypatch.setattr(capabilities, "sha256", lambda: canonical.sha256(made))
    monkeypatch.setattr(capabilities, "shipped", lambda: capabilities.decoded(made))
    return made


async def test_lp_3_a_version_that_reads_more_collects_nothing_before_a_reviewer_has_looked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, first = desk.work, capabilities.sha256()
    number = work.scoped()
    another_version(monkeypatch)
    running.begin(work.db, work.now_ms)
    snapshots = HubSnapshots(work.db, desk.hub, lambda: work.now_ms, desk.random)
    assert await desk.step() == 0
    with pytest.raises(ManifestUnseen):
        await snapshots.snapshot(Asked(1, 1, Target("handle", "pot.collector"), tuple(Releasable), None, None))
    assert desk.hub.asked == [] and work.of(number).state is State.SCOPED
    look = overseeing.look(work.db, REVIEWER)
    assert look.before is not None and look.before.sha256 == first
    assert look.changes == (f"the collector hub.profile profile {_class()} reads other columns: mood",)
    assert overseeing.seen(work.db, REVIEWER, look.running.sha256, work.now_ms).seen_by == REVIEWER.who
    assert service.token(work.db, number, work.now_ms, desk.random).request == number
    changed, seen = work.log(Act.COLLECTORS_CHANGED), work.log(Act.COLLECTORS_SEEN)
    assert [entry.said["capabilities_sha256"] for entry in changed] == [first, look.running.sha256]
    assert changed[-1].said["before_sha256"] == first and changed[-1].who == "desk"
    assert [entry.said["capabilities_sha256"] for entry in seen] == [first, look.running.sha256]


def _class() -> str:
    return next(each.data_class.value for each in capabilities.shipped().collectors if each.table == "profile")


def test_the_first_version_of_a_house_is_looked_at_as_well(work: Casework) -> None:
    number = work.scoped()
    for begun in (False, True):
        if begun:
            running.begin(work.db, work.now_ms)
            assert len(overseeing.look(work.db, REVIEWER).changes) == len(capabilities.shipped().collectors) + len(
                {str(each) for each in capabilities.shipped().not_read}
            )
        with pytest.raises(NoCaseToken, match=r"looked at|not begun"):
            service.token(work.db, number, work.now_ms, work.random)
    overseeing.seen(work.db, REVIEWER, capabilities.sha256(), work.now_ms)
    assert service.token(work.db, number, work.now_ms, work.random).request == number


def test_the_same_version_waits_for_nobody_and_one_of_before_does(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that starts again says nothing; one that goes back to an older version does, and somebody looks again."""
    db, now_ms = desk.work.db, desk.work.now_ms
    first = running.begin(db, now_ms)
    assert running.begin(db, now_ms + 5) == first and first.seen
    with monkeypatch.context() as newer:
        another_version(newer)
        running.begin(db, now_ms)
        with pytest.raises(ManifestUnseen):
            running.must_be_seen(db)
        overseeing.seen(db, REVIEWER, capabilities.sha256(), now_ms)
    with pytest.raises(ManifestUnseen, match="not begun"):
        running.must_be_seen(db)
    assert not running.begin(db, now_ms).seen
    with pytest.raises(ManifestUnseen):
        running.must_be_seen(db)


def test_only_who_judges_looks_and_at_what_the_desk_runs_with(work: Casework) -> None:
    with pytest.raises(ManifestUnseen):
        overseeing.look(work.db, REVIEWER)
    running.begin(work.db, work.now_ms)
    sha256 = capabilities.sha256()
    for role in Role:
        acting = Acting.member(9, frozenset({role}))
        if Right.JUDGE_LEGAL not in acting.rights:
            with pytest.raises(NotYourRole):
                overseeing.seen(work.db, acting, sha256, work.now_ms)
    with pytest.raises(ManifestUnseen, match="another one"):
        overseeing.seen(work.db, REVIEWER, "0" * 64, work.now_ms)
    assert work.log(Act.COLLECTORS_SEEN) == []
    assert overseeing.seen(work.db, REVIEWER, sha256, work.now_ms) == overseeing.seen(
        work.db, Acting.member(8, frozenset({Role.LEGAL_REVIEWER})), sha256, work.now_ms + 1
    ), "the first look counts"


RAW = {
    "nobody looked, and it says so": "UPDATE legal_manifest SET seen_by = NULL, seen_ms = NULL, seen_entry = NULL",
    "another manifest": "UPDATE legal_manifest SET manifest = x'7b7d'",
    "another hash": "UPDATE legal_manifest SET sha256 = printf('%064d', 0)",
    "none": "DELETE FROM legal_manifest",
    "the same again": "INSERT INTO legal_manifest (sha256, manifest, began_ms, began_entry)"
    " SELECT sha256, manifest, 1, 3 FROM legal_manifest",
    "looked at as it begins": "INSERT INTO legal_manifest (sha256, manifest, began_ms, began_entry, seen_by, seen_ms,"
    " seen_entry) VALUES (printf('%064d', 0), x'7b7d', 1, 3, 'staff:4', 1, 4)",
}


@pytest.mark.parametrize("act", RAW)
def test_raw_sql_makes_nobody_look(desk: Desk, act: str) -> None:
    with pytest.raises(IntegrityError, match=GUARD):
        desk.work.db.execute(RAW[act])


def test_no_row_of_a_collection_is_by_a_manifest_that_nobody_looked_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By raw SQL: by another one, by one of before, and by the newest before somebody looked."""
    work = desk.work
    number, first = work.scoped(), capabilities.sha256()
    decision = work.of(number).decision
    another_version(monkeypatch)

    def refused(sha256: str) -> None:
        with pytest.raises(IntegrityError, match="nobody has looked at"):
            work.db.execute(
                "INSERT INTO legal_collection (request, decision, collected_ms, snapshot_sha256, capabilities_sha256,"
                " rows_found, withheld, capped, audit_n) VALUES (?, ?, ?, zeroblob(32), ?, 0, 0, 0, 0)",
                (number, decision, work.now_ms, sha256),
            )

    refused("0" * 64)
    running.begin(work.db, work.now_ms)
    refused(first)
    refused(capabilities.sha256())
    overseeing.seen(work.db, REVIEWER, capabilities.sha256(), work.now_ms)
    refused(first)
    running.must_be_seen(work.db)
