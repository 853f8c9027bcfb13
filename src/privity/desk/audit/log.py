# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writing the audit log: an entry in the transaction of the act itself, so that neither is there without the other."""

from __future__ import annotations

from collections.abc import Iterator

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry, Said
from privity.desk.db.database import Db, transaction
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.tree import leaf_hash, node_hash, root_at


def add(db: Db, *, at_ms: int, who: str, act: Act, about: str = "", **said: Said) -> int:
    """Append an entry and return its number. Call it inside the transaction that does what it says."""
    with transaction(db):
        n = size(db)
        data = Entry(n, at_ms, who, act, about, said).encode()
        db.execute("INSERT INTO audit_entry (n, entry) VALUES (?, ?)", (n, data))
        _grow(db, n, leaf_hash(data))
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
    """A complete subtree's hash, for proofs (`tlog.tree.NodeAt`)."""
    row = db.execute("SELECT hash FROM audit_node WHERE level = ? AND i = ?", (level, i)).fetchone()
    if row is None:
        raise KeyError((level, i))
    return bytes(row[0])


def sign(db: Db, origin: str, private: bytes) -> SignedNote:
    """Sign a checkpoint of the whole log as it is and keep it as the newest."""
    with transaction(db):
        count = size(db)
        root = root_at(lambda level, i: node_at(db, level, i), count)
        note = sign_checkpoint(private, Checkpoint(origin, count, root))
        db.execute(
            "INSERT INTO audit_checkpoint (only_one, size, note) VALUES (1, ?, ?)"
            " ON CONFLICT (only_one) DO UPDATE SET size = excluded.size, note = excluded.note",
            (count, note.encode()),
        )
    return note


def _grow(db: Db, n: int, leaf: bytes) -> None:
    level, i, found = 0, n, leaf
    db.execute("INSERT INTO audit_node (level, i, hash) VALUES (0, ?, ?)", (i, found))
    while i & 1:
        found = node_hash(node_at(db, level, i - 1), found)
        level, i = level + 1, i >> 1
        db.execute("INSERT INTO audit_node (level, i, hash) VALUES (?, ?, ?)", (level, i, found))
