# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How often each of many things occurs, in a form that the next tree gets for what differs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

_FEW = 64


class Counts(Generic[T]):
    """A table that is shared and never changed, and beside it what is different now. `copy` costs the difference only,
    and makes a new table once there is much of it."""

    __slots__ = ("_now", "_shared", "repeated")

    def __init__(self, shared: dict[T, int] | None = None) -> None:
        self._shared: dict[T, int] = {} if shared is None else shared
        self._now: dict[T, int] = {}
        self.repeated: set[T] = set()
        """What occurs more than once."""

    def of(self, what: T) -> int:
        count = self._now.get(what)
        return self._shared.get(what, 0) if count is None else count

    def add(self, what: T) -> None:
        count = self.of(what) + 1
        self._now[what] = count
        if count > 1:
            self.repeated.add(what)

    def drop(self, what: T) -> None:
        """One less; what is counted was added before."""
        count = self.of(what) - 1
        self._now[what] = count
        if count <= 1:
            self.repeated.discard(what)

    def copy(self) -> Counts[T]:
        if len(self._now) > _FEW + len(self._shared) // 16:
            merged = self._shared | self._now
            self._shared = {what: count for what, count in merged.items() if count}
            self._now = {}
        twin = Counts(self._shared)
        twin._now = dict(self._now)
        twin.repeated = set(self.repeated)
        return twin

    def __iter__(self) -> Iterator[T]:
        """Each thing that occurs, once."""
        yield from (what for what in self._shared if what not in self._now)
        yield from (what for what, count in self._now.items() if count)
