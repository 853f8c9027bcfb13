# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of matching: exact look-ups among ten million hashes, and how a picture becomes one.

`make bench-matching BENCH_ARGS="--quick"`. The peers come with `make .venv/.exchanges`; without them their rows say so.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Final

from bench import matching_index, matching_pdq, matching_peers
from bench.errors import CannotRun
from bench.format import Row, commit_of, show
from bench.hub import disk_folder
from bench.machine import Machine
from bench.matching_index import Sizes
from bench.page import PAGE, Section

COMMAND: Final = 'make bench-matching BENCH_ARGS="--write"'
TITLE: Final = "Matching"
ABOUT: Final = """
Invented hashes of uniform bits. Of what is looked up, one in two lies at a distance of 0 to 31 from something on the
list, and the other half near nothing. Each look-up is one call, from the bytes of a hash to a sorted list of matches,
on one core, with ten thousand changes in the tail. The index is opened from its files with their checksums, in a
process that has just begun; memory is what that process holds then, mapped files included. The peers look through the
same hashes, are asked the same in turns with ours, and use one thread. PDQ is measured from an array of colours to the
hash."""

FULL: Final = Sizes(10_000_000, 4_000, 82)
QUICK: Final = Sizes(100_000, 1_000, 82)
KILLS: Final = 60
QUICK_KILLS: Final = 10
PICTURES: Final = 1_500
QUICK_PICTURES: Final = 150


def rows(*, quick: bool) -> list[Row]:
    """All of them; the index is thrown away afterwards."""
    sizes = QUICK if quick else FULL
    where = disk_folder()  # what is mapped must come from somewhere
    with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=where) as folder:
        index = [*matching_index.rows(Path(folder), sizes), *matching_peers.rows(Path(folder), sizes)]
    return [
        *index,
        *matching_index.kill_rows(QUICK_KILLS if quick else KILLS, where),
        *matching_pdq.rows(QUICK_PICTURES if quick else PICTURES, 5 if quick else 21),
    ]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section of the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description="What matching costs.")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the entries; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # of the processes that measure
    before = Machine.look()
    try:
        measured = rows(quick=found.quick)
    except CannotRun as err:
        parser.exit(1, f"{err}\n")
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), measured).write(PAGE)
    show("matching", commit, not found.quick, measured)


if __name__ == "__main__":
    main()
