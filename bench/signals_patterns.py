# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each pattern of abuse in invented worlds: what the shipped rules find, how soon, and whom they find wrongly.

A full run plays 20 worlds of 10,000 people for 14 days each: without any signal, with all, with each left out in turn,
and then each attacker that was held back. Two processes take turns with the worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import median
from typing import Final

from bench.format import Row, skipped
from privity.lab import arms
from privity.lab.attackers.cast import HELD_BACK, only
from privity.lab.cases import abusers
from privity.lab.intervals import Interval, interval
from privity.lab.metrics import FalseFindings, Outcome, outcomes, precision
from privity.lab.parameters import shipped
from privity.lab.rules import shipped_rules
from privity.lab.society import Society
from privity.lab.truth import Harm
from privity.lab.watching import Nobody, Watcher

SEEDS: Final = 20
PEOPLE: Final = 10_000
DAYS: Final = 14
QUICK_SEEDS: Final = 2
QUICK_PEOPLE: Final = 2_000
QUICK_DAYS: Final = 4
ATTACKERS_OF_A_KIND: Final = 4
SEVERE: Final = (Harm.EXTORTION, Harm.GROOMING, Harm.KNOWN_MEDIA, Harm.INTIMATE)
"""Harms whose acts people count as severe."""
WITHOUT: Final = "no signal"
ALL: Final = "all signals"


@dataclass(frozen=True, slots=True)
class Measured:
    """One world: outcomes by arm and harm, of attackers held back by arm and name; what was found wrongly."""

    arms: Mapping[str, Mapping[Harm, Outcome]]
    held_back: Mapping[str, Mapping[str, Outcome]]
    precision: Mapping[Harm, float | None]
    severe: tuple[int, ...]
    restricted: float
    reviewed: float


def rows(quick: bool) -> list[Row]:
    """The rows of `make bench-signals` about patterns."""
    return table(measured(quick=quick))


def measured(*, quick: bool) -> list[Measured]:
    """Every world."""
    seeds, people, days = (QUICK_SEEDS, QUICK_PEOPLE, QUICK_DAYS) if quick else (SEEDS, PEOPLE, DAYS)
    play = partial(one_world, people=people, days=days)
    if quick:
        return [play(seed) for seed in range(1, seeds + 1)]
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        return list(workers.map(play, range(1, seeds + 1)))


def one_world(seed: int, people: int, days: int) -> Measured:
    """All arms of one seed."""
    parameters, rules = shipped(), shipped_rules()

    def played(cast: arms.Cast, watcher: Watcher) -> Society:
        return arms.played(arms.population(seed, people, days, parameters), parameters, cast, watcher)

    false = arms.falsely_found(arms.population(seed, people, days, parameters), rules)
    with_all = played(abusers, arms.watching(rules))
    found = {WITHOUT: outcomes(played(abusers, Nobody())), ALL: outcomes(with_all)}
    for signal in arms.signals(rules):
        found[signal] = outcomes(played(abusers, arms.watching(rules, signal)))
    kinds = {name: only(name, ATTACKERS_OF_A_KIND) for name in HELD_BACK}
    return Measured(
        found,
        {
            WITHOUT: {name: _single(played(cast, Nobody())) for name, cast in kinds.items()},
            ALL: {name: _single(played(cast, arms.watching(rules))) for name, cast in kinds.items()},
        },
        {harm: precision(with_all, false, harm) for harm in Harm},
        tuple(sum(view.severe for view in case.views) for case in with_all.cases if case.attacker.harm in SEVERE),
        *_wrongly(false),
    )


