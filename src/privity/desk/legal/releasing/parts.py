# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of a production: each part under a key of its own, which is overwritten where it stands at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.evidence.sealing import Sealed, seal, unseal
from privity.desk.legal.releasing.errors import ProductionGone, TooLarge
from privity.desk.legal.releasing.model import Part
from privity.desk.legal.releasing.rules import MAX_PACKAGE_BYTES
from privity.mls.codec import u64, vec

_KEY_BYTES: Final = 32


def keep(
    db: Db, evidence_key: bytes, random: Callable[[int], bytes], production: int, part: Part, content: bytes
) -> None:
    """The caller owns the transaction. Raises TooLarge."""
    check_size(content)
    sealed = seal(evidence_key, random, _place(production, part), content)
    (number,) = db.execute(
        "INSERT INTO production_part (production, part, nonce, ciphertext) VALUES (?, ?, ?, ?) RETURNING id",
        (production, part.value, sealed.nonce, sealed.ciphertext),
    ).fetchone()
    db.execute(
        "INSERT INTO production_key (part, wrap_nonce, wrapped_key) VALUES (?, ?, ?)",
        (number, sealed.wrap_nonce, sealed.wrapped_key),
    )


def check_size(content: bytes) -> None:
    """Raises TooLarge."""
    _check_size(len(content))


def read(db: Db, evidence_key: bytes, production: int, part: Part) -> bytes:
    """Raises ProductionGone or EvidenceDamaged."""
    row = db.execute(
        "SELECT gone_ms, wrap_nonce, wrapped_key, nonce, ciphertext FROM production_part"
        " JOIN production_key ON production_key.part = id WHERE production = ? AND production_part.part = ?",
        (production, part.value),
    ).fetchone()
    if row is None or row[0] is not None:
        raise ProductionGone(f"the {part} of production {production} was shredded, or was never made")
    return unseal(evidence_key, _place(production, part), Sealed(*row[1:]), f"the {part} of production {production}")


def keep_files(
    db: Db, evidence_key: bytes, random: Callable[[int], bytes], production: int, contents: Sequence[bytes]
) -> None:
    """The files of a bag, each sealed by itself; what they are sealed under is the part `PREPARED`. Raises TooLarge."""
    _check_size(sum(map(len, contents)))
    key = random(_KEY_BYTES)
    keep(db, evidence_key, random, production, Part.PREPARED, key)
    for n, content in enumerate(contents):
        sealed = seal(key, random, _place_of_file(production, n), content)
        db.execute(
            "INSERT INTO production_file (production, n, wrap_nonce, wrapped_key, nonce, ciphertext)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (production, n, sealed.wrap_nonce, sealed.wrapped_key, sealed.nonce, sealed.ciphertext),
        )


def read_file(db: Db, evidence_key: bytes, production: int, n: int) -> bytes:
    """One of them. Raises ProductionGone or EvidenceDamaged."""
    (content,) = _files(db, evidence_key, production, "AND n = ?", n)
    return content


def read_files(db: Db, evidence_key: bytes, production: int) -> tuple[bytes, ...]:
    """All of them, in their order. Raises ProductionGone or EvidenceDamaged."""
    return _files(db, evidence_key, production, "")


def shred(db: Db, production: int, parts: Iterable[Part], now_ms: int) -> int:
    """How many of them were there until now. The caller owns the transaction and says so in the audit log."""
    wanted, gone = tuple(parts), 0
    for part in wanted:
        place = (production, part.value)
        db.execute(
            "UPDATE production_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
            " wrapped_key = zeroblob(length(wrapped_key))"
            " WHERE part IN (SELECT id FROM production_part WHERE production = ? AND part = ? AND gone_ms IS NULL)",
            place,
        )
        gone += db.execute(
            "UPDATE production_part SET nonce = x'', ciphertext = x'', gone_ms = ?"
            " WHERE production = ? AND part = ? AND gone_ms IS NULL",
            (now_ms, *place),
        ).rowcount
    if Part.PREPARED in wanted:
        db.execute(
            "UPDATE production_file SET wrap_nonce = x'', wrapped_key = x'', nonce = x'', ciphertext = x''"
            " WHERE production = ? AND length(ciphertext) > 0",
            (production,),
        )
    return gone


def _files(db: Db, evidence_key: bytes, production: int, which: str, *values: int) -> tuple[bytes, ...]:
    key = read(db, evidence_key, production, Part.PREPARED)
    rows = db.execute(
        "SELECT n, wrap_nonce, wrapped_key, nonce, ciphertext FROM production_file"  # noqa: S608  # our own words alone
        f" WHERE production = ? {which} ORDER BY n",
        (production, *values),
    )
    return tuple(
        unseal(key, _place_of_file(production, n), Sealed(*sealed), f"file {n} of production {production}")
        for n, *sealed in rows.fetchall()
    )


def _check_size(size: int) -> None:
    if size > MAX_PACKAGE_BYTES:
        raise TooLarge(f"a package has at most {MAX_PACKAGE_BYTES} bytes, this one {size}; narrow the scope")


def _place_of_file(production: int, n: int) -> bytes:
    return vec(b"production file") + u64(production) + u64(n)


def _place(production: int, part: Part) -> bytes:
    return vec(b"production") + u64(production) + vec(part.value.encode())
