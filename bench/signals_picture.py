# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`docs/developers/pictures/patterns.svg`: what signals are worth for each pattern, to be seen at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.plot import Estimate, Panel, picture
from bench.signals_worlds import ALL, PATTERNS, WITHOUT, Measured, mean, rules_of, values, wrongly
from privity.lab.intervals import Interval
from privity.lab.metrics import Outcome

PICTURE: Final = Path(__file__).resolve().parents[1] / "docs" / "developers" / "pictures" / "patterns.svg"


def drawn(worlds: Sequence[Measured], days: int) -> str:
    """The picture (SVG)."""
    title = "Signals by pattern: recall, victims before action, time to action, and benign people found wrongly"
    many = (0, 1, 5, 10, 25, 50, 100, 200, 500, 1_000)
    panels = (
        Panel("Recall", "share of cases found", ALL, None, (0, 0.25, 0.5, 0.75, 1), root=False),
        Panel("Victims before action", "people, for a case", ALL, WITHOUT, many),
        Panel("Time to action", "hours, median over cases", ALL, WITHOUT, (0, 1, 6, 24, 48, 96, 192)),
        Panel("Found wrongly", f"of a million in {days} days", "restricted", "put before people", many),
    )
    return picture(title, panels, {pattern: _line(pattern, worlds) for pattern in PATTERNS})


def _line(pattern: str, worlds: Sequence[Measured]) -> list[Estimate]:
    def both(of: Callable[[Outcome], float | None]) -> Estimate:
        return Estimate(mean(values(worlds, ALL, pattern, of)), mean(values(worlds, WITHOUT, pattern, of)))

    return [
        Estimate(mean(values(worlds, ALL, pattern, lambda one: one.recall))),
        both(lambda one: one.victims_before),
        both(lambda one: one.hours_to_action),
        Estimate(*_wrongly(pattern, worlds)),
    ]


def _wrongly(pattern: str, worlds: Sequence[Measured]) -> tuple[Interval | None, Interval | None]:
    rules = rules_of(worlds, ALL, pattern)
    return wrongly(worlds, rules) if rules else (None, None)
