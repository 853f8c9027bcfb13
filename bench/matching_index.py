# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The index: built, opened again, asked, changed, held against a look at every hash. Each in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from bench.clock import percentile
from bench.format import Goal, Row
from bench.matching_lists import RADIUS, TAIL, Tail, asked, hashes, last_of, moved
from privity.desk.matching.index import building
from privity.desk.matching.index.index import Index
from privity.desk.matching.index.kernel import Words
from privity.desk.matching.index.manifest import anchor_of
from privity.desk.matching.index.plain import Plain

FARTHEST: Final = 40
"""Bits between what is planted and what is asked for, from 0 on."""
CHANGES: Final = 50
"""Additions and removals whose way to the next look-up is measured."""


@dataclass(frozen=True, slots=True)
class Sizes:
    entries: int
    look_ups: int
    checked: int
    """Look-ups held against every hash, a multiple of 41."""


@dataclass(frozen=True, slots=True)
class Built:
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Used:
    """What a process that looks up shows."""

    cpu_us: float
    plain_cpu_us: float
    p50_us: float
    p99_us: float
    added_ms: float
    removed_ms: float
    wrong: int


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def rows(folder: Path, sizes: Sizes) -> list[Row]:
    """Leaves the index in the folder."""
    built: Built = apart(build, folder, sizes.entries)
    restart = opened(folder, sizes.entries)
    used: Used = apart(use, folder, sizes)
    name = f"index of {sizes.entries:,}"
    first = f"{name}: from the start of a process to its first answer"
    checked = f"{name}: wrong answers to {sizes.checked:,} look-ups at distances 0 to {FARTHEST}, against every hash"
    return [
        Row(f"{name}: built", built.cpu_s, "cpu_s", "ours <= 30"),
        Row(f"{name}: memory at most while it is built, in a process beside the desk", built.peak_mb, "MB"),
        Row(f"{first}, {TAIL:,} changes replayed", restart["wall_s"], "s", "ours <= 5"),
        Row(first, restart["cpu_s"], "cpu_s"),
        Row(f"{name}: memory of that process", restart["memory_mb"], "MB", "ours <= 1200"),
        Row(f"{name}: of it files, mapped", restart["mapped_mb"], "MB"),
        Row(f"{name}: single look-ups, half of them of something near", 1e6 / used.cpu_us, "per_cpu_s", "ours >= 2000"),
        Row(f"{name}: the same with NumPy alone", 1e6 / used.plain_cpu_us, "per_cpu_s"),
        Row(f"{name}: a look-up, p50", used.p50_us, "us"),
        Row(f"{name}: a look-up, p99", used.p99_us, "us"),
        Row(checked, used.wrong, "look-ups", "ours <= 0"),
        Row(f"{name}: until an addition is visible, the slowest of {CHANGES}", used.added_ms, "ms", "ours <= 1000"),
        Row(f"{name}: until a removal is visible, the slowest of {CHANGES}", used.removed_ms, "ms", "ours <= 1000"),
    ]  # fmt: skip


def kill_rows(kills: int, where: Path) -> list[Row]:
    """The run is that of the tests (`tests/desk/matching/index/test_kills.py`)."""
    lost = Goal(
        f"index: acknowledged changes lost or undone in {kills} kill -9 while it changes", "changes", "ours <= 0"
    )
    checked = Goal(f"index: entries and removals held against what was acknowledged, {kills} kills", "look-ups")
    try:
        from tests.desk.matching.index.killed import run
    except ImportError as err:
        return [goal.skipped(f"{type(err).__name__}: {err}") for goal in (lost, checked)]
    found_lost, found_checked = 0, 0
    for seed in range(0, kills, 20):
        with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=where) as folder:
            tally = run(Path(folder), min(20, kills - seed), seed)
        found_lost += len(tally.lost) + tally.made_anew
        found_checked += tally.checked
    return [lost.row(found_lost), checked.row(found_checked)]


