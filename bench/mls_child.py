# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One library, in a process of its own, takes a step of the scenario for each line that it is sent, and answers each
with a line of JSON: what this group took so far. So libraries can take turns, by steps or by groups, all of them warm.
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

from bench.mls_scenario import Clock, Library, Plan, steps

OURS = "ours"
OURS_IN_MEMORY = "ours, in memory"
UNFILLED = ("ts-mls", "core-crypto")
"""A tree of a thousand is filled in minutes there; of these two only the blank one is measured."""
WATCHED = 100
"""Members; smaller groups are too quick to be watched."""


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
    plan = Plan(size, messages, filled=name not in UNFILLED)
    while sys.stdin.readline():
        with tempfile.TemporaryDirectory() as folder:
            one_group(name, Path(folder), plan)


def one_group(name: str, folder: Path, plan: Plan) -> None:
    """The first step was asked for; a line is read before each other one, and each is answered."""
    start = time.monotonic()
    made = library(name, folder)
    try:
        clock, wire = Clock(made.cpu_ns), dict[str, int]()
        going = steps(made, clock, wire, plan)
        coming = next(going)
        while coming:
            if plan.size > WATCHED:
                passed = time.monotonic() - start
                print(f"{name} N={plan.size} {passed:.0f} s: {coming}", file=sys.stderr, flush=True)
            coming = next(going, "")
            print(json.dumps({"ms": clock.ms, "wire": wire, "whole": not coming}), flush=True)
            if coming and not sys.stdin.readline():
                return
    finally:
        made.close()


if __name__ == "__main__":
    main(sys.argv[1:])
