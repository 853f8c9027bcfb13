# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each rule of a version day by day against its budget, and a version beside the one that is live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from privity.desk.console.asked import Asked
from privity.desk.console.signals_plots import against_budget, beside_live
from privity.desk.signals.lifecycle import by_day, keeping_in, service
from privity.desk.signals.lifecycle.by_day import Day, Phase
from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, RuleDay, Stage, Version
from privity.desk.staff.acting import Acting

DAYS: Final = 14
"""Of a plot, and of the hits that are shown."""


@dataclass(frozen=True, slots=True)
class History:
    """One rule. `says`: how many accounts a day it found in each phase, and its bounds, in a line."""

    name: str
    says: str
    over: bool
    """On some day it found more than its budget: then a budget that nobody raised stops it."""
    days: tuple[Day, ...]
    plot: Markup


@dataclass(frozen=True, slots=True)
class Beside:
    """This version beside the one that is live, day by day: account-days of all rules; None where it was not asked."""

    live: Version
    rows: tuple[tuple[int, int | None, int | None], ...]
    plot: Markup


def histories(
    asked: Asked,
    acting: Acting,
    version: Version,
    test: Backtest | None,
    found: Sequence[RuleDay],
    budgets: Mapping[str, int],
) -> list[History]:
    """Rules that found somebody, in the order in which they are written."""
    today = asked.now_ms // DAY_MS
    bands = keeping_in.bands(asked.db, acting, version.number)
    made = []
    for place, (rule, budget) in enumerate(budgets.items()):
        days = by_day.of_rule(rule, version, test, found, today - DAYS + 1, today)
        most = max((one.held for one in days), default=0)
        if most:
            says = f"{_a_day(days)}; budget {budget:,}, and it stops by itself at {bands[rule]:,}"
            plot = against_budget(f"rule-{place}", rule, days, budget)
            made.append(History(rule, says, most > budget, days, plot))
    return made


def beside(
    asked: Asked, acting: Acting, version: Version, test: Backtest | None, found: Sequence[RuleDay]
) -> Beside | None:
    """None where no other version of the same name is live, or neither has found anybody."""
    others = service.listed(asked.db, acting, version.name)
    live = next((one for one in others if one.stage is Stage.LIVE and one.number != version.number), None)
    if live is None or version.stage is Stage.ENDED:
        return None
    today = asked.now_ms // DAY_MS
    first = today - DAYS + 1
    mine = by_day.held_by_day(by_day.of_all(version, test, found, first, today))
    its_test = service.newest_test(asked.db, acting, live.number)
    its_days = service.days(asked.db, acting, live.number, DAYS, asked.now_ms)
    its = by_day.held_by_day(by_day.of_all(live, its_test, its_days, first, today))
    rows = tuple((day, mine.get(day), its.get(day)) for day in range(first, today + 1) if day in mine)
    if not any(mine_then or its_then for _, mine_then, its_then in rows):
        return None
    names = (f"version {version.number}, this one", f"version {live.number}, live")
    return Beside(live, rows, beside_live(rows, names))


def _a_day(days: Sequence[Day]) -> str:
    means = [(phase, by_day.mean(days, phase)) for phase in Phase]
    return ", ".join(f"{phase.value} {value:,.1f} a day" for phase, value in means if value is not None)
