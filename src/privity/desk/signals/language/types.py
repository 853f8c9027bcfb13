# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The types of the language, and between which bounds a number lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What an expression is. The value is the word that people read in errors."""

    TRUTH = "a condition"
    WHOLE = "a whole number"
    REAL = "a number"
    TEXT = "a text"

    @property
    def number(self) -> bool:
        """Whether it can be counted with."""
        return self in (Type.WHOLE, Type.REAL)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest and the largest value that a number can take, both included."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:,} to {self.high:,}"

    def plus(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.high + other.high)

    def minus(self, other: Bounds) -> Bounds:
        return Bounds(self.low - other.high, self.high - other.low)

    def times(self, other: Bounds) -> Bounds:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Bounds(min(corners), max(corners))

    def over(self, other: Bounds) -> Bounds:
        """The quotient's bounds; `other` must not reach zero."""
        corners = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Bounds(min(corners), max(corners))

    @property
    def reaches_zero(self) -> bool:
        return self.low <= 0 <= self.high
