# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What witnesses have given, as it is kept: the newest checkpoint that each has cosigned, and any that contradicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from privity.desk.audit.errors import CheckpointRefused
from privity.desk.audit.verify import accepted
from privity.desk.db.transaction import Db
from privity.tlog.errors import MalformedNote
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import VerifierKey


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A witness holds a checkpoint that this log's key has signed and this log does not continue."""

    witness: str
    at_ms: int
    size: int
    note: SignedNote


def kept(db: Db, witness: str | None = None) -> list[SignedNote]:
    """The newest of each witness, or of one. Raises CheckpointRefused where the database holds something else."""
    rows = db.execute(
        "SELECT note FROM audit_cosigned WHERE ? IS NULL OR witness = ? ORDER BY size", (witness, witness)
    )
    return [_decoded(note) for (note,) in rows.fetchall()]


def keep(db: Db, witness: str, size: int, note: SignedNote) -> None:
    """The caller owns the transaction."""
    db.execute(
        "INSERT INTO audit_cosigned (witness, size, note) VALUES (?, ?, ?)"
        " ON CONFLICT (witness) DO UPDATE SET size = excluded.size, note = excluded.note",
        (witness, size, note.encode()),
    )


def keep_contradiction(db: Db, witness: str, note: bytes, now_ms: int) -> None:
    """The caller owns the transaction."""
    db.execute(
        "INSERT INTO audit_contradicted (witness, at_ms, note) VALUES (?, ?, ?)"
        " ON CONFLICT (witness) DO UPDATE SET at_ms = excluded.at_ms, note = excluded.note",
        (witness, now_ms, note),
    )


def contradictions(db: Db, key: VerifierKey) -> list[Contradiction]:
    """Against the log of this key. One that has begun under a new name is contradicted by nobody."""
    found = []
    for witness, at_ms, data in db.execute("SELECT witness, at_ms, note FROM audit_contradicted ORDER BY witness"):
        note = _decoded(data)
        try:
            size = accepted(note, key).size
        except CheckpointRefused:
            continue
        found.append(Contradiction(witness, at_ms, size, note))
    return found


def of_this_log(notes: Iterable[SignedNote], key: VerifierKey) -> list[SignedNote]:
    """Those that this key has signed: what was cosigned under an older name of the log is of another log."""
    found = []
    for note in notes:
        try:
            accepted(note, key)
        except CheckpointRefused:
            continue
        found.append(note)
    return found


def _decoded(data: bytes) -> SignedNote:
    try:
        return SignedNote.decode(bytes(data))
    except MalformedNote as err:
        raise CheckpointRefused(f"a cosigned checkpoint in the database cannot be read: {err}") from None
