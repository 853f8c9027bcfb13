# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of the event log and the inboxes. No decisions here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privity.server.db.database import Query, Tx
from privity.server.delivery.model import Listening


def add_event(
    tx: Tx, room_id: int, seq: int, ts_ms: int, kind: int, sender: str | None, ref: bytes | None, frame: bytes
) -> None:
    tx.execute(
        "INSERT INTO event (room_id, seq, ts_ms, kind, sender, ref, frame) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (room_id, seq, ts_ms, kind, sender, ref, frame),
    )
    tx.execute("UPDATE room SET last_seq = ?, last_ts_ms = ? WHERE id = ?", (seq, ts_ms, room_id))


def event_by_ref(query: Query, sender: str, ref: bytes) -> tuple[int, bytes] | None:
    """(room id, frame) of what this device sent under this ref."""
    row = query.one("SELECT room_id, frame FROM event WHERE sender = ? AND ref = ?", (sender, ref))
    return None if row is None else (row[0], row[1])


def frames_after(query: Query, room_id: int, seq: int, until: int) -> Iterator[tuple[int, bytes]]:
    """Those that are kept. Read as they are taken, so that a caller who stops has not read the rest."""
    yield from query.execute(
        "SELECT seq, frame FROM event WHERE room_id = ? AND seq > ? AND seq <= ? AND frame IS NOT NULL ORDER BY seq",
        (room_id, seq, until),
    )


def listening(query: Query, client_uri: str) -> list[Listening]:
    rows = query.all(
        "SELECT r.id, r.room_uri, m.from_seq, coalesce(m.until_seq, r.last_seq), m.until_seq IS NOT NULL"
        " FROM room_member m JOIN room r ON r.id = m.room_id WHERE m.client_uri = ?",
        (client_uri,),
    )
    return [Listening(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def add_inbox_frame(tx: Tx, client_uri: str, seq: int, frame: bytes) -> None:
    tx.execute("INSERT INTO inbox (client_uri, seq, frame) VALUES (?, ?, ?)", (client_uri, seq, frame))


def next_inbox_seq(tx: Tx, client_uri: str) -> int:
    row = tx.one(
        "INSERT INTO inbox_head (client_uri, last_seq) SELECT ?, seq + 1 FROM inbox_base WHERE TRUE"
        " ON CONFLICT (client_uri) DO UPDATE SET last_seq = last_seq + 1 RETURNING last_seq",
        (client_uri,),
    )
    return 1 if row is None else int(row[0])


def raise_inbox_base(tx: Tx, seq: int) -> None:
    """Every inbox, also of devices to come, goes on after this number."""
    tx.execute("UPDATE inbox_base SET seq = max(seq, ?)", (seq,))
    tx.execute("UPDATE inbox_head SET last_seq = (SELECT seq FROM inbox_base)")


def all_inbox_frames(query: Query) -> list[tuple[str, bytes]]:
    """(client URI, frame) of everything that waits, each device's in order."""
    rows = query.all("SELECT client_uri, frame FROM inbox ORDER BY client_uri, seq")
    return [(str(row[0]), bytes(row[1])) for row in rows]


def forget_inboxes(tx: Tx) -> None:
    tx.execute("DELETE FROM inbox")


def inbox_head(query: Query, client_uri: str) -> int:
    row = query.one("SELECT last_seq FROM inbox_head WHERE client_uri = ?", (client_uri,))
    return 0 if row is None else int(row[0])


def inbox_after(query: Query, client_uri: str, seq: int) -> Iterator[tuple[int, bytes]]:
    """Read as they are taken."""
    yield from query.execute(
        "SELECT seq, frame FROM inbox WHERE client_uri = ? AND seq > ? ORDER BY seq", (client_uri, seq)
    )


def acknowledge(tx: Tx, client_uri: str, rooms: Mapping[str, int], inbox: int) -> None:
    """Move the device's cursors forward; drop what its inbox holds before, and rooms it is out of and has read."""
    tx.executemany(
        "UPDATE room_member SET acked_seq = max(acked_seq, ?)"
        " WHERE client_uri = ? AND room_id = (SELECT id FROM room WHERE room_uri = ? AND last_seq >= ?)",
        [(seq, client_uri, room_uri, seq) for room_uri, seq in rooms.items()],
    )
    tx.execute("DELETE FROM room_member WHERE client_uri = ? AND until_seq <= acked_seq", (client_uri,))
    tx.execute("DELETE FROM inbox WHERE client_uri = ? AND seq <= ?", (client_uri, inbox))


def forget_device(tx: Tx, client_uri: str) -> None:
    tx.execute("DELETE FROM inbox WHERE client_uri = ?", (client_uri,))
    tx.execute("DELETE FROM room_member WHERE client_uri = ? AND until_seq IS NOT NULL", (client_uri,))


def rooms_with_frames(query: Query) -> list[tuple[int, int]]:
    """(room, the seq that all its devices have kept) for rooms where that is past the oldest kept frame."""
    rows = query.all(
        "SELECT r.id, coalesce((SELECT min(m.acked_seq) FROM room_member m WHERE m.room_id = r.id), r.last_seq)"
        " FROM room r"
    )
    return [(row[0], row[1]) for row in rows]


def forget_frames(tx: Tx, room_id: int, through: int, before_ms: int) -> int:
    """Those of one room that all have kept, or that are older than this."""
    return tx.execute(
        "UPDATE event SET frame = NULL, sender = NULL, ref = NULL"
        " WHERE room_id = ? AND frame IS NOT NULL AND (seq <= ? OR ts_ms < ?)",
        (room_id, through, before_ms),
    ).rowcount


def forget_events_before(tx: Tx, ts_ms: int) -> None:
    tx.execute("DELETE FROM event WHERE ts_ms < ? AND frame IS NULL", (ts_ms,))
    tx.execute("DELETE FROM participation WHERE until_ms < ?", (ts_ms,))


def count_between(query: Query, room_id: int, kind: int, first_ms: int, last_ms: int) -> int:
    row = query.one(
        "SELECT count(*) FROM event WHERE room_id = ? AND kind = ? AND ts_ms BETWEEN ? AND ?",
        (room_id, kind, first_ms, last_ms),
    )
    return 0 if row is None else int(row[0])
