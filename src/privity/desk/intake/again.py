# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A report that did not open, tried again: with the keys that the desk has now, and by asking the hub anew.

It goes the way of every report, from its sealed bytes on. Where something comes of it, findings, evidence, cases and
the entry of the audit log are one transaction, and what it was counted as when it came stays known; where nothing does,
that is an entry, and everything stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import HubError
from privity.desk.evidence import listing, records
from privity.desk.evidence.records import open_record
from privity.desk.hub_client import Hub
from privity.desk.intake import store, unopened
from privity.desk.intake.asking import ask
from privity.desk.intake.assess import assess, refused
from privity.desk.intake.errors import BytesNotKept, TriedTwice
from privity.desk.intake.findings import State, Subject, level_of
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.marks import Marker
from privity.desk.intake.model import Assessment, Gathered, Taken
from privity.desk.intake.opening import Appealed, Opened, Unread, open_page
from privity.desk.intake.recording import UNREAD, Lodge, taken_of
from privity.desk.intake.unopened import Unopened
from privity.desk.keys import DeskKeys
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message.appeal import Appeal
from privity.message.sealed_report import IntakeKey
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RelayedReport

Regather = Callable[[Db, Taken, int], Gathered | None]
"""Puts a report that was read later into its case, or counts its case anew. Runs in the transaction."""

NOTHING_NEW: Final = (State.CANNOT_OPEN, State.MALFORMED, State.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. `case` is None where it is in none: an appeal, or a report that still does not open."""

    report: int
    state: State
    detail: str
    case: int | None
    appeal: bool


@dataclass(slots=True)
class Again:
    """Tries reports again for whoever asks at the pages."""

    db: Db = field(repr=False)
    hub: Hub = field(repr=False)
    keys: DeskKeys
    key_log: KeyLog = field(repr=False)
    random: Callable[[int], bytes]
    regather: Regather
    lodge: Lodge
    _trying: set[int] = field(default_factory=set)

    async def try_again(self, acting: Acting, report: int, now_ms: int) -> Tried:
        """One report, once more.

        Raises NotYourRole, NotUnopened, BytesNotKept, TriedTwice; EvidenceDamaged; HubError or Refusal where the hub
        does not answer, and then nothing is another than before.
        """
        acting.must(Right.WORK_CASE)
        before = unopened.find(self.db, report)
        if report in self._trying:
            raise TriedTwice(f"report {report} is being tried at this moment; look at it again in a minute")
        self._trying.add(report)
        try:
            relayed = self._relayed(acting, before, now_ms)
            found = await self._found(relayed)
        finally:
            self._trying.discard(report)
        with transaction(self.db):
            return self._write(acting, unopened.find(self.db, report), relayed, found, now_ms)

    def _relayed(self, acting: Acting, one: Unopened, now_ms: int) -> RelayedReport:
        if one.evidence is None:
            raise BytesNotKept(f"nothing of report {one.report} is kept: it was too large for one, or its time is over")
        reason = f"trying report {one.report} again"
        opened = open_record(self.db, self.keys.evidence, one.evidence, who=acting.who, reason=reason, now_ms=now_ms)
        return RelayedReport(one.reporter_uri, one.received_ms, opened.content, one.receipt, one.relayer)

    async def _found(self, relayed: RelayedReport) -> Assessment | Appeal:
        older = [IntakeKey(key) for key in self.keys.older_intake]
        (opened,) = open_page([relayed], IntakeKey(self.keys.intake), older)
        match opened:
            case Unread(assessment=assessment):
                return assessment
            case Appealed(appeal=appeal):
                return appeal
            case Opened():
                question = opened.question()
                word = None if question is None else (await ask(self.hub, [question]))[0]
                if isinstance(word, Refusal) and word.code in (Code.MALFORMED, Code.TOO_LARGE):
                    return refused(opened)
                if isinstance(word, HubError | Refusal):
                    raise word
                return await assess(opened, word, self.hub, self.db, self.key_log, Marker(self.keys.evidence))

    def _write(
        self, acting: Acting, before: Unopened, relayed: RelayedReport, found: Assessment | Appeal, now_ms: int
    ) -> Tried:
        report = before.report
        if isinstance(found, Assessment) and found.state in NOTHING_NEW:
            audit.add(
                self.db,
                at_ms=now_ms,
                who=acting.who,
                act=Act.REPORT_STILL_SHUT,
                about=f"report:{report}",
                state=found.state.value,
            )
            return Tried(report, found.state, found.detail, None, appeal=False)
        read = found
        if isinstance(read, Appeal):
            read = Assessment(State.ASSESSED, "", subject=Subject.APPEAL, source=before.source)
        store.read_later(self.db, report, read, who=acting.who, at_ms=now_ms)
        gathered = None
        if isinstance(found, Appeal):
            self.lodge(self.db, found, relayed, now_ms)
        else:
            self._keep(report, found.records)
            taken = taken_of(report, relayed, found)
            gathered = None if taken is None else self.regather(self.db, taken, now_ms)
        self._log(acting, before, read, gathered, now_ms)
        case = None if gathered is None else gathered.case
        return Tried(report, State.ASSESSED, "", case, appeal=isinstance(found, Appeal))

    def _keep(self, report: int, found: Sequence[records.Record]) -> None:
        """What is not kept already. The sealed bytes stay beside it."""
        records.keep_all(
            self.db,
            self.keys.evidence,
            self.random,
            [
                (records.of_report(report), record)
                for record in found
                if listing.find(self.db, report, record.kind, record.position, record.part) is None
            ],
        )

    def _log(self, acting: Acting, before: Unopened, read: Assessment, gathered: Gathered | None, now_ms: int) -> None:
        audit.add(
            self.db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.REPORT_READ_LATER,
            about=f"report:{before.report}",
            was=before.state.value,
            reason=UNREAD if read.reason is None else read.reason,
            level=int(level_of(read.state, [one.outcome for one in read.messages])),
            source=read.source.value,
            case=0 if gathered is None else gathered.case,
            opened=int(gathered is not None and gathered.opened),
        )
