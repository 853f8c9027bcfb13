# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of behaviour signals: rules, counters, campaigns, patterns. `make bench-signals BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from bench import signals_by_pattern as by_pattern
from bench.format import Row, commit_of, show
from bench.machine import Machine
from bench.page import PAGE, Section
from bench.signals_patterns import table
from bench.signals_picture import PICTURE, drawn
from bench.signals_worlds import FULL, QUICK, measured

COMMAND: Final = 'make bench-signals BENCH_ARGS="--write"'
TITLE: Final = "Behaviour signals"
ABOUT: Final = """
All of it on one core, in CPU time. The rules are twenty as a host would have them, on the desk's own features; their
stream is ordinary traffic, of which 85 % is windows with messages, and a few young accounts that do forty times as
much as others. "End to end" is what the desk does with an observation: count it, find what rules look at, ask
them; its database is not in it. Coordination and patterns are measured on worlds that are made up (`docs/developers`):
they say how the methods compare, and nothing of any real host."""
PARTS: Final = ("rows", "coordination", "patterns")
PATTERNS: Final = 'make bench-signals BENCH_ARGS="--part patterns --write"'


def rows(quick: bool, part: str | None = None, *, write: bool = False) -> list[Row]:
    """Of one part, or of all in order. `write`: pages that parts have for themselves are written as well."""
    found: list[Row] = []
    for name in PARTS if part is None else (part,):
        found += patterns(quick, write=write) if name == "patterns" else _part(name).rows(quick)
    return found


def patterns(quick: bool, *, write: bool) -> list[Row]:
    """The part with a page and a picture: every pattern with each signal left out is too much for a table."""
    worlds, size = measured(quick=quick), QUICK if quick else FULL
    page = by_pattern.page(worlds, size.people, size.days, PATTERNS)
    print(page)
    if write:
        by_pattern.PAGE.write_text(page)
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(drawn(worlds, size.days))
    return table(worlds)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write pages when asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.signals", description="What behaviour signals cost and find."
    )
    parser.add_argument("--quick", action="store_true", help="smaller streams, fewer rounds; says so in the JSON")
    parser.add_argument(
        "--write", action="store_true", help=f"write what was measured to {PAGE.name}, and the pictures"
    )
    parser.add_argument("--part", choices=PARTS, help="one alone; of `patterns` --write writes its page and picture")
    found = parser.parse_args(arguments)
    if found.write and (found.quick or found.part not in (None, "patterns")):
        parser.error("only what a whole run measured is written down: leave out --quick, and --part but for patterns")
    before = Machine.look()
    made = rows(found.quick, found.part, write=found.write)
    commit = commit_of(Path(__file__).parent)
    if found.write and found.part is None:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), made).write(PAGE)
    show("signals", commit, not found.quick, made)


def _part(name: str) -> ModuleType:
    return import_module(f"bench.signals_{name}")


if __name__ == "__main__":
    main()
