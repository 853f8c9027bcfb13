# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The benign side of a world, day after day, in order of time: memory holds one day, and answers still to come."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privity.lab.benign.breaking_news import BreakingNews
from privity.lab.benign.classes import Classes
from privity.lab.benign.clubs import Clubs
from privity.lab.benign.fans import Fans
from privity.lab.benign.gathering import Gathering
from privity.lab.benign.newsrooms import Newsrooms
from privity.lab.benign.prayer_groups import PrayerGroups
from privity.lab.benign.shops import Shops
from privity.lab.columns import CODE, NONE, Columns, together
from privity.lab.days import day_of
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.telling import told
from privity.lab.truth import PART, Benign
from privity.wire.observed import ObservedKind


def gatherings(population: Population) -> tuple[Gathering, ...]:
    """One of each kind."""
    return (
        Classes(population),
        Fans(population),
        Newsrooms(population),
        PrayerGroups(population),
        BreakingNews(population),
        Shops(population),
        Clubs(population),
    )


def benign_days(population: Population, *, activity: float = 1.0, launch: bool = False) -> Iterator[Columns]:
    """Every day's observations in order. `launch`: everybody is new, and says so in the truth."""
    kinds = gatherings(population)
    waiting = untold = NONE
    for day in range(population.days):
        parts = [waiting, day_of(population, day, activity), *(kind.rows(day) for kind in kinds)]
        rows = together(parts)
        rows = rows.taken(rows.at_ms > population.born_ms[rows.account])
        sent = rows.kind == CODE[ObservedKind.SENT]
        ends_ms = BEGIN_MS + (day + 1) * DAY_MS
        tellings, untold = told(together([untold, rows.taken(sent)]), ends_ms)
        rows = together([rows.taken(~sent), tellings]).in_order()
        ends = int(np.searchsorted(rows.at_ms, ends_ms))
        waiting = rows.taken(np.arange(ends, len(rows)))
        rows = rows.taken(np.arange(ends))
        if launch:
            rows.part[rows.part == PART[Benign.PERSON]] = PART[Benign.LAUNCH]
        yield rows
