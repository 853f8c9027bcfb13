# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sums in which what is long past counts for less: by 1/e after an hour, a day, a week.

One number for each period, however much is counted: nobody can fill it. A steady stream gives what a window of that
length would give; a burst counts in full at once, and leaves without the step that a window's edge would make.
"""

from __future__ import annotations

from math import exp

from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS

Packed = tuple[int, float, float, float]


class Decayed:
    """Three such sums of the same thing.

    Attributes:
        at_ms: The time at which the three have these values.
    """

    __slots__ = ("_day", "_hour", "_week", "at_ms")

    def __init__(self, at_ms: int, hour: float = 0.0, day: float = 0.0, week: float = 0.0) -> None:
        self.at_ms = at_ms
        self._hour = hour
        self._day = day
        self._week = week

    def add(self, amount: float, at_ms: int) -> None:
        """Count; what comes late counts as what is left of it."""
        passed = at_ms - self.at_ms
        if passed > 0:
            self._hour = self._hour * exp(-passed / HOUR_MS) + amount
            self._day = self._day * exp(-passed / DAY_MS) + amount
            self._week = self._week * exp(-passed / WEEK_MS) + amount
            self.at_ms = at_ms
        else:
            self._hour += amount * exp(passed / HOUR_MS)
            self._day += amount * exp(passed / DAY_MS)
            self._week += amount * exp(passed / WEEK_MS)

    def hour(self, at_ms: int) -> float:
        """The sum over an hour."""
        return self._hour if at_ms <= self.at_ms else self._hour * exp((self.at_ms - at_ms) / HOUR_MS)

    def day(self, at_ms: int) -> float:
        """The sum over a day."""
        return self._day if at_ms <= self.at_ms else self._day * exp((self.at_ms - at_ms) / DAY_MS)

    def week(self, at_ms: int) -> float:
        """The sum over a week."""
        return self._week if at_ms <= self.at_ms else self._week * exp((self.at_ms - at_ms) / WEEK_MS)

    def merge(self, other: Decayed) -> None:
        """Count what another one counted, too."""
        at_ms = max(self.at_ms, other.at_ms)
        hour, day, week = (one(at_ms) for one in (other.hour, other.day, other.week))
        self._hour, self._day, self._week = self.hour(at_ms) + hour, self.day(at_ms) + day, self.week(at_ms) + week
        self.at_ms = at_ms

    def packed(self) -> Packed:
        """What `unpacked` takes."""
        return (self.at_ms, self._hour, self._day, self._week)

    @classmethod
    def unpacked(cls, packed: Packed) -> Decayed:
        """The sums again."""
        return cls(*packed)
