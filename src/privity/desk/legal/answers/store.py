# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of letters, each sealed under a key of its own. No decisions here; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.evidence.sealing import Sealed, seal, unseal
from privity.desk.legal.answers.errors import LetterUnknown
from privity.desk.legal.answers.model import Given, Kept, Reply, Sort
from privity.mls.codec import u64, vec

_LABEL: Final = b"legal letter"
_LETTER: Final = (
    "SELECT n, request, sort, language, sha256, size, written_ms, who, withdrawn_by, gone_ms FROM legal_letter"
)
_OF_OFFICER: Final = (
    "WHERE (? IS NULL OR n = ?) AND withdrawn_by IS NULL AND gone_ms IS NULL AND request IN ("
    "SELECT r.n FROM legal_request AS r"
    " JOIN agency_officer_in_force AS o ON o.officer = r.officer AND o.agency = r.agency"
    " WHERE r.officer = ? AND r.on_hold = 0 AND r.state NOT IN ('draft', 'submitted', 'verifying', 'purged'))"
)


def add(
    db: Db,
    evidence_key: bytes,
    random: Callable[[int], bytes],
    request: int,
    sort: Sort,
    language: str,
    page: bytes,
    sha256: bytes,
    entry: tuple[int, str, int],
) -> int:
    """Keep a letter; `entry`: when, who, and the entry of the log. Returns its number."""
    now_ms, who, audit_n = entry
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'legal_letter'").fetchone()
    number = 1 if row is None else int(row[0]) + 1
    sealed = seal(evidence_key, random, _place(request, number), page)
    db.execute(
        "INSERT INTO legal_letter (n, request, sort, language, sha256, size, written_ms, who, audit_n, nonce,"
        " ciphertext) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            request,
            sort.value,
            language,
            sha256,
            len(page),
            now_ms,
            who,
            audit_n,
            sealed.nonce,
            sealed.ciphertext,
        ),
    )
    db.execute(
        "INSERT INTO legal_letter_key (letter, wrap_nonce, wrapped_key) VALUES (?, ?, ?)",
        (number, sealed.wrap_nonce, sealed.wrapped_key),
    )
    return number


def withdraw(db: Db, number: int, by: int) -> None:
    db.execute("UPDATE legal_letter SET withdrawn_by = ? WHERE n = ?", (by, number))


def letter(db: Db, number: int) -> Kept | None:
    row = db.execute(f"{_LETTER} WHERE n = ?", (number,)).fetchone()
    return None if row is None else _kept(db, row)


def of_request(db: Db, request: int) -> tuple[Kept, ...]:
    """In the order in which they were written."""
    rows = db.execute(f"{_LETTER} WHERE request = ? ORDER BY n", (request,)).fetchall()
    return tuple(_kept(db, row) for row in rows)


def of_officer(db: Db, officer: int, limit: int, *, only: int | None = None) -> tuple[Kept, ...]:
    """What counts of the letters about the requests of an officer who may file, the newest first, or one of them."""
    rows = db.execute(f"{_LETTER} {_OF_OFFICER} ORDER BY n DESC LIMIT ?", (only, only, officer, limit)).fetchall()
    return tuple(_kept(db, row) for row in rows)


def opened(db: Db, evidence_key: bytes, found: Kept) -> bytes:
    """Raises LetterUnknown where it was shredded, or EvidenceDamaged."""
    row = db.execute(
        "SELECT k.wrap_nonce, k.wrapped_key, l.nonce, l.ciphertext FROM legal_letter AS l"
        " JOIN legal_letter_key AS k ON k.letter = l.n WHERE l.n = ? AND l.gone_ms IS NULL",
        (found.number,),
    ).fetchone()
    if row is None:
        raise LetterUnknown(f"letter {found.number} was shredded with its request")
    return unseal(evidence_key, _place(found.request, found.number), Sealed(*row), f"letter {found.number}")


def give(db: Db, number: int, officer: int | None, who: str, now_ms: int) -> None:
    db.execute(
        "INSERT INTO legal_letter_given (letter, officer, who, at_ms) VALUES (?, ?, ?, ?)",
        (number, officer, who, now_ms),
    )


def add_answer(db: Db, number: int, officer: int, document: int, now_ms: int) -> None:
    db.execute(
        "INSERT INTO legal_letter_answer (document, letter, officer, at_ms) VALUES (?, ?, ?, ?)",
        (document, number, officer, now_ms),
    )


def shred(db: Db, request: int, now_ms: int) -> int:
    """Overwrite the keys where they stand, then drop the contents; returns how many there were. The hashes stay."""
    db.execute(
        "UPDATE legal_letter_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
        " wrapped_key = zeroblob(length(wrapped_key))"
        " WHERE letter IN (SELECT n FROM legal_letter WHERE request = ? AND gone_ms IS NULL)",
        (request,),
    )
    gone = db.execute(
        "UPDATE legal_letter SET nonce = x'', ciphertext = x'', gone_ms = ? WHERE request = ? AND gone_ms IS NULL",
        (now_ms, request),
    )
    return int(gone.rowcount)


def _kept(db: Db, row: Any) -> Kept:
    number, request, sort, language, sha256, size, written_ms, who, withdrawn_by, gone_ms = row
    given = db.execute("SELECT officer, who, at_ms FROM legal_letter_given WHERE letter = ? ORDER BY n", (number,))
    answers = db.execute(
        "SELECT document, officer, at_ms FROM legal_letter_answer WHERE letter = ? ORDER BY document", (number,)
    )
    return Kept(
        number=number,
        request=request,
        sort=Sort(sort),
        language=language,
        sha256=bytes(sha256),
        size=size,
        written_ms=written_ms,
        who=who,
        withdrawn_by=withdrawn_by,
        gone_ms=gone_ms,
        given=tuple(Given(*each) for each in given.fetchall()),
        answers=tuple(Reply(*each) for each in answers.fetchall()),
    )


def _place(request: int, number: int) -> bytes:
    return vec(_LABEL) + u64(request) + u64(number)
