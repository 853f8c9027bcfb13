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
from privity.desk.signals.running.setting_aside import CHOKES, Aside


class Judging:
    """Versions of rules. Raises FeaturesUnlike.

    Args:
        in_force: Which are asked.
        always: Features that a hit carries besides those which the rules look at.
        aside: Told of a version that chokes on an event; the other versions are asked all the same.

    A rule that held for an account is silent about it for the rest of that day (UTC): an effect is for days, and
    whoever acts would take the second as the first.
    """

    __slots__ = ("_aside", "_sets")

    def __init__(self, in_force: Sequence[InForce], always: Collection[str] = (), aside: Aside | None = None) -> None:
        self._aside = Aside() if aside is None else aside
        self._sets = [
            (one.number, one.rules.lazily(READERS, "kind", EventKind), _values(one.rules, always)) for one in in_force
        ]

    def judged(self, moment: Moment) -> Iterator[Hit]:
        """What holds now and did not hold earlier on the day."""
        for version, evaluators, values in self._sets:
            evaluate = evaluators.get(moment.kind)
            if evaluate is None:
                continue
            try:
                hits = evaluate(moment)
                seen = values(moment) if hits and _new(moment, version, hits) else ()
            except CHOKES as err:
                self._aside.put("rules", type(err).__name__, moment.seen.number)
                continue
            if seen:
                yield Hit(version, moment.account, moment.at_ms, moment.seen.number, _note(moment, version, hits), seen)


def _values(rules: RuleSet, always: Collection[str]) -> Values:
    return values_of(rules.catalogue, frozenset(always).union(*(rule.features for rule in rules.rules)))


def _new(moment: Moment, version: int, hits: int) -> int:
    state = moment.state
    day = moment.at_ms // DAY_MS
    if state.day != day:
        state.day, state.held = day, {}
    return hits & ~state.held.get(version, 0)


def _note(moment: Moment, version: int, hits: int) -> int:
    """The rules that are new on the day, which they are not after this."""
    new = _new(moment, version, hits)
    moment.state.held[version] = moment.state.held.get(version, 0) | hits
    return new
