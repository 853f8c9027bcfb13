# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence at rest: each record sealed under a key of its own, opened only with a reason that is logged first.

A record is AES-256-GCM under a fresh key; that key is wrapped with AES-256-GCM under the evidence key, which lives in a
file outside the database. Both layers are bound to the report, kind, message and part, so a record moved to another
place does not open. Every opening leaves a row in `evidence_access`, committed before anything is decrypted; each row
carries the hash of the row before it, so a changed or missing row shows. `access_head` is the hash to write down
elsewhere: it also shows rows cut off at the end.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.database import transaction
from privity.desk.errors import AccessLogBroken, EvidenceDamaged, EvidenceUnknown, ReasonMissing
from privity.desk.limits import MAX_REASON_CHARS, MAX_WHO_CHARS
from privity.mls.codec import u64, vec

_RECORD_LABEL: Final = b"Privity desk evidence record 1"
_WRAP_LABEL: Final = b"Privity desk evidence key 1"
_ACCESS_LABEL: Final = b"Privity desk evidence access 1"
_START: Final = bytes(32)

WHOLE: Final = 0
"""Position and part of a record that belongs to the report as a whole."""


class Kind(StrEnum):
    """What a record holds."""

    SEALED = "sealed"
    """The sealed bytes as they came, of a report that did not open or could not be read."""
    REPORT = "report"
    """The opened report: note, messages, franks, evidence of authorship."""
    DEVICE_LISTS = "device_lists"
    """The hub's answer on the sender's device lists, as JSON of base64 texts."""
    ATTACHMENT = "attachment"
    """The ciphertext of an attachment; what opens it stands in the message."""


@dataclass(frozen=True, slots=True)
class Record:
    """What to keep. Its repr shows no bytes of it."""

    kind: Kind
    position: int
    part: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """One opening, as logged."""

    n: int
    at_ms: int
    evidence_id: int
    who: str
    reason: str


def keep(
    db: sqlite3.Connection, evidence_key: bytes, random: Callable[[int], bytes], report_seq: int, record: Record
) -> int:
    """Store a record sealed and return its number. The caller owns the transaction."""
    key, nonce, wrap_nonce = random(32), random(12), random(12)
    place = _place(report_seq, record.kind, record.position, record.part)
    sealed = AESGCM(key).encrypt(nonce, record.content, _RECORD_LABEL + place)
    wrapped = AESGCM(evidence_key).encrypt(wrap_nonce, key, _WRAP_LABEL + place)
    added = db.execute(
        "INSERT INTO evidence (report_seq, kind, position, part, wrap_nonce, wrapped_key, nonce, ciphertext)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (report_seq, record.kind.value, record.position, record.part, wrap_nonce, wrapped, nonce, sealed),
    ).fetchone()
    return int(added[0])


def open_record(
    db: sqlite3.Connection, evidence_key: bytes, evidence_id: int, *, who: str, reason: str, now_ms: int
) -> Record:
    """Log the opening, then open. Raises ReasonMissing, EvidenceUnknown or EvidenceDamaged.

    The log row stays even when the record does not open: an attempt is an access.
    """
    _check_text("who", who, MAX_WHO_CHARS)
    _check_text("reason", reason, MAX_REASON_CHARS)
    row = db.execute(
        "SELECT report_seq, kind, position, part, wrap_nonce, wrapped_key, nonce, ciphertext"
        " FROM evidence WHERE id = ?",
        (evidence_id,),
    ).fetchone()
    if row is None:
        raise EvidenceUnknown(f"there is no evidence record {evidence_id}")
    with transaction(db):
        _log(db, evidence_id, who, reason, now_ms)
    report_seq, kind, position, part, wrap_nonce, wrapped, nonce, ciphertext = row
    place = _place(report_seq, Kind(kind), position, part)
    try:
        key = AESGCM(evidence_key).decrypt(wrap_nonce, wrapped, _WRAP_LABEL + place)
        content = AESGCM(key).decrypt(nonce, ciphertext, _RECORD_LABEL + place)
    except (InvalidTag, ValueError):
        raise EvidenceDamaged(
            f"evidence record {evidence_id} does not open: it was altered, or is kept under another evidence key"
        ) from None
    return Record(Kind(kind), position, part, content)


def accesses(db: sqlite3.Connection) -> list[Access]:
    """The access log, oldest first. Raises AccessLogBroken when its chain does not hold."""
    previous = _START
    entries = []
    rows = db.execute(
        "SELECT n, at_ms, evidence_id, who, reason, previous, hash FROM evidence_access ORDER BY n"
    ).fetchall()
    for expected, (n, at_ms, evidence_id, who, reason, claimed_previous, claimed) in enumerate(rows, start=1):
        entry = Access(n, at_ms, evidence_id, who, reason)
        if n != expected:
            raise AccessLogBroken(f"entry {expected} of the access log is missing")
        if not hmac.compare_digest(claimed_previous, previous):
            raise AccessLogBroken(f"entry {n} of the access log does not follow the one before it")
        previous = _hash(entry, previous)
        if not hmac.compare_digest(claimed, previous):
            raise AccessLogBroken(f"entry {n} of the access log was changed")
        entries.append(entry)
    return entries


def access_head(db: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the newest log entry: what an auditor keeps elsewhere."""
    row = db.execute("SELECT n, hash FROM evidence_access ORDER BY n DESC LIMIT 1").fetchone()
    return (0, _START) if row is None else (int(row[0]), bytes(row[1]))


def _log(db: sqlite3.Connection, evidence_id: int, who: str, reason: str, now_ms: int) -> None:
    last, previous = access_head(db)
    entry = Access(last + 1, now_ms, evidence_id, who, reason)
    db.execute(
        "INSERT INTO evidence_access (n, at_ms, evidence_id, who, reason, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry.n, entry.at_ms, evidence_id, who, reason, previous, _hash(entry, previous)),
    )


def _hash(entry: Access, previous: bytes) -> bytes:
    return hashlib.sha256(
        vec(_ACCESS_LABEL)
        + vec(previous)
        + u64(entry.n)
        + u64(entry.at_ms)
        + u64(entry.evidence_id)
        + vec(entry.who.encode())
        + vec(entry.reason.encode())
    ).digest()


def _place(report_seq: int, kind: Kind, position: int, part: int) -> bytes:
    return u64(report_seq) + vec(kind.value.encode()) + u64(position) + u64(part)


def _check_text(name: str, text: str, limit: int) -> None:
    if not text.strip():
        raise ReasonMissing(f"opening evidence needs {name}, it is empty")
    if len(text) > limit:
        raise ReasonMissing(f"{name} may have {limit} characters, it has {len(text)}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ReasonMissing(f"{name} is not valid text") from None
