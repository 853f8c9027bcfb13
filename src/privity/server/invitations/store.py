# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for invitations. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Tx
from privity.server.invitations.model import Invitation, Word

_INVITATION = (
    "SELECT i.room_id, r.room_uri, i.user_uri, i.invited_uri, i.entry, i.said_ms, i.invited_ms, i.theirs"
    " FROM invitation i JOIN room r ON r.id = i.room_id"
)


def put(tx: Tx, made: Invitation) -> None:
    tx.execute(
        "INSERT INTO invitation (room_id, user_uri, invited_uri, entry, said_ms, invited_ms, theirs)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, user_uri, invited_uri) DO UPDATE SET"
        " entry = excluded.entry, said_ms = excluded.said_ms, invited_ms = excluded.invited_ms",
        (
            made.room_id,
            made.user_uri,
            made.invited_uri,
            made.entry,
            made.said_ms,
            made.invited_ms,
            made.theirs,
        ),
    )


def find(query: Query, room_id: int, user_uri: str, invited_uri: str, since_ms: int) -> Invitation | None:
    row = query.one(
        _INVITATION + " WHERE i.room_id = ? AND i.user_uri = ? AND i.invited_uri = ? AND i.invited_ms > ?",
        (room_id, user_uri, invited_uri, since_ms),
    )
    return None if row is None else Invitation(*row)


def of_person(query: Query, invited_uri: str, since_ms: int) -> list[Invitation]:
    """The invitations of a person whose inviter is still in the room, the oldest first."""
    return _all(query, "i.invited_uri = ?", invited_uri, since_ms)


def by_person(query: Query, user_uri: str, since_ms: int) -> list[Invitation]:
    """What a person invited others to, and is still in."""
    return _all(query, "i.user_uri = ?", user_uri, since_ms)


def _all(query: Query, where: str, value: str, since_ms: int) -> list[Invitation]:
    rows = query.all(
        f"{_INVITATION} JOIN participation p ON p.room_id = i.room_id AND p.user_uri = i.user_uri"  # ours
        f" AND p.until_ms IS NULL WHERE {where} AND i.invited_ms > ? ORDER BY i.invited_ms, r.room_uri",
        (value, since_ms),
    )
    return [Invitation(*row) for row in rows]


def count_by(query: Query, user_uri: str, since_ms: int) -> int:
    row = query.one("SELECT COUNT(*) FROM invitation WHERE user_uri = ? AND invited_ms > ?", (user_uri, since_ms))
    return int(row[0]) if row is not None else 0


def answer(tx: Tx, room_id: int, user_uri: str, invited_uri: str, theirs: bytes | None) -> None:
    """The yes of the one who is invited, or that it is taken back."""
    tx.execute(
        "UPDATE invitation SET theirs = ? WHERE room_id = ? AND user_uri = ? AND invited_uri = ?",
        (theirs, room_id, user_uri, invited_uri),
    )


def put_no(tx: Tx, room_id: int, user_uri: str, other_uri: str, at_ms: int) -> None:
    tx.execute(
        "INSERT INTO invitation_no (room_id, user_uri, other_uri, at_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (room_id, user_uri, other_uri) DO UPDATE SET at_ms = excluded.at_ms",
        (room_id, user_uri, other_uri, at_ms),
    )


def said_no(query: Query, room_id: int, user_uri: str, other_uri: str, since_ms: int) -> bool:
    row = query.one(
        "SELECT 1 FROM invitation_no WHERE room_id = ? AND user_uri = ? AND other_uri = ? AND at_ms > ?",
        (room_id, user_uri, other_uri, since_ms),
    )
    return row is not None


def use_up(tx: Tx, room_id: int, invited_uri: str) -> list[str]:
    """Whoever had invited the person, who is in now."""
    rows = tx.all(
        "DELETE FROM invitation WHERE room_id = ? AND invited_uri = ? RETURNING user_uri", (room_id, invited_uri)
    )
    return [str(row[0]) for row in rows]


def take_back(tx: Tx, invited_uri: str, user_uri: str) -> None:
    """Every yes to an invitation by this person."""
    tx.execute("UPDATE invitation SET theirs = NULL WHERE invited_uri = ? AND user_uri = ?", (invited_uri, user_uri))


def forget_from(tx: Tx, user_uri: str, invited_uri: str) -> None:
    """What one person invited the other to."""
    tx.execute("DELETE FROM invitation WHERE user_uri = ? AND invited_uri = ?", (user_uri, invited_uri))


# What people said about rooms.


def put_word(tx: Tx, word: Word) -> None:
    tx.execute(
        "INSERT INTO room_word (user_uri, room_id, other_uri, entry, said_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (user_uri, room_id) DO UPDATE SET other_uri = excluded.other_uri, entry = excluded.entry,"
        " said_ms = excluded.said_ms WHERE excluded.said_ms >= room_word.said_ms",
        (word.user_uri, word.room_id, word.other_uri, word.entry, word.said_ms),
    )


def forget_word(tx: Tx, room_id: int, user_uri: str) -> None:
    tx.execute("DELETE FROM room_word WHERE room_id = ? AND user_uri = ?", (room_id, user_uri))


def words_of(query: Query, user_uri: str) -> list[bytes]:
    """Of the rooms that the person is in."""
    rows = query.all(
        "SELECT w.entry FROM room_word w JOIN participation p ON p.room_id = w.room_id AND p.user_uri = w.user_uri"
        " AND p.until_ms IS NULL WHERE w.user_uri = ? ORDER BY w.room_id",
        (user_uri,),
    )
    return [bytes(row[0]) for row in rows]


# What time, and a reset, take away.


def forget_old(tx: Tx, invited_ms: int) -> None:
    """What is from before that time, and words about rooms that their person is neither in nor invited to."""
    tx.execute("DELETE FROM invitation WHERE invited_ms <= ?", (invited_ms,))
    tx.execute("DELETE FROM invitation_no WHERE at_ms <= ?", (invited_ms,))
    tx.execute(
        "DELETE FROM room_word WHERE NOT EXISTS (SELECT 1 FROM participation p WHERE p.room_id = room_word.room_id"
        " AND p.user_uri = room_word.user_uri AND p.until_ms IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM invitation i WHERE i.room_id = room_word.room_id"
        " AND i.invited_uri = room_word.user_uri)"
    )


def forget_person(tx: Tx, user_uri: str) -> None:
    tx.execute("DELETE FROM invitation WHERE user_uri = ?1 OR invited_uri = ?1", (user_uri,))
    tx.execute("DELETE FROM invitation_no WHERE user_uri = ?1 OR other_uri = ?1", (user_uri,))
    tx.execute("DELETE FROM room_word WHERE user_uri = ?1 OR other_uri = ?1", (user_uri,))
