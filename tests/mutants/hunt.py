# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Tries every mutant: a pytest session that collects all tests once, and forks a process for each change.

A change inside a function is swapped into the loaded program, first for the quickest tests that run its line. Those
that nobody noticed are then tried with all of these tests, changes of different functions together: where nobody
notices all of them, nobody notices one; else the halves are tried. What is outside of functions, or in a function that
is called before the first test, is tried by an interpreter that imports the changed module from the beginning.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress

from tests.mutants import child
from tests.mutants.apart import Apart
from tests.mutants.child import EndsAtOnce, Shared, forked
from tests.mutants.coverage import Coverage
from tests.mutants.loaded import LoadedFiles
from tests.mutants.mutant import Mutant, Source
from tests.mutants.order import Order
from tests.mutants.results import LIVING, Results, Verdict
from tests.mutants.swapping import Functions, NotSwappable, forget, functions, remembering, swap
from tests.mutants.watch import watch

_TIMES = 12
"""How much longer than before the tests may take on a changed program."""

_FIRST, _FIRST_SECONDS = 150, 2.0
"""How many of the tests that run a line are asked first, and how long these may take together."""

_NEAR = 3
"""Of how many files are the tests that an interpreter of its own is asked for first: to collect all takes long."""

Try = tuple[Source, Mutant]


