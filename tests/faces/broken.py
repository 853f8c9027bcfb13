# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Demos and drills with a defence taken away, begun as soon as it is known which tests will ask for them.

Each takes a minute and waits for its own processes most of it; all other tests run meanwhile. A test module that uses
the fixture `broken` has a function `runs_without`, which says what is to be run for the names that were asked for.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

AT_ONCE = 2
LIMIT_S = 150
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
FOLDER = Path.cwd()
"""Both as the session found them: a test that changes its own must not change those of a run beside it."""
FIXTURE, RUNS = "broken", "runs_without"
Done = subprocess.CompletedProcess[str]
Run = tuple[Sequence[str], Callable[[], Done]]
"""The defences that are taken away in it, and what starts it and waits for its end."""


def run(*arguments: str, **more: str) -> Done:
    """A command as a person would start it, with `more` in its environment."""
    command, environment = [sys.executable, "-m", "privity.cli", *arguments], {**ENVIRONMENT, **more}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_S, env=environment, cwd=FOLDER, check=False
    )


@dataclass(slots=True)
class Begun:
    """Every run of a session, by test module and defence."""

    done: dict[tuple[str, str], Future[Done]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))

    def begin(self, module: str, runs: Iterable[Run]) -> None:
        for names, work in runs:
            future = self._pool.submit(work)
            self.done |= {(module, name): future for name in names}

    def of(self, module: str) -> dict[str, Future[Done]]:
        """The runs of one test module, by defence."""
        return {name: future for (where, name), future in self.done.items() if where == module}

    def end(self) -> None:
        """Wait for those that run; the others never begin."""
        self._pool.shutdown(cancel_futures=True)


BEGUN = pytest.StashKey[Begun]()


def asking(items: Iterable[pytest.Item]) -> Iterator[pytest.Function]:
    """The tests that ask for such a run."""
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.module, RUNS) and FIXTURE in item.fixturenames:
            yield item


def begin(items: Iterable[pytest.Item]) -> Begun:
    """Begin what these tests will ask for."""
    names = defaultdict(set)
    for item in asking(items):
        names[item.module].add(str(item.callspec.params["name"]))
    begun = Begun()
    for module, asked in names.items():
        begun.begin(module.__name__, module.runs_without(asked))
    return begun
