# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A newsroom: a few dozen people of one network who ask many strangers, at the same hours, about the same events."""

from __future__ import annotations

import numpy as np

from privity.lab.benign.gathering import how_many, some_adults
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, columns, together
from privity.lab.days import HOUR_MS, Asks, answered, messages
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import ObservedKind


class Newsrooms:
    """Each journalist asks four strangers a day, of whom half know what it is about; they report whom trolls them."""

    def __init__(self, population: Population, per_million: float = 20.0) -> None:
        self.population = population
        count = how_many(population, per_million)
        people = some_adults(population, "newsrooms", count * min(40, max(4, population.size // 500)))
        self.newsrooms = np.array_split(people, count)

    def rows(self, day: int) -> Columns:
        random = stream(self.population.seed, "newsrooms", day)
        parts, part = [NONE], PART[Benign.NEWSROOM]
        for people in self.newsrooms:
            who = np.repeat(people, 4)
            morning = BEGIN_MS + day * DAY_MS + 9 * HOUR_MS
            other = random.integers(0, self.population.size, len(who))
            asks = Asks(morning + random.integers(0, 8 * HOUR_MS, len(who)), who, other, np.full(len(who), part))
            busy = np.repeat(people, 20)
            parts += [
                answered(self.population, asks, random, known=0.5),
                messages(self.population, morning + random.integers(0, 9 * HOUR_MS, len(busy)), busy, random),
            ]
            if random.random() < 0.2:
                angry = people[random.random(len(people)) < 0.4]
                troll = int(random.integers(0, self.population.size))
                at_ms = morning + random.integers(0, 3 * HOUR_MS, len(angry))
                parts.append(columns(ObservedKind.REPORTED, at_ms, angry, other=troll, part=part))
        return together(parts)
