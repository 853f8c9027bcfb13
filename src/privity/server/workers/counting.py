# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A limit is one for all workers together: what each gives is told to the others, which count it as given by them.

Told are whole parts of a burst (`limits.TOLD_PARTS`), at once. So N workers give at most one burst, a part of one for
each of them, and what they gave in the milliseconds that a word takes; in the long run never more than one worker does.
Where the bus is away each counts alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from privity.server.limits import Limits
from privity.server.workers.words import Counted, Word


class Counting:
    """What was taken from this worker's limits, on its way to the others."""

    __slots__ = ("_limits", "_loop", "_tell", "_waiting")

    def __init__(self, limits: Limits, tell: Callable[[Sequence[Word]], None]) -> None:
        self._limits = limits
        self._tell = tell
        self._waiting: list[Counted] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Tell from now on."""
        self._loop = asyncio.get_running_loop()
        self._limits.on_take = self._took

    def end(self) -> None:
        """Tell no more: the loop is about to end."""
        self._limits.on_take = None

    def _took(self, limit: str, caller: str, tokens: int) -> None:
        """In the thread that took."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._add, Counted(limit, caller, tokens))

    def _add(self, counted: Counted) -> None:
        self._waiting.append(counted)
        if len(self._waiting) == 1 and self._loop is not None:
            self._loop.call_soon(self._say)

    def _say(self) -> None:
        """All of this turn of the loop."""
        counted, self._waiting = self._waiting, []
        self._tell(counted)
