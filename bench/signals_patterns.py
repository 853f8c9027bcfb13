# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each pattern of abuse in invented worlds: what the shipped rules find, how soon, and whom they find wrongly.

A person is found wrongly for a pattern where any rule did so that finds cases of it in any world: a rule that finds
several patterns counts for each of them. `bench.signals_worlds` says which worlds these are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from bench.format import Row, between, skipped
from bench.signals_worlds import (
    ALL,
    HELD,
    PATTERNS,
    WITHOUT,
    Measured,
    mean,
    precisions,
    rules_of,
    values,
    wrongly,
    wrongly_banned,
)
from privity.lab.intervals import Interval, interval
from privity.lab.metrics import Outcome
from privity.lab.truth import Harm


def table(worlds: Sequence[Measured]) -> list[Row]:
    """Means over worlds with their intervals of 95 %; a bar stands on the upper end."""
    _, reviewed = wrongly(worlds, None)
    found = [
        *_wrongly("benign people", worlds, None),
        _row("benign people of these banned, before an appeal", "of a million", wrongly_banned(reviewed)),
    ]
    for pattern in PATTERNS:
        found += _about(pattern, worlds)
    for signal in [one for one in worlds[0].arms if one not in (WITHOUT, ALL)]:
        found += _left_out(signal, worlds)
    groomer = values(worlds, ALL, f"{HELD}scripted groomer", lambda one: one.minors * 100)
    severe = median(views for one in worlds for views in one.severe)
    return [
        *found,
        Row(
            "held back, scripted groomer: minors reached, upper end", interval(groomer).high, "% of minors", "ours < 1"
        ),
        Row("severe views of a case, median", severe, "views", "ours <= 0.3"),
    ]


def _about(pattern: str, worlds: Sequence[Measured]) -> list[Row]:
    def row(name: str, unit: str, of: Callable[[Outcome], float | None], *, beside: bool = True) -> Row:
        found = mean(values(worlds, ALL, pattern, of))
        return _row(f"{pattern}: {name}", unit, found, mean(values(worlds, WITHOUT, pattern, of)) if beside else None)

    found = [
        row("recall", "share", lambda one: one.recall, beside=False),
        row("found before a report", "share", lambda one: one.before_report, beside=False),
        *_wrongly(f"{pattern}: benign people", worlds, rules_of(worlds, ALL, pattern)),
        row("victims of a case", "people", lambda one: one.victims),
        row("victims before action", "people", lambda one: one.victims_before),
        row("time to action", "hours", lambda one: one.hours_to_action),
        row("severe views of a case, mean", "views", lambda one: one.severe_mean),
        row("severe views of a case, median over cases", "views", lambda one: one.severe),
    ]
    if not pattern.startswith(HELD):
        found.insert(2, _row(f"{pattern}: precision", "share", precisions(worlds, ALL, pattern)))
    return found


def _wrongly(name: str, worlds: Sequence[Measured], rules: frozenset[str] | None) -> list[Row]:
    names = (f"{name} wrongly restricted", f"{name} wrongly put before people")
    if rules is not None and not rules:
        return [skipped(one, "of a million", "no rule found a case of it") for one in names]
    return [_row(one, "of a million", found) for one, found in zip(names, wrongly(worlds, rules), strict=True)]


def _left_out(signal: str, worlds: Sequence[Measured]) -> list[Row]:
    """The harms that lose by it: views with the signal left out, beside those with all."""
    found = []
    for harm in Harm:
        without, with_all = (values(worlds, arm, harm, lambda one: one.views) for arm in (signal, ALL))
        more = interval(one - other for one, other in zip(without, with_all, strict=True))
        if more.low > 0:
            name = f"without {signal}: views of {harm}, {between(more.low, more.high)} more"
            found.append(_row(name, "views", mean(without), mean(with_all), ALL))
    if not found:
        found.append(skipped(f"without {signal}", "views", "no harm is seen more within the interval of 95 %"))
    return found


def _row(name: str, unit: str, found: Interval | None, other: Interval | None = None, beside: str = WITHOUT) -> Row:
    if found is None:
        return skipped(name, unit, "it came about in fewer than two worlds")
    ends = (found.low, found.high)
    if other is None:
        return Row(name, found.mean, unit, ends=ends)
    return Row(name, found.mean, unit, None, beside, other.mean, ends=ends, peer_ends=(other.low, other.high))
