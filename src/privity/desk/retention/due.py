# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When the time of something is over.

A period begins with the later of two: what was written beside a thing as its time, and when a look with a believed
clock first found it there. So no wrong clock makes anything old.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from privity.desk.cases.joined import all_in
from privity.desk.cases.model import CaseState, Outcome
from privity.desk.db.transaction import Db
from privity.desk.decisions.model import APPEAL_DAYS
from privity.desk.periods import DAY_MS, Periods
from privity.desk.retention import store
from privity.desk.retention.clock import MAX_STEP_MS

ON_ITS_WAY_MS: Final = 2 * MAX_STEP_MS
"""An appeal of the last day may wait at the hub while the desk is off, as long as nobody has to say that the clock is
right, and as long again."""
WINDOW_MS: Final = APPEAL_DAYS * DAY_MS + ON_ITS_WAY_MS
"""After the last thing that happened in a case, no appeal against anything in it can come any more."""


class Marks:
    """Believed times by the numbers that there were."""

    def __init__(self, marks: list[store.Mark]) -> None:
        self._at = [mark.at_ms for mark in marks]
        self._events = [mark.events for mark in marks]
        self._reports = [mark.reports for mark in marks]
        self._referrals = [mark.referrals for mark in marks]

    def event_seen_ms(self, number: int) -> int | None:
        """When something in the history of a case was there for sure; None where no look has found it yet."""
        return self._first(self._events, number)

    def report_seen_ms(self, number: int) -> int | None:
        return self._first(self._reports, number)

    def referral_seen_ms(self, number: int) -> int | None:
        return self._first(self._referrals, number)

    def referrals_at(self, at_ms: int) -> int:
        """The highest number of a referral that there was at this time."""
        found = bisect_right(self._at, at_ms)
        return self._referrals[found - 1] if found else 0

    @property
    def settled_ms(self) -> int | None:
        """The newest time that was believed and went on for a day: a clock that has just jumped ahead is not in it.
        None within the first day."""
        return self._at[-2] if len(self._at) > 1 else None

    def _first(self, highest: list[int], number: int) -> int | None:
        """Numbers only grow, so the marks are sorted by them as well."""
        found = bisect_left(highest, number)
        return self._at[found] if found < len(self._at) else None


@dataclass(frozen=True, slots=True)
class CaseDue:
    """From when on the parts of a decided case are needed for nothing."""

    cases: tuple[int, ...]
    """The case and all that were joined to it."""
    evidence_ms: int
    notices_ms: int
    marks_ms: int
    names_ms: int

    @property
    def first_ms(self) -> int:
        return min(self.evidence_ms, self.notices_ms)


def case_due(db: Db, periods: Periods, marks: Marks, number: int, outcome: str | None) -> CaseDue | None:
    """None where no time can be said: something of it waits for somebody, or no look has found it yet."""
    cases = all_in(db, number)
    last_n, last_ms = store.last_event(db, cases)
    seen_ms = marks.event_seen_ms(last_n)
    if seen_ms is None or store.unsettled(db, cases):
        return None
    start = max(last_ms, seen_ms)
    no_appeal = start + WINDOW_MS
    if outcome in (Outcome.DISMISSED, Outcome.ABUSIVE):
        evidence = max(start + periods.dismissed, no_appeal)
    else:
        evidence = no_appeal + periods.decided
    notices, names = max(start + periods.notices, no_appeal), max(start + periods.reporters, no_appeal)
    return CaseDue(cases, evidence, notices, start + periods.marks, names)


def due_of(db: Db, periods: Periods, marks: Marks, number: int) -> CaseDue | None:
    """The same of a case in any state; None, too, where it is not decided."""
    state, outcome = store.case_state(db, number)
    return case_due(db, periods, marks, number, outcome) if state == CaseState.DECIDED else None


def alone_due_ms(periods: Periods, marks: Marks, report: store.Alone) -> int | None:
    """When a report that is in no case goes."""
    seen_ms = marks.report_seen_ms(report.number)
    return None if seen_ms is None else max(report.recorded_ms, seen_ms) + periods.unopened


def referral_due_ms(periods: Periods, marks: Marks, ended: store.Ended) -> int | None:
    """When the contents of a referral go."""
    seen_ms = marks.referral_seen_ms(ended.number)
    return None if seen_ms is None else max(ended.last_ms, seen_ms) + periods.referrals
