# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writing the audit log: an entry in the transaction of the act itself, so that neither is there without the other."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry, Said
from privity.desk.audit.errors import CheckpointRefused, LogCutOff, LogForked, NodesDisagree
from privity.desk.db.transaction import Db, transaction
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.errors import NoteError
from privity.tlog.note import SignedNote
from privity.tlog.tree import completed_by, leaf_hash, root_at


def add(db: Db, *, at_ms: int, who: str, act: Act, about: str = "", **said: Said) -> int:
    """Append an entry and return its number. Call it inside the transaction that does what it says."""
    with transaction(db):
        n = size(db)
        data = Entry(n, at_ms, who, act, about, said).encode()
        db.execute("INSERT INTO audit_entry (n, entry) VALUES (?, ?)", (n, data))
        db.executemany(
            "INSERT INTO audit_node (level, i, hash) VALUES (?, ?, ?)",
            completed_by(lambda level, i: node_at(db, level, i), n, leaf_hash(data)),
        )
    return n


def size(db: Db) -> int:
    """How many entries there are."""
    (last,) = db.execute("SELECT max(n) FROM audit_entry").fetchone()
    return 0 if last is None else int(last) + 1


def entries(db: Db, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The exact bytes of the entries from `start` up to, not including, `stop`."""
    rows = db.execute(
        "SELECT entry FROM audit_entry WHERE n >= ? AND n < ? ORDER BY n", (start, size(db) if stop is None else stop)
    )
    for (data,) in rows:
        yield bytes(data)


def node_at(db: Db, level: int, i: int) -> bytes:
    """A complete subtree's hash, for proofs (`tlog.tree.NodeAt`). Raises NodesDisagree where it is missing."""
    row = db.execute("SELECT hash FROM audit_node WHERE level = ? AND i = ?", (level, i)).fetchone()
    if row is None:
        raise NodesDisagree(f"the stored tree has no node {i} of level {level}")
    return bytes(row[0])


def root(db: Db, count: int) -> bytes:
    """The root over the first `count` entries, from the stored tree."""
    return root_at(lambda level, i: node_at(db, level, i), count)


def newest(db: Db) -> SignedNote | None:
    """The newest checkpoint that was signed, or None before the first. Raises CheckpointRefused."""
    row = db.execute("SELECT note FROM audit_checkpoint").fetchone()
    if row is None:
        return None
    try:
        note = SignedNote.decode(bytes(row[0]))
        Checkpoint.decode(note.text)
    except NoteError as err:
        raise CheckpointRefused(f"the checkpoint in the database cannot be read: {err}") from None
    return note


def sign(db: Db, origin: str, private: bytes) -> SignedNote:
    """Sign a checkpoint of the whole log as it is and keep it as the newest.

    Raises LogForked, LogCutOff, NodesDisagree or CheckpointRefused where the log does not continue the newest one.
    """
    with transaction(db):
        before = newest(db)
        if before is not None:
            must_continue(db, Checkpoint.decode(before.text))
        count = size(db)
        note = sign_checkpoint(private, Checkpoint(origin, count, root(db, count)))
        db.execute(
            "INSERT INTO audit_checkpoint (only_one, size, note) VALUES (1, ?, ?)"
            " ON CONFLICT (only_one) DO UPDATE SET size = excluded.size, note = excluded.note",
            (count, note.encode()),
        )
    return note


def must_continue(db: Db, older: Checkpoint) -> None:
    """Raise LogForked, LogCutOff or NodesDisagree unless the stored tree continues an older checkpoint.

    It costs a few look-ups; that the entries are those of the tree is for `verify` to say.
    """
    if size(db) < older.size:
        raise LogCutOff(f"a checkpoint stands for {older.size} entries, the log has {size(db)}")
    if not hmac.compare_digest(root(db, older.size), older.root):
        raise LogForked(f"the first {older.size} entries are not those that the checkpoint of this size stands for")
