# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which of the house's errors a test run really brought about: the packages' roots are watched from its start."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

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
    "privity.desk.errors": "desk",
    "privity.witness.errors": "witness",
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


def watch() -> None:
    """From now on note each error of the house that is made."""
    for module in ERRORS:
        for root in _roots(module):
            _watch(root)


def _roots(module: str) -> Iterator[type[Exception]]:
    own = kinds(module)
    house = {kind for name in ERRORS for kind in kinds(name)}
    yield from (kind for kind in own if not any(base in house for base in kind.__mro__[1:]))


def _watch(root: type[Exception]) -> None:
    made = root.__init__

    def noting(self: Exception, *args: object, **named: object) -> None:
        raised.add((type(self).__module__, type(self).__name__))
        made(self, *args, **named)

    root.__init__ = noting  # type: ignore[method-assign, assignment]  # every error of the family passes here
