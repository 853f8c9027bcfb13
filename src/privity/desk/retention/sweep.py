# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hourly pass: whatever is over is shredded, a few things in one transaction, each with an entry of the audit log.

The log itself is never touched: it holds numbers, reasons of staff and names of acts, and no content; and a log out of
which something can be taken proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.cases.joined import now_in
from privity.desk.clearinghouse.preserving import let_go
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence.records import Kind
from privity.desk.evidence.shredding import shred
from privity.desk.legal.vault import service as vault
from privity.desk.limits import EXPOSURE_KEPT_MS
from privity.desk.list_limits import MATCHES_MS
from privity.desk.matching import forgetting as matching
from privity.desk.periods import Periods
from privity.desk.retention import clock, store
from privity.desk.retention.clock import DESK, Apart
from privity.desk.retention.due import WINDOW_MS, CaseDue, Marks, alone_due_ms, case_due, due_of, referral_due_ms
from privity.desk.retention.errors import ClockDoubted
from privity.desk.signals.coordination import service as clusters
from privity.desk.signals.ladder import forgetting as notes
from privity.desk.signals.lifecycle import sampled
from privity.desk.signals.taking import service as observations
from privity.desk.staff import signing_in

HOURLY_S: Final = 3600.0
"""Between two passes: periods are counted in days."""
WALK: Final = 500
"""Things that one step looks at."""
RANGE: Final = 2000
"""Numbers of reports that one step looks through for those in no case."""
BATCH: Final = 20
"""Transactions of one step: others wait for the database meanwhile."""
REPORTS: Final = 50
"""Reports of one case in one transaction."""
FORGOTTEN: Final = 500
"""People whose endings are forgotten in one transaction."""

told: Final = structlog.get_logger()


@dataclass(slots=True)
class _Walk:
    """How far a pass has come in the stage that it is in."""

    stage: int = 0
    number: int = 0
    report: int = 0
    """Within the case of this number; 0 where it is not begun."""
    kept: int = 0
    """Records of that case that have to stay."""
    mark: bytes = b""


