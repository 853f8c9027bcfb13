# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a version would have done to the observations that are kept: before it does anything to anybody.

Labels and the agreement of reporters are taken as they are today: what they were then is not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from privity.desk.cases import benign
from privity.desk.db.transaction import Db
from privity.desk.signals.features.known import Known
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.protection import LOOKS_AT, long_known
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.lifecycle import election, store
from privity.desk.signals.lifecycle.errors import NothingKept
from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, RuleTried, Stage, Version
from privity.desk.signals.lifecycle.replaying import AskedAbout, Replayed
from privity.wire.observed import Observed

REVIEWED_MS: Final = 365 * DAY_MS
"""Cases of this time say which accounts people found nothing wrong with."""

STEP: Final = 200
"""Observations between two pauses: some milliseconds."""

AccountDay = tuple[str, int]


@dataclass(slots=True)
class _Tally:
    hits: int = 0
    days: set[AccountDay] = field(default_factory=set)
    protected: set[AccountDay] = field(default_factory=set)


class Looking:
    """One look back, taken in steps, so that whoever has something else to do does it in between. It writes nothing."""

    def __init__(self, db: Db, version: Version, observations: Iterable[Observed], now_ms: int) -> None:
        self.version = version.number
        self._db = db
        self._rules = compile_rules(version.text, CATALOGUE)
        self._live = [
            compile_rules(other.text, CATALOGUE)
            for other in store.in_stages(db, Stage.LIVE)
            if other.name != version.name
        ]
        used = frozenset().union(LOOKS_AT, *(rule.features for one in (self._rules, *self._live) for rule in one.rules))
        self._replayed = Replayed(observations, used, _known(db, now_ms))
        self._accounts: set[str] = set()
        self._tallies = [_Tally() for _ in self._rules.rules]
        self._found_live: set[AccountDay] = set()
        self._events = 0

    @property
    def count(self) -> int:
        """Observations that were looked at."""
        return self._replayed.count

    @property
    def last_ms(self) -> int:
        """Up to when, as the observations say; 0 before the first."""
        return self._replayed.last_ms

    def steps(self) -> Iterator[int]:
        """Go through all of it; a pause after about so many observations as STEP says."""
        pause_at = STEP
        for asked in self._replayed.events():
            self._take(asked)
            if self.count >= pause_at:
                pause_at = self.count + STEP
                yield self.count

    def found(self, who: str, now_ms: int) -> Backtest:
        """Without a number, once all steps are taken. Raises NothingKept."""
        if not self.count:
            raise NothingKept("there is no observation to try it on: the desk keeps them from when it runs")
        innocent = benign.reviewed(self._db, now_ms - REVIEWED_MS)
        rows = tuple(
            _row(rule.name, tally, innocent, self._found_live)
            for rule, tally in zip(self._rules.rules, self._tallies, strict=True)
        )
        return Backtest(
            0,
            self.version,
            now_ms,
            who,
            self._replayed.first_ms,
            self._replayed.last_ms,
            self.count,
            self._events,
            len(self._accounts),
            rows,
        )

    def _take(self, asked: AskedAbout) -> None:
        self._events += 1
        self._accounts.add(asked.subject)
        hits = self._rules.evaluate(*asked.values)
        if hits:
            _count(self._tallies, self._rules, hits, asked)
        if any(one.evaluate(*asked.values) for one in self._live):
            self._found_live.add((asked.subject, asked.at_ms // DAY_MS))


def _known(db: Db, now_ms: int) -> Known:
    known = Known(election=election.on(db, now_ms))
    for subject, word, until_ms in store.labels(db, now_ms):
        known.label(subject, word, until_ms)
    for reporter, upheld, closed in store.agreements(db):
        known.agreed(reporter, upheld, closed)
    return known


def _count(tallies: list[_Tally], rules: RuleSet, hits: int, asked: AskedAbout) -> None:
    day = (asked.subject, asked.at_ms // DAY_MS)
    named = dict(zip((feature.name for feature in rules.catalogue.features), asked.values, strict=True))
    for number, tally in enumerate(tallies):
        if hits >> number & 1:
            tally.hits += 1
            tally.days.add(day)
            if long_known(named):
                tally.protected.add(day)


def _row(rule: str, tally: _Tally, innocent: frozenset[str], found_live: set[AccountDay]) -> RuleTried:
    accounts = {subject for subject, _ in tally.days}
    by_day = Counter(day for _, day in tally.days)
    return RuleTried(
        rule,
        tally.hits,
        len(accounts),
        len(tally.days),
        len(accounts & innocent),
        len(tally.protected),
        len(tally.days & found_live),
        max(by_day.values(), default=0),
    )
