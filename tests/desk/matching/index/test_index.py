# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The index knows what its list knows, at once, after each restart, and while it is compacted."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.matching.index.hashes import Listed, filled, moved

from privity.desk.matching.index import index as of_index
from privity.desk.matching.index.changes import Change
from privity.desk.matching.index.errors import (
    AddedTwice,
    EntryInvalid,
    HashInvalid,
    IndexFault,
    ManifestMissing,
    OutOfOrder,
    RadiusInvalid,
    RemovedUnknown,
)
from privity.desk.matching.index.index import Index


@pytest.fixture
def rnd() -> random.Random:
    return random.Random(9)


def same(index: Index, listed: Listed, queries: list[bytes]) -> bool:
    return len(index) == len(listed.standing) and all(index.within(one) == listed.near(one) for one in queries)


def changed(listed: Listed, rnd: random.Random, count: int) -> list[bytes]:
    """Entries come and go; some that went come again. Hashes to ask for."""
    gone: dict[int, bytes] = {}
    queries = []
    for _ in range(count):
        what = rnd.random()
        if what < 0.3 and listed.standing:
            entry = rnd.choice(list(listed.standing))
            gone[entry] = listed.standing[entry]
            listed.remove(entry)
            queries.append(gone[entry])
        elif what < 0.4 and gone:
            entry = rnd.choice(list(gone))
            listed.add(entry, gone.pop(entry))
        else:
            bits = rnd.choice(list(listed.standing.values())) if listed.standing else rnd.randbytes(32)
            near = moved(bits, rnd.randrange(36), rnd)
            listed.add(100_000 + len(listed.changes), near)
            queries.append(bits)
    return queries


def test_an_addition_and_a_removal_are_visible_to_the_next_look_up(tmp_path: Path, rnd: random.Random) -> None:
    listed = filled(50, rnd)
    index = Index.open(tmp_path / "index", listed)
    bits = rnd.randbytes(32)
    near = moved(bits, 31, rnd)
    assert index.within(near) == []
    listed.add(777, bits)
    assert index.catch_up(listed) == 1
    assert index.within(near) == [(31, 777)]
    assert index.within(near, 30) == []
    listed.add(778, bits)
    listed.remove(777)
    assert index.catch_up(listed) == 2
    assert index.within(near) == [(31, 778)]
    assert index.within(listed.standing[7]) == [(0, 7)]
    listed.remove(7)
    index.catch_up(listed)
    assert index.within(listed.changes[6].bits) == []
    assert index.catch_up(listed) == 0


def test_after_a_restart_it_knows_the_same(tmp_path: Path, rnd: random.Random) -> None:
    listed = filled(200, rnd)
    first = Index.open(tmp_path / "index", listed)
    assert isinstance(first.made_anew, ManifestMissing)
    for _ in range(5):
        queries = changed(listed, rnd, 60)
        first.catch_up(listed)
        assert same(first, listed, queries)
        again = Index.open(tmp_path / "index", listed)
        assert again.made_anew is None
        assert again.generation == first.generation
        assert again.sequence == listed.changes[-1].sequence
        assert same(again, listed, queries)


def test_compaction_changes_the_files_and_no_answer(tmp_path: Path, rnd: random.Random) -> None:
    listed = filled(100, rnd)
    index = Index.open(tmp_path / "index", listed)
    other = Index.open(tmp_path / "index", listed)
    for generation in range(2, 6):
        queries = changed(listed, rnd, 80)
        index.catch_up(listed)
        index.compact()
        assert index.generation == generation
        assert same(index, listed, queries)
        assert [path.name for path in tmp_path.glob("index/segment-*")] == [f"segment-{generation:08}"]
        assert same(Index.open(tmp_path / "index", listed), listed, queries)
        if generation == 3:  # it looks on through files that are gone, and then takes the new ones
            other.catch_up(listed)
            assert other.generation == 1
            assert same(other, listed, queries)
            assert other.compact_if_due()
            assert other.generation == 3
            assert same(other, listed, queries)


def test_nothing_waits_for_a_compaction_and_what_comes_meanwhile_is_kept(
    tmp_path: Path, rnd: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_index, "TAIL_MOST", 50)
    listed = filled(100, rnd)
    index = Index.open(tmp_path / "index", listed)
    assert not index.compact_if_due()
    queries = changed(listed, rnd, 120)
    index.catch_up(listed)
    assert not index.compact_if_due(), "it has begun"
    rival = Index.open(tmp_path / "index", listed)
    assert not rival.compact_if_due(), "somebody else does it already"
    assert rival._child is None
    looked = 0
    while not index.compact_if_due():
        queries += changed(listed, rnd, 3)
        index.catch_up(listed)
        assert same(index, listed, queries[-5:])
        looked += 1
    assert looked > 0
    assert index.generation == 2
    assert same(index, listed, queries)
    assert same(Index.open(tmp_path / "index", listed), listed, queries)
    index.close()


