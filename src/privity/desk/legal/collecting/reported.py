# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The collector of reported messages: their exact bytes, what proves them, and what was found about each.

Messages lie as spec/participant-disclosure.md says. The proof of authorship holds the group's context, and that names
everybody in the conversation: it is left out and counted, whatever an order says. What the desk found of it is always
there, and what is not verified says so.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field

from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, open_record
from privity.desk.intake.findings import Level, MessageFinding, ReportFinding, State, finding
from privity.desk.intake.kept import attachment_record
from privity.desk.legal.collecting import store
from privity.desk.legal.collecting.apart import Apart
from privity.desk.legal.collecting.reported_tables import FILES, MESSAGES, REPORTS, Value
from privity.identity.pseudonyms import Names
from privity.message.attachments import decrypt
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.described import ending, kind_of, readable
from privity.message.errors import MessageError
from privity.message.franking import make_tag
from privity.message.report import AbuseReport, Reason, ReportedMessage
from privity.production import canonical
from privity.production.disclosed import (
    ATTACHMENTS,
    Attachment,
    Frank,
    Message,
    MessageKind,
    Status,
)
from privity.production.disclosed import MESSAGES as FOLDER
from privity.wire.collect import CollectedTable
from privity.wire.reading import Period

VERIFIED = "verified"
NOT_VERIFIED = "not verified"
_AT_ONCE = 50
"""Reports that are looked at before the desk goes on with its other work: an account may have a hundred thousand."""
ELSEWHERE = 0
"""In place of the number of a message: a file of it goes by another channel, and so does all of it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How the desk opens evidence for a collection: each opening is an entry of the audit log before it is made."""

    db: Db
    evidence_key: bytes = field(repr=False)
    reason: str
    now_ms: int

    def __call__(self, number: int) -> bytes:
        record = open_record(self.db, self.evidence_key, number, who="desk", reason=self.reason, now_ms=self.now_ms)
        return record.content


@dataclass(slots=True)
class Reported:
    """Grows report by report. `files` are named below the folder of reported messages."""

    opening: Opening
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    numbers: dict[tuple[str, int], int | None] = field(default_factory=dict, repr=False)
    """The number of each message's file, by what makes it this message; None where there is no file."""
    number: int = 0
    """Of the last message."""
    findings: list[dict[str, Value]] = field(default_factory=list)

    async def collect(
        self, account: str, names: Names, period: Period, apart: Apart, only: str | None = None
    ) -> tuple[list[CollectedTable], int, int]:
        """The tables about one account; how much goes by another channel; how many proofs name third parties.

        `only`: the id of one message.
        """
        work = _Collecting(self, names, period, apart, only)
        for at, seq in enumerate(store.reports_about(self.opening.db, account), 1):
            found = finding(self.opening.db, seq)
            if found is not None:
                work.take(found)
            if at % _AT_ONCE == 0:
                await asyncio.sleep(0)
        await work.write()
        return work.tables(), work.left_out, work.unproven

    def all_files(self) -> dict[str, bytes]:
        made = dict(self.files)
        if self.findings:
            made["findings.json"] = canonical.encode({"findings": self.findings})
        return made


