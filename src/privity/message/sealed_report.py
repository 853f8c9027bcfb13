# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports sealed to the desk's intake key with HPKE base mode (RFC 9180): the hub relays them and cannot open them."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from privity.message.errors import BadSealedReport, ReportDoesNotOpen, UsageError, WrongIntakeKey
from privity.message.report import MAX_REPORT, AbuseReport

VERSION = 1
KEY_ID_BYTES = 8
HEADER_BYTES = 1 + KEY_ID_BYTES
OVERHEAD = HEADER_BYTES + 32 + 16
PADDING = 4096
"""A report's size is rounded up to this, so that the hub does not learn how much was said."""
MAX_SEALED = OVERHEAD + (MAX_REPORT + 4 + PADDING - 1) // PADDING * PADDING
"""Bytes of the largest report once sealed: the one limit of devices, hub and desk."""
INFO = b"privity sealed report"

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def key_id(intake_public: bytes) -> bytes:
    """The eight bytes by which a sealed report names its key."""
    return hashlib.sha256(intake_public).digest()[:KEY_ID_BYTES]


def seal(intake_public: bytes, report: AbuseReport) -> bytes:
    """version u8 || key id [8] || enc [32] || ciphertext. Randomness is the operating system's, inside HPKE."""
    data = report.encode()
    body = len(data).to_bytes(4, "big") + data
    body += bytes(-len(body) % PADDING)
    header = bytes([VERSION]) + key_id(intake_public)
    try:
        return header + _SUITE.encrypt(body, X25519PublicKey.from_public_bytes(intake_public), INFO + header)
    except ValueError:
        raise UsageError(f"the intake key is not a usable X25519 key ({len(intake_public)} bytes)") from None


def key_id_of(sealed: bytes) -> bytes:
    """Which key a report is sealed to. Raises BadSealedReport."""
    if not OVERHEAD < len(sealed) <= MAX_SEALED:
        raise BadSealedReport(f"a sealed report has more than {OVERHEAD} and at most {MAX_SEALED} bytes")
    if sealed[0] != VERSION:
        raise BadSealedReport(f"sealed report version {sealed[0]}, expected {VERSION}")
    return sealed[1:HEADER_BYTES]


def open(intake_private: bytes, sealed: bytes) -> AbuseReport:
    """The report. Raises BadSealedReport, WrongIntakeKey, ReportDoesNotOpen, BadReport."""
    named = key_id_of(sealed)
    try:
        private = X25519PrivateKey.from_private_bytes(intake_private)
    except ValueError:
        raise UsageError("the intake private key has 32 bytes") from None
    own = key_id(private.public_key().public_bytes_raw())
    if named != own:
        raise WrongIntakeKey(f"sealed to key {named.hex()}, this key is {own.hex()}")
    try:
        body = _SUITE.decrypt(sealed[HEADER_BYTES:], private, INFO + sealed[:HEADER_BYTES])
    except (InvalidTag, ValueError):
        raise ReportDoesNotOpen("the ciphertext does not open under this intake key") from None
    return AbuseReport.decode(_unpad(body))


def _unpad(body: bytes) -> bytes:
    length = int.from_bytes(body[:4], "big")
    wanted = 4 + length + -(4 + length) % PADDING
    if len(body) != wanted or any(body[4 + length :]):
        raise ReportDoesNotOpen("the padding is not the one that sealing makes")
    return body[4 : 4 + length]
