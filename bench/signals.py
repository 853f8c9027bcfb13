# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of behaviour signals: rules, counters, campaigns, patterns. `make bench-signals BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench.format import Row, commit_of, show
from bench.machine import Machine
from bench.page import PAGE, Section

COMMAND: Final = 'make bench-signals BENCH_ARGS="--write"'
TITLE: Final = "Behaviour signals"
ABOUT: Final = """
All of it on one core, in CPU time. The rules are twenty as a host would have them, on the desk's own features; their
stream is ordinary traffic, of which 85 % is windows with messages, and a few young accounts that do forty times as
much as others. "End to end" is what the desk does with an observation: count it, find what rules look at, ask
them; its database is not in it. Coordination and patterns are measured on worlds that are made up (`docs/developers`):
they say how the methods compare, and nothing of any real host."""
PARTS: Final = ("bench.signals_rows", "bench.signals_coordination", "bench.signals_patterns")


def rows(quick: bool) -> list[Row]:
    """Of all parts that are there, in order."""
    return [row for name in PARTS if find_spec(name) for row in import_module(name).rows(quick)]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section of the page when asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.signals", description="What behaviour signals cost and find."
    )
    parser.add_argument("--quick", action="store_true", help="smaller streams, fewer rounds; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    parser.add_argument("--part", choices=[name.removeprefix("bench.signals_") for name in PARTS], help="one alone")
    found = parser.parse_args(arguments)
    if found.write and (found.quick or found.part):
        parser.error("only a whole run is written down: leave out --quick and --part")
    before = Machine.look()
    part = f"bench.signals_{found.part}"
    measured = import_module(part).rows(found.quick) if found.part else rows(found.quick)
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), measured).write(PAGE)
    show("signals", commit, not found.quick, measured)


if __name__ == "__main__":
    main()
