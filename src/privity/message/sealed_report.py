# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports, appeals and notices sealed to the desk's intake key with HPKE base mode (RFC 9180), which the hub lacks.

What is sealed is one CBOR array. Its first element names the kind: a number is the version of a report, a text is the
name of something else. From outside all kinds look alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from privity.message import appeal, notice, sealing
from privity.message.appeal import Appeal
from privity.message.errors import (
    BadPadding,
    BadSealedReport,
    DoesNotOpen,
    ReportDoesNotOpen,
    UnusableKey,
    UsageError,
    WrongIntakeKey,
)
from privity.message.notice import PublicNotice
from privity.message.report import MAX_REPORT, AbuseReport

Content = AbuseReport | Appeal | PublicNotice
"""What people seal to a desk."""

VERSION = 1
KEY_ID_BYTES = 8
HEADER_BYTES = 1 + KEY_ID_BYTES
OVERHEAD = HEADER_BYTES + sealing.OVERHEAD
PADDING = 4096
"""A report's size is rounded up to this, so that the hub does not learn how much was said."""
MAX_SEALED = OVERHEAD + (MAX_REPORT + sealing.LENGTH_BYTES + PADDING - 1) // PADDING * PADDING
"""Bytes of the largest report once sealed: the one limit of devices, hub and desk."""
INFO = b"privity sealed report"

_KINDS: Final[dict[bytes, Callable[[bytes], Content]]] = {
    appeal.KIND.encode(): Appeal.decode,
    notice.KIND.encode(): PublicNotice.decode,
}
"""How each kind that has a name is decoded. What has none is a report."""


def key_id(intake_public: bytes) -> bytes:
    """The eight bytes by which a sealed report names its key."""
    return hashlib.sha256(intake_public).digest()[:KEY_ID_BYTES]


def seal(intake_public: bytes, content: Content) -> bytes:
    """version u8 || key id [8] || enc [32] || ciphertext. Randomness is the operating system's, inside HPKE."""
    header = bytes([VERSION]) + key_id(intake_public)
    try:
        return header + sealing.seal(intake_public, sealing.pad(content.encode(), PADDING), INFO + header)
    except UnusableKey:
        raise UsageError(f"the intake key is not a usable X25519 key ({len(intake_public)} bytes)") from None


def key_id_of(sealed: bytes) -> bytes:
    """Which key a report is sealed to. Raises BadSealedReport."""
    if not OVERHEAD < len(sealed) <= MAX_SEALED:
        raise BadSealedReport(f"a sealed report has more than {OVERHEAD} and at most {MAX_SEALED} bytes")
    if sealed[0] != VERSION:
        raise BadSealedReport(f"sealed report version {sealed[0]}, expected {VERSION}")
    return sealed[1:HEADER_BYTES]


class IntakeKey:
    """The private key, ready to open many. Its repr shows nothing. Raises UsageError for what is no key."""

    __slots__ = ("_id", "_private")

    def __init__(self, private: bytes) -> None:
        try:
            self._private = sealing.private_key(private)
        except UnusableKey:
            raise UsageError("the intake private key has 32 bytes") from None
        self._id = key_id(self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return "<IntakeKey>"

    def unseal(self, sealed: bytes) -> bytes:
        """The encoded content. Raises BadSealedReport, WrongIntakeKey, ReportDoesNotOpen."""
        named = key_id_of(sealed)
        if named != self._id:
            raise WrongIntakeKey(f"sealed to key {named.hex()}, this key is {self._id.hex()}")
        try:
            body = sealing.unseal(self._private, sealed[HEADER_BYTES:], INFO + sealed[:HEADER_BYTES])
            return sealing.unpad(body, PADDING)
        except DoesNotOpen:
            raise ReportDoesNotOpen("the ciphertext does not open under this intake key") from None
        except BadPadding as err:
            raise ReportDoesNotOpen(str(err)) from None


def open(intake_private: bytes, sealed: bytes) -> Content:
    """What was sealed. Raises BadSealedReport, WrongIntakeKey, ReportDoesNotOpen, BadReport."""
    return decode(IntakeKey(intake_private).unseal(sealed))


def decode(data: bytes) -> Content:
    """What was unsealed; these bytes are its only encoding. Raises BadReport."""
    return _KINDS.get(_kind(data), AbuseReport.decode)(data)


def _kind(data: bytes) -> bytes:
    """The short text that is the first element of an array; nothing where another thing stands there."""
    head, length = data[:2].ljust(2, b"\0")
    return data[2 : 2 + length - 0x60] if head >> 5 == 4 and 0x60 <= length < 0x78 else b""
