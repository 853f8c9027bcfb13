# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking the snapshot: opens the picked reports, which is audited, and writes down what they say and what was found."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from privity.desk.clearinghouse.documents.files import Classification
from privity.desk.clearinghouse.documents.report import IncidentType, ReportAnnotations
from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.clearinghouse.model import Destination
from privity.desk.clearinghouse.snapshot import Disclosed, FileFacts, Recipient, Snapshot, check_size, level_of
from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, open_record
from privity.desk.intake.findings import MessageFinding, ReportFinding, State, findings
from privity.desk.intake.kept import attachment_record
from privity.message.attachments import decrypt
from privity.message.content import ExternalPart, MimiContent, SinglePart, walk
from privity.message.errors import MessageError
from privity.message.franking import make_tag
from privity.message.report import AbuseReport, ReportedMessage
from privity.wire.staff import AccountFacts

ANNOTATIONS: Final = frozenset(ReportAnnotations.__dataclass_fields__)
MAX_WORDS: Final = 2000
"""Characters of what staff add, and of why it is urgent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What whoever drafts a referral has chosen."""

    case: int
    destination: Destination
    incident: IncidentType
    reports: tuple[int, ...]
    account: AccountFacts = field(repr=False)
    """As the hub answered when the draft was begun."""
    account_asked_ms: int
    messages: tuple[tuple[int, int], ...] = ()
    """(report, position); none means all of the reports."""
    annotations: frozenset[str] = frozenset()
    urgent: str = field(default="", repr=False)
    recipient: Recipient = Recipient.UNNAMED
    classified: tuple[tuple[int, Classification], ...] = ()
    """(evidence record of a file, what it shows)."""
    with_note: bool = False
    """Whether what the reporter wrote goes along."""
    words: str = field(default="", repr=False)
    mandatory: bool = True
    viral: bool = False
    """Many people passed on the same thing without meaning harm: one batch for all of them."""


@dataclass(frozen=True, slots=True)
class FrozenFile:
    facts: FileFacts
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Frozen:
    """`snapshot` does not know yet which numbers its files have in the referral."""

    snapshot: Snapshot
    files: tuple[FrozenFile, ...]
    evidence: tuple[int, ...]


def freeze(db: Db, evidence_key: bytes, asked: Asked, who: str, now_ms: int) -> Frozen:
    """Not inside a transaction: each opening is on the disk before it. Raises NothingToRefer or what evidence does."""
    _check(asked)
    work = _Freezing(db, evidence_key, asked, who, now_ms)
    for number in asked.reports:
        work.take(number)
    check_size(len(work.messages), len(work.files))
    return work.frozen()


