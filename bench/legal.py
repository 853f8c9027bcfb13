# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the legal desk: what a package costs, what an account with all it has costs, and how fast what is due is
found. `make bench-legal BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import structlog

from bench import legal_account, legal_due, legal_package
from bench.errors import CannotRun
from bench.format import Goal, Row, commit_of, show
from bench.machine import Machine
from bench.page import PAGE, Section

COMMAND: Final = 'make bench-legal BENCH_ARGS="--write"'
TITLE: Final = "The legal desk"
ABOUT: Final = """
Everything is done by the services of the desk, on an encrypted database: requests are verified and judged, people
approve with passkeys in software, a time-stamping authority of the bench stamps. A package is built from the moment in
which somebody looks at what would leave until it lies there encrypted, with every comparison in between; it is verified
by the program that lies in it, in a process of its own. The account has as many rows in every table of a hub's database
as an answer holds at most; hub and desk share one process, and no network is between them. Nobody else is known to have
published such numbers."""


def rows(*, quick: bool) -> list[Row]:
    """All of them."""
    found: list[Row] = []
    for part in (legal_package, legal_account, legal_due):
        sizes = part.QUICK if quick else part.FULL
        goals: tuple[Goal, ...] = part.goals(sizes)
        try:
            values = part.measured(sizes)
        except (CannotRun, OSError) as err:
            found += [goal.skipped(f"{type(err).__name__}: {err}") for goal in goals]
        else:
            found += [goal.row(value) for goal, value in zip(goals, values, strict=True)]
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section of the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.legal", description="What the legal desk costs.")
    parser.add_argument("--quick", action="store_true", help="fewer rows and requests; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    before = Machine.look()
    measured = rows(quick=found.quick)
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), measured).write(PAGE)
    show("legal", commit, not found.quick, measured)


if __name__ == "__main__":
    main()
