# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Days of a rule as bars of text, for a terminal: each with its number, and where the budget is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from privity.desk.signals.lifecycle.by_day import Day
from privity.desk.signals.lifecycle.model import DAY_MS

WIDTH: Final = 40
"""Characters of the longest bar: with what stands around it, 80 columns hold it."""


def lines(days: Sequence[Day], budget: int | None = None) -> Iterator[str]:
    """A bar stands for all for whom the rule held; the mark for the budget, where it is within the picture."""
    most = max((one.held for one in days), default=0)
    whole = max(most, 1) if budget is None or budget > 2 * most else max(most, budget, 1)
    for one in days:
        bar = "#" * _wide(one.held, whole)
        if budget is not None and 0 < budget <= whole:
            at = max(_wide(budget, whole) - 1, 0)
            bar = f"{bar.ljust(at)[:at]}|{bar[at + 1 :]}"
        over = "  over the budget" if budget is not None and one.held > budget else ""
        yield f"  {_name(one.day)} {one.phase.value:9} {bar:{WIDTH}} {one.held:7,}{over}"


def _wide(value: int, whole: int) -> int:
    """At least one character for whatever is not nothing."""
    return max(round(value / whole * WIDTH), 1) if value else 0


def _name(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY_MS / 1000, UTC):%Y-%m-%d}"
