# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The libraries in the bench of MLS, each run in a child that measures its own CPU time, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from tests.interop.peers import missing

from bench.errors import CannotRun
from bench.mls_child import OURS, OURS_IN_MEMORY

ROOT: Final = Path(__file__).resolve().parents[1]
LONGEST_S: Final = 1_800
MLS_RS: Final = "mls-rs"
JAVASCRIPT: Final = ("core-crypto", "ts-mls")
LARGEST_JAVASCRIPT: Final = 1_000
JAVASCRIPT_TURNS: Final = 3
"""They start for seconds, and are so far away that more turns would say nothing else."""


@dataclass(frozen=True, slots=True)
class Round:
    """One size: how often every library takes its turn, how many groups it makes each time, and messages in each."""

    size: int
    turns: int
    groups: int
    messages: int


class Answer(msgspec.Struct, frozen=True):
    """The last line of a child."""

    ms: dict[str, list[float]]
    wire: dict[str, int]


@dataclass(slots=True)
class Measured:
    """Of one library at one size: CPU milliseconds of each step, bytes of each thing on the wire."""

    ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wire: Mapping[str, int] = field(default_factory=dict)

    def median(self, step: str) -> float | None:
        """Milliseconds; None for a step that this library did not take."""
        return median(self.ms[step]) if self.ms.get(step) else None


@dataclass(slots=True)
class Contest:
    """Everything that was measured, by library and size, and why a library is not there."""

    measured: dict[tuple[str, int], Measured] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def of(self, name: str, size: int, step: str) -> float | None:
        found = self.measured.get((name, size))
        return None if found is None else found.median(step)


def names_for(size: int) -> list[str]:
    """Who takes part at this size."""
    return [OURS, OURS_IN_MEMORY, MLS_RS, *(JAVASCRIPT if size <= LARGEST_JAVASCRIPT else ())]


def contest(rounds: Sequence[Round]) -> Contest:
    """All sizes, each library in turn. What is not installed, or fails, is left out and says why."""
    found = Contest()
    for each in rounds:
        for turn in range(each.turns):
            for name in names_for(each.size):
                if name in (OURS, OURS_IN_MEMORY):
                    _take(found, name, each)
                elif turn == 0 or _goes_on(found, name, each.size, turn):
                    _try(found, name, each)
    return found


def _goes_on(found: Contest, name: str, size: int, turn: int) -> bool:
    """Whether a peer takes another turn: it did well, and is quick enough for so many."""
    most = None if name not in JAVASCRIPT else JAVASCRIPT_TURNS if size < LARGEST_JAVASCRIPT else 1
    return (name, size) in found.measured and (most is None or turn < most)


def _try(found: Contest, name: str, each: Round) -> None:
    said = found.absent.get(name) or missing(name)
    if said is None:
        try:
            _take(found, name, each)
            return
        except CannotRun as err:
            said = str(err)
    found.absent[name] = said


def _take(found: Contest, name: str, each: Round) -> None:
    answer = run_child(name, each)
    measured = found.measured.setdefault((name, each.size), Measured())
    for step, values in answer.ms.items():
        measured.ms[step] += values
    measured.wire = answer.wire


def run_child(name: str, each: Round) -> Answer:
    """What one child says in its last line. Its progress goes to our standard error. Raises CannotRun."""
    command = [sys.executable, "-m", "bench.mls_child", name, *map(str, (each.size, each.groups, each.messages))]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, timeout=LONGEST_S, check=True)
    except subprocess.SubprocessError as err:
        raise CannotRun(f"{name} at {each.size} members: {err}") from None
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Answer)
