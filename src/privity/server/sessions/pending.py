# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sockets that have not proven themselves yet, the oldest first. A device proves itself at once: where there are too
many, the one that has been silent for the longest makes way, so that no crowd of silent ones keeps a device out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from privity.server.limits import MAX_PENDING_SOCKETS, SECOND
from privity.wire.errors import Code, Refusal


class Place:
    """One socket."""

    __slots__ = ("_deadline", "_made_way")

    def __init__(self) -> None:
        self._deadline: asyncio.Timeout | None = None
        self._made_way = False

    @property
    def is_silent(self) -> bool:
        """Whether the hub waits for its proof, and not for its own look at it."""
        return self._deadline is not None

    @asynccontextmanager
    async def silent(self, most_s: float) -> AsyncIterator[None]:
        """While the hub waits for the proof. Raises a Refusal after so many seconds, or when it has to make way."""
        try:
            async with asyncio.timeout(most_s) as self._deadline:
                try:
                    yield
                finally:
                    self._deadline = None
        except TimeoutError:
            if self._made_way:
                raise Refusal(
                    Code.UNAVAILABLE, "too many connections wait for their proof", retry_after_ms=SECOND
                ) from None
            raise Refusal(Code.UNAUTHENTICATED, f"no proof came within {most_s:.0f} s") from None

    def make_way(self) -> None:
        if self._deadline is not None:
            self._made_way = True
            self._deadline.reschedule(asyncio.get_running_loop().time())


class Pending:
    """All of them."""

    __slots__ = ("_most", "_places")

    def __init__(self, most: int = MAX_PENDING_SOCKETS) -> None:
        self._most = most
        self._places: dict[Place, None] = {}

    def __len__(self) -> int:
        return len(self._places)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Count one more; raises an UNAVAILABLE Refusal where the hub looks at so many proofs already."""
        if len(self._places) >= self._most:
            self._make_room()
        place = Place()
        self._places[place] = None
        try:
            yield place
        finally:
            self._places.pop(place, None)

    def _make_room(self) -> None:
        oldest = next((place for place in self._places if place.is_silent), None)
        if oldest is None:
            raise Refusal(Code.UNAVAILABLE, "too many connections wait for their proof", retry_after_ms=SECOND)
        oldest.make_way()
        del self._places[oldest]
