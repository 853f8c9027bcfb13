# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for the key log. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from privity.keylog.entry import Entry
from privity.keylog.publish import Held
from privity.server.db.database import Query, Tx
from privity.server.errors import LogDamaged
from privity.server.keylog.model import Leaf, Lost, Prepared, Queued, Written

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
    held = Held(bytes(row[0]), bytes(row[1]), epoch, leaf.commitment)
    add_value(tx, leaf.label, leaf.version, held)
    return held.value


def add_value(tx: Tx, label: str, version: int, held: Held) -> None:
    tx.execute(
        "INSERT INTO kl_value (label, version, opening, value, commitment, epoch) VALUES (?, ?, ?, ?, ?, ?)",
        (label, version, held.opening, held.value, held.commitment, held.epoch),
    )


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


# Values that are lost


def any_lost(query: Query) -> bool:
    return query.one("SELECT 1 FROM kl_lost LIMIT 1") is not None


def count_lost(query: Query) -> int:
    row = query.one("SELECT COUNT(*) FROM kl_lost")
    return int(row[0]) if row is not None else 0


def lost(query: Query, out: bytes) -> Lost | None:
    row = query.one("SELECT out, commitment, epoch FROM kl_lost WHERE out = ?", (out,))
    return Lost(*row) if row is not None else None


def add_lost(tx: Tx, leaves: Iterable[Lost]) -> None:
    rows = ((one.out, one.commitment, one.epoch) for one in leaves)
    tx.executemany("INSERT INTO kl_lost (out, commitment, epoch) VALUES (?, ?, ?)", rows)


def remove_lost(tx: Tx, out: bytes) -> None:
    tx.execute("DELETE FROM kl_lost WHERE out = ?", (out,))


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


def add_entry(tx: Tx, index: int, entry: Entry, audit_update: bytes) -> None:
    tx.execute(
        "INSERT INTO kl_entry (idx, timestamp_ms, prefix_root, audit_update) VALUES (?, ?, ?, ?)",
        (index, entry.timestamp_ms, entry.prefix_root, audit_update),
    )


def put_nodes(tx: Tx, log_nodes: Iterable[tuple[int, int, bytes]], prefix_nodes: Iterable[tuple[bytes, bytes]]) -> None:
    """Those of the log are new; those of the map take the place of what was there."""
    tx.executemany("INSERT INTO kl_log_node (level, idx, hash) VALUES (?, ?, ?)", log_nodes)
    tx.executemany(
        "INSERT INTO kl_prefix_node (path, content) VALUES (?, ?)"
        " ON CONFLICT (path) DO UPDATE SET content = excluded.content",
        prefix_nodes,
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
        "INSERT INTO kl_evidence (note, seen_ms) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(note, now_ms) for note in notes],
    )


def evidence(query: Query, limit: int) -> list[bytes]:
    return [bytes(row[0]) for row in query.all("SELECT note FROM kl_evidence ORDER BY id LIMIT ?", (limit,))]


def all_evidence(query: Query) -> list[bytes]:
    return [bytes(row[0]) for row in query.all("SELECT note FROM kl_evidence ORDER BY id")]


def remove_evidence(tx: Tx, note: bytes) -> None:
    tx.execute("DELETE FROM kl_evidence WHERE note = ?", (note,))
