# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of MLS: groups of 2 to 10,000 beside other libraries. `make bench-mls BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench.format import Row, commit_of, show, skipped
from bench.machine import Machine
from bench.mls_child import OURS, OURS_IN_MEMORY
from bench.mls_memory import group_mb
from bench.mls_peers import JAVASCRIPT, LARGEST_JAVASCRIPT, MLS_RS, Contest, Round, contest
from bench.page import PAGE, Section

COMMAND: Final = 'make bench-mls BENCH_ARGS="--write"'
TITLE: Final = "MLS"
ABOUT: Final = """
Groups of suite 1, the tree beside the Welcome. *add* brings N-1 members at once with a Welcome, from KeyPackages that
nobody has seen before; *blank* is the tree after that, in which nobody has updated: the worst case; *filled* is what it
costs once everybody has. *process* is what another member does with the commit. Ours checks everything that the library
checks, and keeps every change in a SQLCipher store, synced to the disk, twice for a commit of its own: before it is
sent and when it is accepted. "In memory" is the same without the store. The peers keep what they have in memory, are
Rust (mls-rs, by its Python binding), Rust as WebAssembly (core-crypto) and TypeScript (ts-mls). All take turns, group
by group, and step by step from 1,000 members on, each in a process that stays, and all on one core: what else the
machine does meets them alike, and nobody has to start again.
CPU time is that of the process that does the work; a number is the median. Growth is from 1,000 members to 10,000."""
SIZES: Final = (
    Round(2, 27, 20),
    Round(100, 10, 20),
    Round(1_000, 3, 40),
    Round(10_000, 3, 40),
)
QUICK: Final = (Round(2, 5, 10), Round(100, 1, 10))

STEPS: Final = ("create", "add", "join", "update, blank", "process, blank", "update, filled", "process, filled")
REMOVALS: Final = ("remove", "process a removal")
MESSAGES: Final = ("encrypt", "decrypt")
WIRE: Final = ("add commit", "Welcome", "tree", "update commit, blank", "update commit, filled", "message of 1 KB")
BARRED: Final = {*STEPS} - {"create"}
"""A group of one is made once, and costs as much as an update."""
PAGE_BYTES: Final = 4_096
SYNCED: Final = "of each change in the store: one page written and synced by the system alone"


def on_one_core() -> None:
    """Keep this process and whatever it starts on one core: those of a shared machine are not equally fast."""
    if hasattr(os, "sched_setaffinity"):  # Linux alone has it
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def bar_of(size: int) -> float:
    """How much of the CPU time of mls-rs a step may take."""
    return 1.5 if size <= 2 else 1.0 if size < 1_000 else 0.75


def rows(rounds: Sequence[Round], memory_of: int) -> list[Row]:
    """Everything, in the order in which it is read."""
    found = contest(rounds)
    sizes = [each.size for each in rounds]
    made = [row for size in sizes for row in _of_size(found, size)]
    made += _growth(found, sizes)
    name = f"memory of a group of {memory_of:,}, one member"
    return [*made, Row(SYNCED, synced_page_ms(), "cpu_ms"), Row(name, group_mb(memory_of), "MB")]


def synced_page_ms() -> float:
    """What the system alone takes to keep one page: written over another in a file that does not grow, and synced."""
    page, taken = bytes(PAGE_BYTES), []
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(page)
        os.fdatasync(file.fileno())
        for _ in range(200):
            start = time.process_time_ns()
            os.pwrite(file.fileno(), page, 0)
            os.fdatasync(file.fileno())
            taken.append((time.process_time_ns() - start) / 1e6)
    return median(taken)


def _of_size(found: Contest, size: int) -> Iterator[Row]:
    for step in (*STEPS, *REMOVALS):
        bar = f"ratio <= {bar_of(size):g}" if step in BARRED else None
        yield from _beside(found, f"{step}, N={size:,}", OURS, size, step, MLS_RS, bar)
    for step in MESSAGES:
        yield from _beside(found, f"{step} 1 KB, N={size:,}", OURS, size, step, MLS_RS, "ratio <= 0.7")
        in_memory = f"{step} 1 KB, in memory, N={size:,}"
        yield from _beside(found, in_memory, OURS_IN_MEMORY, size, step, MLS_RS, "ratio <= 0.35")
    for peer in JAVASCRIPT if size <= LARGEST_JAVASCRIPT else ():
        for step in (*STEPS[:5], *MESSAGES):
            yield from _beside(found, f"{step}, N={size:,}, beside {peer}", OURS, size, step, peer, None)
    for what in WIRE:
        ours = found.measured[OURS, size].wire.get(what)
        theirs = found.measured.get((MLS_RS, size))
        if ours is not None:
            value = None if theirs is None else theirs.wire.get(what)
            yield Row(f"bytes of {what}, N={size:,}", ours, "bytes", None, None if value is None else MLS_RS, value)


def _beside(found: Contest, name: str, who: str, size: int, step: str, peer: str, bar: str | None) -> Iterator[Row]:
    """One step, ours beside a peer's; nothing where the step does not exist at this size."""
    ours, theirs = found.of(who, size, step), found.of(peer, size, step)
    if ours is None:
        return
    if theirs is None:
        if peer != MLS_RS:
            yield skipped(name, "cpu_ms", found.absent.get(peer, f"{peer} did not take this step"), bar)
        else:
            yield Row(name, ours, "cpu_ms", bar)
        return
    yield Row(name, ours, "cpu_ms", bar, peer, theirs)


def _growth(found: Contest, sizes: Sequence[int]) -> Iterator[Row]:
    if len(sizes) < 3:
        return
    smallest, before, largest = sizes[0], sizes[-2], sizes[-1]
    for step in (*STEPS[1:], *REMOVALS):
        ours, theirs = _factor(found, OURS, step, before, largest), _factor(found, MLS_RS, step, before, largest)
        if ours is not None:
            yield Row(f"growth of {step}", ours, "x", "ours <= 12", None if theirs is None else MLS_RS, theirs)
    for step in MESSAGES:
        ours = _factor(found, OURS_IN_MEMORY, step, smallest, largest)
        theirs = _factor(found, MLS_RS, step, smallest, largest)
        if ours is not None:
            name = f"{step} 1 KB, N={largest:,} over N={smallest:,}"
            yield Row(name, ours, "x", "ours <= 1.2", None if theirs is None else MLS_RS, theirs)


def _factor(found: Contest, name: str, step: str, small: int, large: int) -> float | None:
    before, after = found.of(name, small, step), found.of(name, large, step)
    return None if not before or after is None else after / before


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section of the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.mls", description="What MLS costs, beside other libraries.")
    parser.add_argument("--quick", action="store_true", help="small groups, few of them; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    before = Machine.look()
    on_one_core()
    measured = rows(QUICK, 100) if found.quick else rows(SIZES, 10_000)
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), measured).write(PAGE)
    show("mls", commit, not found.quick, measured)


if __name__ == "__main__":
    main()
