# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the main job: what franking, sending and delivering cost. `python -m bench.main [--quick]`."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvloop

from bench import delivery, disk, franking
from bench.format import commit_of, show


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.main", description="What franking and delivery cost.")
    parser.add_argument("--quick", action="store_true", help="fewer samples and a smaller group; says so in the JSON")
    quick: bool = parser.parse_args(arguments).quick
    rows = [*franking.rows(quick=quick), *disk.rows(quick=quick)]
    rows += uvloop.run(delivery.rows(delivery.QUICK if quick else delivery.FULL))
    show("main", commit_of(Path(__file__).parent), not quick, rows)


if __name__ == "__main__":
    main()
