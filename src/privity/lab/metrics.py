# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What came of a world with a watcher in it: for each harm, in numbers for one case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from privity.lab.account import Case
from privity.lab.cases import expected
from privity.lab.population import Population
from privity.lab.society import Society
from privity.lab.truth import Harm

HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """One harm in one world.

    Attributes:
        cases: People behind it.
        recall: Share of cases that a rule found.
        before_report: Of the cases found, the share where that was before anybody reported them.
        victims: Different people whom a case harmed, mean.
        victims_before: Of these, before anything was done about the case, mean; all, where nothing was.
        hours_to_action: From a case's first act to the first restriction, median over those with one; None without.
        severe: Severe views of a case, median.
        severe_mean: The same, mean.
        views: Views of what does harm, all cases together.
        minors: Share of the world's minors to whom any message of these cases came.
    """

    cases: int
    recall: float
    before_report: float | None
    victims: float
    victims_before: float
    hours_to_action: float | None
    severe: float
    severe_mean: float
    views: int
    minors: float


def outcomes(society: Society) -> Mapping[Harm, Outcome]:
    """Of a society whose observations were all drawn."""
    return {harm: _outcome(_cases(society, harm), society.population) for harm in _harms(society.cases)}


def found_by(society: Society, harm: Harm) -> frozenset[str]:
    """Rules that found a case of it."""
    return frozenset().union(*(case.found_by for case in _cases(society, harm)))


@dataclass(frozen=True, slots=True)
class FalseFindings:
    """What a watcher said about benign people alone.

    Attributes:
        people: How many there are.
        restricted: Accounts that a rule restricted, by rule.
        reviewed: Accounts that a rule put before people, by rule.
    """

    people: int
    restricted: Mapping[str, frozenset[str]]
    reviewed: Mapping[str, frozenset[str]]

    def by(self, rules: Iterable[str] | None = None) -> tuple[int, int]:
        """How many of them any of these rules (None: any at all) restricted, and how many it put before people."""
        return len(_accounts(self.restricted, rules)), len(_accounts(self.reviewed, rules))

    def touched(self, rules: Iterable[str]) -> int:
        """Benign accounts that any of these rules found."""
        chosen = tuple(rules)
        return len(_accounts(self.restricted, chosen) | _accounts(self.reviewed, chosen))


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case of a world: its accounts for a million people, and which rules found it.

    A small world has more cases than the table says; each counts for as much as it would in a large one."""

    accounts_of_million: float
    rules: frozenset[str]


def cases_found(society: Society) -> tuple[CaseFound, ...]:
    """All of a world that was played."""
    found = []
    for harm in _harms(society.cases):
        cases = _cases(society, harm)
        weight = min(1.0, expected(society.population, society.parameters, harm) / len(cases))
        found += [
            CaseFound(weight * len(case.accounts) * 1e6 / society.population.size, frozenset(case.found_by))
            for case in cases
        ]
    return tuple(found)


def precision(cases: Iterable[CaseFound], false: FalseFindings, rules: frozenset[str]) -> float | None:
    """Of the accounts found by these rules, the share that are abusers', of any harm. None where there are none."""
    right = sum(case.accounts_of_million for case in cases if case.rules & rules)
    wrong = false.touched(rules) * 1e6 / false.people
    return right / (right + wrong) if right + wrong else None


def _accounts(by_rule: Mapping[str, frozenset[str]], rules: Iterable[str] | None) -> frozenset[str]:
    names = by_rule if rules is None else rules
    return frozenset().union(*(by_rule.get(name, frozenset()) for name in names))


def _cases(society: Society, harm: Harm) -> list[Case]:
    return [case for case in society.cases if case.attacker.harm is harm]


def _harms(cases: Sequence[Case]) -> list[Harm]:
    there = {case.attacker.harm for case in cases}
    return [harm for harm in Harm if harm in there]


def _outcome(cases: Sequence[Case], population: Population) -> Outcome:
    found = [case for case in cases if case.found_ms is not None]
    acted = [case for case in cases if case.acted_ms is not None and case.first_act_ms is not None]
    severe = [sum(view.severe for view in case.views) for case in cases]
    size = population.size
    young = {one for case in cases for one in case.reached if one < size and population.minor[one]}
    return Outcome(
        cases=len(cases),
        recall=len(found) / len(cases),
        before_report=fmean(_first(case) for case in found) if found else None,
        victims=fmean(len({view.victim for view in case.views}) for case in cases),
        victims_before=fmean(len(_before(case)) for case in cases),
        hours_to_action=median(_hours(case) for case in acted) if acted else None,
        severe=median(severe),
        severe_mean=fmean(severe),
        views=sum(len(case.views) for case in cases),
        minors=len(young) / max(1, int(population.minor[:size].sum())),
    )


def _first(case: Case) -> bool:
    return case.reported_ms is None or (case.found_ms or 0) < case.reported_ms


def _before(case: Case) -> set[str]:
    return {view.victim for view in case.views if case.acted_ms is None or view.at_ms <= case.acted_ms}


def _hours(case: Case) -> float:
    return ((case.acted_ms or 0) - (case.first_act_ms or 0)) / HOUR_MS
