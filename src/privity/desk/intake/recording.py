# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was found about a page of reports, written down in one transaction: findings, evidence, cases, appeals.

One entry of the audit log stands for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.intake import store
from privity.desk.intake.findings import LEVELS, Level, level_of
from privity.desk.intake.model import Assessment, Gathered, Proven, Taken
from privity.message.appeal import Appeal
from privity.wire.staff import RelayedReport

Gather = Callable[[Db, Sequence[Taken], int], Sequence[Gathered | None]]
"""Puts reports that were just recorded into their cases, in order. Runs in the transaction of the page."""
Lodge = Callable[[Db, Appeal, RelayedReport, int], object]
"""Takes an appeal, or notes why it is not taken. Runs in the transaction of the page, and never raises for bad ones."""

UNREAD: Final = -1
"""In place of a reason, in the audit log: the report could not be read."""

log: Final = structlog.get_logger()


@dataclass(slots=True)
class Batch:
    """What is to be written next, and which receipts have been."""

    db: Db
    evidence_key: bytes = field(repr=False)
    random: Callable[[int], bytes]
    now_ms: Callable[[], int]
    gather: Gather
    lodge: Lodge
    size: int = 0
    _waiting: list[tuple[RelayedReport, Assessment | Appeal]] = field(default_factory=list, repr=False)
    _written: list[str] = field(default_factory=list)

    def add(self, relayed: RelayedReport, found: Assessment | Appeal) -> None:
        self._waiting.append((relayed, found))
        if isinstance(found, Assessment):
            self.size += sum(len(record.content) for record in found.records)

    def written(self) -> list[str]:
        """The receipts that came to the disk since this was asked last. What was not written comes again."""
        written, self._written, self._waiting, self.size = self._written, [], [], 0
        return written

    def write(self) -> None:
        """Raises AlreadyRecorded, and then nothing of it is kept."""
        if not self._waiting:
            return
        now_ms = self.now_ms()
        page = [(relayed, found) for relayed, found in self._waiting if isinstance(found, Assessment)]
        with transaction(self.db):
            if page:
                self._record(page, now_ms)
            for relayed, found in self._waiting:
                if isinstance(found, Appeal):
                    store.remember(self.db, relayed, now_ms=now_ms)
                    self.lodge(self.db, found, relayed, now_ms)
        self._written += [relayed.receipt for relayed, _ in self._waiting]
        self._waiting, self.size = [], 0
        log.info("desk.reports_recorded", count=len(page))

    def _record(self, page: Sequence[tuple[RelayedReport, Assessment]], now_ms: int) -> None:
        numbers = store.record(self.db, self.evidence_key, self.random, page, now_ms=now_ms)
        taken = {
            number: one
            for number, (relayed, found) in zip(numbers, page, strict=True)
            if (one := taken_of(number, relayed, found)) is not None
        }
        gathered = dict(zip(taken, self.gather(self.db, list(taken.values()), now_ms), strict=True))
        lines = [
            _Line(number, found, relayed.received_ms, gathered.get(number))
            for number, (relayed, found) in zip(numbers, page, strict=True)
        ]
        self._log(lines, now_ms)

    def _log(self, lines: list[_Line], now_ms: int) -> None:
        audit.add(
            self.db,
            at_ms=now_ms,
            who="desk",
            act=Act.REPORTS_TAKEN,
            reports=[line.report for line in lines],
            states=[line.found.state.value for line in lines],
            reasons=[UNREAD if line.found.reason is None else line.found.reason for line in lines],
            levels=[int(line.level) for line in lines],
            sources=[line.found.source.value for line in lines],
            received=[line.received_ms for line in lines],
            cases=[0 if line.gathered is None else line.gathered.case for line in lines],
            opened=[int(line.gathered is not None and line.gathered.opened) for line in lines],
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """One report in the entry of its page."""

    report: int
    found: Assessment
    received_ms: int
    gathered: Gathered | None

    @property
    def level(self) -> Level:
        return level_of(self.found.state, [message.outcome for message in self.found.messages])


def taken_of(number: int, relayed: RelayedReport, found: Assessment) -> Taken | None:
    """What a case is made of; None of a report that could not be read."""
    if found.reason is None:
        return None
    proven = [
        Proven(message.message_id, message.ts_ms, level, message.marks)
        for message in found.messages
        if (level := LEVELS.get(message.outcome)) is not None and message.message_id is not None
    ]
    return Taken(
        number,
        relayed.reporter_uri,
        relayed.received_ms,
        found.subject,
        found.source,
        found.accused_uri,
        found.room_uri,
        found.reason,
        max((one.level for one in proven), default=Level.TIP),
        any(message.reporter_participated for message in found.messages),
        found.omitted or 0,
        tuple(proven),
    )
