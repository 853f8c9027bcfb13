# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for the key log. No decisions here."""

from __future__ import annotations

import msgspec

from privity.keylog.entry import Entry
from privity.keylog.publish import Held
from privity.server.db.database import Query, Tx
from privity.server.errors import LogDamaged
from privity.server.keylog.model import Leaf, Prepared, Queued, Written

_CHANGE = "id, label, version, opening, value"
_PREPARED = "idx, timestamp_ms, prefix_root, audit_update, note, cut"


# The queue


def add_change(tx: Tx, label: str, version: int, opening: bytes, value: bytes, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO kl_change (label, version, opening, value, queued_ms) VALUES (?, ?, ?, ?, ?)",
        (label, version, opening, value, now_ms),
    )


def changes(query: Query, limit: int) -> list[Queued]:
    """The oldest ones first."""
    return [Queued(*row) for row in query.all(f"SELECT {_CHANGE} FROM kl_change ORDER BY id LIMIT ?", (limit,))]  # noqa: S608  # names of columns


def changes_of(query: Query, label: str) -> list[Queued]:
    """In the order of their versions."""
    rows = query.all(f"SELECT {_CHANGE} FROM kl_change WHERE label = ? ORDER BY version", (label,))  # noqa: S608
    return [Queued(*row) for row in rows]


def waiting(query: Query) -> int:
    row = query.one("SELECT COUNT(*) FROM kl_change")
    return int(row[0]) if row is not None else 0


def remove_changes(tx: Tx, ids: list[int]) -> None:
    tx.executemany("DELETE FROM kl_change WHERE id = ?", [(one,) for one in ids])


# Published values


def publish_change(tx: Tx, leaf: Leaf, epoch: int) -> bytes:
    """Move a change out of the queue to the published values; returns its value."""
    row = tx.one("DELETE FROM kl_change WHERE id = ? RETURNING opening, value", (leaf.queued_id,))
    if row is None:
        raise LogDamaged(f"a change of epoch {epoch} is not in the queue any more")
    tx.execute(
        "INSERT INTO kl_value (label, version, opening, value, commitment, epoch) VALUES (?, ?, ?, ?, ?, ?)",
        (leaf.label, leaf.version, row[0], row[1], leaf.commitment, epoch),
    )
    return bytes(row[1])


def newest_version(query: Query, label: str) -> int | None:
    row = query.one("SELECT MAX(version) FROM kl_value WHERE label = ?", (label,))
    return int(row[0]) if row is not None and row[0] is not None else None


def held(query: Query, label: str, version: int) -> Held | None:
    row = query.one(
        "SELECT opening, value, epoch, commitment FROM kl_value WHERE label = ? AND version = ?", (label, version)
    )
    return Held(*row) if row is not None else None


def values_from(query: Query, label: str, version: int) -> list[tuple[int, bytes]]:
    """(version, value), oldest first."""
    rows = query.all(
        "SELECT version, value FROM kl_value WHERE label = ? AND version >= ? ORDER BY version", (label, version)
    )
    return [(int(row[0]), bytes(row[1])) for row in rows]


def newest_accepted(query: Query, label: str) -> tuple[int, bytes] | None:
    """(version, value) of the newest one, published or still waiting."""
    for table in ("kl_change", "kl_value"):
        row = query.one(f"SELECT version, value FROM {table} WHERE label = ? ORDER BY version DESC LIMIT 1", (label,))  # noqa: S608
        if row is not None:
            return int(row[0]), bytes(row[1])
    return None


# Log and map


def size(query: Query) -> int:
    row = query.one("SELECT COALESCE(MAX(idx) + 1, 0) FROM kl_entry")
    return int(row[0]) if row is not None else 0


def begun(query: Query) -> bool:
    """Whether anything was ever signed."""
    return size(query) > 0 or query.one("SELECT 1 FROM kl_prepared") is not None


def entry(query: Query, index: int) -> Entry | None:
    row = query.one("SELECT timestamp_ms, prefix_root FROM kl_entry WHERE idx = ?", (index,))
    return Entry(int(row[0]), bytes(row[1])) if row is not None else None


def audit_update(query: Query, index: int) -> bytes | None:
    """Of a published epoch, or of the one on its way."""
    for table in ("kl_entry", "kl_prepared"):
        row = query.one(f"SELECT audit_update FROM {table} WHERE idx = ?", (index,))  # noqa: S608
        if row is not None:
            return bytes(row[0])
    return None


def log_node(query: Query, level: int, index: int) -> bytes | None:
    row = query.one("SELECT hash FROM kl_log_node WHERE level = ? AND idx = ?", (level, index))
    return bytes(row[0]) if row is not None else None


def prefix_node(query: Query, path: bytes) -> bytes | None:
    row = query.one("SELECT content FROM kl_prefix_node WHERE path = ?", (path,))
    return bytes(row[0]) if row is not None else None


def note(query: Query) -> bytes | None:
    """The newest published checkpoint."""
    row = query.one("SELECT note FROM kl_checkpoint ORDER BY size DESC LIMIT 1")
    return bytes(row[0]) if row is not None else None


def note_of(query: Query, size: int) -> bytes | None:
    """The published checkpoint of one size."""
    row = query.one("SELECT note FROM kl_checkpoint WHERE size = ?", (size,))
    return bytes(row[0]) if row is not None else None


def add_entry(tx: Tx, prepared: Prepared) -> None:
    tx.execute(
        "INSERT INTO kl_entry (idx, timestamp_ms, prefix_root, audit_update) VALUES (?, ?, ?, ?)",
        (prepared.index, prepared.timestamp_ms, prepared.prefix_root, prepared.audit_update),
    )
    tx.executemany("INSERT INTO kl_log_node (level, idx, hash) VALUES (?, ?, ?)", prepared.written.log_nodes)
    tx.executemany(
        "INSERT INTO kl_prefix_node (path, content) VALUES (?, ?)"
        " ON CONFLICT (path) DO UPDATE SET content = excluded.content",
        prepared.written.prefix_nodes,
    )


def add_checkpoint(tx: Tx, size: int, note: bytes) -> None:
    tx.execute("INSERT INTO kl_checkpoint (size, note) VALUES (?, ?)", (size, note))


# The epoch on its way


def prepared(query: Query) -> Prepared | None:
    row = query.one(f"SELECT {_PREPARED} FROM kl_prepared")  # noqa: S608
    if row is None:
        return None
    index, timestamp_ms, prefix_root, update, note, cut = row
    return Prepared(index, timestamp_ms, prefix_root, update, note, msgspec.msgpack.decode(cut, type=Written))


def put_prepared(tx: Tx, made: Prepared) -> None:
    tx.execute(
        f"INSERT INTO kl_prepared ({_PREPARED}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            made.index,
            made.timestamp_ms,
            made.prefix_root,
            made.audit_update,
            made.note,
            msgspec.msgpack.encode(made.written),
        ),
    )


def remove_prepared(tx: Tx) -> None:
    tx.execute("DELETE FROM kl_prepared")


# Evidence


def add_evidence(tx: Tx, notes: list[bytes], now_ms: int) -> None:
    tx.executemany(
        "INSERT INTO kl_evidence (note, seen_ms) VALUES (?, ?) ON CONFLICT (note) DO NOTHING",
        [(note, now_ms) for note in notes],
    )


def evidence(query: Query, limit: int) -> list[bytes]:
    return [bytes(row[0]) for row in query.all("SELECT note FROM kl_evidence ORDER BY id LIMIT ?", (limit,))]
