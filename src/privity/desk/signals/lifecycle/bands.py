# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When a rule stops by itself: it has done enough for a day, holds far too often, or people undo what it does."""

from __future__ import annotations

import math
from typing import Final

from privity.desk.signals.language.python_functions import wilson_low

TIMES: Final = 3
"""A rule may hold so many times as often a day as the look back said ..."""
SLACK: Final = 10
"""... and so many times more, so that one busy family does not stop a rule that hardly ever holds."""

MOST_OVERTURNED: Final = 0.05
"""The share of what a rule did that people may undo. It stops once the smallest share that fits is above this."""
OVERTURNED_DAYS: Final = 30
"""Over this time."""


def most_held(expected_a_day: float) -> int:
    """Accounts of a day for which the rule may hold."""
    return math.ceil(expected_a_day * TIMES) + SLACK


def overturned_too_often(undone: int, made: int) -> bool:
    """Three of twenty are too many; one of three is chance (Wilson's lower bound at 95 %)."""
    return undone > 1 and wilson_low(undone, made) > MOST_OVERTURNED
