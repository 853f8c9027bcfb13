# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One library, in a process of its own, goes through the scenario for each line that it is sent, and answers each with
a line of JSON: what it took. So libraries can take turns, group by group, while all their processes are warm.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.mls_scenario import Library, run

OURS = "ours"
OURS_IN_MEMORY = "ours, in memory"
UNFILLED = ("ts-mls", "core-crypto")
"""A tree of a thousand is filled in minutes there; of these two only the blank one is measured."""


def library(name: str, folder: Path) -> Library:
    """The library by its name; each is imported where it runs alone."""
    made: Callable[..., Library]
    if name == "mls-rs":
        made = importlib.import_module("bench.peers.mls_rs").MlsRs
        return made()
    if name in (OURS, OURS_IN_MEMORY):
        made = importlib.import_module("bench.mls_ours").Ours
        return made(folder if name == OURS else None)
    made = importlib.import_module("bench.peers.mls_interop").Interop
    return made(name)


def main(arguments: list[str]) -> None:
    name, size, messages = arguments[0], *map(int, arguments[1:])
    faulthandler.enable()
    start = time.monotonic()

    def say(what: str) -> None:
        print(f"{name} N={size} {time.monotonic() - start:.0f} s: {what}", file=sys.stderr, flush=True)

    while sys.stdin.readline():
        with tempfile.TemporaryDirectory() as folder:
            made = library(name, Path(folder))
            try:
                clock, wire = run(
                    made,
                    size,
                    messages=messages,
                    filled=name not in UNFILLED,
                    say=say if size > 100 else _nothing,
                )
            finally:
                made.close()
        print(json.dumps({"ms": clock.ms, "wire": wire}), flush=True)


def _nothing(what: str) -> None:
    """Small groups are too quick to be watched."""


if __name__ == "__main__":
    main(sys.argv[1:])
