# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which of the house's errors a test run really brought about: the packages' roots are watched from its start.

Where several processes share the tests, each hands what it saw to the one that started them, and that one looks back.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

TESTS = Path(__file__).parent
ERRORS = {
    "privity.mls.errors": "mls",
    "privity.mls.schedule.errors": "mls",
    "privity.mls.group.errors": "mls",
    "privity.message.errors": "message",
    "privity.identity.errors": "identity",
    "privity.tlog.errors": "tlog",
    "privity.keylog.errors": "keylog",
    "privity.client.errors": "client",
    "privity.server.errors": "server",
    "privity.server.operating.errors": "server/operating",
    "privity.desk.errors": "desk",
    "privity.desk.audit.errors": "desk",
    "privity.desk.staff.errors": "desk",
    "privity.desk.console.errors": "desk",
    "privity.desk.transparency.errors": "desk",
    "privity.desk.retention.errors": "desk",
    "privity.desk.signals.language.errors": "desk",
    "privity.desk.signals.counters.errors": "desk",
    "privity.desk.signals.coordination.errors": "desk",
    "privity.desk.signals.lifecycle.errors": "desk",
    "privity.desk.signals.running.errors": "desk",
    "privity.desk.matching.index.errors": "desk/matching/index",
    "privity.desk.matching.errors": "desk",
    "privity.desk.cases.errors": "desk",
    "privity.desk.intake.errors": "desk",
    "privity.desk.decisions.errors": "desk",
    "privity.desk.appeals.errors": "desk",
    "privity.desk.clearinghouse.errors": "desk",
    "privity.desk.legal.errors": "desk/legal",
    "privity.desk.legal.rulebook.errors": "desk/legal",
    "privity.desk.legal.vault.errors": "desk/legal/vault",
    "privity.desk.legal.agencies.errors": "desk/legal/agencies",
    "privity.desk.legal.requests.errors": "desk/legal/requests",
    "privity.desk.legal.collecting.errors": "desk/legal/collecting",
    "privity.desk.legal.notices.errors": "desk/legal/notices",
    "privity.desk.legal.answers.errors": "desk/legal/answers",
    "privity.desk.legal.releasing.errors": "desk/legal/releasing",
    "privity.desk.legal.guide.errors": "desk/legal/guide",
    "privity.lab.errors": "lab",
    "privity.production.errors": "production",
    "privity.preview.errors": "preview",
    "privity.witness.errors": "witness",
    "privity.cosigners.errors": "cosigners",
}
"""Modules of errors, and the folder of tests that must bring about each of them."""

raised: set[tuple[str, str]] = set()
"""(module, name) of every error made so far."""


def kinds(module: str) -> list[type[Exception]]:
    """All errors that a module defines."""
    found = [kind for _, kind in inspect.getmembers(importlib.import_module(module), inspect.isclass)]
    return [kind for kind in found if kind.__module__ == module and issubclass(kind, Exception)]


def leaves(module: str) -> set[str]:
    """The errors that are raised themselves: those from which no other of the module is derived."""
    own = kinds(module)
    return {kind.__name__ for kind in own if not any(other is not kind and issubclass(other, kind) for other in own)}


def missing(module: str) -> list[str]:
    """The errors of a module that nothing has made so far."""
    return sorted(name for name in leaves(module) if (module, name) not in raised)


def ran(files: Iterable[Path], folder: str) -> bool:
    """Whether every test file of a folder is among these."""
    return set((TESTS / folder).rglob("test_*.py")) <= set(files)


def watch() -> None:
    """From now on note each error of the house that is made."""
    house = {kind for module in ERRORS for kind in kinds(module)}
    for kind in house:
        if not house.intersection(kind.__mro__[1:]):
            _watch(kind)


def _watch(root: type[Exception]) -> None:
    made = root.__init__

    def noting(self: Exception, *args: object, **named: object) -> None:
        raised.add((type(self).__module__, type(self).__name__))
        made(self, *args, **named)

    root.__init__ = noting  # type: ignore[method-assign, assignment]  # every error of the family passes here


RAISED: Final = "privity_raised"
FILES: Final = "privity_files"


class LookingBack:
    """What `last` tests do where one process runs everything, for a run of several: a plugin in each of them."""

    def __init__(self) -> None:
        self._files: set[Path] = set()
        self._missing: list[str] = []

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """One of several processes has seen a part, and so cannot say what the whole has not brought about."""
        if hasattr(config, "workeroutput"):
            items[:] = [item for item in items if item.get_closest_marker("last") is None]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        said = getattr(node, "workeroutput", {})
        raised.update((module, name) for module, name in said.get(RAISED, ()))
        self._files.update(Path(path) for path in said.get(FILES, ()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        said = getattr(session.config, "workeroutput", None)
        if said is not None:
            said[RAISED], said[FILES] = sorted(raised), sorted({str(item.path) for item in session.items})
            return
        for module in (module for module, folder in ERRORS.items() if ran(self._files, folder)):
            self._missing += [f"{module}.{name}" for name in missing(module)]
        if self._missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name in self._missing:
            terminalreporter.write_line(f"FAILED no test of this run brings about {name}", red=True)
