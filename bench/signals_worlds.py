# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The invented worlds in which patterns of abuse are measured, each played in every arm.

A full run plays 20 worlds of 10,000 people for 14 days each: without any signal, with all, with each left out in turn,
and each attacker that was held back without any and with all. Whom the rules find wrongly is counted in a benign world
of 50,000 people beside each. The same seeds give the same numbers on any machine, however busy it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Final

from privity.lab import arms
from privity.lab.attackers.cast import HELD_BACK, only
from privity.lab.cases import abusers
from privity.lab.intervals import Interval, interval, rate
from privity.lab.metrics import CaseFound, FalseFindings, Outcome, cases_found, found_by, outcomes, precision
from privity.lab.parameters import shipped
from privity.lab.rules import shipped_rules
from privity.lab.society import Society
from privity.lab.truth import Harm
from privity.lab.watching import Nobody, Watcher

ATTACKERS_OF_A_KIND: Final = 4
SEVERE: Final = (Harm.EXTORTION, Harm.GROOMING, Harm.KNOWN_MEDIA, Harm.INTIMATE)
"""Harms whose acts people count as severe."""
WITHOUT: Final = "no signal"
ALL: Final = "all signals"
HELD: Final = "held back, "
"""Before the name of an attacker that was held back."""
PATTERNS: Final = (*(harm.value for harm in Harm), *(HELD + name for name in HELD_BACK))


@dataclass(frozen=True, slots=True)
class Size:
    """Worlds, people of each and of the benign world beside it, and days."""

    seeds: int
    people: int
    benign: int
    days: int


FULL: Final = Size(20, 10_000, 50_000, 14)
QUICK: Final = Size(2, 2_000, 2_000, 4)


@dataclass(frozen=True, slots=True)
class Seen:
    """One pattern in one arm of one world: what came of it, and which rules found a case of it."""

    outcome: Outcome
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One world: patterns by arm and name; the cases of all open harms together, by arm; what was found wrongly; severe
    views of each case that may have some, with all signals."""

    arms: Mapping[str, Mapping[str, Seen]]
    cases: Mapping[str, tuple[CaseFound, ...]]
    false: FalseFindings
    severe: tuple[int, ...]


def measured(*, quick: bool) -> list[Measured]:
    """Every world."""
    size = QUICK if quick else FULL
    play = partial(one_world, size=size)
    if quick:
        return [play(seed) for seed in range(1, size.seeds + 1)]
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        return list(workers.map(play, range(1, size.seeds + 1)))


def one_world(seed: int, size: Size) -> Measured:
    """All arms of one seed."""
    parameters, rules = shipped(), shipped_rules()

    def played(cast: arms.Cast, watcher: Watcher) -> Society:
        people = arms.population(seed, size.people, size.days, parameters)
        return arms.played(people, parameters, cast, watcher)

    watchers: dict[str, Callable[[], Watcher]] = {WITHOUT: Nobody, ALL: partial(arms.watching, rules)}
    watchers |= {signal: partial(arms.watching, rules, signal) for signal in arms.signals(rules)}
    open_ones = {arm: played(abusers, watcher()) for arm, watcher in watchers.items()}
    found = {arm: _open(society) for arm, society in open_ones.items()}
    for arm in (WITHOUT, ALL):
        for name in HELD_BACK:
            (seen,) = _open(played(only(name, ATTACKERS_OF_A_KIND), watchers[arm]())).values()
            found[arm][HELD + name] = seen
    return Measured(
        found,
        {arm: cases_found(society) for arm, society in open_ones.items()},
        arms.falsely_found(arms.population(seed, size.benign, size.days, parameters), rules),
        tuple(sum(one.severe for one in case.views) for case in open_ones[ALL].cases if case.attacker.harm in SEVERE),
    )


def values(worlds: Sequence[Measured], arm: str, pattern: str, of: Callable[[Outcome], float | None]) -> list[float]:
    """One number of each world in which it came about."""
    found = [of(one.arms[arm][pattern].outcome) for one in worlds]
    return [value for value in found if value is not None]


def rules_of(worlds: Sequence[Measured], arm: str, pattern: str) -> frozenset[str]:
    """Rules that found a case of it in any world."""
    return frozenset().union(*(one.arms[arm][pattern].rules for one in worlds))


def wrongly(worlds: Sequence[Measured], rules: frozenset[str] | None) -> tuple[Interval, Interval]:
    """Benign people of a million whom any of these rules (None: any at all) restricts, and puts before people."""
    each = [one.false.by(rules) for one in worlds]
    people = sum(one.false.people for one in worlds)
    return (
        rate(sum(restricted for restricted, _ in each), people, len(worlds)),
        rate(sum(reviewed for _, reviewed in each), people, len(worlds)),
    )


def wrongly_banned(reviewed: Interval) -> Interval:
    """Of a million, whom moderators ban of those whom rules put before them and who did nothing, by the table."""
    wrong = shipped()["desk.wrong"]
    return Interval(reviewed.mean * wrong, reviewed.low * wrong, reviewed.high * wrong, reviewed.worlds)


def precisions(worlds: Sequence[Measured], arm: str, pattern: str) -> Interval | None:
    """Share of abusers among all whom the rules of a pattern find. None of an attacker that was held back: nobody says
    how many of them there are; and where nothing was found in two worlds."""
    if pattern.startswith(HELD):
        return None
    rules = rules_of(worlds, arm, pattern)
    return mean([precision(one.cases[arm], one.false, rules) for one in worlds])


def mean(found: Sequence[float | None]) -> Interval | None:
    """None where it came about in fewer than two worlds."""
    there = [value for value in found if value is not None]
    return interval(there) if len(there) >= 2 else None


def _open(society: Society) -> dict[str, Seen]:
    return {harm.value: Seen(outcome, found_by(society, harm)) for harm, outcome in outcomes(society).items()}
