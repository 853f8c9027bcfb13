# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence at rest: each record sealed under a key of its own, opened only with a reason that is logged first.

A record is AES-256-GCM under a fresh key; that key is wrapped with AES-256-GCM under the evidence key, which lives in a
file outside the database. Both layers are bound to the report, kind, message and part, so a record moved to another
place does not open. Every opening is an entry of the audit log, on the disk before anything is decrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.database import Db
from privity.desk.errors import EvidenceDamaged, EvidenceUnknown, ReasonMissing
from privity.desk.limits import MAX_REASON_CHARS, MAX_WHO_CHARS
from privity.mls.codec import u64, vec

_RECORD_LABEL: Final = b"Privity desk evidence record 1"
_WRAP_LABEL: Final = b"Privity desk evidence key 1"

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


def keep(db: Db, evidence_key: bytes, random: Callable[[int], bytes], report_seq: int, record: Record) -> int:
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


def open_record(db: Db, evidence_key: bytes, evidence_id: int, *, who: str, reason: str, now_ms: int) -> Record:
    """Log the opening, then open. Not inside another transaction: the entry must be on the disk first.

    Raises ReasonMissing, EvidenceUnknown or EvidenceDamaged.
    The entry stays even when the record does not open: an attempt is an access.
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
    report_seq, kind, position, part, wrap_nonce, wrapped, nonce, ciphertext = row
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.EVIDENCE_OPENED,
        about=f"evidence:{evidence_id}",
        report=report_seq,
        kind=kind,
        reason=reason,
    )
    place = _place(report_seq, Kind(kind), position, part)
    try:
        key = AESGCM(evidence_key).decrypt(wrap_nonce, wrapped, _WRAP_LABEL + place)
        content = AESGCM(key).decrypt(nonce, ciphertext, _RECORD_LABEL + place)
    except (InvalidTag, ValueError):
        raise EvidenceDamaged(
            f"evidence record {evidence_id} does not open: it was altered, or is kept under another evidence key"
        ) from None
    return Record(Kind(kind), position, part, content)


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