class _Freezing:
    def __init__(self, db: Db, evidence_key: bytes, asked: Asked, who: str, now_ms: int) -> None:
        self._db = db
        self._key = evidence_key
        self._asked = asked
        self._who = who
        self._now_ms = now_ms
        self._reporters: list[str] = []
        self._notes: list[str] = []
        self._omitted: list[int] = []
        self._evidence: dict[int, str] = {}
        self.messages: list[Disclosed] = []
        self.files: list[FrozenFile] = []

    def take(self, number: int) -> None:
        found = _finding(self._db, number)
        if found.accused_uri != self._asked.account.profile.user_uri:
            raise NothingToRefer(f"report {number} is about another account than the draft")
        record = listing.find(self._db, number, Kind.REPORT)
        if record is None or found.state is not State.ASSESSED:
            raise NothingToRefer(f"report {number} could not be read, so nothing of it can be referred")
        report = AbuseReport.decode(self._open(record.number))
        self._reporters.append(found.reporter_uri)
        self._omitted += [] if found.omitted is None else [found.omitted]
        if self._asked.with_note and report.note.strip():
            self._notes.append(report.note)
        for one in listing.listed(self._db, number):
            self._evidence.setdefault(one.number, "")
        for message in found.messages:
            if self._wanted(number, message.position):
                self._disclose(report, found, message)

    def frozen(self) -> Frozen:
        asked = self._asked
        snapshot = Snapshot(
            case=asked.case,
            taken_ms=self._now_ms,
            incident=asked.incident.value,
            annotations=sorted(asked.annotations),
            urgent=asked.urgent.strip() or None,
            account=asked.account,
            account_asked_ms=asked.account_asked_ms,
            recipient=asked.recipient,
            reporter_uris=list(dict.fromkeys(self._reporters)),
            messages=self.messages,
            files=[],
            omitted=sum(self._omitted) if self._omitted else None,
            note="\n\n".join(self._notes),
            words=asked.words.strip(),
            level=level_of(self.messages),
            evidence={str(number): digest for number, digest in self._evidence.items() if digest},
            viral=asked.viral,
        )
        return Frozen(snapshot, tuple(self.files), tuple(self._evidence))

    def _wanted(self, report: int, position: int) -> bool:
        return not self._asked.messages or (report, position) in self._asked.messages

    def _open(self, number: int) -> bytes:
        reason = f"a referral to {self._asked.destination} from case {self._asked.case}"
        content = open_record(self._db, self._key, number, who=self._who, reason=reason, now_ms=self._now_ms).content
        self._evidence[number] = hashlib.sha256(content).hexdigest()
        return content

    def _disclose(self, report: AbuseReport, found: ReportFinding, message: MessageFinding) -> None:
        reported = report.messages[message.position]
        try:
            content = MimiContent.decode(reported.data)
        except MessageError:
            content = None
        text = "(what was reported is no message that the protocol allows)"
        if content is not None:
            text = self._text(content, found.report, message, reported)
        self.messages.append(
            Disclosed(
                report=found.report,
                position=message.position,
                room_uri=report.room_uri,
                ts_ms=message.ts_ms,
                text=text,
                outcome=message.outcome,
                level=message.level,
                message_id=message.message_id,
                tag="" if content is None else make_tag(reported.data, content.salt).hex(),
                frank=reported.frank.server_frank.hex(),
                signature=reported.frank.signature.hex(),
                content_sha256=hashlib.sha256(reported.data).hexdigest(),
                reporter_participated=message.reporter_participated,
            )
        )

    def _text(self, content: MimiContent, report: int, message: MessageFinding, reported: ReportedMessage) -> str:
        lines = []
        for index, part in walk(content.part):
            if isinstance(part, SinglePart) and part.content_type.startswith("text/"):
                lines.append(part.content.decode("utf-8", "replace"))
            elif isinstance(part, SinglePart):
                lines.append(f"[{part.content_type}, {len(part.content)} bytes]")
            elif isinstance(part, ExternalPart):
                lines.append(self._file(content, report, message, reported, index, part))
        return "\n".join(lines)

    def _file(
        self,
        content: MimiContent,
        report: int,
        message: MessageFinding,
        reported: ReportedMessage,
        index: int,
        part: ExternalPart,
    ) -> str:
        said = f"{part.filename or 'unnamed'}, {part.content_type}"
        evidence = attachment_record(self._db, report, message.position, index)
        ciphertext = reported.attachments.get(index) if evidence is None else self._open(evidence)
        if ciphertext is None:
            return f"[file that was not kept: {said}]"
        try:
            plain = decrypt(content, index, ciphertext)
        except MessageError:
            return f"[file that does not open: {said}]"
        facts = FileFacts(
            report=report,
            position=message.position,
            part=index,
            evidence=evidence or 0,
            name=part.filename,
            content_type=part.content_type,
            size=len(plain),
            md5=hashlib.md5(plain, usedforsecurity=False).hexdigest(),
            sha1=hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(plain).hexdigest(),
            sent_ms=message.ts_ms,
            level=message.level,
            classification=next((what.value for number, what in self._asked.classified if number == evidence), None),
        )
        self.files.append(FrozenFile(facts, plain))
        return f"[file: {said}, SHA-256 {facts.sha256}]"


def _finding(db: Db, number: int) -> ReportFinding:
    for found in findings(db, number - 1, 1).reports:
        if found.report == number:
            return found
    raise NothingToRefer(f"there is no report {number}")


def _check(asked: Asked) -> None:
    if not asked.reports:
        raise NothingToRefer("a referral names at least one report")
    unknown = asked.annotations - ANNOTATIONS
    if unknown:
        raise NothingToRefer(f"annotations are {sorted(ANNOTATIONS)}, got {sorted(unknown)}")
    for name, text in (("words", asked.words), ("urgent", asked.urgent)):
        if len(text) > MAX_WORDS:
            raise NothingToRefer(f"{name} has at most {MAX_WORDS} characters, got {len(text)}")
