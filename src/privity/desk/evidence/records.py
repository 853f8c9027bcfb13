# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence at rest: each record sealed under a key of its own, opened only with a reason that is logged first.

A record is sealed (`sealing`) to its place: what it belongs to, its kind, message and part. It belongs to a report, an
appeal, a referral, named as the audit log names them. Every opening is an entry of the audit log, on the disk before
anything is decrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db
from privity.desk.errors import EvidenceGone, EvidenceUnknown, ReasonMissing
from privity.desk.evidence.sealing import Sealed, seal, unseal
from privity.desk.limits import MAX_REASON_CHARS, MAX_WHO_CHARS
from privity.mls.codec import u64, vec

WHOLE: Final = 0
"""Position and part of a record that belongs to the report as a whole."""

REPORT: Final = "report:"
"""Before the number of a report, in what its records belong to."""


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
    NOTICE = "notice"
    """A public notice: what its writer says is wrong, and where."""
    PROFILE = "profile"
    """What the hub had as somebody's profile when it was reported."""
    APPEAL = "appeal"
    """What somebody wrote against a decision."""


@dataclass(frozen=True, slots=True)
class Record:
    """What to keep. Its repr shows no bytes of it."""

    kind: Kind
    position: int
    part: int
    content: bytes = field(repr=False)


def of_report(number: int) -> str:
    """What the records of a report belong to."""
    return f"{REPORT}{number}"


def keep(db: Db, evidence_key: bytes, random: Callable[[int], bytes], about: str, record: Record) -> int:
    """Store a record of `about` ('report:12') sealed and return its number. The caller owns the transaction."""
    return _add(db, evidence_key, random, [(about, record)])


def keep_all(
    db: Db, evidence_key: bytes, random: Callable[[int], bytes], records: Iterable[tuple[str, Record]]
) -> None:
    """Store many; each with what it belongs to."""
    _add(db, evidence_key, random, records)


def open_record(db: Db, evidence_key: bytes, evidence_id: int, *, who: str, reason: str, now_ms: int) -> Record:
    """Log the opening, then open. Not inside another transaction: the entry must be on the disk first.

    Raises ReasonMissing, EvidenceUnknown, EvidenceGone or EvidenceDamaged.
    The entry stays even when the record does not open: an attempt is an access.
    """
    check_text("who", who, MAX_WHO_CHARS)
    check_text("reason", reason, MAX_REASON_CHARS)
    row = db.execute(
        "SELECT gone_ms, about, kind, position, part, wrap_nonce, wrapped_key, nonce, ciphertext FROM evidence"
        " JOIN evidence_key ON evidence_id = id WHERE id = ?",
        (evidence_id,),
    ).fetchone()
    if row is None:
        raise EvidenceUnknown(f"there is no evidence record {evidence_id}")
    gone_ms, about, kind, position, part, *sealed = row
    if gone_ms is not None:
        raise EvidenceGone(f"evidence record {evidence_id} was deleted when its time was over; nobody can open it")
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.EVIDENCE_OPENED,
        about=f"evidence:{evidence_id}",
        of=about,
        kind=kind,
        reason=reason,
    )
    place = _place(about, Kind(kind), position, part)
    content = unseal(evidence_key, place, Sealed(*sealed), f"evidence record {evidence_id}")
    return Record(Kind(kind), position, part, content)


def _add(db: Db, evidence_key: bytes, random: Callable[[int], bytes], records: Iterable[tuple[str, Record]]) -> int:
    """The number of the last one. No number is given twice, not even after a record was removed."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'evidence'").fetchone()
    number = 0 if row is None else int(row[0])
    rows, keys = [], []
    for about, record in records:
        number += 1
        place = _place(about, record.kind, record.position, record.part)
        sealed = seal(evidence_key, random, place, record.content)
        whose = (number, about, record.kind.value, record.position, record.part)
        rows.append((*whose, sealed.nonce, sealed.ciphertext))
        keys.append((number, sealed.wrap_nonce, sealed.wrapped_key))
    db.executemany(
        "INSERT INTO evidence (id, about, kind, position, part, nonce, ciphertext) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
    )
    db.executemany("INSERT INTO evidence_key (evidence_id, wrap_nonce, wrapped_key) VALUES (?, ?, ?)", keys)
    return number


def _place(about: str, kind: Kind, position: int, part: int) -> bytes:
    """A number never begins like a length: no report has the place of another thing."""
    name = u64(int(about.removeprefix(REPORT))) if about.startswith(REPORT) else vec(about.encode())
    return name + vec(kind.value.encode()) + u64(position) + u64(part)


def check_text(name: str, text: str, limit: int) -> None:
    """Raise ReasonMissing unless this is text of a sensible length."""
    if not text.strip():
        raise ReasonMissing(f"opening evidence needs {name}, it is empty")
    if len(text) > limit:
        raise ReasonMissing(f"{name} may have {limit} characters, it has {len(text)}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ReasonMissing(f"{name} is not valid text") from None
