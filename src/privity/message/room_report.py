# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A report to those who look after a room, sealed to their devices (spec/room-report.md). The hub only relays it.

Whoever made it signs who reports what to whom. It is encrypted once, under a key that nothing else is encrypted under,
and that key is sealed to each device. Devices only: neither hub nor desk has use for this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.message import cbor, sealing
from privity.message.errors import (
    BadPadding,
    BadReport,
    BadRoomReport,
    CborError,
    DoesNotOpen,
    RoomReportDoesNotOpen,
    RoomReportNotSigned,
    UnusableKey,
    UsageError,
)
from privity.message.fields import list_of, number, octets, text
from privity.message.report import (
    MAX_RECIPIENTS,
    MAX_REPORT,
    MAX_ROOM_REPORT,
    MAX_URI,
    WRAPPED_BYTES,
    AbuseReport,
    Subject,
)
from privity.message.sealed_report import KEY_ID_BYTES, PADDING, key_id
from privity.mls.codec import vec
from privity.mls.crypto import sign_with_label, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature
from privity.mls.suites import suite

KIND: Final = "room report"
VERSION: Final = 1
ID_BYTES: Final = 16
SIGNATURE_BYTES: Final = 64
LABEL: Final = b"PrivityRoomReport"
INFO: Final = b"privity room report"
SUBJECTS: Final = frozenset({Subject.MESSAGES, Subject.PERSON, Subject.ROOM})
"""What those who look after a room can do something about."""
MAX_PLAIN: Final = (MAX_ROOM_REPORT - 1 - 16) // PADDING * PADDING - sealing.LENGTH_BYTES
"""Bytes of a report before it is padded and encrypted."""

_SUITE = suite(1)
_KEY_BYTES = 32
_NONCE = bytes(12)
"""One message is encrypted under each key."""


@dataclass(frozen=True, slots=True)
class RoomReport:
    """`client_uri` is the device that made it, `recipients` the devices that it is sealed to, in rising order.

    `may_name`: whoever reports agrees to be named to the desk, should one of them pass this on.
    """

    id: bytes
    room_uri: str
    client_uri: str
    recipients: tuple[str, ...]
    may_name: bool
    report: AbuseReport
    signature: bytes = field(default=b"", repr=False)

    def signed_by(self, signature_private: bytes) -> RoomReport:
        """The same with the signature of the device that made it."""
        return replace(self, signature=sign_with_label(_SUITE, signature_private, LABEL, self._tbs()))

    def check_signature(self, signature_key: bytes) -> None:
        """Raise RoomReportNotSigned unless the device with this key made it."""
        try:
            verify_with_label(_SUITE, signature_key, LABEL, self._tbs(), self.signature)
        except (BadSignature, BadPublicKey):
            raise RoomReportNotSigned("the device that a report names as its maker did not sign it") from None

    def encode(self) -> bytes:
        """Raises UsageError where a limit or rule is broken."""
        data = cbor.encode([*self._said(), self.signature])
        try:
            RoomReport.decode(data)
        except BadRoomReport as err:
            raise UsageError(f"not a report that anyone would accept: {err}") from None
        return data

    @classmethod
    def decode(cls, data: bytes) -> RoomReport:
        """Strict; the signature, and who everybody is in the room, are only claimed. Raises BadRoomReport."""
        try:
            return _read(cbor.decode(data, max_bytes=MAX_PLAIN, max_depth=2))
        except (CborError, BadReport) as err:
            raise BadRoomReport(f"not a report to those who look after a room: {err}") from None

    def _said(self) -> list[object]:
        said = [self.id, self.room_uri, self.client_uri, list(self.recipients), self.may_name, self.report.encode()]
        return [KIND, VERSION, *said]

    def _tbs(self) -> bytes:
        return cbor.encode(self._said())


@dataclass(frozen=True, slots=True)
class Sealed:
    """A report once encrypted, and by device its key, sealed to that."""

    body: bytes = field(repr=False)
    wrapped: Mapping[str, bytes] = field(repr=False)


def seal(made: RoomReport, keys: Mapping[str, bytes], random: Callable[[int], bytes]) -> Sealed:
    """To exactly the devices that the report names, each with its X25519 key.

    Raises UsageError for what is too large or names others, UnusableKey.
    """
    if tuple(sorted(keys)) != made.recipients:
        raise UsageError("a report is sealed to the devices that it names, and to no other")
    key = random(_KEY_BYTES)
    plain = sealing.pad(made.encode(), PADDING)
    body = bytes([VERSION]) + AESGCM(key).encrypt(_NONCE, plain, _aad(made.room_uri))
    wrapped = {
        client_uri: key_id(public) + sealing.seal(public, key, _info(made.room_uri, client_uri, public))
        for client_uri, public in keys.items()
    }
    return Sealed(body, wrapped)


