# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The look for campaigns as a desk does it, from its database to its cases, at any number of acts.

`make bench-acts BENCH_ARGS="--acts 10000000"`. A week of invented people, groups that mean no harm and campaigns of
every strength is written to a desk's database by one process; another, which has done nothing else, looks through it.
With `--finding` there is no database: what was gathered is given to the second process.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import chain, islice
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Final

import numpy as np

from bench.campaigns import World, world
from bench.format import Row, commit_of, show
from bench.observed_week import observations, registrations
from bench.signals_coordination import ATTACKS, BARRED
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.keys import STAFF_SUITE, DeskKeys
from privity.desk.signals.coordination import store
from privity.desk.signals.coordination.batch import Coordination
from privity.desk.signals.coordination.finding import find
from privity.desk.signals.coordination.model import Acts
from privity.desk.signals.taking import service as taking
from privity.desk.signals.taking import store as observed
from privity.mls.crypto import SigningKey
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

FULL: Final = 10_000_000
QUICK: Final = 200_000
OF_EACH: Final = 6.5
"""Acts of a person in a week, with what groups do together."""
LARGE: Final = 300_000
"""People from whom on the bars hold: among fewer, so many campaigns go everywhere, a company's own rooms included."""
OFTEN: Final = 3
"""Campaigns of each strength."""
PART: Final = 5_000
SEED: Final = 1
TICK_S: Final = 0.005
COLUMNS: Final = tuple(each.name for each in fields(Acts) if each.name not in ("accounts", "objects"))
KEYS: Final = DeskKeys(b"i" * 32, SigningKey(STAFF_SUITE, b"s" * 32), b"e" * 32, b"a" * 32)


@dataclass(slots=True)
class Looked:
    """One look, in a process that has done nothing else."""

    acts: int = 0
    accounts: int = 0
    reading_s: float = 0
    cpu_s: float = 0
    wall_s: float = 0
    peak_mb: float = 0
    waits_ms: list[float] = field(default_factory=list)
    """How late the desk's other work was, each time it wanted to go on; other processes' work is not counted."""
    clusters: list[list[str]] = field(default_factory=list)