class _Collecting:
    def __init__(self, out: Reported, names: Names, period: Period, apart: Apart, only: str | None) -> None:
        self._out = out
        self._names = names
        self._period = period
        self._apart = apart
        self._only = only
        self._reports: list[list[Value]] = []
        self._messages: list[list[Value]] = []
        self._files: list[list[Value]] = []
        self._kept: list[tuple[ReportFinding, MessageFinding]] = []
        self._pseudonymised = 0
        self.left_out = 0
        self.unproven = 0

    def take(self, report: ReportFinding) -> None:
        wanted = [one for one in report.messages if self._in_scope(one)]
        if not wanted and (self._only is not None or report.messages or not self._inside(report.received_ms)):
            return
        if report.report in self._apart.reports:
            self.left_out += max(1, len(wanted))
            return
        kept = [one for one in wanted if one.message_id not in self._apart.messages]
        self.left_out += len(wanted) - len(kept)
        if wanted and not kept:
            return
        self._reports.append(self._row(report))
        self._kept += [(report, message) for message in kept]

    async def write(self) -> None:
        """A message that was reported several times is one file, made from the report that proves the most of it."""
        best = sorted(self._kept, key=lambda one: (-one[1].level, one[0].report, one[1].position))
        opened: dict[int, AbuseReport | None] = {}
        for report, message in best:
            key = _key(report, message)
            if self._out.numbers.get(key) is not None:
                continue
            if report.report not in opened:
                await asyncio.sleep(0)
                opened[report.report] = self._opened(report)
            found = opened[report.report]
            self._out.numbers[key] = (
                None if found is None else self._write(report, message, found.messages[message.position])
            )
        for report, message in self._kept:
            self._message(report, message, self._out.numbers[_key(report, message)])

    def tables(self) -> list[CollectedTable]:
        return [
            REPORTS.table(self._reports, pseudonymised=self._pseudonymised),
            MESSAGES.table(self._messages),
            FILES.table(self._files),
        ]

    def _in_scope(self, message: MessageFinding) -> bool:
        return self._inside(message.ts_ms) and self._only in (None, message.message_id)

    def _inside(self, at_ms: int) -> bool:
        return self._period.since_ms <= at_ms < self._period.until_ms

    def _row(self, report: ReportFinding) -> list[Value]:
        reporter = self._names.of_user(report.reporter_uri)
        self._pseudonymised += reporter != report.reporter_uri
        reason = None if report.reason is None else Reason(report.reason).name.lower()
        subject, source = report.subject.value, report.source.value
        return [report.report, report.received_ms, reporter, report.room_uri, reason, subject, source, report.omitted]

    def _opened(self, report: ReportFinding) -> AbuseReport | None:
        """What was reported; None where its time was over."""
        record = listing.find(self._out.opening.db, report.report, Kind.REPORT)
        if record is None or report.state is not State.ASSESSED:
            return None
        return AbuseReport.decode(self._out.opening(record.number))

    def _message(self, report: ReportFinding, message: MessageFinding, number: int | None) -> None:
        if number == ELSEWHERE:
            self.left_out += 1
            return
        verified = VERIFIED if message.level > Level.TIP else NOT_VERIFIED
        participated = {None: "not asked", True: "yes", False: "no"}[message.reporter_participated]
        self._messages.append(
            [
                number,
                report.report,
                message.position,
                message.message_id,
                message.ts_ms,
                verified,
                message.outcome.value,
                message.meaning,
                message.authorship,
                participated,
            ]
        )
        self._out.findings.append(
            {
                "authorship": message.authorship,
                "message": number,
                "outcome": message.outcome.value,
                "verified": verified,
            }
        )

    def _write(self, report: ReportFinding, found: MessageFinding, reported: ReportedMessage) -> int | None:
        """The number of its file; None where these bytes are no message that the protocol allows; or ELSEWHERE."""
        try:
            content = MimiContent.decode(reported.data)
        except MessageError:
            return None
        parts = [(at, part) for at, part in walk(content.part) if isinstance(part, ExternalPart)]
        files = [self._file(report, found, reported, content, at, part) for at, part in parts]
        if any(file is None for file in files):
            return ELSEWHERE
        self._out.number += 1
        number = self._out.number
        self.unproven += reported.authorship is not None
        content_type, text = readable(content)
        attachments = tuple(self._keep(number, file) for file in files if file is not None)
        made = Message(
            n=number,
            id=found.message_id or "",
            content=reported.data,
            kind=MessageKind(kind_of(content)),
            content_type=content_type,
            text=text,
            sender=report.accused_uri or "",
            handle=None,
            room=report.room_uri or "",
            epoch=None if reported.authorship is None else reported.authorship.epoch,
            generation=None,
            authorship=None,
            frank=Frank(
                reported.frank.server_frank,
                reported.frank.suite_id,
                reported.frank.signature,
                make_tag(reported.data, content.salt),
            ),
            server_time_ms=reported.ts_ms,
            attestation=None,
            attachments=attachments,
        )
        self._out.files[f"{FOLDER}/{number:05}.json"] = canonical.encode(made)
        return number

    def _file(
        self,
        report: ReportFinding,
        message: MessageFinding,
        reported: ReportedMessage,
        content: MimiContent,
        at: int,
        part: ExternalPart,
    ) -> tuple[int, ExternalPart, Status, bytes] | None:
        """What there is of a file. None where it goes by another channel, and its message with it."""
        if part.enc_alg == 0:
            return at, part, Status.LINK_ONLY, b""
        evidence = attachment_record(self._out.opening.db, report.report, message.position, at)
        sealed = reported.attachments.get(at) if evidence is None else self._out.opening(evidence)
        if sealed is None:
            return at, part, Status.NOT_HERE, b""
        try:
            plain = decrypt(content, at, sealed)
        except MessageError:
            same = hashlib.sha256(sealed).digest() == part.content_hash
            return at, part, Status.REFUSED if same else Status.NOT_HERE, sealed if same else b""
        if clearinghouse.holds_file(self._out.opening.db, hashlib.sha256(plain).digest()):
            return None
        return at, part, Status.HERE, plain

    def _keep(self, number: int, file: tuple[int, ExternalPart, Status, bytes]) -> Attachment:
        at, part, status, data = file
        path = None
        if status in (Status.HERE, Status.REFUSED):
            path = f"{ATTACHMENTS}/{number:05}-{at}.{ending(part.content_type) if status is Status.HERE else 'sealed'}"
            self._out.files[path] = data
        digest = hashlib.sha256(data).hexdigest() if path is not None else None
        size = len(data) if path is not None else None
        self._files.append([number, at, part.filename, part.content_type, status.value, path, size, digest])
        here = status is Status.HERE
        return Attachment(
            part=at,
            name=part.filename,
            content_type=part.content_type,
            status=status,
            plaintext=path if here else None,
            plaintext_sha256=digest if here else None,
            ciphertext=None if here else path,
        )


def _key(report: ReportFinding, message: MessageFinding) -> tuple[str, int]:
    """What makes a message this one: its id; of what has no id each report has its own."""
    if message.message_id is not None:
        return message.message_id, 0
    return f"report {report.report}", message.position
