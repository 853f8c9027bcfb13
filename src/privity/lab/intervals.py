# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Means with the interval in which they lie with 95 % (Student's t), over worlds of different seeds; and rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from scipy.special import gammaincinv, stdtrit

from privity.lab.errors import TooFewWorlds


@dataclass(frozen=True, slots=True)
class Interval:
    mean: float
    low: float
    high: float
    worlds: int

    def __str__(self) -> str:
        return f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]"


def interval(values: Iterable[float]) -> Interval:
    """Raises TooFewWorlds."""
    found = list(values)
    if len(found) < 2:
        raise TooFewWorlds(f"expected two values at least, got {len(found)}")
    mean = fmean(found)
    half = float(stdtrit(len(found) - 1, 0.975)) * stdev(found) / sqrt(len(found))
    return Interval(mean, mean - half, mean + half, len(found))


def rate(found: int, among: int, worlds: int) -> Interval:
    """Of a million, where so many were found among so many in all worlds together (Poisson, exact): nobody found among
    few people is no proof that nobody would be among many. Raises TooFewWorlds."""
    if worlds < 2:
        raise TooFewWorlds(f"expected two values at least, got {worlds}")
    low = float(gammaincinv(found, 0.025)) if found else 0.0
    high = float(gammaincinv(found + 1, 0.975))
    return Interval(found / among * 1e6, low / among * 1e6, high / among * 1e6, worlds)
