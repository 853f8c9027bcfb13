# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the safety desk: what a report costs, how long it waits, and how fast the queue is shown.

`make bench-safety BENCH_ARGS="--quick"`. `--reports N` sets how many reports the intake takes in a full run.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from bench import safety_intake, safety_latency, safety_queue
from bench.errors import CannotRun
from bench.format import Goal, Row, commit_of, show
from bench.machine import Machine
from bench.page import PAGE, Section
from bench.safety_documents import build_and_validate
from bench.safety_floor import floor_s

COMMAND: Final = 'make bench-safety BENCH_ARGS="--write"'
TITLE: Final = "The safety desk"
ABOUT: Final = """
The reports of the intake are made before anything is measured, with one franked message each, by half as many people
about a quarter as many accounts; they wait in a real hub process, and a real desk takes them. CPU time is that of hub
and desk; sealing them and taking them in from devices is not counted. The peer is the floor under it: opening 4 KiB
with HPKE, one Ed25519 signature verified, and a hundredth of a synced page. The year is extrapolated from how long the
reports of this run took by the clock on the wall."""

FULL: Final = 500_000
QUICK: Final = 2_000
OPEN_CASES: Final = 100_000
FEW_CASES: Final = 2_000

DOCUMENTS = Goal("clearinghouse: documents built and validated", "per_cpu_s", "ours >= 2500")


def rows(reports: int, *, quick: bool) -> list[Row]:
    """All of them, in the order of a report's way."""
    return [
        *intake_rows(reports, quick=quick),
        *asyncio.run(safety_latency.rows(safety_latency.QUICK if quick else safety_latency.FULL)),
        *safety_queue.rows(FEW_CASES if quick else OPEN_CASES),
        *document_rows(quick=quick),
    ]


def intake_rows(reports: int, *, quick: bool) -> list[Row]:
    """What 1,000 reports cost, with the floor beside it."""
    first, *others = asyncio.run(safety_intake.rows(reports))
    try:
        floor = floor_s(quick=quick)
    except (CannotRun, OSError):
        return [first, *others]
    return [replace(first, peer="HPKE, Ed25519, fsync", peer_value=floor), *others]


def document_rows(*, quick: bool) -> list[Row]:
    """How many documents for a clearinghouse are built and validated."""
    try:
        return [DOCUMENTS.row(build_and_validate(200 if quick else 20_000))]
    except CannotRun as err:
        return [DOCUMENTS.skipped(str(err))]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section of the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.safety", description="What the safety desk costs.")
    parser.add_argument("--quick", action="store_true", help="fewer reports and cases; says so in the JSON")
    parser.add_argument("--reports", type=int, default=FULL, help="how many the intake takes (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    found = parser.parse_args(arguments)
    if found.write and (found.quick or found.reports < FULL):
        parser.error("only a full run is written down: leave out --quick and --reports")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    before = Machine.look()
    measured = rows(QUICK if found.quick else found.reports, quick=found.quick)
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), measured).write(PAGE)
    show("safety", commit, not found.quick and found.reports >= FULL, measured)


if __name__ == "__main__":
    main()
