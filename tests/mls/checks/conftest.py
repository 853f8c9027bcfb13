# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Holds every test of a check to its mark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mls.checks import showing
from tests.mls.checks.check import Check
from tests.mls.checks.listing import rules


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "shows(*numbers): the checks of RFC 9420 that a test provokes")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """A test that ends well must have provoked what its marks say, all of it and nothing else."""
    showing.provoked.clear()
    result = yield
    numbers = {number for mark in pyfuncitem.iter_markers("shows") for number in mark.args}
    claimed = {rule.number for rule in rules() if isinstance(rule, Check) and rule.number in numbers}
    unshown, unsaid = sorted(claimed - showing.provoked), sorted(showing.provoked - claimed)
    if unshown or unsaid:
        pytest.fail(f"the test does not provoke {unshown} and does not say that it provokes {unsaid}", pytrace=False)
    return result
