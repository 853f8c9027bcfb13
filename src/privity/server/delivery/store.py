# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of the event log and the inboxes. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from privity.server.db.database import Query, Tx
from privity.server.delivery.model import Checked, End, Head, Listening, Look, NewEvent

PAGE: Final = 500
"""Frames that are read at once: so many wait in memory before the first is taken."""


def look(query: Query, batch: Sequence[Checked]) -> dict[int, Look]:
    """What is known about the messages of a batch, by their places in it; nothing about those of who is no member.

    One statement for all of it: on every engine asking costs more than finding.
    """
    rows = query.for_each(
        "SELECT g.n, r.id, r.last_seq, r.last_ts_ms, r.epoch, r.suite, r.direct_pair, r.franking_key,"
        " EXISTS (SELECT 1 FROM restriction x WHERE x.subject IN (g.user_uri, g.room_uri)),"
        " (SELECT e.frame FROM event e WHERE e.room_id = r.id AND e.sender = g.client_uri AND e.ref = g.ref)"
        " FROM given g JOIN room r ON r.room_uri = g.room_uri"
        " JOIN room_member m ON m.room_id = r.id AND m.client_uri = g.client_uri AND m.until_seq IS NULL",
        {"n": int, "room_uri": str, "client_uri": str, "user_uri": str, "ref": bytes},
        [
            (number, one.submit.room_uri, one.client_uri, one.user_uri, one.submit.ref)
            for number, one in enumerate(batch)
        ],
    )
    return {row[0]: Look._make(row[1:]) for row in rows}


def add_events(tx: Tx, events: Sequence[NewEvent], ends: Iterable[Head]) -> None:
    """Append to the logs of rooms, which end there then, each once."""
    tx.executemany(
        "INSERT INTO event (room_id, seq, ts_ms, kind, sender, ref, frame) VALUES (?, ?, ?, ?, ?, ?, ?)", events
    )
    tx.for_each(
        "UPDATE room SET last_seq = given.seq, last_ts_ms = given.ts_ms FROM given WHERE room.id = given.id",
        {"id": int, "seq": int, "ts_ms": int},
        [(end.room_id, end.seq, end.ts_ms) for end in ends],
    )


def event_by_ref(query: Query, room_id: int, sender: str, ref: bytes) -> bytes | None:
    """The frame of what this device sent to this room under this ref."""
    row = query.one("SELECT frame FROM event WHERE room_id = ? AND sender = ? AND ref = ?", (room_id, sender, ref))
    return None if row is None else bytes(row[0])


def frames_after(query: Query, room_id: int, seq: int, until: int) -> Iterator[tuple[int, int, bytes]]:
    """Seq, kind and frame of those that are kept. Read as they are taken, so that a caller who stops has not read the
    rest."""
    while True:
        page = query.all(
            "SELECT seq, kind, frame FROM event WHERE room_id = ? AND seq > ? AND seq <= ? AND frame IS NOT NULL"
            " ORDER BY seq LIMIT ?",
            (room_id, seq, until, PAGE),
        )
        yield from page
        if len(page) < PAGE:
            return
        seq = page[-1][0]


def ends(query: Query) -> list[End]:
    """Where the log of each room that has a group ends."""
    rows = query.all(
        "SELECT r.id, r.room_uri, r.last_seq, r.last_ts_ms, r.epoch FROM room r"
        " WHERE EXISTS (SELECT 1 FROM room_group g WHERE g.room_id = r.id) ORDER BY r.id"
    )
    return [End(*row) for row in rows]


def last_moment(query: Query) -> int:
    """When anything happened in any room for the last time; 0 where nothing did."""
    row = query.one("SELECT max(last_ts_ms) FROM room")
    return 0 if row is None or row[0] is None else int(row[0])


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
        " ON CONFLICT (client_uri) DO UPDATE SET last_seq = inbox_head.last_seq + 1 RETURNING last_seq",
        (client_uri,),
    )
    return 1 if row is None else int(row[0])


def raise_inbox_base(tx: Tx, seq: int) -> None:
    """Every inbox, also of devices to come, goes on after this number."""
    tx.execute("UPDATE inbox_base SET seq = ? WHERE seq < ?", (seq, seq))
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


def inbox_waiting(query: Query, client_uri: str, most: int) -> int:
    """How many frames wait for a device; counted up to `most`."""
    row = query.one(
        "SELECT count(*) FROM (SELECT 1 FROM inbox WHERE client_uri = ? LIMIT ?) AS waiting", (client_uri, most)
    )
    return 0 if row is None else int(row[0])


def inbox_bytes(query: Query, client_uri: str) -> int:
    row = query.one("SELECT coalesce(sum(length(frame)), 0) FROM inbox WHERE client_uri = ?", (client_uri,))
    return 0 if row is None else int(row[0])


def inbox_after(query: Query, client_uri: str, seq: int) -> Iterator[tuple[int, bytes]]:
    """Read as they are taken."""
    while True:
        page = query.all(
            "SELECT seq, frame FROM inbox WHERE client_uri = ? AND seq > ? ORDER BY seq LIMIT ?",
            (client_uri, seq, PAGE),
        )
        yield from page
        if len(page) < PAGE:
            return
        seq = page[-1][0]


def acknowledge(tx: Tx, client_uri: str, rooms: Mapping[str, int], inbox: int) -> None:
    """Move the device's cursors forward; drop what its inbox holds before, and rooms it is out of and has read."""
    tx.executemany(
        "UPDATE room_member SET acked_seq = ? WHERE client_uri = ? AND acked_seq < ?"
        " AND room_id = (SELECT id FROM room WHERE room_uri = ? AND last_seq >= ?)",
        [(seq, client_uri, seq, room_uri, seq) for room_uri, seq in rooms.items()],
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
