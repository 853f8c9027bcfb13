# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Random walks of all implementations in one group."""

from __future__ import annotations

import pytest

from tests.interop import together
from tests.interop.conftest import Have
from tests.interop.peers import OURS
from tests.interop.walking import Walk

SEED = 9420


def walk(have: Have, suite: int, steps: int) -> None:
    started = have(*together.names(suite, OURS))
    going = Walk(started, suite, SEED)
    for _ in range(steps):
        going.step()
    going.circle.agree()


@pytest.mark.parametrize("suite", together.SUITES, ids=lambda suite: f"walk-{suite}")
def test_walk(suite: int, have: Have) -> None:
    walk(have, suite, 30)


@pytest.mark.prove
@pytest.mark.parametrize("suite", together.SUITES, ids=lambda suite: f"long-walk-{suite}")
def test_long_walk(suite: int, have: Have) -> None:
    walk(have, suite, 1000)
