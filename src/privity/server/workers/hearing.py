# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Noticing what was not heard: every worker numbers what it tells, so that a gap shows."""

from __future__ import annotations

from enum import Enum
from typing import Final

MAX_WORKERS: Final = 1_000
"""Names of workers that are remembered: they change with each start, and the oldest are forgotten."""


class Heard(Enum):
    """What one number of a worker means."""

    NEXT = "next"
    AGAIN = "again"
    """It was heard before, or somebody says it again: nothing to do."""
    GAP = "gap"
    """Something before it was not heard."""


class Hearing:
    """The last number heard of each worker."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def take(self, worker: str, number: int) -> Heard:
        """A worker that is heard for the first time may have said things before: a gap, unless it just began."""
        last = self._last.pop(worker, 0)
        self._last[worker] = max(last, number)
        while len(self._last) > MAX_WORKERS:
            del self._last[next(iter(self._last))]
        if number <= last:
            return Heard.AGAIN
        return Heard.NEXT if number == last + 1 else Heard.GAP