def key_id_of(came: bytes) -> bytes:
    """Which key of its reader a report is sealed to; `came` is what the reader got: its wrapped key, then the body.
    Raises BadRoomReport."""
    if not WRAPPED_BYTES < len(came) <= WRAPPED_BYTES + MAX_ROOM_REPORT:
        raise BadRoomReport(f"a sealed report has 1 to {MAX_ROOM_REPORT} bytes beside its key of {WRAPPED_BYTES}")
    if came[WRAPPED_BYTES] != VERSION:
        raise BadRoomReport(f"sealed report of version {came[WRAPPED_BYTES]}, expected {VERSION}")
    return came[:KEY_ID_BYTES]


def open(came: bytes, private: bytes, room_uri: str, client_uri: str) -> RoomReport:
    """What was sealed to this device, for this room. Raises BadRoomReport, RoomReportDoesNotOpen."""
    key_id_of(came)
    try:
        own = sealing.private_key(private)
        info = _info(room_uri, client_uri, own.public_key().public_bytes_raw())
        key = sealing.unseal(own, came[KEY_ID_BYTES:WRAPPED_BYTES], info)
        plain = AESGCM(key).decrypt(_NONCE, came[WRAPPED_BYTES + 1 :], _aad(room_uri))
        made = RoomReport.decode(sealing.unpad(plain, PADDING))
    except (DoesNotOpen, UnusableKey, InvalidTag, BadPadding, ValueError):
        raise RoomReportDoesNotOpen("a report does not open under the key of this device, for this room") from None
    if made.room_uri != room_uri:
        raise BadRoomReport("a report was passed on in another room than the one it names")
    if client_uri not in made.recipients:
        raise BadRoomReport("a report came to a device that it was not made for")
    return made


def _aad(room_uri: str) -> bytes:
    return vec(INFO) + vec(room_uri.encode())


def _info(room_uri: str, client_uri: str, public: bytes) -> bytes:
    return _aad(room_uri) + vec(client_uri.encode()) + public


def _read(item: object) -> RoomReport:
    kind, version, report_id, room, client, recipients, may_name, report, signature = list_of(item, 9, "room report")
    if kind != KIND or number(version, 255, "version") != VERSION:
        raise BadRoomReport(f"expected {KIND!r} of version {VERSION}, got {kind!r:.40} of {version!r:.40}")
    if not isinstance(may_name, bool):
        raise BadRoomReport("whether the reporter may be named: expected yes or no")
    made = RoomReport(
        octets(report_id, ID_BYTES, "id"),
        text(room, MAX_URI, "room"),
        text(client, MAX_URI, "reporting device"),
        _recipients(recipients),
        may_name,
        AbuseReport.decode(octets(report, MAX_REPORT, "report")),
        octets(signature, SIGNATURE_BYTES, "signature"),
    )
    if len(made.id) != ID_BYTES or len(made.signature) != SIGNATURE_BYTES:
        raise BadRoomReport(f"a report has an id of {ID_BYTES} and a signature of {SIGNATURE_BYTES} bytes")
    _check_about(made)
    return made


def _recipients(item: object) -> tuple[str, ...]:
    if not isinstance(item, list) or not 1 <= len(item) <= MAX_RECIPIENTS:
        raise BadRoomReport(f"recipients: expected 1 to {MAX_RECIPIENTS} devices")
    found = [text(each, MAX_URI, "recipient") for each in item]
    if sorted(set(found)) != found:
        raise BadRoomReport("recipients: expected each device once, in rising order")
    return tuple(found)


def _check_about(made: RoomReport) -> None:
    """Raise BadRoomReport for a report that is not one about something in this room, from its reporter."""
    report = made.report
    if report.room_uri != made.room_uri:
        raise BadRoomReport("the report is about another room than the one it goes to")
    if report.subject not in SUBJECTS:
        raise BadRoomReport(f"a report about a {report.subject.name.lower()} is for the desk")
    if report.escalated_for is not None:
        raise BadRoomReport("what a moderator passes on goes to the desk")
    if any(message.attachments for message in report.messages):
        raise BadRoomReport("files do not ride along in a report to those who look after a room")


def order(client_uris: Sequence[str]) -> tuple[str, ...]:
    """The devices as a report names them."""
    return tuple(sorted(client_uris))
