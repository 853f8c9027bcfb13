# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever holds an older checkpoint finds every mutation, omission and re-ordering, even by the holder of the key."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privity.desk.audit import log
from privity.desk.audit.entry import MAX_ENTRY, Entry
from privity.desk.audit.errors import (
    AuditBroken,
    BadEntry,
    CheckpointRefused,
    EntryMissing,
    LogCutOff,
    LogForked,
    NodesDisagree,
)
from privity.desk.audit.verify import stored, verify
from privity.desk.db.transaction import Db, transaction
from privity.tlog.note import SignedNote
from tests.desk.audit.logs import KEY, entry, filled, genuine, noted, rewritten

COUNT = 300
LOG = genuine(COUNT)
EXAMPLES = 400
PROVEN = int(os.environ.get("PRIVITY_PROVE_AUDIT_CHANGES", "100000"))

Change = Callable[[st.DataObject, list[bytes]], list[bytes]]


def place(data: st.DataObject, entries: list[bytes]) -> int:
    return data.draw(st.integers(0, len(entries) - 1), label="at")


def flipped(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    at = place(data, entries)
    byte = data.draw(st.integers(0, len(entries[at]) - 1))
    changed = bytearray(entries[at])
    changed[byte] ^= data.draw(st.integers(1, 255))
    return [*entries[:at], bytes(changed), *entries[at + 1 :]]


def dropped(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    at = place(data, entries)
    return [*entries[:at], *entries[at + 1 :]]


def swapped(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    one, other = place(data, entries), place(data, entries)
    changed = list(entries)
    changed[one], changed[other] = changed[other], changed[one]
    return changed


def inserted(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    at = place(data, entries)
    return [*entries[:at], entry(at, "nobody ever did this").encode(), *entries[at:]]


def doubled(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    at = place(data, entries)
    return [*entries[: at + 1], *entries[at:]]


def cut_off(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    return entries[: place(data, entries)]


def reworded(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    """One act is another now, and everything else as it was."""
    at = place(data, entries)
    return [*entries[:at], entry(at, "a kettle was looked at").encode(), *entries[at + 1 :]]


def renumbered(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    """After another change, so that every entry says the place where it stands."""
    change = data.draw(st.sampled_from([dropped, swapped, inserted, doubled, reworded]))
    return [_moved(n, found) for n, found in enumerate(change(data, entries))]


def written_anew(data: st.DataObject, entries: list[bytes]) -> list[bytes]:
    """From one act on, another history."""
    at = place(data, entries)
    return [*entries[:at], *(entry(n, "a better story").encode() for n in range(at, len(entries)))]


CHANGES: list[Change] = [
    flipped,
    dropped,
    swapped,
    inserted,
    doubled,
    cut_off,
    reworded,
    renumbered,
    written_anew,
]


def _moved(n: int, data: bytes) -> bytes:
    found = Entry.decode(data)
    return Entry(n, found.at_ms, found.who, found.act, found.about, found.said).encode()


def found_out(changed: list[bytes], kept: SignedNote, *more: SignedNote) -> bool:
    try:
        verify(changed, KEY, [kept, *more])
    except (AuditBroken, BadEntry):
        return True
    return False


def attack(data: st.DataObject) -> None:
    change = data.draw(st.sampled_from(CHANGES))
    size = data.draw(st.integers(1, COUNT), label="size of the kept checkpoint")
    changed = change(data, LOG)
    kept = noted(LOG[:size])
    signed_again = [noted(changed)] if data.draw(st.booleans()) else []
    if changed[:size] != LOG[:size]:
        assert found_out(changed, kept, *signed_again)
    elif all(_reads(n, found) for n, found in enumerate(changed)):
        assert not found_out(changed, kept, *signed_again)


def _reads(n: int, data: bytes) -> bool:
    try:
        return Entry.decode(data).n == n
    except BadEntry:
        return False


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_an_older_checkpoint_stands_for_cannot_be_changed_unseen(data: st.DataObject) -> None:
    attack(data)


@pytest.mark.prove
@settings(max_examples=PROVEN, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_an_older_checkpoint_stands_for_cannot_be_changed_unseen_many_times(data: st.DataObject) -> None:
    attack(data)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_each_kind_of_change_does_change_something(change: Change) -> None:
    """The attacks above are attacks: each of them makes another log."""

    @settings(max_examples=20, database=None)
    @given(st.data())
    def changes(data: st.DataObject) -> None:
        seen.append(change(data, LOG) != LOG)

    seen: list[bool] = []
    changes()
    assert any(seen)


def test_what_came_after_the_kept_checkpoint_is_not_vouched_for() -> None:
    """Its limit: whoever has the key can write anew what nobody else holds a checkpoint of, and nothing sees it."""
    better = [*LOG[:200], *(entry(n, "a better story").encode() for n in range(200, COUNT))]
    found = verify(better, KEY, [noted(LOG[:200]), noted(better)])
    assert found.vouched == COUNT
    assert verify(better, KEY, [noted(LOG[:200])]).vouched == 200
    with pytest.raises(LogForked):
        verify(better, KEY, [noted(LOG[:201])])


def test_two_checkpoints_of_one_size_cannot_both_hold() -> None:
    better = [*LOG[:-1], entry(COUNT - 1, "a better story").encode()]
    with pytest.raises(LogForked):
        verify(LOG, KEY, [noted(LOG), noted(better)])


def test_an_empty_log_continues_an_empty_checkpoint_and_no_other() -> None:
    assert verify([], KEY, [noted([])]).size == 0
    with pytest.raises(LogCutOff):
        verify([], KEY, [noted(LOG[:1])])


def test_a_checkpoint_by_another_key_or_log_is_refused() -> None:
    for note in (noted(LOG, private=b"\x01" * 32), noted(LOG, name="kettles.example/desk-audit")):
        with pytest.raises(CheckpointRefused):
            verify(LOG, KEY, [note])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        LOG[0] + b" ",
        LOG[0].replace(b'"n":0', b'"n":0.0'),
        LOG[0].replace(b"evidence.opened", b"evidence.shown"),
        LOG[0].replace(b'{"about"', b'{"also":1,"about"'),
        b"\xff" + LOG[0],
    ],
)
def test_what_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(BadEntry):
        Entry.decode(data)


def test_an_entry_has_a_limit() -> None:
    with pytest.raises(BadEntry):
        entry(0, "x" * MAX_ENTRY).encode()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    db = filled(tmp_path / "desk.db", 60)
    yield db
    db.close()


STORIES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "dropped and renumbered": lambda old: [_moved(n, data) for n, data in enumerate([*old[:20], *old[21:]])],
    "swapped and renumbered": lambda old: [
        _moved(n, data) for n, data in enumerate([*old[:20], old[21], old[20], *old[22:]])
    ],
    "inserted and renumbered": lambda old: [_moved(n, data) for n, data in enumerate([*old[:20], old[3], *old[20:]])],
    "one reason reworded": lambda old: [*old[:20], entry(20, "another reason").encode(), *old[21:]],
    "cut off": lambda old: old[:39],
    "all of it another": lambda old: [entry(n, "a better story").encode() for n in range(len(old))],
    "all of it gone": lambda old: [],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_database_whose_owner_rewrote_and_signed_it_is_found_out(
    db: Db, story: Callable[[list[bytes]], list[bytes]]
) -> None:
    """Behind the triggers, with a tree that fits, and a checkpoint by the real key: the one kept elsewhere tells."""
    old = list(log.entries(db))
    kept = noted(old[:40])
    assert verify(stored(db), KEY, [kept]).size == 60
    signed = rewritten(db, story(old))
    verify(stored(db), KEY, [signed])
    with pytest.raises((LogForked, LogCutOff)):
        verify(stored(db), KEY, [signed, kept])


def untriggered(db: Db, *statements: str) -> None:
    with transaction(db):
        db.execute("DROP TRIGGER audit_entry_keeps_rows")
        db.execute("DROP TRIGGER audit_entry_loses_none")
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE audit_entry SET entry = (SELECT entry FROM audit_entry WHERE n = 3) WHERE n = 4", EntryMissing),
        ("UPDATE audit_entry SET entry = CAST(replace(entry, 'at, 4', 'at, 5') AS BLOB) WHERE n = 4", NodesDisagree),
        ("DELETE FROM audit_entry WHERE n = 4", EntryMissing),
        ("DELETE FROM audit_entry WHERE n = 59", NodesDisagree),
        ("UPDATE audit_entry SET n = 60 WHERE n = 59", EntryMissing),
        ("UPDATE audit_node SET hash = zeroblob(32) WHERE level = 0 AND i = 4", NodesDisagree),
        ("UPDATE audit_node SET hash = zeroblob(32) WHERE level = 5 AND i = 0", NodesDisagree),
        ("DELETE FROM audit_node WHERE level = 1 AND i = 4", NodesDisagree),
        ("DELETE FROM audit_node WHERE level = 0 AND i = 59", NodesDisagree),
        ("INSERT INTO audit_node VALUES (0, 60, zeroblob(32))", NodesDisagree),
        ("INSERT INTO audit_node VALUES (-1, 0, zeroblob(32))", NodesDisagree),
        ("UPDATE audit_node SET i = 900 WHERE level = 2 AND i = 14", NodesDisagree),
    ],
)
def test_entries_and_tree_that_disagree_are_found_without_any_checkpoint(
    db: Db, statement: str, error: type[AuditBroken]
) -> None:
    untriggered(db, statement)
    with pytest.raises(error):
        verify(stored(db), KEY, [])


def test_the_triggers_hold(db: Db) -> None:
    for statement in ("UPDATE audit_entry SET entry = x'00' WHERE n = 4", "DELETE FROM audit_entry WHERE n = 59"):
        with pytest.raises(Exception, match="append-only"):
            db.execute(statement)
    assert verify(stored(db), KEY, []).size == 60


@pytest.mark.prove
def test_a_hundred_thousand_entries_are_checked_in_seconds(tmp_path: Path) -> None:
    """Entries, tree and stored nodes; the printed number is what the guide says."""
    db = filled(tmp_path / "desk.db", 100_000)
    note = noted(list(log.entries(db)))
    begun = time.process_time()
    assert verify(stored(db), KEY, [note]).vouched == 100_000
    took = time.process_time() - begun
    print(f"100,000 entries: {took:.2f} s of CPU")  # noqa: T201  # the measured figure
    db.close()
    assert took < 20
