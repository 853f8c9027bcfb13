# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One partition, observation after observation.

Counters are kept every so often, with the number of the last observation in them. A process that ends in between starts
again from there: the same observations give the same counters and the same hits, and the sink knows those that
it has acted upon. So nothing is counted twice, and nothing done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import is_not
from typing import Final

from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.countable import check_countable
from privity.desk.signals.features.counting import Counting, Mine
from privity.desk.signals.features.known import Known
from privity.desk.signals.running.hits import Hit, InForce
from privity.desk.signals.running.joints import Keeper, Kept, Sink, Source, Unreadable
from privity.desk.signals.running.judging import Judging
from privity.desk.signals.running.setting_aside import CHOKES, Aside
from privity.wire.observed import Observed

PAGE: Final = 500
"""Observations of one step: some ten milliseconds, for which the desk's other work waits."""
KEEP_AFTER: Final = 20_000
"""Observations after which counters are kept, however quickly they come."""
KEEP_AFTER_MS: Final = 30_000
"""And the time after which they are, however slowly."""
SWEPT: Final = 1_000
"""Accounts that are looked through for what is over at each step."""
AHEAD_MS: Final = 60_000
"""Clocks of hub and desk differ by this at the most; later observations count as of then."""


@dataclass(slots=True)
class Runner:
    """Counts, asks and hands on.

    Attributes:
        in_force: Which rules are asked now; looked at before each page.
        known: What the desk knows; whoever owns it keeps it filled.
        always: Features that every hit carries.
        keep_after: Observations after which counters are kept.
        before: Told of each page before it is counted: what the desk knows of those in it is looked up then.
        counted: Observations since the start, for figures.
        aside: What could not be counted or judged since the start.
    """

    source: Source
    keeper: Keeper
    sink: Sink
    in_force: Callable[[], Sequence[InForce]]
    known: Known
    marks: Marks = field(repr=False)
    now_ms: Callable[[], int]
    mine: Mine | None = None
    always: Collection[str] = ()
    before: Callable[[Sequence[Observed]], None] | None = None
    keep_after: int = KEEP_AFTER
    counted: int = 0
    aside: Aside = field(default_factory=Aside)
    _kept: Kept | None = field(default=None, repr=False)
    _number: int = 0
    _waiting: int = 0
    _kept_ms: int = 0
    _seen_ms: int = 0
    _asked: tuple[tuple[InForce, ...], Judging] | None = field(default=None, repr=False)

    def work(self, most: int = PAGE) -> int:
        """The next observations; how many they were. After an error it begins again from what is kept."""
        kept, now_ms = self._loaded(), self.now_ms()
        page = self.source.after(self._number, most)
        try:
            hits: list[Hit] = []
            if page:
                readable = self._readable(page)
                if self.before is not None:
                    self.before(readable)
                counting = Counting(kept.accounts, kept.commons, self.marks, self.known, self.mine)
                judging = self._judging(self.in_force())
                for seen in readable:
                    hits += self._one(seen, counting, judging, now_ms)
                self.aside.tell()
            swept_ms = min(now_ms, self._seen_ms)
            kept.accounts.sweep(swept_ms, SWEPT)
            self.known.sweep(swept_ms)
            self._hand_on(hits, page[-1].number if page else self._number, len(page), now_ms)
        except BaseException:
            self._kept = None
            raise
        return len(page)

    def keep(self) -> None:
        """Keep everything now, before an end."""
        self._keep_all(self._loaded(), self._number, self.now_ms())

    def _readable(self, page: Sequence[Observed | Unreadable]) -> list[Observed]:
        found: list[Observed] = []
        for seen in page:
            if isinstance(seen, Unreadable):
                self.aside.put("observation", seen.why, seen.number)
                continue
            try:
                check_countable(seen)
            except CHOKES as err:
                self.aside.put("observation", type(err).__name__, seen.number)
            else:
                found.append(seen)
        return found

    def _one(self, seen: Observed, counting: Counting, judging: Judging, now_ms: int) -> list[Hit]:
        self._seen_ms = max(self._seen_ms, seen.at_ms)
        try:
            return [hit for moment in counting.count(seen, now_ms + AHEAD_MS) for hit in judging.judged(moment)]
        except CHOKES as err:  # a fault of ours: what it counted until then stays
            self.aside.put("counting", type(err).__name__, seen.number)
            return []

    def _loaded(self) -> Kept:
        if self._kept is None:
            self._kept = self.keeper.load()
            self._number, self._waiting, self._kept_ms = self._kept.number, 0, self.now_ms()
        return self._kept

    def _judging(self, in_force: Sequence[InForce]) -> Judging:
        """Functions are made once for as long as the same rules are in force."""
        asked = tuple(in_force)
        if self._asked is None or len(asked) != len(self._asked[0]) or any(map(is_not, asked, self._asked[0])):
            self._asked = (asked, Judging(asked, self.always, self.aside))
        return self._asked[1]

    def _hand_on(self, hits: Sequence[Hit], number: int, counted: int, now_ms: int) -> None:
        waiting = self._waiting + counted
        due = waiting >= self.keep_after or (waiting and now_ms - self._kept_ms >= KEEP_AFTER_MS)
        if hits or due:
            with self.keeper.transaction():
                for hit in hits:
                    self.sink.take(hit)
                if due:
                    self._keep_all(self._loaded(), number, now_ms)
                    waiting = 0
        self._number, self._waiting = number, waiting
        self.counted += counted

    def _keep_all(self, kept: Kept, number: int, now_ms: int) -> None:
        commons = kept.commons.encode() if kept.commons.changed else None
        with self.keeper.transaction():
            self.keeper.keep(number, kept.accounts.changed(), kept.accounts.drained(), commons)
        kept.commons.changed = False
        self._kept_ms = now_ms
