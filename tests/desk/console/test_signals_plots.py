# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures for rules: every day has its line, each part its number, and an interval stands where it was measured."""

from __future__ import annotations

import re

from markupsafe import Markup

from privity.desk.console.signals_plots import against_budget, beside_live, by_day, rates
from privity.desk.signals.lifecycle.by_day import Day, Phase
from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, RuleDay, RuleTried
from privity.desk.transparency.plots import WIDTH, Interval, intervals

NAME = "<script>alert(1)</script>"


def numbers(drawn: Markup, kind: str) -> list[tuple[float, float]]:
    """Where each rectangle of a kind begins and how wide it is."""
    found = re.findall(rf'<rect class="{kind}" x="([0-9.]+)" y="[0-9]+" width="([0-9.]+)"', drawn)
    return [(float(x), float(width)) for x, width in found]


def texts(drawn: Markup, kind: str) -> list[str]:
    return re.findall(rf'<text class="{kind}"[^>]*>([^<]*)</text>', drawn)


def test_days_without_a_hit_have_an_empty_line() -> None:
    drawn = by_day([RuleDay("A", 20_000, 9, 4, 3), RuleDay("B", 20_000, 5, 0, 0), RuleDay("A", 20_002, 1, 1, 0)],
                   20_000, 20_002)  # fmt: skip
    assert texts(drawn, "name") == ["10-04", "10-05", "10-06"]
    assert texts(drawn, "value") == ["acted", "kept back", "only watched", "14", "0", "1"]
    whole = sum(width for part in range(3) for _, width in numbers(drawn, f"part{part}") if width != 14.0)
    acted = numbers(drawn, "part0")[1][1]
    assert abs(acted / whole - 4 / 15) < 0.01, "a bar is as long as its number"


def test_an_interval_holds_its_dot_and_ends_within_the_picture() -> None:
    drawn = intervals("x", "A title", "of a million", [Interval("A", 10, 40, 90), Interval("B", 0, 0, 5)])
    dots = [float(x) for x in re.findall(r'<circle class="dot" cx="([0-9.]+)"', drawn)]
    for (low, width), dot in zip(numbers(drawn, "band"), dots, strict=True):
        assert low <= dot <= low + width <= WIDTH
    assert texts(drawn, "value") == ["40", "0"]
    assert len(re.findall('<circle class="dot"', intervals("x", "A title", "of a million", []))) == 0


def test_rates_are_those_of_the_look_back_and_a_name_is_no_markup() -> None:
    row = RuleTried(NAME, 9, 5, 6, 0, 0, 0, 3)
    test = Backtest(1, 1, 0, "staff:1", 0, DAY_MS, 100, 100, 1000, (row,))
    drawn = rates(test)
    assert texts(drawn, "value") == ["5,000"]
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn


def test_a_budget_is_a_line_where_it_is_and_within_the_picture() -> None:
    days = [Day(20_000, Phase.TRIED, 0, 2, 10), Day(20_001, Phase.SHADOW, 0, 0, 9), Day(20_002, Phase.LIVE, 5, 1, 0)]
    drawn = against_budget("rule-0", NAME, days, 24)
    assert texts(drawn, "name") == ["10-04 look back", "10-05 shadow", "10-06 live"]
    assert texts(drawn, "limit-name") == ["budget 24"]
    lines = re.findall(r'<line class="limit" x1="([0-9.]+)" x2="([0-9.]+)"', drawn)
    assert len(lines) == 1 and lines[0][0] == lines[0][1]
    (left, _), (_, watched) = numbers(drawn, "part1")[1], numbers(drawn, "part2")[1]
    assert abs((float(lines[0][0]) - left) / watched - 24 / 10) < 0.02, "on the scale of the bars"
    assert float(lines[0][0]) < WIDTH
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn


def test_two_versions_stand_in_the_order_of_their_names() -> None:
    drawn = beside_live([(20_000, 8, 4), (20_001, 2, None)], ("version 5, this one", "version 1, live"))
    assert texts(drawn, "value") == ["version 5, this one", "version 1, live", "8", "4", "2", "not asked"]
    mine, its = numbers(drawn, "part0")[1:], numbers(drawn, "part1")[1:]
    assert abs(mine[0][1] / its[0][1] - 2) < 0.01 and its[1][1] == 0
    heights = [int(height) for height in re.findall(r'viewBox="0 0 [0-9]+ ([0-9]+)"', drawn)]
    ends = [int(y) for y in re.findall(r'<rect class="part1" x="[0-9.]+" y="([0-9]+)"', drawn)]
    assert max(ends) < heights[0], "nothing stands below the picture"