def build(folder: Path, entries: int) -> Built:
    listed = hashes(entries)
    last = last_of(entries)
    start = time.process_time()
    building.replace(folder, 1, listed, np.arange(1, entries + 1, dtype=np.int64), last.sequence, anchor_of(last))
    return Built(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def use(folder: Path, sizes: Sizes) -> Used:
    """What is asked of an index that is open."""
    changes = Tail(last_of(sizes.entries), TAIL)
    index = Index.open(folder, changes)
    listed = hashes(sizes.entries)
    queries = asked(listed, sizes.look_ups, 7)
    for query in queries[:100]:
        index.within(query)
    waited = []
    start = time.process_time()
    for query in queries:
        before = time.perf_counter()
        index.within(query)
        waited.append((time.perf_counter() - before) * 1e6)
    cpu_us = (time.process_time() - start) / len(queries) * 1e6
    added, removed = _visible(index, changes, listed)
    plain = _plain_us(index, queries[: max(100, len(queries) // 20)])
    wrong = _wrong(index, listed, changes, sizes.checked)
    return Used(cpu_us, plain, median(waited), percentile(waited, 99), added, removed, wrong)


def opened(folder: Path, entries: int) -> dict[str, float]:
    """By a fresh interpreter that loads nothing else: see `bench.matching_restart`."""
    command = [sys.executable, "-m", "bench.matching_restart", str(folder), str(entries), repr(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _visible(index: Index, changes: Tail, listed: Words) -> tuple[float, float]:
    """Milliseconds until a look-up shows an addition, and until it shows a removal from the base no more."""
    rnd = random.Random(3)
    added, removed = [], []
    for number in range(CHANGES):
        bits, entry = rnd.randbytes(32), 1 << 40 | number
        changes.come(entry, bits, added=True)
        start = time.perf_counter()
        while (RADIUS, entry) not in index.within(moved(bits, RADIUS, rnd)):
            index.catch_up(changes)
        added.append((time.perf_counter() - start) * 1000)
        place = rnd.randrange(len(listed) - 1)
        changes.come(place + 1, listed[place].tobytes(), added=False)
        start = time.perf_counter()
        while (0, place + 1) in index.within(listed[place].tobytes()):
            index.catch_up(changes)
        removed.append((time.perf_counter() - start) * 1000)
    return max(added), max(removed)


def _plain_us(index: Index, queries: list[bytes]) -> float:
    kernel, view = Plain(), index._view
    asked_for = [np.frombuffer(query, dtype="<u8") for query in queries]
    start = time.process_time()
    for query in asked_for:
        kernel.near(view.base.bands, view.dead, query, RADIUS)
    return (time.process_time() - start) / len(queries) * 1e6


def _wrong(index: Index, listed: Words, changes: Tail, count: int) -> int:
    """Answers that are not what a look at every hash gives; what was planted is there up to 31, and never beyond."""
    rnd = random.Random(4)
    standing = {change.entry: change.bits for change in changes.changes[1:] if change.added}
    gone = [change.entry - 1 for change in changes.changes if not change.added]
    later = np.frombuffer(b"".join(standing.values()), dtype="<u8").reshape(-1, 4)
    names = list(standing)
    wrong = 0
    for number in range(count):
        distance = number % (FARTHEST + 1)
        place = rnd.randrange(len(listed))
        query = moved(listed[place].tobytes(), distance, rnd)
        asked_for = np.frombuffer(query, dtype="<u8")
        base = [(apart, place + 1) for apart, place in _near(listed, asked_for) if place not in gone]
        expected = sorted(base + [(apart, names[row]) for apart, row in _near(later, asked_for)])
        planted = place in gone or ((distance, place + 1) in expected) == (distance <= RADIUS)
        wrong += index.within(query) != expected or not planted
    return wrong


def _near(listed: Words, query: Words) -> list[tuple[int, int]]:
    """Distance and row of all within 31, one after another."""
    found = []
    for start in range(0, len(listed), 1 << 20):
        distances = np.bitwise_count(listed[start : start + (1 << 20)] ^ query).sum(axis=1)
        rows = np.flatnonzero(distances <= RADIUS)
        found += [(int(distances[row]), start + int(row)) for row in rows]
    return found
