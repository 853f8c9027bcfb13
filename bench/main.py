# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the main job: what franking, sending and delivering cost. `make bench-main BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import uvloop

from bench import connections, contest, delivery, disk, franking
from bench.format import commit_of, show
from bench.machine import Machine
from bench.page import PAGE, Page

COMMAND: Final = 'make bench-main BENCH_ARGS="--write"'


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.main", description="What franking and delivery cost.")
    parser.add_argument("--quick", action="store_true", help="fewer samples and a smaller group; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    before = Machine.look()
    rows = [*franking.rows(quick=found.quick), *disk.rows(quick=found.quick)]
    rows += uvloop.run(connections.rows(connections.QUICK if found.quick else connections.FULL))
    rows += uvloop.run(delivery.rows(contest.QUICK if found.quick else contest.FULL))
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Page(COMMAND, commit, before, Machine.look(), rows).write(PAGE)
    show("main", commit, not found.quick, rows)


if __name__ == "__main__":
    main()
