# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How many different people, within the last hour, day or week: a sample of marks, each with when it last came.

Up to `KEPT` within a week all marks are there. Beyond, only those are kept whose last bits are zero, one bit more each
time that it is full (P. Flajolet, *On adaptive sampling*, 1990), and the count is multiplied. A HyperLogLog is smaller
for a billion, and cannot forget: for windows that slide one needs many of them, and here most accounts count below
ten.

Two people can share a mark (1 of 65,536): up to `KEPT` the count is never too high, and one short in 3 of 100 cases at
64. Beyond, it is off by about 1.3 / sqrt(sample): a tenth to a fifth (one standard deviation); what the sharing
of marks takes away is given back by its expectation.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from math import log
from typing import Final

from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.marks import MARKS
from privity.desk.signals.counters.periods import WEEK_MS

KEPT: Final = 64
"""Marks at the most."""
_MOST_LEVEL: Final = 10
_WEEK_S: Final = WEEK_MS // 1000

Packed = tuple[int, int, bytes, bytes]


class Distinct:
    """Different marks of the last week.

    Attributes:
        level: Last bits that are zero in every mark that is kept.
    """

    __slots__ = ("_left_out_s", "_marks", "_times", "level")

    def __init__(self) -> None:
        self.level = 0
        self._left_out_s = 0
        self._times = array("I")
        self._marks = array("H")

    def __len__(self) -> int:
        """Marks that are held."""
        return len(self._times)

    def add(self, mark: int, at_ms: int) -> bool:
        """Count a mark; whether it was not there yet, as far as the sample tells."""
        at_s = at_ms // 1000
        self._forget(at_s)
        if mark & ((1 << self.level) - 1):
            self._left_out_s = max(self._left_out_s, at_s)
            return False
        new = True
        if mark in self._marks:
            place = self._marks.index(mark)
            if self._times[place] >= at_s:
                return False
            del self._times[place], self._marks[place]
            new = False
        place = bisect_right(self._times, at_s)
        self._times.insert(place, at_s)
        self._marks.insert(place, mark)
        self._thin_out(at_s)
        return new

    def within(self, period_ms: int, at_ms: int) -> int:
        """How many came within this period up to now. At the most a week."""
        times = self._times
        found = len(times) - bisect_right(times, max(at_ms - period_ms, 0) // 1000)
        return estimated(found, self.level)

    def marks(self, period_ms: int, at_ms: int, level: int) -> frozenset[int]:
        """Those of this period whose last `level` bits are zero: what two counters share can be told at the level of
        the one that samples more."""
        first = bisect_right(self._times, max(at_ms - period_ms, 0) // 1000)
        last = (1 << level) - 1
        return frozenset(mark for mark in self._marks[first:] if not mark & last)

    def merge(self, other: Distinct) -> None:
        """Count what another one counted, too; who is in both counts once."""
        latest = dict(zip(self._marks, self._times, strict=True))
        for mark, at_s in zip(other._marks, other._times, strict=True):
            latest[mark] = max(at_s, latest.get(mark, 0))
        self._left_out_s = max(self._left_out_s, other._left_out_s)
        self.level = max(self.level, other.level)
        self._keep(sorted((at_s, mark) for mark, at_s in latest.items()))
        if self._times:
            self._thin_out(self._times[-1])

    def forget(self, at_ms: int) -> bool:
        """Let go of what is older than a week; whether nothing is left."""
        self._forget(at_ms // 1000)
        return not self._times and self.level == 0

    def packed(self) -> Packed:
        """What `unpacked` takes."""
        return (self.level, self._left_out_s, self._times.tobytes(), self._marks.tobytes())

    @classmethod
    def unpacked(cls, packed: Packed) -> Distinct:
        """The marks again, or CountersUnreadable."""
        self = cls()
        self.level, self._left_out_s, times, marks = packed
        if len(times) != 2 * len(marks) or len(marks) > 2 * KEPT or not 0 <= self.level <= _MOST_LEVEL:
            raise CountersUnreadable(f"expected up to {KEPT} marks with their times, got {len(times)}, {len(marks)}")
        self._times.frombytes(times)
        self._marks.frombytes(marks)
        return self

    def _forget(self, at_s: int) -> None:
        old = bisect_left(self._times, max(at_s - _WEEK_S, 0))
        if old:
            del self._times[:old], self._marks[:old]
        if self.level and self._left_out_s + _WEEK_S < at_s:
            self.level = 0

    def _thin_out(self, at_s: int) -> None:
        while len(self._times) > KEPT and self.level < _MOST_LEVEL:
            self.level += 1
            self._left_out_s = max(self._left_out_s, at_s)
            self._keep(list(zip(self._times, self._marks, strict=True)))

    def _keep(self, entries: list[tuple[int, int]]) -> None:
        last = (1 << self.level) - 1
        kept = [(at_s, mark) for at_s, mark in entries if not mark & last]
        self._times = array("I", [at_s for at_s, _ in kept])
        self._marks = array("H", [mark for _, mark in kept])


def estimated(found: int, level: int) -> int:
    """How many people stand behind so many marks of a sample of this level."""
    return found if level == 0 else _people(found << level)


def _people(cells: int) -> int:
    """How many people it takes, on average, so that so many different marks of all come (linear counting)."""
    free = max(1 - cells / MARKS, 1 / MARKS)
    return round(-MARKS * log(free))
