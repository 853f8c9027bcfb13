# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes of request bodies that are being read or worked on: by caller, and together.

A body counts with its whole length from the start. Where there is no more room together, a body that is read for long
makes way, of whoever holds the most: whoever stalls keeps nobody out, and whoever really sends is done by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from privity.server.limits import BODY_UNDISTURBED_S, SECOND
from privity.wire.errors import Code, Refusal


class Hold:
    """One body that is counted."""

    __slots__ = ("_deadline", "caller", "gave_way", "since_s", "size")

    def __init__(self, caller: str, size: int) -> None:
        self.caller = caller
        self.size = size
        self.since_s = 0.0
        self.gave_way = False
        self._deadline: asyncio.Timeout | None = None

    @asynccontextmanager
    async def reading(self, wait_s: float) -> AsyncIterator[None]:
        """While it is read: it may take so many seconds. Raises a Refusal when it took longer, or had to make way."""
        try:
            async with asyncio.timeout(wait_s) as self._deadline:
                self.since_s = asyncio.get_running_loop().time()
                try:
                    yield
                finally:
                    deadline, self._deadline = self._deadline, None
        except TimeoutError:
            if not deadline.expired():
                raise
            if self.gave_way:
                raise Refusal(
                    Code.UNAVAILABLE, "the body came slowly and others wait; send it again", retry_after_ms=SECOND
                ) from None
            raise Refusal(Code.MALFORMED, f"the body did not come within {wait_s:.0f} s") from None

    def can_make_way(self, now_s: float) -> bool:
        return self._deadline is not None and now_s - self.since_s >= BODY_UNDISTURBED_S

    def make_way(self, now_s: float) -> None:
        """End the reading."""
        if self._deadline is not None:
            self.gave_way = True
            self._deadline.reschedule(now_s)


class Bodies:
    """What is under way."""

    __slots__ = ("_by_caller", "_held", "_limit", "_per_caller", "_together", "_total", "_what")

    def __init__(self, per_caller: int, together: int, limit: str = "bodies", what: str = "bytes of bodies") -> None:
        """`what` is counted, under the name `limit` of the refusal."""
        self._limit = limit
        self._what = what
        self._per_caller = per_caller
        self._together = together
        self._by_caller: dict[str, int] = {}
        self._held: dict[Hold, None] = {}
        self._total = 0

    @contextmanager
    def hold(self, caller: str, size: int) -> Iterator[Hold]:
        """Count these bytes as long as it lasts, or raise a TOO_MANY or UNAVAILABLE Refusal."""
        mine = self._by_caller.get(caller, 0)
        if size and mine + size > self._per_caller:
            raise Refusal(
                Code.TOO_MANY,
                f"{mine} {self._what} are under way, at most {self._per_caller} may be at once",
                limit=self._limit,
                retry_after_ms=SECOND,
            )
        if size and self._total + size > self._together:
            self._make_room(size)
        held = Hold(caller, size)
        self._count(held, 1)
        try:
            yield held
        finally:
            if held in self._held:
                self._count(held, -1)

    def _make_room(self, size: int) -> None:
        """End what is still read: of the caller who holds the most, the oldest first. Or raise UNAVAILABLE, and then
        nobody is disturbed.
        """
        now_s = asyncio.get_running_loop().time()
        slow = [one for one in self._held if one.can_make_way(now_s)]
        if self._total + size - sum(one.size for one in slow) > self._together:
            raise Refusal(Code.UNAVAILABLE, f"too many {self._what} are under way", retry_after_ms=SECOND)
        while self._total + size > self._together:
            one = min(slow, key=lambda one: (-self._by_caller[one.caller], one.since_s))
            slow.remove(one)
            one.make_way(now_s)
            self._count(one, -1)

    def _count(self, held: Hold, sign: int) -> None:
        if sign > 0:
            self._held[held] = None
        else:
            del self._held[held]
        self._total += sign * held.size
        left = self._by_caller.get(held.caller, 0) + sign * held.size
        if left:
            self._by_caller[held.caller] = left
        else:
            self._by_caller.pop(held.caller, None)

    def __len__(self) -> int:
        return self._total
