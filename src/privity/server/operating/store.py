# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of what an operator asks for. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Row, Tx


def count(query: Query, table: str) -> int:
    row = query.one(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # a name of ours
    return int(row[0]) if row is not None else 0


def accounts(query: Query, after: str, limit: int) -> list[Row]:
    """(handle, since, devices) in the order of handles."""
    return query.all(
        "SELECT a.handle, a.created_ms, (SELECT COUNT(*) FROM device d WHERE d.user_uri = a.user_uri) FROM account a"
        " WHERE a.handle > ? ORDER BY a.handle LIMIT ?",
        (after, limit),
    )


def account(query: Query, handle: str) -> Row | None:
    """(address, since, devices, when a waiting reset takes effect)."""
    return query.one(
        "SELECT a.user_uri, a.created_ms, (SELECT COUNT(*) FROM device d WHERE d.user_uri = a.user_uri), s.due_ms"
        " FROM account a LEFT JOIN account_state s ON s.user_uri = a.user_uri WHERE a.handle = ?",
        (handle,),
    )


def open_invites(query: Query, now_ms: int) -> list[tuple[bytes, int, int]]:
    """(hash of the code, since, until), oldest first."""
    rows = query.all(
        "SELECT code_hash, created_ms, expires_ms FROM invite WHERE used_by IS NULL AND expires_ms > ?"
        " ORDER BY created_ms, code_hash",
        (now_ms,),
    )
    return [(bytes(row[0]), int(row[1]), int(row[2])) for row in rows]


def remove_invite(tx: Tx, code_hash: bytes) -> None:
    tx.execute("DELETE FROM invite WHERE code_hash = ? AND used_by IS NULL", (code_hash,))


def waiting_messages(query: Query) -> tuple[int, int, int | None]:
    """Messages that are kept for devices which are away: how many, their bytes, and when the oldest came."""
    row = query.one("SELECT COUNT(*), COALESCE(SUM(LENGTH(frame)), 0), MIN(ts_ms) FROM event WHERE frame IS NOT NULL")
    return (0, 0, None) if row is None else (int(row[0]), int(row[1]), row[2])


def inboxes(query: Query) -> tuple[int, int]:
    """Frames in inboxes of devices, and their bytes."""
    row = query.one("SELECT COUNT(*), COALESCE(SUM(LENGTH(frame)), 0) FROM inbox")
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def blobs(query: Query) -> tuple[int, int]:
    """How many, and their bytes."""
    row = query.one("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM blob")
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def newest_ms(query: Query) -> int | None:
    """When the newest event of any room came."""
    row = query.one("SELECT MAX(last_ts_ms) FROM room")
    return None if row is None or row[0] is None else int(row[0])


def blob_hashes(query: Query) -> set[str]:
    """In hex."""
    return {bytes(row[0]).hex() for row in query.all("SELECT sha256 FROM blob")}


def oldest_change_ms(query: Query) -> int | None:
    """Since when the oldest change waits for the key log."""
    row = query.one("SELECT MIN(queued_ms) FROM kl_change")
    return None if row is None or row[0] is None else int(row[0])
