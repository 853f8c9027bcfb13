# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever members do in whatever order, all of them agree, the server follows, and who is outside reads nothing."""

from __future__ import annotations

import pytest

from privity.mls.suites import POST_QUANTUM
from tests.mls.group.walking import Walk


def walk(number: int, seed: int, *, steps: int, size: int) -> Walk:
    walked = Walk(number, seed, size)
    for _ in range(steps):
        walked.step()
        walked.check()
    return walked


def seen(walked: Walk) -> list[str]:
    return [name for name in dir(walked) if name.startswith("do_") and not walked.kinds.get(name)]


@pytest.mark.parametrize(("number", "seed"), [(1, 11), (2, 22), (3, 33), (POST_QUANTUM.id, 44)])
def test_all_agree_after_every_step(number: int, seed: int) -> None:
    walked = walk(number, seed, steps=150, size=12)
    assert seen(walked) == [], "every kind of step was taken"
    assert walked.said > 10


@pytest.mark.prove
@pytest.mark.parametrize(("number", "seed"), [(1, 1001), (2, 1002), (3, 1003), (POST_QUANTUM.id, 1004)])
def test_dozens_of_members_agree_through_thousands_of_steps(number: int, seed: int) -> None:
    walked = walk(number, seed, steps=3000, size=36)
    assert seen(walked) == []
    assert min(walked.kinds.values()) > 50
