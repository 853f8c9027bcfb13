# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The narrow API between desk and hub (JSON under `/staff/v1`), and the signature of each request.

The desk signs every request with its staff key; the hub knows that key from its configuration and takes each nonce once
within `MAX_SKEW_MS`. The desk never reads the hub's database.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from privity.mls.codec import u64, vec
from privity.wire.rest import Answer, Body

STAFF_LABEL = "PrivityStaffRequestTBS"
TIME_HEADER = "Privity-Staff-Time"
NONCE_HEADER = "Privity-Staff-Nonce"
SIGNATURE_HEADER = "Privity-Staff-Signature"
"""Headers: decimal milliseconds, 32 hex digits, hex of an Ed25519 SignWithLabel signature over `staff_tbs`."""

MAX_SKEW_MS = 60_000


def staff_tbs(method: str, path_and_query: str, time_ms: int, nonce: bytes, body: bytes) -> bytes:
    """What the desk signs (label `STAFF_LABEL`)."""
    return (
        vec(method.encode())
        + vec(path_and_query.encode())
        + u64(time_ms)
        + vec(nonce)
        + vec(hashlib.sha256(body).digest())
    )


class RelayedReport(Answer, frozen=True):
    reporter_uri: str
    """Authenticated by the hub."""
    received_ms: int
    sealed: bytes
    receipt: str
    """Random, and so the name of the report for hub, desk and reporter. A number would be given twice by a hub whose
    database was restored."""


RELAYED = 100
RELAYED_BYTES = 16 << 20
"""Reports in one answer, and their sealed bytes together: hub and desk hold a whole answer in memory. One of the
largest size fits, so that no report stops the queue."""


class RelayedReports(Answer, frozen=True):
    """`GET /staff/v1/reports`: oldest first, at most `RELAYED` of `RELAYED_BYTES` together, one at least."""

    reports: list[RelayedReport]


class ForgetReports(Body, frozen=True):
    """`POST /staff/v1/reports/forget`: the desk holds these; the hub deletes its copies. Unknown ones are harmless."""

    receipts: list[str]


class FrankOutcome(StrEnum):
    """The hub's answer on one frank (franking, section 6, V4 to V6)."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad_signature"


class VerifyFrank(Body, frozen=True):
    """`POST /staff/v1/verify-frank`. The hub sees a tag, never the content it belongs to."""

    tag: bytes
    sender_uri: str
    room_uri: str
    ts_ms: int
    server_frank: bytes
    ciphersuite: int
    signature: bytes


class FrankVerified(Answer, frozen=True):
    outcome: FrankOutcome


class Participation(Body, frozen=True):
    """`POST /staff/v1/participation`: was this user a participant of the room at that moment?"""

    room_uri: str
    user_uri: str
    ts_ms: int


class Participated(Answer, frozen=True):
    participant: bool


class Omitted(Body, frozen=True):
    """`POST /staff/v1/omitted`: how many messages lie between the reported ones, without reading them."""

    room_uri: str
    ts_ms: list[int]


class OmittedCount(Answer, frozen=True):
    omitted: int


class TellReporter(Body, frozen=True):
    """`POST /staff/v1/tell`: a line for the reporter, delivered to the inbox of each of their devices."""

    user_uri: str
    text: str


# `POST /staff/v1/keylog/lookup`: `keylog.Lookup` to `keylog.Looked`. `GET /staff/v1/blobs/SHA256HEX`: raw bytes.
