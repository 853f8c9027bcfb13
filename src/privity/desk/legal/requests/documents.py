# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The documents of a request: each sealed under a key of its own to its place, and shredded when the request is purged.

Whoever opens one in a service that writes to the audit log anyway needs no other entry; a person who reads one does
(`service.read`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from privity.desk.db.transaction import Db
from privity.desk.evidence.sealing import Sealed, seal, unseal
from privity.desk.legal.requests.errors import DocumentGone
from privity.desk.legal.requests.model import Document, Listed
from privity.mls.codec import u64, vec

JSON = "application/json"
_LABEL = b"legal document"
_LISTED = "n, kind, name, media_type, size, sha256, at_ms, who, gone_ms"


def keep(
    db: Db,
    evidence_key: bytes,
    random: Callable[[int], bytes],
    request: int,
    kind: Document,
    content: bytes,
    *,
    who: str,
    now_ms: int,
    name: str = "",
    media_type: str = JSON,
) -> int:
    """Store a document sealed and return its number. The caller owns the transaction."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'legal_document'").fetchone()
    number = 1 if row is None else int(row[0]) + 1
    sealed = seal(evidence_key, random, _place(request, kind, number), content)
    digest = hashlib.sha256(content).digest()
    db.execute(
        "INSERT INTO legal_document (n, request, kind, name, media_type, size, sha256, at_ms, who, nonce, ciphertext)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            request,
            kind.value,
            name,
            media_type,
            len(content),
            digest,
            now_ms,
            who,
            sealed.nonce,
            sealed.ciphertext,
        ),
    )
    db.execute(
        "INSERT INTO legal_document_key (document, wrap_nonce, wrapped_key) VALUES (?, ?, ?)",
        (number, sealed.wrap_nonce, sealed.wrapped_key),
    )
    return number


def listed(db: Db, request: int) -> tuple[Listed, ...]:
    """What belongs to a request, in the order in which it came."""
    rows = db.execute(f"SELECT {_LISTED} FROM legal_document WHERE request = ? ORDER BY n", (request,))  # noqa: S608  # own names
    return tuple(_listed(row) for row in rows.fetchall())


def newest(db: Db, request: int, kind: Document) -> Listed | None:
    row = db.execute(
        f"SELECT {_LISTED} FROM legal_document WHERE request = ? AND kind = ? ORDER BY n DESC LIMIT 1",  # noqa: S608  # own names
        (request, kind.value),
    ).fetchone()
    return None if row is None else _listed(row)


def of_request(db: Db, request: int, number: int) -> Listed:
    """One document, if it belongs to this request. Raises DocumentGone."""
    for found in listed(db, request):
        if found.number == number:
            return found
    raise DocumentGone(f"request {request} has no document {number}")


def opened(db: Db, evidence_key: bytes, number: int) -> bytes:
    """The content. Raises DocumentGone or EvidenceDamaged."""
    row = db.execute(
        "SELECT d.request, d.kind, d.gone_ms, k.wrap_nonce, k.wrapped_key, d.nonce, d.ciphertext"
        " FROM legal_document AS d JOIN legal_document_key AS k ON k.document = d.n WHERE d.n = ?",
        (number,),
    ).fetchone()
    if row is None or row[2] is not None:
        raise DocumentGone(f"document {number} of a legal request is not here, or not any more")
    request, kind, _, *sealed = row
    return unseal(evidence_key, _place(request, Document(kind), number), Sealed(*sealed), f"legal document {number}")


def shred(db: Db, request: int, now_ms: int) -> int:
    """Overwrite the keys where they stand, then drop the contents; returns how many there were. The hashes stay."""
    db.execute(
        "UPDATE legal_document_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
        " wrapped_key = zeroblob(length(wrapped_key))"
        " WHERE document IN (SELECT n FROM legal_document WHERE request = ? AND gone_ms IS NULL)",
        (request,),
    )
    return int(
        db.execute(
            "UPDATE legal_document SET name = '', nonce = x'', ciphertext = x'', gone_ms = ?"
            " WHERE request = ? AND gone_ms IS NULL",
            (now_ms, request),
        ).rowcount
    )


def cut_journal(db: Db) -> None:
    """What was overwritten stands in the journal still, until it is written into the file and cut off."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _place(request: int, kind: Document, number: int) -> bytes:
    return vec(_LABEL) + u64(request) + vec(kind.value.encode()) + u64(number)


def _listed(row: tuple[int, str, str, str, int, bytes, int, str, int | None]) -> Listed:
    number, kind, name, media_type, size, digest, at_ms, who, gone_ms = row
    return Listed(number, Document(kind), name, media_type, size, bytes(digest), at_ms, who, gone_ms)
