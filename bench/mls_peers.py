# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The libraries in the bench of MLS, each in a child that measures its own CPU time. They take turns, group by group.

A group of two takes a tenth of a second. What else the machine does meanwhile then meets all of them alike; and each
child stays, so that nobody's first group is compared with another's tenth.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Timer
from typing import Final

import msgspec
from tests.interop.peers import missing

from bench.errors import CannotRun
from bench.mls_child import OURS, OURS_IN_MEMORY

ROOT: Final = Path(__file__).resolve().parents[1]
MLS_RS: Final = "mls-rs"
JAVASCRIPT: Final = ("core-crypto", "ts-mls")
LARGEST_JAVASCRIPT: Final = 1_000
LONGEST_S: Final = 1_800
"""For one turn; then the child is ended."""
JAVASCRIPT_TURNS: Final = 9
"""They start for seconds, and are so far away that more turns would say nothing else."""


@dataclass(frozen=True, slots=True)
class Round:
    """One size: how often every library takes its turn, which is one group, and messages in each."""

    size: int
    turns: int
    messages: int


class Answer(msgspec.Struct, frozen=True):
    """What a child says of one group."""

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
        with ExitStack() as ending:
            children: dict[str, Child] = {}
            for turn in range(each.turns):
                for name in names_for(each.size):
                    if name in (OURS, OURS_IN_MEMORY):
                        _take(found, name, each, children, ending)
                    elif turn == 0 or _goes_on(found, name, each.size, turn):
                        _try(found, name, each, children, ending)
    return found


def _goes_on(found: Contest, name: str, size: int, turn: int) -> bool:
    """Whether a peer takes another turn: it did well, and is quick enough for so many."""
    most = None if name not in JAVASCRIPT else JAVASCRIPT_TURNS if size < LARGEST_JAVASCRIPT else 1
    return name not in found.absent and (most is None or turn < most)


def _try(found: Contest, name: str, each: Round, children: dict[str, Child], ending: ExitStack) -> None:
    said = found.absent.get(name) or missing(name)
    if said is None:
        try:
            _take(found, name, each, children, ending)
            return
        except CannotRun as err:
            said = str(err)
    found.absent[name] = said


def _take(found: Contest, name: str, each: Round, children: dict[str, Child], ending: ExitStack) -> None:
    """One turn. The last one ends the child, so that at a large size nobody waits beside the memory of all others."""
    if name not in children:
        children[name] = ending.enter_context(Child(name, each))
    answer = children[name].turn()
    measured = found.measured.setdefault((name, each.size), Measured())
    for step, values in answer.ms.items():
        measured.ms[step] += values
    measured.wire = answer.wire
    if each.turns == 1:
        children[name].end()


class Child:
    """A process of one library at one size. Its progress goes to our standard error."""

    def __init__(self, name: str, each: Round) -> None:
        self._what = f"{name} at {each.size} members"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.mls_child", name, str(each.size), str(each.messages)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *failed: object) -> None:
        self.end()

    def turn(self) -> Answer:
        """One group. Raises CannotRun."""
        given, said = self._process.stdin, self._process.stdout
        if given is None or said is None:
            raise CannotRun(f"{self._what}: it has no pipes")
        limit = Timer(LONGEST_S, self._process.kill)
        limit.start()
        try:
            given.write(b"\n")
            given.flush()
            line = said.readline()
        except BrokenPipeError:
            line = b""
        finally:
            limit.cancel()
        if not line:
            raise CannotRun(f"{self._what}: it ended with status {self._process.wait()}")
        return msgspec.json.decode(line, type=Answer)

    def end(self) -> None:
        """It has nothing more to do."""
        self._process.communicate()
