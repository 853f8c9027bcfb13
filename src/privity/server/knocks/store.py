# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for links into rooms and knocks. No decisions here."""

from __future__ import annotations

from privity.identity.room_links import KNOCK_MS
from privity.server.db.database import Query, Tx
from privity.server.knocks.model import Link, Waiting


def find_link(query: Query, room_uri: str, link_hash: bytes) -> Link | None:
    row = query.one(
        "SELECT room_uri, hash, expires_ms FROM room_link WHERE room_uri = ? AND hash = ?", (room_uri, link_hash)
    )
    return None if row is None else Link(*row)


def count_links(query: Query, room_uri: str, now_ms: int) -> int:
    row = query.one("SELECT COUNT(*) FROM room_link WHERE room_uri = ? AND expires_ms > ?", (room_uri, now_ms))
    return 0 if row is None else int(row[0])


def put_link(tx: Tx, link: Link) -> None:
    """A link that is there already ends at the earlier of both times."""
    tx.execute(
        "INSERT INTO room_link (room_uri, hash, expires_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (room_uri, hash) DO UPDATE SET expires_ms = excluded.expires_ms"
        " WHERE excluded.expires_ms < room_link.expires_ms",
        (link.room_uri, link.hash, link.expires_ms),
    )


def remove_link(tx: Tx, room_uri: str, link_hash: bytes) -> None:
    tx.execute("DELETE FROM room_link WHERE room_uri = ? AND hash = ?", (room_uri, link_hash))


def find_knock(query: Query, room_uri: str, user_uri: str) -> Waiting | None:
    row = query.one(
        "SELECT room_uri, user_uri, at_ms, came_ms FROM knock WHERE room_uri = ? AND user_uri = ?",
        (room_uri, user_uri),
    )
    return None if row is None else Waiting(*row)


def waits(query: Query, room_uri: str, user_uri: str, now_ms: int) -> bool:
    """Whether a person knocked there not long ago, and nobody has answered: they agreed to be let in."""
    found = find_knock(query, room_uri, user_uri)
    return found is not None and found.came_ms > now_ms - KNOCK_MS


def knocks_at_room_of(query: Query, user_uri: str, member_uri: str, now_ms: int) -> bool:
    """Whether a person waits before a room that the other is in."""
    row = query.one(
        "SELECT 1 FROM knock k JOIN room r ON r.room_uri = k.room_uri JOIN participation p ON p.room_id = r.id"
        " WHERE k.user_uri = ? AND k.came_ms > ? AND p.user_uri = ? AND p.until_ms IS NULL LIMIT 1",
        (user_uri, now_ms - KNOCK_MS, member_uri),
    )
    return row is not None


def count_knocks(query: Query, room_uri: str, since_ms: int) -> int:
    row = query.one("SELECT COUNT(*) FROM knock WHERE room_uri = ? AND came_ms > ?", (room_uri, since_ms))
    return 0 if row is None else int(row[0])


def put_knock(tx: Tx, knock: Waiting) -> None:
    tx.execute(
        "INSERT INTO knock (room_uri, user_uri, at_ms, came_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (room_uri, user_uri) DO UPDATE SET at_ms = excluded.at_ms, came_ms = excluded.came_ms",
        (knock.room_uri, knock.user_uri, knock.at_ms, knock.came_ms),
    )


def remove_knock(tx: Tx, room_uri: str, user_uri: str) -> None:
    tx.execute("DELETE FROM knock WHERE room_uri = ? AND user_uri = ?", (room_uri, user_uri))


def remove_over(tx: Tx, now_ms: int, came_before_ms: int) -> None:
    tx.execute("DELETE FROM room_link WHERE expires_ms <= ?", (now_ms,))
    tx.execute("DELETE FROM knock WHERE came_ms <= ?", (came_before_ms,))
