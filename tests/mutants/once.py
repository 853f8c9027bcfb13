# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One mutant in an interpreter of its own: `python -m tests.mutants.once ROOT PACKAGE FILE PLACE CHANGE SECONDS ...`.

Reads the tests to run from standard input, one a line after the seconds it may take; the exit status is one of `child`.
With nothing changed it says on standard output what is called before the first test, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.mutants import child
from tests.mutants.importing import ChangedModule
from tests.mutants.plan import sources
from tests.mutants.repeatable import Repeatable

UNCHANGED = -1
"""As a place: change nothing."""


def full_name(item: pytest.Item) -> str:
    """The same wherever the run begins."""
    return f"{item.path}::{item.nodeid.split('::', 1)[1]}"


class CalledBefore:
    """Which functions below `root` are called while modules are imported and tests collected: file and first line."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.found: set[tuple[str, int]] = set()
        self._out = os.dup(1)
        sys.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self.root):
            self.found.add((code.co_filename, code.co_firstlineno))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        sys.setprofile(None)
        with os.fdopen(self._out, "w") as out:
            json.dump(sorted(self.found), out)


class InThisOrder:
    """The quickest test first, as they were named; what cannot be collected any more was noticed, too."""

    def __init__(self, names: Sequence[str], seconds: Sequence[float]) -> None:
        self.order = {name: number for number, name in enumerate(names)}
        self.seconds = seconds

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = [item for item in items if full_name(item) in self.order]
        items[:] = sorted(wanted, key=lambda item: self.order[full_name(item)])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os._exit(child.KILLED)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if len(session.items) != len(self.order):
            os._exit(child.KILLED)
        child.run(session.items, self.seconds)
        os._exit(child.SURVIVED)


def main(root: str, package: str, file: str, place: str, change: str, seconds: str, *arguments: str) -> int:
    source = next(each for each in sources(Path(root), package) if each.file == file)
    child.limit(float(seconds))
    plugins: list[object] = []
    if int(place) == UNCHANGED:
        plugins.append(CalledBefore(root))
    else:
        mutant = next(each for each in source.mutants() if (each.place, each.change) == (int(place), int(change)))
        ChangedModule(source.module, source.changed(mutant)).install()
    named = [line.split(" ", 1) for line in sys.stdin.read().splitlines()]
    names = [name for _, name in named]
    plugins += [InThisOrder(names, [float(most) for most, _ in named]), child.EndsAtOnce(), Repeatable()]
    files = sorted({name.split("::")[0] for name in names})  # by folder, else pytest loses the fixtures of a conftest
    status = pytest.main([*arguments, *files], plugins=plugins)
    return child.SURVIVED if status == pytest.ExitCode.OK else child.KILLED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
