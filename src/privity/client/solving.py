# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Works on puzzles beside the event loop, one after the other: a part at a time on one core, and says how far it is.

Between two slices of it anything else goes on, and it can be stopped there. Nobody is asked, and nothing is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from privity.client.engine.shown import Working
from privity.policy.work import PARTS, search, tries
from privity.wire.work import Puzzle

SLICE: Final = 4_096
"""Tries at a time: 20 ms where they were measured."""


class Solving:
    """`show` is told how far it is, from the event loop; with `left_s` None at the end of each, however it ends."""

    def __init__(self, show: Callable[[Working], None]) -> None:
        self._show = show
        self._one = asyncio.Lock()

    async def solve(self, puzzle: Puzzle) -> list[int]:
        """An answer to each part, in order. Cancelling it stops it within a slice."""
        async with self._one:
            answers: list[int] = []
            began, tried = time.monotonic(), 0
            try:
                for part in range(PARTS):
                    found, first = None, 0
                    while found is None:
                        found = await asyncio.to_thread(search, puzzle.seed, puzzle.bits, part, first, SLICE)
                        tried += SLICE if found is None else found - first + 1
                        first += SLICE
                        if found is not None:
                            answers.append(found)
                        if found is not None or tried == SLICE:  # then it is known how fast this machine is
                            self._tell(puzzle, len(answers), tried, began)
            finally:
                self._show(Working(len(answers), PARTS, None))
            return answers

    def _tell(self, puzzle: Puzzle, done: int, tried: int, began: float) -> None:
        a_try_s = (time.monotonic() - began) / tried
        left_s = a_try_s * tries(puzzle.bits) * (PARTS - done) / PARTS
        self._show(Working(done, PARTS, max(1, round(left_s))))
