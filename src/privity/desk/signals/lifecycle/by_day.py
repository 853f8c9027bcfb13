# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A version day by day, in one form: what a look back said of days that were, what it found in shadow, and live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, RuleDay, Stage, TriedDay, Version


class Phase(StrEnum):
    """What a version was on a day, for people."""

    TRIED = "look back"
    SHADOW = "shadow"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Day:
    """One rule, or all of a version, on one day. The parts add up to the accounts for which it held."""

    day: int
    """Days since 1970, in UTC."""
    phase: Phase
    acted: int
    kept_back: int
    """Paused, protected or too late; in a look back, those whom one rule alone does not restrict."""
    watched: int

    @property
    def held(self) -> int:
        return self.acted + self.kept_back + self.watched


def of_rule(
    rule: str, version: Version, test: Backtest | None, found: Iterable[RuleDay], first_day: int, today: int
) -> tuple[Day, ...]:
    """The days of the look back, then those on which it ran, both without gaps; nothing from before `first_day`."""
    return _days(
        version,
        test,
        [one for one in _tried_days(test) if one.rule == rule],
        [one for one in found if one.rule == rule],
        range(first_day, today + 1),
    )


def of_all(
    version: Version, test: Backtest | None, found: Sequence[RuleDay], first_day: int, today: int
) -> tuple[Day, ...]:
    """The same of all its rules together."""
    return _days(version, test, _tried_days(test), found, range(first_day, today + 1))


def mean(days: Iterable[Day], phase: Phase) -> float | None:
    """Accounts a day; None where there is no day of this phase."""
    held = [one.held for one in days if one.phase is phase]
    return sum(held) / len(held) if held else None


def held_by_day(days: Iterable[Day]) -> dict[int, int]:
    """For how many it held; where it ran on a day, what a look back says of that day does not count."""
    return {one.day: one.held for one in sorted(days, key=lambda one: one.phase is not Phase.TRIED)}


def _days(
    version: Version, test: Backtest | None, tried: Sequence[TriedDay], found: Sequence[RuleDay], shown: range
) -> tuple[Day, ...]:
    looked = range(0) if test is None or not test.by_day else range(test.first_ms // DAY_MS, test.last_ms // DAY_MS + 1)
    back = [_tried([one for one in tried if one.day == day], day) for day in looked if day in shown]
    ran = [(day, phase) for day in shown if (phase := _phase(version, day, shown[-1])) is not None]
    return (*back, *(_ran([one for one in found if one.day == day], day, phase) for day, phase in ran))


def _tried_days(test: Backtest | None) -> tuple[TriedDay, ...]:
    return () if test is None else test.by_day


def _tried(rows: Sequence[TriedDay], day: int) -> Day:
    protected = sum(one.protected for one in rows)
    return Day(day, Phase.TRIED, 0, protected, sum(one.accounts for one in rows) - protected)


def _ran(rows: Sequence[RuleDay], day: int, phase: Phase) -> Day:
    acted, kept_back = sum(one.acted for one in rows), sum(one.held_back for one in rows)
    return Day(day, phase, acted, kept_back, sum(one.hits for one in rows) - acted - kept_back)


def _phase(version: Version, day: int, today: int) -> Phase | None:
    """Live where it was live at any time of the day; None where it was not asked about anything."""
    stages = set()
    ends = [*(step.at_ms // DAY_MS for step in version.steps[1:]), today]
    for step, end_day in zip(version.steps, ends, strict=True):
        if step.at_ms // DAY_MS <= day <= end_day:
            stages.add(step.stage)
    if Stage.LIVE in stages:
        return Phase.LIVE
    return Phase.SHADOW if stages & {Stage.SHADOW, Stage.PROPOSED} else None
