# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Partitions on PostgreSQL: all of it once, through owners that die or are slow; and nothing there tells of anybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.features.known import Known
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.joints import Keeper
from privity.desk.signals.running.partitions import counts, goes_to, partition_of
from privity.desk.signals.running.runner import Runner
from privity.desk.signals.running.sealing import Sealing
from privity.wire.observed import ObservedKind
from tests import postgres
from tests.desk.signals.running.running_parts import IN_FORCE, NOW, RULES, acted, marks, opened, pages, runner, stream

COUNT = 1_500
PARTITIONS = 3
DAY_MS = 86_400_000


@pytest.fixture
def store() -> Iterator[str]:
    postgres.need_postgres()
    name = postgres.shared().new_database()
    yield postgres.shared().url(name)
    postgres.drop(name)


def _connected(store: str) -> Any:
    import psycopg

    return psycopg.connect(store, autocommit=True)


def _sealing() -> Sealing:
    return Sealing(b"s" * 32, os.urandom)


def _spreading(store: str, partitions: int = PARTITIONS) -> Any:
    from privity.desk.signals.running.spreading import Spreading

    spreading = Spreading(_connected(store), partitions, _sealing())
    spreading.begin()
    return spreading


def _owned(store: str, owned_s: float = 30.0) -> Any:
    from privity.desk.signals.running.postgres import Partition

    return Partition.own(_connected(store), _sealing(), owned_s=owned_s)


def _runner(partition: Any) -> Runner:
    keeper: Keeper = partition
    mine = counts(partition.partition, PARTITIONS)
    return Runner(
        partition, keeper, partition, lambda: IN_FORCE, Known(), marks(), lambda: NOW, mine=mine, keep_after=300
    )


class _Desk:
    """Where hits end."""

    def __init__(self) -> None:
        self.acted: set[tuple[int, str, str, int]] = set()
        self.came = 0

    def take(self, hit: Hit) -> None:
        self.came += 1
        for rule in RULES.held(hit.hits):
            self.acted.add((hit.version, rule.name, hit.account, hit.at_ms // DAY_MS))


def _act(spreading: Any, desk: _Desk) -> None:
    while waiting := spreading.waiting():
        for one in waiting:
            desk.take(one.hit)
        spreading.taken([one.n for one in waiting])


def _single(tmp_path: Any) -> set[tuple[object, ...]]:
    db = opened(tmp_path / "whole.db")
    assert sum(pages(runner(db, stream(COUNT)))) == COUNT
    return set(acted(db))


def test_partitions_find_what_one_process_finds_though_their_owners_die(store: str, tmp_path: Any) -> None:
    spreading, desk = _spreading(store), _Desk()
    observed = stream(COUNT)
    assert spreading.spread(observed[:1_000]) == 1_000
    assert spreading.spread(observed) == COUNT, "what was spread already is left out"
    assert spreading.spread(observed) == COUNT
    dies_after = 4
    owned = 0
    while (partition := _owned(store, owned_s=0.0 if dies_after else 30.0)) is not None:
        owned += 1
        one = _runner(partition)
        for page, _ in enumerate(pages(one, 37)):
            if dies_after and page == dies_after:
                break
        if dies_after:
            dies_after -= 1
            partition.db.close()  # nothing of it is kept but what was committed
            continue
        one.keep()
    assert owned == 4 + PARTITIONS
    _act(spreading, desk)
    assert desk.acted == _single(tmp_path)
    log = spreading.db.execute("SELECT count(*) FROM signal_log").fetchone()
    assert log == (0,), "observations are gone once they are counted"
    spreading.forget_over(NOW // DAY_MS + 30, 0)
    assert spreading.db.execute("SELECT count(*) FROM signal_hit").fetchone() == (0,)


def test_a_slow_owner_is_told_and_writes_nothing(store: str) -> None:
    from privity.desk.signals.running.errors import PartitionLost

    spreading = _spreading(store, 1)
    spreading.spread(stream(200))
    slow = _owned(store, owned_s=0.0)
    late = Runner(slow, slow, slow, lambda: IN_FORCE, Known(), marks(), lambda: NOW)
    assert late.work(100) == 100
    quick = _owned(store)
    assert quick.partition == slow.partition
    with pytest.raises(PartitionLost):
        late.keep()
    with pytest.raises(PartitionLost):
        slow.own_on()
    quick.own_on()
    assert quick.load().number == 0
    assert _owned(store) is None, "a partition has one owner"
    quick.let_go()
    assert _owned(store) is not None


def test_the_database_tells_nothing(store: str) -> None:
    spreading = _spreading(store, 1)
    observed = stream(400)
    spreading.spread(observed[:300])
    partition = _owned(store)
    one = Runner(partition, partition, partition, lambda: IN_FORCE, Known(), marks(), lambda: NOW)
    assert sum(pages(one)) == 300
    one.keep()
    spreading.spread(observed)
    rows: list[str] = []
    for table in ("signal_log", "signal_account", "signal_hit", "signal_partition", "signal_spread"):
        found = spreading.db.execute(f"SELECT * FROM {table}").fetchall()
        assert found, table
        rows += [repr(row) for row in found]
    whole = "".join(rows)
    for word in ("mimi", "asked", "Asks", "h/u/"):
        assert word not in whole
    other = Sealing(b"t" * 32, os.urandom)
    assert other.name("mimi://h/u/1") != _sealing().name("mimi://h/u/1")
    name, sealed = spreading.db.execute("SELECT name, sealed FROM signal_account").fetchone()
    with pytest.raises(CountersUnreadable):
        other.opened(name, sealed)
    with pytest.raises(CountersUnreadable):
        _sealing().opened(b"elsewhere", sealed)


def test_another_number_of_partitions_is_refused(store: str) -> None:
    from privity.desk.signals.running.errors import PartitionsUnlike

    _spreading(store, 3)
    with pytest.raises(PartitionsUnlike):
        _spreading(store, 4)


def test_an_observation_goes_to_whom_it_concerns() -> None:
    for seen in stream(500):
        found = goes_to(seen, 8)
        assert partition_of(seen.account, 8) in found
        if seen.kind is ObservedKind.REGISTERED:
            assert found == frozenset(range(8))
        elif seen.kind in (ObservedKind.BLOCKED, ObservedKind.ACCEPTED):
            assert partition_of(seen.other, 8) in found
        else:
            assert len(found) == 1
    assert {partition_of(f"mimi://h/u/{n}", 8) for n in range(200)} == set(range(8))
