# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Clubs: somebody brings forty people who know each other into a room at once, and asks the others."""

from __future__ import annotations

import numpy as np

from privity.lab.benign.gathering import crowd, how_many, some_adults
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, columns, together
from privity.lab.days import HOUR_MS, Asks, answered
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import ObservedKind


class Clubs:
    """Each founds its room on one day."""

    def __init__(self, population: Population, per_million: float = 1500.0) -> None:
        self.population = population
        random = stream(population.seed, "clubs")
        self.organisers = some_adults(population, "organisers", how_many(population, per_million))
        self.days = random.integers(0, max(1, population.days), len(self.organisers))

    def rows(self, day: int) -> Columns:
        random = stream(self.population.seed, "clubs", day)
        parts, part = [NONE], PART[Benign.CLUB]
        for organiser in self.organisers[self.days == day]:
            people = crowd(self.population, random, int(random.integers(12, 60)), int(organiser))
            people = people[people != organiser]
            evening = BEGIN_MS + day * DAY_MS + 18 * HOUR_MS
            strangers = people[~self.population.are_contacts(np.full(len(people), organiser), people)]
            at_ms = evening + np.sort(random.integers(0, 2 * HOUR_MS, len(strangers)))
            asks = Asks(at_ms, np.full(len(strangers), organiser), strangers, np.full(len(strangers), part))
            parts += [
                columns(ObservedKind.CREATED, [evening], organiser, part=part),
                columns(ObservedKind.ADDED, [evening + 60_000], organiser, count=max(1, len(people) // 2), part=part),
                answered(self.population, asks, random, known=0.7),
            ]
        return together(parts)