def test_many_removals_are_a_reason_too(tmp_path: Path, rnd: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_index, "DEAD_LEAST", 10)
    listed = filled(100, rnd)
    index = Index.open(tmp_path / "index", listed)
    for entry in range(1, 11):
        listed.remove(entry)
    index.catch_up(listed)
    index.compact_if_due()
    assert index._child is None
    listed.remove(11)
    index.catch_up(listed)
    index.compact_if_due()
    assert index._child is not None
    index.close()
    assert index._child is None
    assert not list(tmp_path.glob("index/job*"))
    assert same(index, listed, [listed.changes[3].bits, listed.changes[50].bits])


def test_threads_look_up_while_it_changes(tmp_path: Path, rnd: random.Random) -> None:
    listed = filled(300, rnd)
    kept = dict(list(listed.standing.items())[:100])
    index = Index.open(tmp_path / "index", listed)
    missed: list[int] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            missed.extend(entry for entry, bits in kept.items() if (0, entry) not in index.within(bits))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(4):
            for number in range(600):
                listed.add(1000 + turn * 1000 + number, rnd.randbytes(32))
            for entry in range(101 + turn * 40, 141 + turn * 40):
                listed.remove(entry)
            index.catch_up(listed)
            index.compact()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert missed == []
    assert same(index, listed, list(kept.values())[:10])


def broken(index: Index, change: Change) -> None:
    class One:
        def after(self, sequence: int) -> Iterator[Change]:
            return iter([change])

    index.catch_up(One())


def test_a_change_that_cannot_be_is_refused_and_changes_nothing(tmp_path: Path, rnd: random.Random) -> None:
    listed = filled(20, rnd)
    index = Index.open(tmp_path / "index", listed)
    listed.add(21, rnd.randbytes(32))
    index.catch_up(listed)
    good = Change(22, 22, rnd.randbytes(32), True)
    refused: list[tuple[type[IndexFault], Change]] = [
        (OutOfOrder, good._replace(sequence=21)),
        (HashInvalid, good._replace(bits=good.bits[:-1])),
        (HashInvalid, good._replace(bits=good.bits + b"\0")),
        (EntryInvalid, good._replace(entry=-1)),
        (EntryInvalid, good._replace(entry=1 << 63)),
        (AddedTwice, Change(22, 21, listed.standing[21], True)),
        (AddedTwice, Change(22, 3, listed.standing[3], True)),
        (RemovedUnknown, good._replace(added=False)),
        (RemovedUnknown, Change(22, 3, good.bits, False)),
        (RemovedUnknown, Change(22, 21, good.bits, False)),
    ]
    for error, change in refused:
        with pytest.raises(error) as told:
            broken(index, change)
        assert change.bits.hex()[:8] not in str(told.value)
        assert index.sequence == 21
        assert same(index, listed, [change.bits.ljust(32)[:32], listed.standing[3], listed.standing[21]])
    broken(index, good)
    assert index.within(good.bits) == [(0, 22)]


def test_what_is_asked_for_must_be_a_hash_and_a_radius(tmp_path: Path, rnd: random.Random) -> None:
    index = Index.open(tmp_path / "index", filled(3, rnd))
    assert index.within(bytes(32), 31) == []
    for bits in (b"", bytes(31), bytes(33)):
        with pytest.raises(HashInvalid, match=f"got {len(bits)} bytes"):
            index.within(bits)
    for radius in (-1, 32):
        with pytest.raises(RadiusInvalid, match=f"got {radius}"):
            index.within(bytes(32), radius)


def test_an_entry_may_have_any_number_of_63_bits(tmp_path: Path, rnd: random.Random) -> None:
    listed = Listed()
    for entry in (0, 1, (1 << 32) - 1, 1 << 32, (1 << 63) - 1):
        listed.add(entry, rnd.randbytes(32))
    index = Index.open(tmp_path / "index", listed)
    assert same(index, listed, list(listed.standing.values()))
    for entry in list(listed.standing):
        listed.remove(entry)
    index.catch_up(listed)
    index.compact()
    assert len(index) == 0
    assert index.within(listed.changes[0].bits) == []


def test_nobody_else_may_read_the_files_and_no_repr_shows_a_hash(tmp_path: Path, rnd: random.Random) -> None:
    listed = filled(20, rnd)
    index = Index.open(tmp_path / "index", listed)
    index.compact()
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "index").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path.name
    said = f"{listed.changes[0]!r} {index!r}"
    assert listed.changes[0].bits.hex() not in said
    assert repr(listed.changes[0].bits) not in said
