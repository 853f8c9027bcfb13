# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A teacher asks thirty minors with nobody in common, makes a room for the class, and writes into it every day."""

from __future__ import annotations

import numpy as np

from privity.lab.benign.gathering import how_many, some_adults
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, Numbers, columns, together
from privity.lab.days import HOUR_MS, Asks, answered
from privity.lab.population import ADULT, BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import WINDOW_MS, ObservedKind


class Classes:
    """Each class begins on a day of its own; nine of ten have heard of it from the teacher, on paper."""

    def __init__(self, population: Population, per_million: float = 1000.0) -> None:
        self.population = population
        random = stream(population.seed, "classes")
        self.teachers = some_adults(population, "teachers", how_many(population, per_million))
        self.begins = random.integers(0, max(1, population.days - 1), len(self.teachers))
        young = np.flatnonzero(population.age[: population.size] != ADULT)
        self.pupils = [self._class(young, random) for _ in self.teachers]

    def _class(self, young: Numbers, random: np.random.Generator) -> Numbers:
        if len(young) == 0:
            return young
        first = int(random.integers(0, len(young)))
        return young[first : first + int(random.integers(18, 33))]

    def rows(self, day: int) -> Columns:
        random = stream(self.population.seed, "classes", day)
        parts = [NONE]
        for number, (teacher, begins) in enumerate(zip(self.teachers, self.begins, strict=True)):
            if day < begins:
                continue
            pupils = self.pupils[number]
            morning = BEGIN_MS + day * DAY_MS + 8 * HOUR_MS
            part = PART[Benign.TEACHER]
            if day == begins and len(pupils):
                at_ms = morning + np.sort(random.integers(0, 2 * HOUR_MS, len(pupils)))
                asks = Asks(at_ms, np.full(len(pupils), teacher), pupils, np.full(len(pupils), part))
                room = 2_000_000 + number
                knocking = pupils[random.random(len(pupils)) < 0.6]
                knocked_ms = morning + random.integers(0, 30 * HOUR_MS, len(knocking))
                parts += [
                    answered(self.population, asks, random, known=0.9),
                    columns(ObservedKind.CREATED, [morning], teacher, part=part),
                    columns(ObservedKind.KNOCKED, knocked_ms, knocking, room=room),
                    columns(
                        ObservedKind.ADDED, [morning + 36 * HOUR_MS], teacher, count=len(pupils) * 2 // 3, part=part
                    ),
                ]
            ends = (morning + np.sort(random.integers(0, 10 * HOUR_MS, 6))) // WINDOW_MS * WINDOW_MS
            parts.append(
                columns(
                    ObservedKind.SENT,
                    ends,
                    teacher,
                    people=max(1, len(pupils)),
                    rooms=1,
                    room=2_000_000_000_000 + number,
                    largest=12,
                    part=part,
                )
            )
        return together(parts)
