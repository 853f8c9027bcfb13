# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Owners come, are cut off, come back late and die, in any order: what is counted is what one process alone counts."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.desk.signals.running import desk_store
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.told import Told
from tests import postgres
from tests.desk.signals.running.running_parts import IN_FORCE, NOW, RULES, acted, opened, pages, runner, stream

COUNT = 900
PARTITIONS = 3
MACHINES = 3
TURNS = 90
DAY_MS = 86_400_000
TOLD = Told(b"catalogue", b"k" * 32, False, ())
SEALING = Sealing(b"s" * 32, os.urandom)


class _Machines:
    """Processes that count, each over a connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._beat_s = 0.0
        self.all = [self._owning() for _ in range(MACHINES)]

    def _owning(self) -> Any:
        import psycopg

        from privity.desk.signals.running.owning import Owning

        db = psycopg.connect(self._url, autocommit=True)
        return Owning(db, SEALING, 2, lambda told: IN_FORCE, TOLD.catalogue, (), lambda: self._beat_s)

    def turn(self, number: int) -> int:
        self._beat_s += 60.0  # it is time to look who owns what
        return int(self.all[number].turn())

    def die(self, number: int) -> None:
        """Nothing of it is kept but what was committed, and what it owned is still its own for a time."""
        self.all[number].db.close()
        self.all[number] = self._owning()

    def close(self) -> None:
        for one in self.all:
            one.leave()
            one.db.close()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 40))])
def test_nothing_is_counted_twice_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    postgres.need_postgres()
    import psycopg

    from privity.desk.signals.running import postgres_store as store
    from privity.desk.signals.running.spreading import Begun, Spreading

    step = store.step
    monkeypatch.setattr(store, "step", lambda db: (step(db)[0], NOW))
    draw, observed = random.Random(seed), stream(COUNT)
    name = postgres.shared().new_database()
    url = postgres.shared().url(name)
    try:
        with psycopg.connect(url, autocommit=True) as db:
            spreading = Spreading(db, PARTITIONS, SEALING)
            assert spreading.begin()
            spreading.begin_with(Begun(0, _nothing(), ()), TOLD)
            machines, spread, lost = _Machines(url), 0, 0
            for _ in range(TURNS):
                match draw.choices(("spread", "turn", "lease", "die", "leave"), (6, 12, 3, 1, 1))[0]:
                    case "spread":
                        spread += draw.randrange(60)
                        spreading.spread(observed[:spread])
                    case "turn":
                        machines.turn(draw.randrange(MACHINES))
                    case "lease":
                        gone = "UPDATE signal_partition SET owned_until = '-infinity' WHERE partition = %s"
                        lost += db.execute(gone, (draw.randrange(PARTITIONS),)).rowcount
                    case "die":
                        machines.die(draw.randrange(MACHINES))
                    case _:
                        machines.all[draw.randrange(MACHINES)].leave()
            assert lost and spread > COUNT / 4
            spreading.spread(observed)
            db.execute("UPDATE signal_partition SET owned_until = '-infinity'")
            while sum(machines.turn(number) for number in range(MACHINES)):
                pass
            machines.close()
            assert db.execute("SELECT count(*) FROM signal_log").fetchone() == (0,)
            assert _counted(db) == _alone(tmp_path)
    finally:
        postgres.drop(name)


Counted = tuple[dict[str, bytes], set[tuple[object, ...]]]


def _nothing() -> bytes:
    from privity.desk.signals.counters.commons import Commons

    return Commons().encode()


def _counted(db: Any) -> Counted:
    """Counters of all accounts, and all hits."""
    from privity.desk.signals.running import postgres_store as store
    from privity.desk.signals.running.hits import Hit

    counters: dict[str, bytes] = dict(
        msgspec.msgpack.decode(SEALING.opened(name, sealed), type=tuple[str, bytes])
        for partition in range(PARTITIONS)
        for name, sealed in store.accounts(db, partition)
    )
    hits = [Hit.unpacked(SEALING.opened(b"hit", sealed)) for _, sealed in store.hits(db, COUNT)]
    found: set[tuple[object, ...]] = {
        (hit.version, rule.name, hit.account, hit.at_ms // DAY_MS) for hit in hits for rule in RULES.held(hit.hits)
    }
    return counters, found


def _alone(folder: Path) -> Counted:
    """What one process makes of the same."""
    db = opened(folder / "alone.db")
    one = runner(db, stream(COUNT))
    assert sum(pages(one)) == COUNT
    one.keep()
    return dict(desk_store.accounts(db)), set(acted(db))
