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
from privity.desk.signals.language.rule_set import compile_rules
from privity.desk.signals.lifecycle import election, store
from privity.desk.signals.lifecycle.clocks import check_clocks
from privity.desk.signals.lifecycle.errors import NothingKept
from privity.desk.signals.lifecycle.model import DAY_MS, Backtest, Case, RuleTried, Stage, TriedDay, Version
from privity.desk.signals.lifecycle.replaying import AskedAbout, Replayed
from privity.desk.signals.lifecycle.sampled import Sample
from privity.identity.uris import Random
from privity.wire.observed import Observed

REVIEWED_MS: Final = 365 * DAY_MS
"""Cases of this time say which accounts people found nothing wrong with."""

STEP: Final = 200
"""Observations between two pauses: some milliseconds."""

AccountDay = tuple[str, int]


@dataclass(slots=True)
class _Tally:
    hits: Counter[int] = field(default_factory=Counter)
    """By day."""
    days: set[AccountDay] = field(default_factory=set)
    protected: set[AccountDay] = field(default_factory=set)


class Looking:
    """One look back, taken in steps, so that whoever has something else to do does it in between. It writes nothing.

    Raises RuleError or TellsWhen.
    """

    def __init__(self, db: Db, version: Version, observations: Iterable[Observed], now_ms: int, random: Random) -> None:
        self.version = version.number
        self._db = db
        self._rules = compile_rules(version.text, CATALOGUE)
        check_clocks(self._rules)
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
        self._innocent = benign.reviewed(db, now_ms - REVIEWED_MS)
        key = random(32)
        self._samples = [Sample(self._rules, number, key, self._innocent) for number in range(len(self._tallies))]

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
        named = [(rule.name, tally) for rule, tally in zip(self._rules.rules, self._tallies, strict=True)]
        rows = tuple(_row(rule, tally, self._innocent, self._found_live) for rule, tally in named)
        by_day = tuple(day for rule, tally in sorted(named, key=lambda one: one[0]) for day in _by_day(rule, tally))
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
            by_day,
        )

    def cases(self) -> tuple[Case, ...]:
        """A few of those for whom each rule would have held."""
        return tuple(case for sample in self._samples for case in sample.cases())

    def _take(self, asked: AskedAbout) -> None:
        self._events += 1
        self._accounts.add(asked.subject)
        hits = self._rules.evaluate(*asked.values)
        if hits:
            self._count(hits, asked)
        if any(one.evaluate(*asked.values) for one in self._live):
            self._found_live.add((asked.subject, asked.at_ms // DAY_MS))

    def _count(self, hits: int, asked: AskedAbout) -> None:
        day = (asked.subject, asked.at_ms // DAY_MS)
        named = dict(zip((feature.name for feature in CATALOGUE.features), asked.values, strict=True))
        for number, tally in enumerate(self._tallies):
            if hits >> number & 1:
                tally.hits[day[1]] += 1
                tally.days.add(day)
                if long_known(named):
                    tally.protected.add(day)
                self._samples[number].offer(asked, named)


def _known(db: Db, now_ms: int) -> Known:
    known = Known(election=election.on(db, now_ms))
    for subject, word, until_ms in store.labels(db, now_ms):
        known.label(subject, word, until_ms)
    for reporter, upheld, closed in store.agreements(db):
        known.agreed(reporter, upheld, closed)
    return known


def _row(rule: str, tally: _Tally, innocent: frozenset[str], found_live: set[AccountDay]) -> RuleTried:
    accounts = {subject for subject, _ in tally.days}
    by_day = Counter(day for _, day in tally.days)
    return RuleTried(
        rule,
        tally.hits.total(),
        len(accounts),
        len(tally.days),
        len(accounts & innocent),
        len(tally.protected),
        len(tally.days & found_live),
        max(by_day.values(), default=0),
    )


def _by_day(rule: str, tally: _Tally) -> tuple[TriedDay, ...]:
    found = Counter(day for _, day in tally.days)
    protected = Counter(day for _, day in tally.protected)
    return tuple(TriedDay(rule, day, tally.hits[day], found[day], protected[day]) for day in sorted(found))
