# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every benign group offers, and how its people are chosen."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from privity.lab.chances import stream
from privity.lab.columns import Columns, Numbers
from privity.lab.population import ADULT, Population


class Gathering(Protocol):
    """A kind of benign group over the days of a world."""

    def rows(self, day: int) -> Columns:
        """What all groups of this kind do on a day, beside what their people do anyway."""
        ...


def some_adults(population: Population, purpose: str, count: int) -> Numbers:
    """Different adults who were there before the world began."""
    there = np.flatnonzero((population.age[: population.size] == ADULT) & ~population.minor[: population.size])
    return stream(population.seed, purpose).choice(there, min(count, len(there)), replace=False).astype(np.int64)


def crowd(population: Population, random: np.random.Generator, count: int, near: int) -> Numbers:
    """Different people of the circles around one of them and of anywhere, half and half."""
    low = int(population.first_in_circle[population.circle[near]])
    local = np.arange(low, min(low + count // 2, population.size))
    far = random.integers(0, population.size, count)
    return np.unique(np.concatenate([local, far]))[:count]


def how_many(population: Population, per_million: float) -> int:
    """Of groups in a world of this size: one at least."""
    return max(1, round(population.size * per_million / 1e6))
