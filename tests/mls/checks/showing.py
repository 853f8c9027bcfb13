# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proof that a test provokes what it says: the very error of a check, raised by the module that the check names.

A test says `@shows("7.3-4")` and provokes the refusal inside `raises_check("7.3-4")`, or gives a valid object and a
broken one to `breaks`. `conftest` fails the test whose marks and provocations are not the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Final, TypeVar

import pytest

from privity.mls.errors import MlsError
from tests.mls.checks.check import Check, Rule

T = TypeVar("T")

PACKAGE: Final = "privity.mls."

PRIMITIVES: Final = ("codec", "crypto", "ed25519", "tree.keys", "schedule.hpke", "schedule.kdf", "schedule.xwing")
"""Modules that refuse on behalf of others. Where such a one raises, the check belongs to the module that called it,
unless the check names the primitive itself."""

provoked: set[str] = set()
"""Numbers of the checks that the running test provoked so far."""


def shows(*numbers: str) -> pytest.MarkDecorator:
    """The mark of a test, or of one of its parameters: which checks and duties it shows."""
    return pytest.mark.shows(*numbers)


@contextmanager
def raises_check(number: str) -> Iterator[None]:
    """Fails unless the block raises exactly the error of this check, out of the module that the check names."""
    check = _rule(number)
    assert isinstance(check, Check), f"{number} is a duty, and nothing raises it"
    try:
        yield
    except MlsError as error:
        if type(error) is not check.error:
            raise AssertionError(f"{number} is refused with {check.error.__name__}, not with {error!r}") from error
        where = modules(error.__traceback__)
        if not raised_in(check.module, where):
            raise AssertionError(f"{number} is refused by {check.module}, not by {' < '.join(where)}") from error
    else:
        pytest.fail(f"{number} was not refused: {check.says}")
    provoked.add(number)


def breaks(number: str, take: Callable[[T], object], valid: T, broken: T) -> None:
    """`take` accepts the valid object, and refuses the broken one as the check says."""
    take(valid)
    with raises_check(number):
        take(broken)


def modules(traceback: TracebackType | None) -> list[str]:
    """The modules of `privity.mls` that an error passed, the innermost first, each without the package's name."""
    found: list[str] = []
    while traceback is not None:
        name = traceback.tb_frame.f_globals.get("__name__", "")
        if name.startswith(PACKAGE):
            found.insert(0, name.removeprefix(PACKAGE))
        traceback = traceback.tb_next
    return found


def raised_in(module: str, where: list[str]) -> bool:
    """Whether an error that passed these modules is the named one's: raised there, or by a primitive on its behalf."""
    for name in where:
        if name == module:
            return True
        if name not in PRIMITIVES:
            return False
    return False


@cache
def _rules() -> dict[str, Rule]:
    from tests.mls.checks.listing import rules

    return {rule.number: rule for rule in rules()}


def _rule(number: str) -> Rule:
    assert number in _rules(), f"there is no check {number}"
    return _rules()[number]
