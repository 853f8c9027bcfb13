# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A report: whom or what it is about, and the messages a person was shown with what proves them (MIMI AbuseReport).

A report about messages is version 1. Version 2 says what version 1 cannot: that it is about a person, a room, a profile
or an invitation, of which nothing may have been read, or that a moderator of the room passes it on. What version 1 can
say has no second encoding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from privity.message import cbor
from privity.message.content import MAX_CONTENT
from privity.message.errors import BadReport, CborError, UsageError
from privity.message.fields import list_of, number, octets, text
from privity.message.franking import Frank

MAX_REPORT = 1 << 23
"""Bytes of a report: a hundred messages with the evidence of a large room, or few with a picture that the blob store
has lost. Everyone who takes, relays or opens a report takes its limit from here (`sealed_report.MAX_SEALED`)."""
MAX_ROOM_REPORT = 1 << 18
"""Bytes of a sealed report to those who look after a room: the hub keeps a copy for each of their devices until it has
come, and none carries a file."""
MAX_RECIPIENTS = 64
"""Devices that one such report is sealed to."""
WRAPPED_BYTES = 8 + 32 + 32 + 16
"""What each of them gets beside it: the name of its key, and the report's key sealed to that."""
MAX_MESSAGES = 100
"""Messages in one report: enough for context, and bounds what one report makes the hub answer."""
MAX_NOTE = 8192
MAX_EVIDENCE = 1 << 18
"""Bytes of a group context, leaf node or device list: a context holds the participant list of its room."""
MAX_PARTS = 1024
MAX_URI = 512
OF_MESSAGES = 1
VERSION = 2


class Reason(IntEnum):
    """Why a person reports. The number travels; an unknown one is refused."""

    OTHER = 0
    SPAM = 1
    HARASSMENT = 2
    THREAT = 3
    FRAUD = 4
    CHILD_SAFETY = 5
    SELF_HARM = 6
    ILLEGAL_GOODS = 7
    HATE = 8
    INTIMATE_IMAGERY = 9
    IMPERSONATION = 10


class Subject(IntEnum):
    """What a report is about. The number travels; an unknown one is refused."""

    MESSAGES = 0
    PERSON = 1
    ROOM = 2
    PROFILE = 3
    INVITATION = 4
    """Somebody asked for contact, or brought the reporter into a room: nothing of it was read."""


WITHOUT_MESSAGES = frozenset({Subject.PROFILE, Subject.INVITATION})
"""Subjects of which there are no messages: the hub has the profile itself, and of an invitation nothing was read."""


@dataclass(frozen=True, slots=True)
class Authorship:
    """Level 2, by consent: what proves that a device of the sender signed the message (V10)."""

    epoch: int
    leaf_index: int
    aad: bytes
    signature: bytes
    group_context: bytes
    leaf_node: bytes
    device_list: bytes


