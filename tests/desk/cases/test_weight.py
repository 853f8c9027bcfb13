# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a reporter's word counts follows from how earlier reports ended, and from nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from privity.desk.cases.weight import weight

COUNT = st.integers(0, 10_000)


def test_somebody_unknown_stands_in_the_middle() -> None:
    assert weight(0, 0, 0) == 0.5


@given(COUNT, COUNT, COUNT)
def test_nobody_is_believed_blindly_and_nobody_is_silenced(upheld: int, dismissed: int, abusive: int) -> None:
    assert 0 < weight(upheld, dismissed, abusive) < 1


@given(COUNT, COUNT, COUNT)
def test_each_ending_moves_it_its_own_way(upheld: int, dismissed: int, abusive: int) -> None:
    before = weight(upheld, dismissed, abusive)
    assert weight(upheld + 1, dismissed, abusive) > before
    assert weight(upheld, dismissed, abusive + 1) < weight(upheld, dismissed + 1, abusive) < before
