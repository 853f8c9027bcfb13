# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One world, played several times: with no signal, with all of them, with one left out. Only that differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.shipped import texts
from privity.lab.attacker import Attacker
from privity.lab.benign_world import benign_days
from privity.lab.columns import observed
from privity.lab.hub_limits import OURS, HubRules
from privity.lab.metrics import FalseFindings
from privity.lab.parameters import Parameters
from privity.lab.population import Population
from privity.lab.rules import ShippedRules
from privity.lab.society import Society
from privity.lab.watching import Watcher

Cast = Callable[[Population, Parameters], Sequence[Attacker]]
"""Makes the attackers of a world: new ones each time, because they remember."""


def population(seed: int, size: int, days: int, parameters: Parameters, *, launch: bool = False) -> Population:
    """The people of a world. Each play takes new ones, because abusers join them."""
    return Population(seed, size, days, parameters, launch=launch)


def played(people: Population, parameters: Parameters, cast: Cast, watcher: Watcher, hub: HubRules = OURS) -> Society:
    """The abusers' side of a world until its last day."""
    society = Society(people, parameters, cast(people, parameters), watcher, hub)
    for _ in society.observed():
        pass
    return society


MATCHING: Final = "hash lists"
AIDS: Final = "aids on the device"


def signals(rules: RuleSet) -> Mapping[str, frozenset[str]]:
    """What is left out one at a time: each file of shipped rules with its rules, the lists, and the aids."""
    named = {rule.name for rule in rules.rules}
    found = {
        f"rules of {name}": frozenset(rule for rule in named if f"\n{rule} = Rule(" in text)
        for name, text in texts().items()
    }
    return found | {MATCHING: frozenset(), AIDS: frozenset()}


def watching(rules: RuleSet, without: str = "") -> ShippedRules:
    """All signals but the one of that name."""
    left_out = signals(rules)[without] if without else ()
    return ShippedRules(rules, left_out, matching=without != MATCHING, aids=without != AIDS)


def falsely_found(people: Population, rules: RuleSet, *, activity: float = 1.0, launch: bool = False) -> FalseFindings:
    """The benign side of a world, benign groups among it, put to all rules."""
    watcher = ShippedRules(rules)
    restricted: dict[str, set[str]] = defaultdict(set)
    reviewed: dict[str, set[str]] = defaultdict(set)
    number = 1
    for rows in benign_days(people, activity=activity, launch=launch):
        for one in observed(rows, people, number):
            for finding in watcher.seen(one):
                if finding.slow_hours or finding.hide_hours:
                    restricted[finding.rule].add(finding.account)
                if finding.review:
                    reviewed[finding.rule].add(finding.account)
        number += len(rows)
    return FalseFindings(
        people.size,
        {name: frozenset(found) for name, found in restricted.items()},
        {name: frozenset(found) for name, found in reviewed.items()},
    )
