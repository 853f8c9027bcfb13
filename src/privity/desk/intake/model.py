# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk finds out about one report before it is recorded, and what of it makes a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from privity.desk.evidence.records import Record
from privity.desk.intake.findings import Level, Outcome, Source, State, Subject


class Authorship(StrEnum):
    """Whether the report brought evidence of authorship (level 2), and whether it holds."""

    ABSENT = "absent"
    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not_checked"
    """The message was not franked by the hub, so its signature was not looked at."""


class AttachmentOutcome(StrEnum):
    """Franking, section 6, V9."""

    OK = "OK"
    UNAVAILABLE = "UNAVAILABLE"
    MISMATCH = "MISMATCH"
    LINK_ONLY = "LINK_ONLY"
    """The message proves the link, not what lies behind it."""
    NOT_CHECKED = "NOT_CHECKED"
    """A limit was reached, or the hash is of an unknown kind; the detail says which."""


@dataclass(frozen=True, slots=True)
class AssessedAttachment:
    part: int
    outcome: AttachmentOutcome
    detail: str


@dataclass(frozen=True, slots=True)
class AssessedMessage:
    """`message_id` is None where the message could not be read."""

    position: int
    message_id: bytes | None
    ts_ms: int
    outcome: Outcome
    detail: str
    authorship: Authorship
    reporter_participated: bool | None = None
    attachments: tuple[AssessedAttachment, ...] = ()
    marks: tuple[bytes, ...] = ()
    """What the same words and files have in every message (`marks`); only of what is proven."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One report. `accused_uri` and `room_uri` are what the report says, where these are URIs at all."""

    state: State
    detail: str
    accused_uri: str | None = None
    room_uri: str | None = None
    reason: int | None = None
    omitted: int | None = None
    messages: tuple[AssessedMessage, ...] = ()
    records: tuple[Record, ...] = field(default=(), repr=False)
    subject: Subject = Subject.MESSAGES
    source: Source = Source.USER
    escalated_for: str | None = None
    """The first reporter, if a moderator passed this on and names one; empty if none is named. Their claim."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A message of which the hub or the sender's key says that it was sent."""

    message_id: bytes
    ts_ms: int
    """Part of what is proven, so the same message has the same."""
    level: Level
    marks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A recorded report, as far as cases are made of it. No content."""

    number: int
    reporter_uri: str
    received_ms: int
    subject: Subject
    source: Source
    accused_uri: str | None
    room_uri: str | None
    reason: int
    level: Level
    """Of its best proven message."""
    participated: bool
    """Whether the hub had the reporter in the room when something of it was proven to be sent."""
    omitted: int
    proven: tuple[Proven, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The case that a report is in, and whether it opened it."""

    case: int
    opened: bool
