# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Breaking news: within two hours a fifth of all people write to every room they are in."""

from __future__ import annotations

import numpy as np

from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, columns
from privity.lab.days import HOUR_MS
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import WINDOW_MS, ObservedKind


class BreakingNews:
    """On about one day in ten, at an hour when people are awake."""

    def __init__(self, population: Population) -> None:
        self.population = population

    def rows(self, day: int) -> Columns:
        population = self.population
        random = stream(population.seed, "breaking", day)
        if random.random() >= 0.1:
            return NONE
        told = np.flatnonzero(random.random(population.size) < 0.2)
        groups = population.first_group[told + 1] - population.first_group[told]
        begin = BEGIN_MS + day * DAY_MS + int(random.integers(8, 21)) * HOUR_MS
        at_ms = begin + (random.exponential(0.5, len(told)) * HOUR_MS).astype(np.int64)
        there = population.born_ms[told] < at_ms
        rooms = 1 + groups[there]
        return columns(
            ObservedKind.SENT,
            at_ms[there] // WINDOW_MS * WINDOW_MS + WINDOW_MS,
            told[there],
            count=rooms,
            people=1 + groups[there] * 6,
            rooms=rooms,
            largest=18,
            part=PART[Benign.BREAKING],
        )
