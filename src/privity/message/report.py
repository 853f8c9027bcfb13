# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A report: the messages a person was shown, with what proves them (franking note, section 6; MIMI AbuseReport)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from privity.message import cbor
from privity.message.content import MAX_CONTENT
from privity.message.errors import BadReport, CborError, UsageError
from privity.message.franking import Frank

MAX_REPORT = 1 << 23
"""Bytes of a report: a hundred messages with the evidence of a large room, or few with a picture that the blob store
has lost. Everyone who takes, relays or opens a report takes its limit from here (`sealed_report.MAX_SEALED`)."""
MAX_MESSAGES = 100
"""Messages in one report: enough for context, and bounds what one report makes the hub answer."""
MAX_NOTE = 8192
MAX_EVIDENCE = 1 << 18
"""Bytes of a group context, leaf node or device list: a context holds the participant list of its room."""
MAX_PARTS = 1024
VERSION = 1


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
    """Who reports whom, for what, in which room. Its repr hides the note."""

    reporter_uri: str
    alleged_uri: str
    room_uri: str
    reason: Reason
    note: str = field(repr=False)
    messages: tuple[ReportedMessage, ...]

    def encode(self) -> bytes:
        """Raises UsageError where a limit is broken."""
        data = cbor.encode(
            [
                VERSION,
                self.reporter_uri,
                self.alleged_uri,
                self.room_uri,
                int(self.reason),
                self.note,
                [_plain(message) for message in self.messages],
            ]
        )
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
        version, reporter, alleged, room, reason, note, messages = _list(items, 7, "report")
        if _number(version, 255, "version") != VERSION:
            raise BadReport(f"report version {version!r}, expected {VERSION}")
        if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
            raise BadReport(f"expected 1 to {MAX_MESSAGES} messages")
        return cls(
            _text(reporter, 512, "reporter"),
            _text(alleged, 512, "alleged sender"),
            _text(room, 512, "room"),
            _reason(reason),
            _text(note, MAX_NOTE, "note"),
            tuple(_message(item) for item in messages),
        )


def _plain(message: ReportedMessage) -> list[object]:
    a = message.authorship
    proof: list[object] | None = None
    if a is not None:
        proof = [a.epoch, a.leaf_index, a.aad, a.signature, a.group_context, a.leaf_node, a.device_list]
    frank = [message.frank.server_frank, message.frank.suite_id, message.frank.signature]
    return [message.data, frank, message.ts_ms, proof, dict(message.attachments)]


def _message(item: object) -> ReportedMessage:
    data, frank, ts_ms, proof, attachments = _list(item, 5, "message")
    server_frank, suite_id, signature = _list(frank, 3, "frank")
    if not isinstance(attachments, dict) or len(attachments) > MAX_PARTS:
        raise BadReport("attachments: expected a map from part index to bytes")
    return ReportedMessage(
        _bytes(data, MAX_CONTENT, "message content"),
        Frank(
            _bytes(server_frank, 64, "server frank"),
            _number(suite_id, 0xFFFF, "cipher suite"),
            _bytes(signature, 256, "frank signature"),
        ),
        _number(ts_ms, cbor.MAX_INT, "time"),
        None if proof is None else _authorship(proof),
        {
            _number(index, MAX_PARTS, "part index"): _bytes(found, MAX_REPORT, "attachment")
            for index, found in attachments.items()
        },
    )


def _authorship(item: object) -> Authorship:
    epoch, leaf_index, aad, signature, group_context, leaf_node, device_list = _list(item, 7, "authorship")
    return Authorship(
        _number(epoch, cbor.MAX_INT, "epoch"),
        _number(leaf_index, (1 << 32) - 1, "leaf index"),
        _bytes(aad, 4096, "authenticated data"),
        _bytes(signature, 256, "signature"),
        _bytes(group_context, MAX_EVIDENCE, "group context"),
        _bytes(leaf_node, MAX_EVIDENCE, "leaf node"),
        _bytes(device_list, MAX_EVIDENCE, "device list"),
    )


def _list(value: object, count: int, name: str) -> list[object]:
    if not isinstance(value, list) or len(value) != count:
        raise BadReport(f"{name}: expected a list of {count}")
    return value


def _reason(value: object) -> Reason:
    number = _number(value, 255, "reason")
    try:
        return Reason(number)
    except ValueError:
        raise BadReport(f"reason {number} is unknown, expected 0 to {max(Reason)}") from None


def _text(value: object, limit: int, name: str) -> str:
    if not isinstance(value, str) or len(value.encode()) > limit:
        raise BadReport(f"{name}: expected text of at most {limit} bytes")
    return value


def _bytes(value: object, limit: int, name: str) -> bytes:
    if not isinstance(value, bytes) or len(value) > limit:
        raise BadReport(f"{name}: expected at most {limit} bytes")
    return value


def _number(value: object, top: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= top:
        raise BadReport(f"{name}: expected a number from 0 to {top}")
    return value
