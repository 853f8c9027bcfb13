# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Starts interpreters of their own: one for each change that cannot be swapped into the loaded program."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.mutants import child
from tests.mutants.mutant import Mutant, Source
from tests.mutants.once import UNCHANGED, full_name

_START = 600.0
"""Seconds of CPU time for an interpreter to begin with all tests, before it is known how long that takes."""


class BrokenInterpreter(Exception):
    """An interpreter ends in a way that says nothing about tests."""


@dataclass
class Apart:
    """`arguments` go to pytest. `called_before` are the functions (file and first line) that run before any test."""

    arguments: Sequence[str]
    called_before: set[tuple[str, int]] = field(default_factory=set)
    _start: float = _START

    def control(self, source: Source, items: Sequence[pytest.Item]) -> bool:
        """Whether these tests pass when nothing is changed. To be asked first: it sees what is called before them."""
        before = _seconds_of_children()
        status, said = self._run(source, UNCHANGED, 0, items, [_START] * len(items))
        self._start = 2 * (_seconds_of_children() - before)
        if status == child.SURVIVED:
            self.called_before = {(file, line) for file, line in json.loads(said)}
        return status == child.SURVIVED

    def finds_all(self, source: Source, items: Sequence[pytest.Item], seconds: Sequence[float]) -> bool:
        """Whether all of these are collected under the same names, and pass, when nothing is changed: what is not found
        counts as noticed afterwards."""
        return self._run(source, UNCHANGED, 0, items, seconds)[0] == child.SURVIVED

    def same_as_swapped(self, source: Source, mutant: Mutant) -> bool:
        """Whether an interpreter of its own would do the same as one into which the change was swapped: nothing calls
        the function before the first test does."""
        return (str(source.path), mutant.line_of_function) not in self.called_before

    def status(self, source: Source, mutant: Mutant, items: Sequence[pytest.Item], seconds: Sequence[float]) -> int:
        """SURVIVED, KILLED or TIMEOUT."""
        return self._run(source, mutant.place, mutant.change, items, seconds)[0]

    def _run(
        self, source: Source, place: int, change: int, items: Sequence[pytest.Item], seconds: Sequence[float]
    ) -> tuple[int, str]:
        """Names of tests may be many, so they go by standard input."""
        whole = self._start + sum(seconds)
        command = [sys.executable, "-m", "tests.mutants.once", str(source.root), source.package, source.file]
        command += [str(place), str(change), str(whole), *self.arguments]
        try:
            done = subprocess.run(
                command,
                input="\n".join(f"{most} {full_name(item)}" for item, most in zip(items, seconds, strict=True)),
                text=True,
                capture_output=True,
                check=False,
                timeout=20 * whole,
            )
        except subprocess.TimeoutExpired:
            return child.TIMEOUT, ""
        if done.returncode in (child.SURVIVED, child.KILLED):
            return done.returncode, done.stdout
        if done.returncode < 0:
            return child.TIMEOUT, ""
        raise BrokenInterpreter(f"an interpreter of its own ends with status {done.returncode}: {done.stderr[-2000:]}")


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
