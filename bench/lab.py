# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an invented world costs to make: `make bench-lab`, and `BENCH_ARGS="--people 1000000 --days 2"` for a large one.

Each number comes from a process of its own. "Drawn" are ordinary people and benign groups, as columns of a day;
"written" is `privity lab world`, abusers and the file of the truth included.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from bench.format import Row, commit_of, show
from privity.lab.benign_world import benign_days
from privity.lab.commands import world
from privity.lab.parameters import shipped
from privity.lab.population import Population
from privity.lab.whole_world import World

PEOPLE: Final = 100_000
DAYS: Final = 5
QUICK_PEOPLE: Final = 5_000
QUICK_DAYS: Final = 2
SEED: Final = 1
T = TypeVar("T")


def rows(people: int, days: int) -> list[Row]:
    """Memory and speed of one world."""
    each = _alone(partial(_people, people))
    many, drawing = _alone(partial(_drawn, people, days))
    written, writing, peak = _alone(partial(_written, people, days))
    going, held = _alone(partial(_gone_through, people, days))
    name = f"{people:,} people, {days} days"
    return [
        Row(f"{name}: a person in memory", each, "bytes"),
        Row(f"{name}: benign observations drawn", many / drawing, "rows/cpu_s"),
        Row(f"{name}: observations written", written / writing, "rows/cpu_s"),
        Row(f"{name}: the whole world written, {written:,} observations", writing, "cpu_s"),
        Row(f"{name}: most memory while it is written", peak, "MB"),
        Row(f"{name}: the whole world gone through, nothing written and the truth kept", going, "cpu_s"),
        Row(f"{name}: most memory while its truth is kept", held, "MB"),
    ]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.lab", description="What an invented world costs to make.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PEOPLE:,} people, {QUICK_DAYS} days")
    parser.add_argument("--people", type=int, help=f"how many, {PEOPLE:,} where nothing is said")
    parser.add_argument("--days", type=int, help=f"how many, {DAYS} where nothing is said")
    found = parser.parse_args(arguments)
    people, days = (QUICK_PEOPLE, QUICK_DAYS) if found.quick else (PEOPLE, DAYS)
    made = rows(found.people or people, found.days or days)
    show("lab", commit_of(Path(__file__).parent), not found.quick, made)


def _alone(measured: Callable[[], T]) -> T:
    """In a process that has done nothing else."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measured)


def _people(people: int) -> float:
    parameters = shipped()
    Population(SEED, 1_000, 1, parameters)  # what is loaded for the first person is not theirs
    before = _memory("VmRSS")
    kept = Population(SEED, people, 1, parameters)
    return (_memory("VmRSS") - before) / kept.size


def _drawn(people: int, days: int) -> tuple[int, float]:
    population = Population(SEED, people, days, shipped())
    started = time.process_time()
    many = sum(len(day) for day in benign_days(population))
    return many, time.process_time() - started


def _written(people: int, days: int) -> tuple[int, float, float]:
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        out, started = Path(folder) / "world.jsonl", time.process_time()
        world(out=out, accounts=people, days=days, seed=SEED)
        took = time.process_time() - started
        with out.open("rb") as lines:
            return sum(1 for _ in lines), took, _memory("VmHWM") / 1e6


def _gone_through(people: int, days: int) -> tuple[float, float]:
    started, made = time.process_time(), World(SEED, people, days, shipped())
    for _ in made.observed():
        pass
    return time.process_time() - started, _memory("VmHWM") / 1e6


def _memory(what: str) -> int:
    """Bytes that this process holds now (VmRSS), or held at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (found,) = [line for line in lines if line.startswith(f"{what}:")]
    return int(found.split()[1]) * 1024


if __name__ == "__main__":
    main()
