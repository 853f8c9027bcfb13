# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Fans: hundreds ask to be let into one room within an hour of an announcement, and change their pictures."""

from __future__ import annotations

import numpy as np

from privity.lab.benign.gathering import crowd, how_many
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, columns, together
from privity.lab.days import HOUR_MS
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import ObservedKind


class Fans:
    """Each fandom has an announcement every few days, and three rooms with links."""

    def __init__(self, population: Population, per_million: float = 60.0) -> None:
        self.population = population
        random = stream(population.seed, "fans")
        most = max(20, min(2000, population.size // 20))
        self.fandoms = [
            crowd(population, random, int(random.integers(20, most + 1)), int(random.integers(0, population.size)))
            for _ in range(how_many(population, per_million))
        ]

    def rows(self, day: int) -> Columns:
        random = stream(self.population.seed, "fans", day)
        parts, part = [NONE], PART[Benign.FAN]
        for number, fans in enumerate(self.fandoms):
            if (day + number) % 5:
                continue
            awake = fans[random.random(len(fans)) < 0.6]
            said = BEGIN_MS + day * DAY_MS + 19 * HOUR_MS
            at_ms = said + (random.exponential(0.4, len(awake)) * HOUR_MS).astype(np.int64)
            room = 3_000_000 + number * 3 + day % 3
            changed = awake[random.random(len(awake)) < 0.3]
            parts += [
                columns(ObservedKind.KNOCKED, at_ms, awake, room=room, part=part),
                columns(ObservedKind.SHOWED, said + random.integers(0, 5 * HOUR_MS, len(changed)), changed, part=part),
            ]
        return together(parts)
