# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A look back on a terminal: how far it is, what it found, and each rule day by day."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from privity.desk.signals.lifecycle import by_day, text_bars
from privity.desk.signals.lifecycle.backtest import Looking
from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, RuleDay, Version


def until_through(looking: Looking, from_ms: int, until_ms: int) -> None:
    """Take all its steps, with a bar on a terminal: of the time that is looked at, how much was gone through."""
    columns = (TextColumn("looking back"), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task("", total=max(until_ms - from_ms, 1))
        for _ in looking.steps():
            bar.update(task, completed=min(max(looking.last_ms - from_ms, 0), until_ms - from_ms))


def test(found: Backtest) -> None:
    """Print what each rule would have done."""
    sys.stdout.write(
        f"looked back over {found.observations:,} observations of {found.days:.1f} days: {found.accounts:,} accounts\n"
    )
    for row in found.rows:
        rate, low, high = found.per_million(row)
        sys.stdout.write(
            f"  {row.rule:24} {row.hits:9,} hits  {row.accounts:7,} accounts ({rate:,.0f} per million, {low:,.0f} to"
            f" {high:,.0f})  {found.a_day(row):,.1f} a day, {row.busiest:,} on the busiest\n"
            f"  {'':24} {row.benign:,} found harmless by people, {row.protected:,} protected,"
            f" {row.overlap:.0%} found by live rules\n"
        )


def days(
    version: Version,
    found: Backtest | None,
    ran: Sequence[RuleDay],
    budgets: Mapping[str, int],
    last_days: int,
    now_ms: int,
) -> None:
    """Print each rule that held, day by day, as bars with its budget."""
    today = now_ms // DAY_MS
    for rule, budget in budgets.items():
        rows = by_day.of_rule(rule, version, found, ran, today - last_days, today)
        if any(one.held for one in rows):
            sys.stdout.write(f"\n{rule}: accounts a day, budget {budget:,}\n")
            for line in text_bars.lines(rows, budget):
                sys.stdout.write(f"{line}\n")