def table(worlds: Sequence[Measured]) -> list[Row]:
    """Means over worlds, the ends of their 95 % intervals where a bar stands on them."""
    found = [_people(worlds)]
    for harm in Harm:
        found += _about(harm.value, worlds, partial(_of_harm, harm))
        found.append(_mean(f"{harm}: precision", "share", [one.precision[harm] for one in worlds]))
    for name in HELD_BACK:
        found += _about(f"held back, {name}", worlds, partial(_of_name, name))
    for signal in [one for one in worlds[0].arms if one not in (WITHOUT, ALL)]:
        found += _left_out(signal, worlds)
    reach = interval(one.held_back[ALL]["scripted groomer"].minors * 100 for one in worlds)
    severe = median(views for one in worlds for views in one.severe)
    return [
        *found,
        Row("held back, scripted groomer: minors reached, upper end", reach.high, "% of minors", "ours < 1"),
        Row("severe views of a case, median", severe, "views", "ours <= 0.3"),
    ]


def _people(worlds: Sequence[Measured]) -> Row:
    restricted = interval(one.restricted for one in worlds)
    reviewed = interval(one.reviewed for one in worlds)
    name = f"benign people restricted {_ends(restricted)}; put before people {reviewed}"
    return Row(name, restricted.mean, "of a million")


def _about(name: str, worlds: Sequence[Measured], outcome: Callable[[Measured, str], Outcome]) -> list[Row]:
    with_all = [outcome(one, ALL) for one in worlds]
    without = [outcome(one, WITHOUT) for one in worlds]
    return [
        _mean(f"{name}: recall", "share", [one.recall for one in with_all]),
        _mean(f"{name}: found before a report", "share", [one.before_report for one in with_all]),
        _mean(f"{name}: victims of a case", "people", [o.victims for o in with_all], [o.victims for o in without]),
        _mean(
            f"{name}: victims before action",
            "people",
            [one.victims_before for one in with_all],
            [one.victims_before for one in without],
        ),
        _mean(
            f"{name}: time to action",
            "hours",
            [one.hours_to_action for one in with_all],
            [one.hours_to_action for one in without],
        ),
        _mean(
            f"{name}: severe views of a case, mean",
            "views",
            [one.severe_mean for one in with_all],
            [one.severe_mean for one in without],
        ),
        _mean(
            f"{name}: severe views of a case, median over cases",
            "views",
            [one.severe for one in with_all],
            [one.severe for one in without],
        ),
    ]


def _left_out(signal: str, worlds: Sequence[Measured]) -> list[Row]:
    """The harms that lose by it: views with the signal left out, beside those with all."""
    found = []
    for harm in Harm:
        less = interval(one.arms[signal][harm].views - one.arms[ALL][harm].views for one in worlds)
        if less.low > 0:
            with_all = interval(one.arms[ALL][harm].views for one in worlds)
            mean = interval(one.arms[signal][harm].views for one in worlds).mean
            name = f"without {signal}: views of {harm} {_ends(less)} more"
            found.append(Row(name, mean, "views", None, ALL, with_all.mean))
    if not found:
        found.append(skipped(f"without {signal}", "views", "no harm is seen more within the interval of 95 %"))
    return found


def _mean(name: str, unit: str, values: Sequence[float | None], without: Sequence[float | None] | None = None) -> Row:
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return skipped(name, unit, "it came about in fewer than two worlds")
    mean = interval(there)
    other = [value for value in without or () if value is not None]
    peer = interval(other).mean if len(other) >= 2 else None
    return Row(f"{name} {_ends(mean)}", mean.mean, unit, None, WITHOUT if peer is not None else None, peer)


def _ends(found: Interval) -> str:
    return f"[{found.low:.3g}, {found.high:.3g}]"


def _of_harm(harm: Harm, one: Measured, arm: str) -> Outcome:
    return one.arms[arm][harm]


def _of_name(name: str, one: Measured, arm: str) -> Outcome:
    return one.held_back[arm][name]


def _single(society: Society) -> Outcome:
    (outcome,) = outcomes(society).values()
    return outcome


def _wrongly(false: FalseFindings) -> tuple[float, float]:
    return false.restricted_of_million(), false.reviewed_of_million()
