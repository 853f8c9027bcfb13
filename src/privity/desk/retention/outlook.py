# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What would go and when, by the same rules as the pass and without touching anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.evidence.records import Kind
from privity.desk.periods import DAY_MS, Periods
from privity.desk.retention import store
from privity.desk.retention.due import Marks, alone_due_ms, case_due, referral_due_ms
from privity.desk.retention.sweep import REPORTS, WALK

SOON_MS: Final = 30 * DAY_MS


class Row(msgspec.Struct, frozen=True):
    """One kind of thing, counted in records."""

    what: str
    now: int
    """The next pass takes them, but for files that another case shares."""
    soon: int
    """Within thirty days."""
    later: int
    waits: int
    """Without a day: a case or a referral goes on, an appeal is open, a hold stands, or no look has found it yet."""


def outlook(db: Db, periods: Periods, now_ms: int) -> list[Row]:
    """In the order of the periods; a kind of which there is nothing has zeros."""
    marks, counts = Marks(store.marks(db)), Counter[tuple[str, str]]()
    for what, due_ms, count in _everything(db, periods, marks):
        counts[what, _when(due_ms, now_ms)] += count
    open_records = store.records_still_there(db) - sum(counts[what, when] for what in _RECORDS for when in _WHEN)
    counts["evidence of cases", "waits"] += open_records
    return [Row(what, *(counts[what, when] for when in _WHEN)) for what in _WHAT]


_WHEN: Final = ("now", "soon", "later", "waits")
_RECORDS: Final = ("evidence of cases", "public notices", "reports in no case")
_WHAT: Final = (*_RECORDS, "referrals")


def _everything(db: Db, periods: Periods, marks: Marks) -> Iterator[tuple[str, int | None, int]]:
    yield from _cases(db, periods, marks)
    last, after = store.last_report(db), 0
    while after < last:
        for report in store.alone(db, after, after + WALK):
            for record in store.records_of(db, [f"report:{report.number}"]):
                yield "reports in no case", None if record.held else alone_due_ms(periods, marks, report), 1
        after += WALK
    number = 0
    while found := store.ended_referrals(db, number, WALK):
        for ended in found:
            number = ended.number
            yield "referrals", referral_due_ms(periods, marks, ended), 1


def _cases(db: Db, periods: Periods, marks: Marks) -> Iterator[tuple[str, int | None, int]]:
    number = 0
    while found := store.full_cases(db, number, WALK):
        for case in found:
            number = case.number
            due = case_due(db, periods, marks, number, case.outcome)
            for record in _records(db, number, due.cases if due is not None else (number,)):
                notice = record.kind == Kind.NOTICE
                at_ms = None if due is None or record.held else due.notices_ms if notice else due.evidence_ms
                yield "public notices" if notice else "evidence of cases", at_ms, 1


def _records(db: Db, number: int, cases: tuple[int, ...]) -> Iterator[store.Held]:
    appeals = [f"appeal:{appeal}" for appeal in store.appeals_of(db, cases)]
    yield from store.records_of(db, [*(f"case:{case}" for case in cases), *appeals])
    after = 0
    while reports := store.reports_of(db, number, after, REPORTS):
        after = reports[-1]
        yield from store.records_of(db, [f"report:{report}" for report in reports])


def _when(due_ms: int | None, now_ms: int) -> str:
    if due_ms is None:
        return "waits"
    if due_ms <= now_ms:
        return "now"
    return "soon" if due_ms <= now_ms + SOON_MS else "later"