@dataclass(slots=True)
class Retention:
    """One desk's passes, step by step (`intake.loop.Work`). `apart_ms` compares with the hub's clock."""

    db: Db = field(repr=False)
    periods: Periods
    now_ms: Callable[[], int]
    apart_ms: Apart = lambda: None
    matches_ms: int = MATCHES_MS
    """How long it is kept what matched a list of hashes."""
    gone: int = 0
    """Records that were shredded by this object."""
    doubt: str = ""
    """Why the last step did nothing, by the name of the error."""
    _walk: _Walk | None = field(default=None, repr=False)
    _began_ms: int = 0
    _marks: Marks = field(default_factory=lambda: Marks([]), repr=False)
    _dirty: bool = False

    async def step(self) -> int:
        """One batch; 0 once the pass is through, or where the clock is doubted."""
        going = self.work()
        if self.doubt:
            told.error("desk.retention_stopped", reason=self.doubt)
        return int(going)

    def work(self) -> bool:
        """The same, without a word to the log of the process: whether the pass goes on."""
        now_ms, self.doubt = self.now_ms(), ""
        try:
            if self._walk is None:
                clock.look(self.db, now_ms, self.apart_ms())
                self._walk, self._began_ms, self._marks = _Walk(), now_ms, Marks(store.marks(self.db))
            else:
                clock.check(now_ms, self._began_ms, self.apart_ms())
        except ClockDoubted as err:
            self._walk, self.doubt = None, type(err).__name__
            return False
        stages = (
            self._small,
            self._found,
            self._kept_apart,
            self._cases,
            self._names,
            self._alone,
            self._campaigns,
            self._referrals,
        )
        walk = self._walk
        if not stages[walk.stage](walk, now_ms):
            self._walk = walk = _Walk(walk.stage + 1)
        if walk.stage < len(stages):
            return True
        self._walk = None
        if self._dirty:
            store.truncate_journal(self.db)
            self._dirty = False
        return False

    def _small(self, walk: _Walk, now_ms: int) -> bool:
        """Holds whose time is over, sessions and codes of staff, views of pictures, what people's words counted, and
        what was observed of accounts."""
        with transaction(self.db):
            let_go(self.db, now_ms, self._marks.referrals_at)
            signing_in.drop_over(self.db, now_ms)
            if self._marks.settled_ms is not None:  # two days are less than what one look believes
                store.drop_exposure(self.db, self._marks.settled_ms - EXPOSURE_KEPT_MS)
            dropped = store.drop_reporters(self.db, now_ms - self.periods.reporters, FORGOTTEN)
            if dropped:
                self._say(now_ms, "reporters", count=dropped)
            more = observations.forget_over(self.db, now_ms)
        return dropped == FORGOTTEN or more

    def _found(self, walk: _Walk, now_ms: int) -> bool:
        """What rules, looks for campaigns and matching noted of accounts."""
        notes.forget_over(self.db, now_ms)
        with transaction(self.db):
            sampled.forget_over(self.db, now_ms)
        clusters.forget_over(self.db, now_ms)
        return matching.forget_over(self.db, now_ms, self.matches_ms)

    def _cases(self, walk: _Walk, now_ms: int) -> bool:
        begun = 0
        found = store.full_cases(self.db, walk.number - 1 if walk.report else walk.number, WALK)
        for case in found:
            if case.number != walk.number:  # the one that was begun may have gone on since
                walk.report, walk.kept = 0, 0
            if walk.report == 0 and case.last_ms + WINDOW_MS > now_ms:
                walk.number = case.number
                continue
            if begun == BATCH:
                return True
            begun += self._case(walk, case, now_ms)
            if walk.report:
                return True
        return len(found) == WALK

    def _case(self, walk: _Walk, case: store.FullCase, now_ms: int) -> bool:
        """Some reports of one case, or none where its time has not come; whether anything was looked at."""
        with transaction(self.db):
            due = case_due(self.db, self.periods, self._marks, case.number, case.outcome)
            walk.number = case.number
            if due is None or due.first_ms > now_ms:
                walk.report, walk.kept = 0, 0
                return False
            reports = store.reports_of(self.db, case.number, walk.report, REPORTS)
            abouts = [f"report:{report}" for report in reports]
            if walk.report == 0:
                abouts += [f"case:{number}" for number in due.cases]
                abouts += [f"appeal:{number}" for number in store.appeals_of(self.db, due.cases)]
            there = store.records_of(self.db, abouts)
            over = [record.number for record in there if self._over(record, due, now_ms)]
            walk.kept += len(there) - len(over)
            self._shred(over, now_ms, "evidence", f"case:{case.number}")
            if len(reports) == REPORTS:
                walk.report = reports[-1]
                return True
            if not walk.kept:
                store.emptied(self.db, case.number, now_ms)
            walk.report, walk.kept = 0, 0
        return True

    def _over(self, record: store.Held, due: CaseDue, now_ms: int) -> bool:
        if record.held or (due.notices_ms if record.kind == Kind.NOTICE else due.evidence_ms) > now_ms:
            return False
        if record.kind != Kind.ATTACHMENT or record.report is None:
            return True
        others = set(store.also_in(self.db, record.report, record.position)) - set(due.cases)
        found = (due_of(self.db, self.periods, self._marks, other) for other in others)
        return all(other is not None and other.evidence_ms <= now_ms for other in found)

    def _names(self, walk: _Walk, now_ms: int) -> bool:
        """Who reported, in cases of which nothing else is left."""
        found = store.named_cases(self.db, walk.number, WALK)
        begun = 0
        for case in found:
            if begun == BATCH:
                return True
            walk.number = case.number
            if case.last_ms + self.periods.reporters > now_ms:
                continue
            begun += 1
            with transaction(self.db):
                due = case_due(self.db, self.periods, self._marks, case.number, case.outcome)
                if due is not None and due.names_ms <= now_ms:
                    count = store.forget_reporters(self.db, case.number, now_ms)
                    store.forget_told(self.db, due.cases)
                    self._say(now_ms, "names", f"case:{case.number}", count=count)
        return len(found) == WALK

    def _alone(self, walk: _Walk, now_ms: int) -> bool:
        stop = walk.number + RANGE
        with transaction(self.db):
            for report in store.alone(self.db, walk.number, stop):
                due_ms = alone_due_ms(self.periods, self._marks, report)
                if due_ms is None or due_ms > now_ms:
                    continue
                due = CaseDue((), due_ms, due_ms, due_ms, due_ms)
                there = store.records_of(self.db, [f"report:{report.number}"])
                over = [record.number for record in there if self._over(record, due, now_ms)]
                self._shred(over, now_ms, "evidence", f"report:{report.number}")
                if len(over) == len(there):
                    store.forget_reporter_of(self.db, report.number)
        walk.number = stop
        return stop < store.last_report(self.db)

    def _campaigns(self, walk: _Walk, now_ms: int) -> bool:
        with transaction(self.db):
            found = store.campaign_marks(self.db, walk.mark, WALK)
            over = {case for case in {case for _, case in found} if self._mark_over(case, now_ms)}
            gone = [mark for mark, case in found if case in over]
            store.drop_campaign_marks(self.db, gone)
            if gone:
                self._say(now_ms, "marks", count=len(gone))
        walk.mark = found[-1][0] if found else b""
        return len(found) == WALK

    def _mark_over(self, case: int, now_ms: int) -> bool:
        due = due_of(self.db, self.periods, self._marks, now_in(self.db, case))
        return due is not None and due.marks_ms <= now_ms

    def _referrals(self, walk: _Walk, now_ms: int) -> bool:
        found = store.ended_referrals(self.db, walk.number, BATCH)
        for ended in found:
            walk.number = ended.number
            due_ms = referral_due_ms(self.periods, self._marks, ended)
            if due_ms is None or due_ms > now_ms:
                continue
            with transaction(self.db):
                count = store.shred_referral(self.db, ended.number, now_ms)
                self._say(now_ms, "referral", f"referral:{ended.number}", count=count)
        return len(found) == BATCH

    def _kept_apart(self, walk: _Walk, now_ms: int) -> bool:
        """What was kept for an authority. The vault says itself in the log what ended and what went."""
        done = vault.step(self.db, now_ms)
        self._dirty = self._dirty or done > 0
        return done > 0

    def _shred(self, numbers: list[int], now_ms: int, what: str, about: str) -> None:
        if numbers:
            count = shred(self.db, numbers, now_ms)
            self.gone += count
            self._say(now_ms, what, about, count=count)

    def _say(self, now_ms: int, what: str, about: str = "", *, count: int) -> None:
        self._dirty = True
        log.add(self.db, at_ms=now_ms, who=DESK, act=Act.RETENTION_DELETED, about=about, what=what, count=count)
