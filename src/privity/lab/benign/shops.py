# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Shops: one account with which dozens begin each day, which answers everybody, and which some block afterwards."""

from __future__ import annotations

import numpy as np

from privity.lab.benign.gathering import how_many, some_adults
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, columns, together
from privity.lab.days import HOUR_MS, delays
from privity.lab.population import ADULT, BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import WINDOW_MS, ObservedKind


class Shops:
    """Customers ask the shop; now and then it asks somebody who left a handle. It writes to many rooms in an hour."""

    def __init__(self, population: Population, per_million: float = 150.0) -> None:
        self.population = population
        self.shops = some_adults(population, "shops", how_many(population, per_million))
        self.adults = np.flatnonzero(population.age[: population.size] == ADULT)

    def rows(self, day: int) -> Columns:
        random = stream(self.population.seed, "shops", day)
        parts, part = [NONE], PART[Benign.SHOP]
        opens = BEGIN_MS + day * DAY_MS + 8 * HOUR_MS
        for shop in self.shops:
            came = random.choice(self.adults, min(len(self.adults), int(random.poisson(12))), replace=False)
            at_ms = opens + random.integers(0, 12 * HOUR_MS, len(came))
            here = (came != shop) & (self.population.born_ms[came] < at_ms)
            came, at_ms = came[here], at_ms[here]
            asked = came[random.random(len(came)) < 0.25]
            asked_ms = opens + random.integers(0, 8 * HOUR_MS, len(asked))
            yes = random.random(len(asked)) < 0.85
            sour = random.random(len(came)) < 0.02
            hours = np.repeat(opens + np.arange(12) * HOUR_MS, 5) + random.integers(0, HOUR_MS, 60)
            several = random.integers(1, 8, 60)
            parts += [
                columns(ObservedKind.ASKED, at_ms, came, other=shop),
                columns(ObservedKind.ACCEPTED, at_ms + 60_000, shop, other=came, part=part),
                columns(ObservedKind.ASKED, asked_ms, shop, other=asked, part=part),
                columns(
                    ObservedKind.ACCEPTED, asked_ms[yes] + delays(1.0, int(yes.sum()), random), asked[yes], other=shop
                ),
                columns(ObservedKind.BLOCKED, at_ms[sour] + 5 * HOUR_MS, came[sour], other=shop),
                columns(
                    ObservedKind.SENT,
                    hours // WINDOW_MS * WINDOW_MS,
                    shop,
                    count=several,
                    people=several,
                    rooms=several,
                    largest=12,
                    part=part,
                ),
            ]
        return together(parts)
