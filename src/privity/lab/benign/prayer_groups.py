# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Prayer groups: a hundred people write into one room in the same minutes, on the same days, for months."""

from __future__ import annotations

from privity.lab.benign.gathering import crowd, how_many
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, columns, together
from privity.lab.days import HOUR_MS
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import WINDOW_MS, ObservedKind


class PrayerGroups:
    """Twice a week; a few who are new knock at the room before."""

    def __init__(self, population: Population, per_million: float = 100.0) -> None:
        self.population = population
        random = stream(population.seed, "prayer")
        most = max(10, min(200, population.size // 50))
        self.groups = [
            crowd(population, random, int(random.integers(8, most + 1)), int(random.integers(0, population.size)))
            for _ in range(how_many(population, per_million))
        ]

    def rows(self, day: int) -> Columns:
        random = stream(self.population.seed, "prayer", day)
        parts, part = [NONE], PART[Benign.PRAYER]
        for number, people in enumerate(self.groups):
            if (day + number) % 7 not in (0, 4):
                continue
            awake = people[random.random(len(people)) < 0.8]
            hour = BEGIN_MS + day * DAY_MS + (6 + number % 14) * HOUR_MS
            ends = (hour + random.integers(0, 300_000, len(awake))) // WINDOW_MS * WINDOW_MS
            late = awake[random.random(len(awake)) < 0.05]
            parts += [
                columns(
                    ObservedKind.SENT,
                    ends,
                    awake,
                    people=max(1, len(people) - 1),
                    rooms=1,
                    room=4_000_000_000_000 + number,
                    largest=10,
                    part=part,
                ),
                columns(ObservedKind.KNOCKED, hour - late % 600_000, late, room=4_000_000 + number, part=part),
            ]
        return together(parts)
