# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An event is put to all rules that are in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.moment import Moment
from privity.desk.signals.features.reading import READERS
from privity.desk.signals.features.values import Values, values_of
from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.running.hits import Hit, InForce


class Judging:
    """Versions of rules. Raises FeaturesUnlike.

    Args:
        in_force: Which are asked.
        always: Features that a hit carries besides those which the rules look at.

    A rule that held for an account is silent about it for the rest of that day (UTC): an effect is for days, and
    whoever acts would take the second as the first.
    """

    __slots__ = ("_sets",)

    def __init__(self, in_force: Sequence[InForce], always: Collection[str] = ()) -> None:
        self._sets = [
            (one.number, one.rules.lazily(READERS, "kind", EventKind), _values(one.rules, always)) for one in in_force
        ]

    def judged(self, moment: Moment) -> Iterator[Hit]:
        """What holds now and did not hold earlier on the day."""
        for version, evaluators, values in self._sets:
            evaluate = evaluators.get(moment.kind)
            hits = 0 if evaluate is None else evaluate(moment)
            if hits:
                new = _new(moment, version, hits)
                if new:
                    yield Hit(version, moment.account, moment.at_ms, moment.seen.number, new, values(moment))


def _values(rules: RuleSet, always: Collection[str]) -> Values:
    return values_of(rules.catalogue, frozenset(always).union(*(rule.features for rule in rules.rules)))


def _new(moment: Moment, version: int, hits: int) -> int:
    state = moment.state
    day = moment.at_ms // DAY_MS
    if state.day != day:
        state.day, state.held = day, {}
    held = state.held.get(version, 0)
    state.held[version] = held | hits
    return hits & ~held
