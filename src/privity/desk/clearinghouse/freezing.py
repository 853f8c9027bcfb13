# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking the snapshot: opens the picked reports and copies of the profile, which is audited, and writes down what they
say and what was found."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.clearinghouse.copies import KeptCopy, chosen
from privity.desk.clearinghouse.documents.files import Classification
from privity.desk.clearinghouse.documents.report import IncidentType, ReportAnnotations
from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.clearinghouse.model import Destination
from privity.desk.clearinghouse.snapshot import (
    Disclosed,
    FileFacts,
    ProfileCopy,
    Recipient,
    SeenProfile,
    Snapshot,
    check_size,
    level_of,
)
from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.evidence.records import WHOLE, Kind, open_record
from privity.desk.intake.findings import Level, MessageFinding, ReportFinding, State, findings
from privity.desk.intake.kept import attachment_record
from privity.message.attachments import decrypt
from privity.message.content import ExternalPart, MimiContent, SinglePart, walk
from privity.message.errors import MessageError
from privity.message.franking import make_tag
from privity.message.report import AbuseReport, ReportedMessage
from privity.wire.staff import AccountFacts, ProfileFacts

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
    account: AccountFacts | None = field(repr=False)
    """As the hub answered when the draft was begun; None where it had no such account, which `user_uri` names then."""
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
    copies: tuple[int, ...] = ()
    """Kept copies of the profile, by the records that hold their words."""
    user_uri: str = ""
    closed: bool = False
    """Whether the hub said that the account was closed, and not merely that there is none."""

    @property
    def about(self) -> str:
        """The address of the account."""
        return self.user_uri if self.account is None else self.account.profile.user_uri


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


def freeze(db: Db, evidence_key: bytes, asked: Asked, who: str, now_ms: int, source: str = "") -> Frozen:
    """Not inside a transaction: each opening is on the disk before it. Raises NothingToRefer or what evidence does."""
    _check(asked)
    copies = chosen(db, asked.case, asked.copies)
    work = _Freezing(db, evidence_key, asked, who, now_ms, source)
    for number in asked.reports:
        work.take(number)
    for copy in copies:
        work.take_copy(copy)
    check_size(len(work.messages), len(work.files))
    return work.frozen()


class _Freezing:
    def __init__(self, db: Db, evidence_key: bytes, asked: Asked, who: str, now_ms: int, source: str) -> None:
        self._db = db
        self._key = evidence_key
        self._asked = asked
        self._who = who
        self._now_ms = now_ms
        self._source = source
        self._reporters: list[str] = []
        self._notes: list[str] = []
        self._omitted: list[int] = []
        self._evidence: dict[int, str] = {}
        self.messages: list[Disclosed] = []
        self.profiles: list[ProfileCopy] = []
        self.files: list[FrozenFile] = []

    def take(self, number: int) -> None:
        found = _finding(self._db, number)
        if found.accused_uri != self._asked.about:
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

    def take_copy(self, copy: KeptCopy) -> None:
        record = self._open(copy.words)
        said = msgspec.json.decode(record, type=ProfileFacts)
        if said.user_uri != self._asked.about:
            raise NothingToRefer(f"evidence {copy.words} shows the profile of another account than the draft")
        picture = None
        if copy.picture is not None:
            picture = self._picture(
                SeenProfile(
                    case=copy.case,
                    position=copy.position,
                    evidence=copy.picture,
                    seen_ms=copy.seen_ms,
                    listed=said.listed,
                    hidden=said.hidden,
                )
            )
        self.profiles.append(
            ProfileCopy(
                case=copy.case,
                position=copy.position,
                evidence=copy.words,
                seen_ms=copy.seen_ms,
                handle=said.handle,
                name=said.name,
                bio=said.bio,
                listed=said.listed,
                hidden=said.hidden,
                sha256=self._evidence[copy.words],
                picture_sha256=picture,
            )
        )

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
            profiles=self.profiles,
            source=self._source,
            user_uri=asked.about if asked.account is None else "",
            closed=asked.account is None and asked.closed,
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
            classification=self._classified(evidence),
        )
        self.files.append(FrozenFile(facts, plain))
        return f"[file: {said}, SHA-256 {facts.sha256}]"

    def _picture(self, shown: SeenProfile) -> str:
        """The same bytes are one file, whatever shows them. Returns their SHA-256."""
        content = self._open(shown.evidence)
        digest, classification = hashlib.sha256(content).hexdigest(), self._classified(shown.evidence)
        for at, file in enumerate(self.files):
            if file.facts.sha256 == digest:
                also = msgspec.structs.replace(
                    file.facts,
                    of_profile=[*file.facts.of_profile, shown],
                    classification=file.facts.classification or classification,
                )
                self.files[at] = FrozenFile(also, content)
                return digest
        facts = FileFacts(
            report=None,
            position=WHOLE,
            part=WHOLE,
            evidence=shown.evidence,
            name="",
            content_type=_type_of(content),
            size=len(content),
            md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
            sha1=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            sha256=digest,
            sent_ms=shown.seen_ms,
            level=Level.TIP,
            classification=classification,
            of_profile=[shown],
        )
        self.files.append(FrozenFile(facts, content))
        return digest

    def _classified(self, evidence: int | None) -> str | None:
        return next((what.value for number, what in self._asked.classified if number == evidence), None)


def _type_of(picture: bytes) -> str:
    """By how it begins; the hub takes no other kinds."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    kinds = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
    return next((kind for start, kind in kinds if picture.startswith(start)), "application/octet-stream")


def _finding(db: Db, number: int) -> ReportFinding:
    for found in findings(db, number - 1, 1).reports:
        if found.report == number:
            return found
    raise NothingToRefer(f"there is no report {number}")


def _check(asked: Asked) -> None:
    if not asked.reports and not asked.copies:
        raise NothingToRefer(
            "a referral takes along a report or a kept copy of the profile, and none is chosen; look at the profile"
            " first: on the page of the case, ask the hub what the account shows, and choose the copy that is kept then"
        )
    unknown = asked.annotations - ANNOTATIONS
    if unknown:
        raise NothingToRefer(f"annotations are {sorted(ANNOTATIONS)}, got {sorted(unknown)}")
    for name, text in (("words", asked.words), ("urgent", asked.urgent)):
        if len(text) > MAX_WORDS:
            raise NothingToRefer(f"{name} has at most {MAX_WORDS} characters, got {len(text)}")
