# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures for rules: what was found each day, and how much a look back found of a million with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from privity.desk.signals.lifecycle.by_day import Day
from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, RuleDay
from privity.desk.transparency.plots import Bar, Interval, Limit, Pair, bars, intervals, paired

PARTS: Final = ("acted", "kept back", "only watched")
"""What came of it, in the order in which a bar has them."""


def by_day(days: Sequence[RuleDay], first_day: int, last_day: int) -> Markup:
    """Account-days of all rules of a version, day by day; days on which nothing held have an empty line."""
    rows = []
    for day in range(first_day, last_day + 1):
        of_day = [one for one in days if one.day == day]
        acted, kept = sum(one.acted for one in of_day), sum(one.held_back for one in of_day)
        rows.append(Bar(day_name(day), (acted, kept, sum(one.hits for one in of_day) - acted - kept)))
    return bars("by-day", "Accounts for which a rule held, by day", "accounts, by rule and day", rows, PARTS)


def against_budget(key: str, rule: str, days: Sequence[Day], budget: int) -> Markup:
    """One rule: days of the look back, of shadow and live in the same form, and its budget as a line."""
    rows = [Bar(f"{day_name(one.day)} {one.phase.value}", (one.acted, one.kept_back, one.watched)) for one in days]
    title = f"{rule}: accounts for which it held, by day, and its budget"
    return bars(key, title, "accounts a day", rows, PARTS, Limit("budget", budget))


def beside_live(rows: Sequence[tuple[int, int | None, int | None]], names: tuple[str, str]) -> Markup:
    """Two versions, day by day: account-days of all their rules."""
    pairs = [Pair(day_name(day), (mine, its)) for day, mine, its in rows]
    return paired("beside", "Accounts found by this version and by the one that is live, by day",
                  "accounts, by rule and day", pairs, names)  # fmt: skip


def rates(test: Backtest) -> Markup:
    """Of a million accounts, how many each rule finds, with the interval at 95 %."""
    rows = []
    for row in test.rows:
        middle, low, high = test.per_million(row)
        rows.append(Interval(row.rule, low, middle, high))
    return intervals("rates", "Accounts of a million that each rule would find", "of a million accounts", rows)


def day_name(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY_MS / 1000, UTC):%m-%d}"