@dataclass
class Hunt:
    """A plugin that takes the place of the loop that runs tests."""

    sources: Sequence[Source]
    results: Results
    progress: Progress
    arguments: Sequence[str]
    at_least: float
    listed: Collection[str] = ()
    error: str = ""
    failing: list[str] = field(default_factory=list)
    done: bool = False
    _items: Sequence[pytest.Item] = ()
    _order: Order = field(default_factory=lambda: Order(Coverage()))
    _remembering: list[Any] = field(default_factory=list)
    _functions: Functions = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed or not session.items:
            self.error = "the tests cannot be collected"
            return True
        self._items = session.items
        self._all(LoadedFiles(session.config.rootpath))
        self.done = not self.error
        return True

    def _all(self, loaded: LoadedFiles) -> None:
        todo: list[Try] = []
        for source in self.sources:
            for mutant in source.mutants():
                if self.results.of(source.digest, mutant.name) not in ("killed", "timeout"):
                    todo.append((source, mutant))
        if not todo:
            return
        root, package = self.sources[0].root, self.sources[0].package
        gc.unfreeze()  # conftest.py froze what was collected, and what is frozen is not found
        self._remembering, self._functions = remembering(str(root)), functions(str(root))
        gc.freeze()  # so that no forked process copies what it only looks at
        self.progress.console.print("what runs what ...")
        coverage = watch(self._items, root, package, self.results.path.parent, lambda: forget(self._remembering))
        self._order = Order(coverage)
        self.failing = [self._items[number].nodeid for number in sorted(coverage.failing)]
        apart = Apart(self.arguments)
        if not apart.control(self.sources[0], self._quickest_of_each_file(coverage)):
            self.error = "the tests fail in an interpreter of their own, without any change"
            return
        for path in {item.path for item in self._items}:
            fit = [number for number in coverage.fit() if self._items[number].path == path]
            items = [self._items[number] for number in fit]
            if fit and not apart.finds_all(self.sources[0], items, self._patience(fit)):
                self.error = f"the tests of {path} are others, or fail, in an interpreter of their own"
                return
        ends, plugins = EndsAtOnce(), self._items[0].config.pluginmanager
        plugins.register(ends)
        unnoticed, unfit = self._quickly(todo)
        unfit += [each for each in self._together(unnoticed) if not self._settled(apart, each)]
        plugins.unregister(ends)
        self._apart(apart, unfit, loaded)

    def _quickest_of_each_file(self, coverage: Coverage) -> list[pytest.Item]:
        quickest: dict[Path, pytest.Item] = {}
        for number in sorted(coverage.fit(), key=lambda each: coverage.seconds[each]):
            quickest.setdefault(self._items[number].path, self._items[number])
        return list(quickest.values())

    def _quickly(self, todo: list[Try]) -> tuple[list[Try], list[Try]]:
        """Swap the changes in one after the other: (those that were not noticed yet, those that cannot be swapped)."""
        unnoticed: list[Try] = []
        unfit: list[Try] = []
        bar = self.progress.add_task("mutants", total=len(todo))
        for source, mutant in todo:
            self.progress.update(bar, description=f"{mutant.file.split('/', 2)[-1]}:{mutant.line}", advance=1)
            chosen = self._order.of(mutant)
            if not chosen:
                self._say(source, mutant, "uncovered", chosen)
                continue
            if not mutant.line_of_function:
                unfit.append((source, mutant))
                continue
            if mutant.name in self.listed:
                unnoticed.append((source, mutant))
                continue
            status = self._forked([(source, mutant)], self._first(chosen))
            if status == child.UNFIT:
                unfit.append((source, mutant))
            elif status == child.SURVIVED:
                unnoticed.append((source, mutant))
                self._print(f"not noticed yet: {mutant.name}")
            else:
                self._say(source, mutant, "timeout" if status == child.TIMEOUT else "killed", chosen)
        return unnoticed, unfit

    def _together(self, unnoticed: list[Try]) -> list[Try]:
        """Those that no test notices."""
        groups: list[dict[tuple[str, int], Try]] = []
        for source, mutant in unnoticed:
            key = mutant.file, mutant.line_of_function
            group = next((group for group in groups if key not in group), None)
            if group is None:
                groups.append(group := {})
            group[key] = source, mutant
        bar = self.progress.add_task("once more", total=len(unnoticed))
        return [each for group in groups for each in self._halved(list(group.values()), bar)]

    def _halved(self, group: list[Try], bar: Any) -> list[Try]:
        (source, mutant), *others = group
        chosen = sorted(set[int]().union(*(self._order.of(each) for _, each in group)), key=self._seconds)
        if not others:
            chosen = self._order.of(mutant)
        status = self._forked(group, chosen)
        if status != child.SURVIVED and others:
            half = len(group) // 2
            return self._halved(group[:half], bar) + self._halved(group[half:], bar)
        self.progress.update(bar, advance=len(group))
        if status == child.SURVIVED:
            return group
        self._say(source, mutant, "timeout" if status == child.TIMEOUT else "killed", chosen)
        return []

    def _seconds(self, number: int) -> float:
        return self._order.coverage.seconds[number]

    def _settled(self, apart: Apart, tried: Try) -> bool:
        """Whether that nobody notices is known from the loaded program alone."""
        source, mutant = tried
        if not apart.same_as_swapped(source, mutant):
            return False
        self._say(source, mutant, "survived", self._order.of(mutant))
        return True

    def _apart(self, apart: Apart, unfit: list[Try], loaded: LoadedFiles) -> None:
        """Each with an interpreter of its own; only what those of a few files do not notice is shown to all tests.
        Ends with an error, and no verdict, when a file was written meanwhile."""
        bar = self.progress.add_task("interpreters", total=len(unfit))
        for source, mutant in unfit:
            self.progress.update(bar, advance=1)
            chosen = self._order.of(mutant)
            near = self._near(chosen)
            status = self._in_interpreter(apart, source, mutant, near)
            if status == child.SURVIVED and len(near) < len(chosen):
                status = self._in_interpreter(apart, source, mutant, chosen)
            if changed := loaded.changed():
                self.error = f"written while the hunt ran: {', '.join(map(str, changed))}"
                return
            verdicts: dict[int, Verdict] = {child.SURVIVED: "survived", child.TIMEOUT: "timeout"}
            self._say(source, mutant, verdicts.get(status, "killed"), chosen, ", apart")

    def _first(self, chosen: Sequence[int]) -> list[int]:
        """One at least."""
        seconds = list(accumulate(self._seconds(number) for number in chosen[:_FIRST]))
        return [
            number for number, until in zip(chosen, seconds, strict=False) if until <= max(_FIRST_SECONDS, seconds[0])
        ]

    def _near(self, chosen: Sequence[int]) -> list[int]:
        files = list(dict.fromkeys(self._items[number].path for number in chosen))[:_NEAR]
        return [number for number in chosen if self._items[number].path in files][:_FIRST]

    def _in_interpreter(self, apart: Apart, source: Source, mutant: Mutant, chosen: Sequence[int]) -> int:
        return apart.status(source, mutant, [self._items[number] for number in chosen], self._patience(chosen))

    def _say(self, source: Source, mutant: Mutant, verdict: Verdict, chosen: Sequence[int], how: str = "") -> None:
        self.results.note(source.digest, mutant.name, verdict, f"{len(chosen)} tests{how}")
        if verdict in LIVING:
            self._print(f"{verdict}: {mutant.name}")

    def _print(self, text: str) -> None:
        self.progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _patience(self, chosen: Sequence[int]) -> list[float]:
        """Seconds of CPU time for each of these tests."""
        return [self.at_least + _TIMES * self._seconds(number) for number in chosen]

    def _forked(self, group: Sequence[Try], chosen: Sequence[int]) -> int:
        """Try these changes at once in a forked process; which test noticed is remembered when there is one only."""
        seconds, shared = self._patience(chosen), Shared()
        items = [self._items[number] for number in chosen]
        status = forked(self._work(group, items, seconds, shared), sum(seconds))
        if status == child.KILLED and len(group) == 1:
            self._order.note(chosen[shared.shown], group[0][1].file)
        return status

    def _work(
        self, group: Sequence[Try], items: list[pytest.Item], seconds: list[float], shared: Shared
    ) -> Callable[[], None]:
        def work() -> None:
            try:
                for source, mutant in group:
                    changed = source.changed(mutant)
                    swap(self._functions, str(source.path), changed, mutant.function, mutant.line_of_function)
            except NotSwappable:
                os._exit(child.UNFIT)
            forget(self._remembering)
            child.run(items, seconds, shared)

        return work
