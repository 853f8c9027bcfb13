# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What will happen in a world, in the order of time; of two things at one time, what was planned first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import count

from privity.wire.observed import Observed

Happening = Callable[[int], Iterator[Observed]]
"""Happens at a time, in Unix milliseconds, and yields what the hub observes of it."""


class Timeline:
    """Things to come. Whatever happens may plan more of them."""

    def __init__(self, end_ms: int) -> None:
        self.end_ms = end_ms
        self._heap: list[tuple[int, int, Happening]] = []
        self._order = count()

    def at(self, at_ms: int, happen: Happening) -> None:
        """Plan it."""
        heapq.heappush(self._heap, (at_ms, next(self._order), happen))

    def passing(self) -> Iterator[Observed]:
        """Everything until the end, oldest first."""
        while self._heap:
            at_ms, _, happen = heapq.heappop(self._heap)
            if at_ms >= self.end_ms:
                return
            yield from happen(at_ms)
