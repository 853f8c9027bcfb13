# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Tries every mutant: a pytest session that collects all tests once, and forks a process for each change.

A change inside a function is swapped into the loaded program. One that survives that, or that is outside of functions,
is tried again by an interpreter that imports the changed module from the beginning (`once`).
"""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress

from tests.mutants import child
from tests.mutants.child import EndsAtOnce, forked
from tests.mutants.coverage import Coverage
from tests.mutants.mutant import Mutant, Source
from tests.mutants.once import UNCHANGED, full_name
from tests.mutants.results import LIVING, Results, Verdict
from tests.mutants.swapping import Functions, NotSwappable, forget, functions, remembering, swap

_TIMES = 12
"""How much longer than before the tests may take on a changed program."""

_FIRST = 150
"""How many of the tests that run a line are tried in the forked process, the quickest ones."""

_START = 600.0
"""Seconds of CPU time for an interpreter to begin with all tests, before it is known how long that takes."""


class BrokenHunt(Exception):
    """The hunt itself does not work, so it says nothing about tests."""


Try = tuple[Source, Mutant]


@dataclass
class Hunt:
    """A plugin that takes the place of the loop that runs tests."""

    sources: Sequence[Source]
    results: Results
    progress: Progress
    arguments: Sequence[str]
    at_least: float
    error: str = ""
    failing: list[str] = field(default_factory=list)
    done: bool = False
    _start: float = _START
    _remembering: list[Any] = field(default_factory=list)
    _functions: Functions = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed or not session.items:
            self.error = "the tests cannot be collected"
            return True
        self._all(session.items)
        self.done = not self.error
        return True

    def _all(self, items: list[pytest.Item]) -> None:
        todo: list[Try] = []
        for source in self.sources:
            for mutant in source.mutants():
                if self.results.of(source.digest, mutant.name) not in ("killed", "timeout"):
                    todo.append((source, mutant))
        if not todo:
            return
        self._remembering = remembering(str(self.sources[0].root))
        self._functions = functions(str(self.sources[0].root))
        coverage = self._watch(items)
        self.failing = list(coverage.failing.values())
        if not self._control(items, coverage):
            self.error = "the tests fail in an interpreter of their own, without any change"
            return
        ends = EndsAtOnce()
        items[0].config.pluginmanager.register(ends)
        left = self._quickly(items, coverage, todo)
        self._thoroughly(items, coverage, left)
        items[0].config.pluginmanager.unregister(ends)

    def _quickly(self, items: list[pytest.Item], coverage: Coverage, todo: list[Try]) -> list[Try]:
        """Swap the changes in one after the other; those that nobody noticed, or that cannot be swapped, are left."""
        left: list[Try] = []
        bar = self.progress.add_task("mutants", total=len(todo))
        for source, mutant in todo:
            self.progress.update(bar, description=f"{mutant.file.split('/', 2)[-1]}:{mutant.line}", advance=1)
            chosen = _chosen(coverage, mutant)
            if not chosen:
                self._say(source, mutant, "uncovered", chosen)
                continue
            status = child.UNFIT
            if mutant.line_of_function:
                chosen = chosen[:_FIRST]
                seconds = self._patience(coverage, chosen)
                status = forked(self._work(source, mutant, [items[number] for number in chosen], seconds), sum(seconds))
            if status in (child.SURVIVED, child.UNFIT):
                left.append((source, mutant))
                if status == child.SURVIVED:
                    self.progress.console.print(
                        f"not noticed yet: {mutant.name}", markup=False, highlight=False, soft_wrap=True
                    )
            else:
                self._say(source, mutant, "timeout" if status == child.TIMEOUT else "killed", chosen)
        return left

    def _thoroughly(self, items: list[pytest.Item], coverage: Coverage, left: list[Try]) -> None:
        """Each with an interpreter of its own."""
        bar = self.progress.add_task("once more", total=len(left))
        for source, mutant in left:
            self.progress.update(bar, advance=1)
            chosen = _chosen(coverage, mutant)
            seconds = self._patience(coverage, chosen)
            status = self._once(source, mutant.place, mutant.change, [items[number] for number in chosen], seconds)
            verdicts: dict[int, Verdict] = {child.SURVIVED: "survived", child.TIMEOUT: "timeout"}
            self._say(source, mutant, verdicts.get(status, "killed"), chosen)

    def _say(self, source: Source, mutant: Mutant, verdict: Verdict, chosen: Sequence[int]) -> None:
        self.results.note(source.digest, mutant.name, verdict, f"{len(chosen)} tests")
        if verdict in LIVING:
            self.progress.console.print(f"{verdict}: {mutant.name}", markup=False, highlight=False, soft_wrap=True)

    def _patience(self, coverage: Coverage, chosen: Sequence[int]) -> list[float]:
        """Seconds of CPU time for each of these tests."""
        return [self.at_least + _TIMES * coverage.seconds[number] for number in chosen]

    def _watch(self, items: list[pytest.Item]) -> Coverage:
        """Run every test once on the unchanged program. One that fails there notices nothing, and is left out."""
        kept = self.results.path.with_name(f"mutants-lines-{self._digest(items)}.json")
        known = Coverage.load(self.sources[0].root, kept)
        if known is not None:
            return known
        coverage = Coverage(self.sources[0].root)
        failed = _Failed()
        items[0].config.pluginmanager.register(failed)
        bar = self.progress.add_task("what runs what", total=len(items))
        for number, item in enumerate(items):
            forget(self._remembering)
            started, before = time.process_time(), len(failed.names)
            with coverage.watching(number):
                following = items[number + 1] if number + 1 < len(items) else None
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            coverage.seconds[number] = time.process_time() - started
            if len(failed.names) > before:
                coverage.leave_out(number, item.nodeid)
            self.progress.update(bar, advance=1)
        items[0].config.pluginmanager.unregister(failed)
        coverage.save(kept)
        return coverage

    def _digest(self, items: list[pytest.Item]) -> str:
        """Of everything that decides which test runs which line."""
        whole = hashlib.sha256()
        for path in sorted({*(item.path for item in items), *self.sources[0].root.rglob("*.py")}):
            whole.update(path.read_bytes())
        whole.update("\n".join(item.nodeid for item in items).encode())
        return whole.hexdigest()[:12]

    def _work(
        self, source: Source, mutant: Mutant, items: list[pytest.Item], seconds: list[float]
    ) -> Callable[[], None]:
        def work() -> None:
            try:
                changed = source.changed(mutant)
                swap(self._functions, str(source.path), changed, mutant.function, mutant.line_of_function)
            except NotSwappable:
                os._exit(child.UNFIT)
            forget(self._remembering)
            child.run(items, seconds)

        return work

    def _control(self, items: list[pytest.Item], coverage: Coverage) -> bool:
        """Whether the quickest test of each file passes in an interpreter of its own, when nothing is changed."""
        failing = set(self.failing)
        quickest: dict[Path, pytest.Item] = {}
        for number in sorted(coverage.seconds, key=lambda each: coverage.seconds[each]):
            if items[number].nodeid not in failing:
                quickest.setdefault(items[number].path, items[number])
        before = _seconds_of_children()
        patient = [_START] * len(quickest)
        passed = self._once(self.sources[0], UNCHANGED, 0, list(quickest.values()), patient) == child.SURVIVED
        self._start = 2 * (_seconds_of_children() - before)
        return passed

    def _once(
        self, source: Source, place: int, change: int, items: Sequence[pytest.Item], seconds: Sequence[float]
    ) -> int:
        """In an interpreter of its own. Names of tests may be many, so they go by standard input."""
        whole = self._start + sum(seconds)
        command = [sys.executable, "-m", "tests.mutants.once", str(source.root), source.package, source.file]
        command += [str(place), str(change), str(whole), *self.arguments]
        try:
            done = subprocess.run(
                command,
                input="\n".join(f"{most} {full_name(item)}" for item, most in zip(items, seconds, strict=True)),
                text=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
                timeout=20 * whole,
            )
        except subprocess.TimeoutExpired:
            return child.TIMEOUT
        if done.returncode in (child.SURVIVED, child.KILLED):
            return done.returncode
        if done.returncode < 0:
            return child.TIMEOUT
        raise BrokenHunt(f"an interpreter of its own ends with status {done.returncode}: {done.stderr[-2000:]}")


def _chosen(coverage: Coverage, mutant: Mutant) -> list[int]:
    """The tests that could notice: those that run its lines; for what runs at import, any."""
    if mutant.line_of_function:
        return coverage.covering(mutant.file, mutant.line, mutant.last_line)
    return coverage.all_for(mutant.file)


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Failed:
    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.names.append(report.nodeid)