@dataclass(frozen=True, slots=True)
class ReportedMessage:
    """The exact bytes D with the hub's frank and time. `attachments`: ciphertext by part index."""

    data: bytes = field(repr=False)
    frank: Frank
    ts_ms: int
    authorship: Authorship | None = None
    attachments: Mapping[int, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AbuseReport:
    """Who reports whom or what, and for what. Its repr hides the note.

    `alleged_uri` is empty where a room is reported and no person; `room_uri` is empty where the report is about a
    person outside any room. `escalated_for` is None unless the reporter says that they pass this on as a moderator of
    the room: then it is the URI of who reported first and agreed to be named, or empty. Both are the reporter's claim.
    """

    reporter_uri: str
    alleged_uri: str
    room_uri: str
    reason: Reason
    note: str = field(repr=False)
    messages: tuple[ReportedMessage, ...]
    subject: Subject = Subject.MESSAGES
    escalated_for: str | None = None

    def encode(self) -> bytes:
        """Raises UsageError where a limit is broken."""
        said = [self.reporter_uri, self.alleged_uri, self.room_uri, int(self.reason), self.note]
        messages = [_plain(message) for message in self.messages]
        plain: list[object] = [OF_MESSAGES, *said, messages]
        if not _fits_version_1(self):
            plain = [VERSION, int(self.subject), *said, messages, self.escalated_for]
        data = cbor.encode(plain)
        try:
            AbuseReport.decode(data)
        except BadReport as err:
            raise UsageError(f"not a report that anyone would accept: {err}") from None
        return data

    @classmethod
    def decode(cls, data: bytes) -> AbuseReport:
        """Strict; what is inside the messages is not looked at. Raises BadReport."""
        try:
            items = cbor.decode(data, max_bytes=MAX_REPORT, max_depth=5)
        except CborError as err:
            raise BadReport(f"not a report: {err}") from None
        version = number(items[0] if isinstance(items, list) and items else None, 255, "version")
        if version == OF_MESSAGES:
            return _checked(cls(*_said(list_of(items, 7, "report")[1:])))
        if version != VERSION:
            raise BadReport(f"report version {version!r}, expected {OF_MESSAGES} or {VERSION}")
        _, subject, *said, escalated_for = list_of(items, 9, "report")
        made = cls(
            *_said(said),
            _subject(subject),
            None if escalated_for is None else text(escalated_for, MAX_URI, "first reporter"),
        )
        if _fits_version_1(made):
            raise BadReport("this says nothing that version 1 cannot say, so it has to be version 1")
        return _checked(made)


def _fits_version_1(report: AbuseReport) -> bool:
    return report.subject is Subject.MESSAGES and report.escalated_for is None


def _said(items: list[object]) -> tuple[str, str, str, Reason, str, tuple[ReportedMessage, ...]]:
    """What both versions say."""
    reporter, alleged, room, reason, note, messages = items
    if not isinstance(messages, list) or len(messages) > MAX_MESSAGES:
        raise BadReport(f"expected at most {MAX_MESSAGES} messages")
    return (
        text(reporter, MAX_URI, "reporter"),
        text(alleged, MAX_URI, "alleged sender"),
        text(room, MAX_URI, "room"),
        _reason(reason),
        text(note, MAX_NOTE, "note"),
        tuple(_message(item) for item in messages),
    )


def _checked(report: AbuseReport) -> AbuseReport:
    """The report, if what it names and brings is what its subject takes."""
    subject, messages = report.subject, report.messages
    if messages and subject in WITHOUT_MESSAGES:
        raise BadReport(f"a report about a {subject.name.lower()} brings no messages, this one brings {len(messages)}")
    if not messages and subject is Subject.MESSAGES:
        raise BadReport(f"expected 1 to {MAX_MESSAGES} messages")
    if subject is Subject.ROOM:
        if not report.room_uri:
            raise BadReport("a report about a room names it")
        if messages and not report.alleged_uri:
            raise BadReport("reported messages have one alleged sender")
    elif subject is not Subject.MESSAGES and not report.alleged_uri:
        raise BadReport(f"a report about a {subject.name.lower()} names whose it is")
    if subject is Subject.PROFILE and report.room_uri:
        raise BadReport("a profile is in no room")
    if subject is Subject.PERSON and messages and not report.room_uri:
        raise BadReport("reported messages have a room")
    if report.escalated_for is not None and not report.room_uri:
        raise BadReport("only a report of something in a room is passed on by its moderator")
    return report


def _plain(message: ReportedMessage) -> list[object]:
    a = message.authorship
    proof: list[object] | None = None
    if a is not None:
        proof = [a.epoch, a.leaf_index, a.aad, a.signature, a.group_context, a.leaf_node, a.device_list]
    frank = [message.frank.server_frank, message.frank.suite_id, message.frank.signature]
    return [message.data, frank, message.ts_ms, proof, dict(message.attachments)]


def _message(item: object) -> ReportedMessage:
    data, frank, ts_ms, proof, attachments = list_of(item, 5, "message")
    server_frank, suite_id, signature = list_of(frank, 3, "frank")
    if not isinstance(attachments, dict) or len(attachments) > MAX_PARTS:
        raise BadReport("attachments: expected a map from part index to bytes")
    return ReportedMessage(
        octets(data, MAX_CONTENT, "message content"),
        Frank(
            octets(server_frank, 64, "server frank"),
            number(suite_id, 0xFFFF, "cipher suite"),
            octets(signature, 256, "frank signature"),
        ),
        number(ts_ms, cbor.MAX_INT, "time"),
        None if proof is None else _authorship(proof),
        {
            number(index, MAX_PARTS, "part index"): octets(found, MAX_REPORT, "attachment")
            for index, found in attachments.items()
        },
    )


def _authorship(item: object) -> Authorship:
    epoch, leaf_index, aad, signature, group_context, leaf_node, device_list = list_of(item, 7, "authorship")
    return Authorship(
        number(epoch, cbor.MAX_INT, "epoch"),
        number(leaf_index, (1 << 32) - 1, "leaf index"),
        octets(aad, 4096, "authenticated data"),
        octets(signature, 256, "signature"),
        octets(group_context, MAX_EVIDENCE, "group context"),
        octets(leaf_node, MAX_EVIDENCE, "leaf node"),
        octets(device_list, MAX_EVIDENCE, "device list"),
    )


def _subject(value: object) -> Subject:
    subject = number(value, 255, "subject")
    try:
        return Subject(subject)
    except ValueError:
        raise BadReport(f"subject {subject} is unknown, expected 0 to {max(Subject)}") from None


def _reason(value: object) -> Reason:
    reason = number(value, 255, "reason")
    try:
        return Reason(reason)
    except ValueError:
        raise BadReport(f"reason {reason} is unknown, expected 0 to {max(Reason)}") from None
