# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The libraries in the bench of MLS, each in a child that measures its own CPU time. They take turns.

A group of two takes a tenth of a second: there, turns are groups. A large one takes a minute, and a shared machine is
not equally fast for that long: there, turns are steps. What else the machine does meets all of them alike; and each
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
OWN: Final = (OURS, OURS_IN_MEMORY)
JAVASCRIPT: Final = ("core-crypto", "ts-mls")
LARGEST_JAVASCRIPT: Final = 1_000
LONGEST_S: Final = 1_800
"""For one step; then the child is ended."""
BY_STEPS: Final = 1_000
"""Members, from which on turns are steps."""
JAVASCRIPT_TURNS: Final = 9
"""They start for seconds, and are so far away that more turns would say nothing else."""


@dataclass(frozen=True, slots=True)
class Round:
    """One size: how often every library takes its turn, which is one group, and messages in each."""

    size: int
    turns: int
    messages: int


class Answer(msgspec.Struct, frozen=True):
    """What a child says of one group, up to the step that it was asked for; `whole` when that was the last one."""

    ms: dict[str, list[float]]
    wire: dict[str, int]
    whole: bool


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
    return [*OWN, MLS_RS, *(JAVASCRIPT if size <= LARGEST_JAVASCRIPT else ())]


def contest(rounds: Sequence[Round]) -> Contest:
    """All sizes, each library in turn. What is not installed, or fails, is left out and says why."""
    found = Contest()
    for each in rounds:
        with ExitStack() as ending:
            children: dict[str, Child] = {}
            for turn in range(each.turns):
                names = [name for name in names_for(each.size) if _takes_part(found, name, each.size, turn)]
                for together in [names] if each.size >= BY_STEPS else [[name] for name in names]:
                    _turn(found, together, each, children, ending)
    return found


def _takes_part(found: Contest, name: str, size: int, turn: int) -> bool:
    """Whether it is there, and quick enough for so many turns."""
    if name not in OWN and name not in found.absent and (said := missing(name)) is not None:
        found.absent[name] = said
    most = None if name not in JAVASCRIPT else JAVASCRIPT_TURNS if size < LARGEST_JAVASCRIPT else 1
    return name not in found.absent and (most is None or turn < most)


def _turn(found: Contest, names: Sequence[str], each: Round, children: dict[str, Child], ending: ExitStack) -> None:
    """One group of each of these, all of which take steps in turn. A peer that falls over is absent from then on."""
    going = list(names)
    while going:
        for name in tuple(going):
            if name not in children:
                children[name] = ending.enter_context(Child(name, each))
            try:
                answer = children[name].step()
            except CannotRun as err:
                if name in OWN:
                    raise
                found.absent[name] = str(err)
                going.remove(name)
                continue
            if answer.whole:
                _keep(found.measured.setdefault((name, each.size), Measured()), answer)
                going.remove(name)


def _keep(measured: Measured, group: Answer) -> None:
    for step, values in group.ms.items():
        measured.ms[step] += values
    measured.wire = group.wire


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

    def step(self) -> Answer:
        """The next step of the group, or the first one of a new group. Raises CannotRun."""
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

    def end(self) -> int:
        """It has nothing more to do, wherever it is between two steps. Its exit status."""
        self._process.communicate()
        return self._process.returncode