def measured(acts: int, windows: int, folder: Path) -> list[Row]:
    """Fill a database and look through it; `windows` of messages of each account lie between the acts."""
    people = _people(acts)
    with _alone() as pool:
        kept = pool.apply(_fill, (folder / "desk.db", people, windows))
    with _alone() as pool:
        looked: Looked = pool.apply(_look, (folder / "desk.db",))
    waits = sorted(looked.waits_ms)
    return [
        *_rows(looked, people),
        Row("observations kept, windows of messages included", kept, "rows"),
        Row("the database", (folder / "desk.db").stat().st_size / 1e6, "MB"),
        Row("reading and counting", looked.reading_s, "cpu_s"),
        Row("the desk's other work waits, 99 of 100", waits[len(waits) * 99 // 100], "ms"),
        Row("the desk's other work waits, at most", waits[-1], "ms"),
    ]


def found_alone(acts: int, folder: Path) -> list[Row]:
    """Without a database: acts are there as columns."""
    people = _people(acts)
    with _alone() as pool:
        pool.apply(_draw, (folder / "acts.npz", people))
    with _alone() as pool:
        looked: Looked = pool.apply(_find, (folder / "acts.npz",))
    return _rows(looked, people)


def _rows(looked: Looked, people: int) -> list[Row]:
    made = _week(people)
    number = {name: at for at, name in enumerate(made.acts.accounts)}
    hit = np.zeros(len(made.campaign), dtype=np.bool_)
    hit[[number[name] for members in looked.clusters for name in members]] = True
    barred = [at for at, name in enumerate(ATTACKS) if name in BARRED]
    ours = (made.campaign >= 0) & np.isin(made.campaign // OFTEN, barred)
    large = people >= LARGE
    return [
        Row("acts looked through", looked.acts, "acts"),
        Row("accounts", looked.accounts, "accounts"),
        Row("clusters put before people", len(looked.clusters), "clusters"),
        Row("campaigns at the bar: recall", float(hit[ours].mean()), "share", "ours >= 0.95" if large else None),
        Row(
            "people in clusters, for each million",
            1e6 * float((hit & (made.campaign < 0)).sum()) / people,
            "people",
            "ours <= 10" if large else None,
        ),
        Row("all of it", looked.cpu_s, "cpu_s"),
        Row("acts of one second", looked.acts / looked.cpu_s, "acts/cpu_s"),
        Row("the same, beside other work of the machine", looked.wall_s, "s"),
        Row("memory at its highest", looked.peak_mb, "MB"),
    ]


def _people(acts: int) -> int:
    return max(int(acts / OF_EACH), 2_000)


def _alone() -> Pool:
    return multiprocessing.get_context("spawn").Pool(1)


def _week(people: int) -> World:
    made = world(people, [(attack, OFTEN) for attack in ATTACKS.values()], SEED)
    made.acts.accounts[:] = _names(len(made.acts.accounts))
    return made


def _names(count: int) -> list[str]:
    return [f"mimi://hub.example/u/{number:026d}" for number in range(count)]


def _fill(path: Path, people: int, windows: int) -> int:
    """How many observations were kept."""
    acts, kept = _week(people).acts, 0
    db = open_database(path, KEYS)
    db.execute("PRAGMA synchronous = OFF")  # nobody needs it after a loss of power
    now_ms = int(acts.at_ms.max()) + 1
    each = chain(registrations(acts), observations(acts))
    told = _windows(acts.accounts, windows, int(acts.at_ms.min()))
    for_each = windows * len(acts.accounts) // max(acts.size // PART, 1)
    while part := list(islice(each, PART)):
        part += islice(told, for_each)
        with transaction(db):
            observed.add(db, part, now_ms)
        kept += len(part)
    db.close()
    return kept


def _windows(accounts: list[str], windows: int, at_ms: int) -> chain[Observed]:
    return chain.from_iterable(
        (
            Observed(0, at_ms, ObservedKind.SENT, name, 0, AgeBand.ADULT, count=5, people=4, rooms=2, largest=12)
            for name in accounts
        )
        for _ in range(windows)
    )


def _draw(path: Path, people: int) -> None:
    acts = _week(people).acts
    columns = {name: getattr(acts, name) for name in COLUMNS}
    np.savez(path, accounts=len(acts.accounts), objects=len(acts.objects), **columns)


def _find(path: Path) -> Looked:
    with np.load(path) as kept:
        objects = [f"o{number}" for number in range(int(kept["objects"]))]
        acts = Acts(_names(int(kept["accounts"])), objects, **{name: kept[name] for name in COLUMNS})
    looked, started, cpu = Looked(acts.size, len(acts.accounts)), time.perf_counter(), time.process_time()
    looked.clusters = [[member.account for member in each.members] for each in find(acts, SEED)]
    looked.cpu_s, looked.wall_s = time.process_time() - cpu, time.perf_counter() - started
    looked.peak_mb = _highest_mb()
    return looked


def _look(path: Path) -> Looked:
    looked = Looked()
    db = open_database(path, KEYS)
    now_ms = int(db.execute("SELECT max(at_ms) FROM observed").fetchone()[0]) + 1
    asyncio.run(_timed(db, now_ms, looked))
    looked.acts, looked.accounts = db.execute("SELECT acts, accounts FROM coordination_run").fetchone()
    for number in range(1, store.next_number(db)):
        found = store.find(db, number)
        assert found is not None
        looked.clusters.append([member.account for member in found.cluster.members])
    looked.peak_mb = _highest_mb()
    db.close()
    return looked


async def _timed(db: Db, now_ms: int, looked: Looked) -> None:
    started, cpu = time.perf_counter(), time.process_time()

    def election(_db: Db, _at_ms: int) -> bool:  # asked when all is read
        looked.reading_s = time.process_time() - cpu
        return False

    work = Coordination(
        db,
        taking.acts_since,
        election,
        lambda *_: False,
        lambda: now_ms,
        partial(bytes.ljust, b"seed"),
    )
    waiting = asyncio.ensure_future(_wait(looked.waits_ms))
    await work.step()
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    looked.cpu_s, looked.wall_s = time.process_time() - cpu, time.perf_counter() - started


def _highest_mb() -> float:
    """Memory of this process at its highest."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


async def _wait(waits_ms: list[float]) -> None:
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(TICK_S)
        waits_ms.append((min(time.perf_counter() - wall, time.process_time() - cpu) - TICK_S) * 1000)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.acts", description="The look for campaigns, and its size.")
    parser.add_argument("--acts", type=int, default=FULL, help="about so many acts in the week")
    parser.add_argument("--windows", type=int, default=7, help="windows of messages of each account, in between")
    parser.add_argument("--finding", action="store_true", help="without a database: the acts are there as columns")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} acts")
    found = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-acts-") as folder:
        acts = QUICK if found.quick else found.acts
        rows = found_alone(acts, Path(folder)) if found.finding else measured(acts, found.windows, Path(folder))
    show("acts", commit_of(Path(__file__).parent), not found.quick, rows)


if __name__ == "__main__":
    main()
