# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bringing a device from its cursors to now: read from the log, write, and go live when nothing is left unread.

Where frames are gone the device is told so at that place, with the number of the first event that it can still get.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from privity.server.db.database import Database, Reader
from privity.server.delivery import store
from privity.server.delivery.connection import Connection
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Listening
from privity.wire.socket import CaughtUp, Forgotten, encode

CHUNK: Final = 2_000
CHUNK_BYTES: Final = 1 << 20
"""Events of one read, and about their bytes: large enough to be cheap, small enough that a thousand resuming devices
fit into memory, and well below what may wait for one reader."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one read found. `more` says that there may be further events."""

    rooms: list[Listening]
    inbox: list[tuple[int, bytes]]
    events: list[tuple[str, int, bytes | None]]
    """Room, seq and frame in order; without a frame: everything up to this seq is gone."""
    more: bool


async def start(db: Database, fanout: Fanout, connection: Connection, rooms: Mapping[str, int], inbox: int) -> None:
    """Take the cursors of a Resume. A cursor past the end of a log is taken back to the end.

    One from before the device's entry is of another life of the device: what is between is not for it.
    """
    client_uri = connection.client_uri

    def look(reader: Reader) -> tuple[list[Listening], int]:
        return store.listening(reader, client_uri), store.inbox_head(reader, client_uri)

    known, head = await db.read(look)
    connection.inbox_sent = max(0, min(inbox, head))
    for room in known:
        cursor = min(rooms.get(room.room_uri, 0), room.until_seq)
        if room.room_uri in rooms and cursor < room.from_seq:
            connection.put(encode(Forgotten(room.room_uri, room.from_seq + 1)))
        sent = max(room.from_seq, cursor, connection.sent.get(room.room_uri, 0))
        fanout.listen(connection, room.room_uri, sent, out=room.out)
    connection.behind.set()


async def run(db: Database, fanout: Fanout, connection: Connection) -> None:
    """Whenever the connection is behind, bring it up to date. Ends when the connection is closed."""
    first = True
    while True:
        await connection.behind.wait()
        if connection.closed:
            return
        connection.live = False
        more = True
        while more or connection.behind.is_set():
            connection.behind.clear()
            more = await _step(db, fanout, connection)
            if connection.closed:
                return
            if first and not more:
                first = False
                connection.send(encode(CaughtUp()))
        connection.live = True


async def _step(db: Database, fanout: Fanout, connection: Connection) -> bool:
    sent, inbox_sent, client_uri = dict(connection.sent), connection.inbox_sent, connection.client_uri
    chunk = await db.read(lambda reader: _read(reader, client_uri, sent, inbox_sent))
    for room in chunk.rooms:
        if room.room_uri not in connection.sent:
            fanout.listen(connection, room.room_uri, room.from_seq, out=room.out)
    for seq, frame in chunk.inbox:
        if seq > connection.inbox_sent:
            connection.inbox_sent = seq
            connection.put(frame)
    for room_uri, seq, stored in chunk.events:
        if seq > connection.sent.get(room_uri, 0):
            connection.sent[room_uri] = seq
            connection.put(encode(Forgotten(room_uri, seq + 1)) if stored is None else stored)
    connection.flush()
    await connection.drained()
    return chunk.more


def _read(reader: Reader, client_uri: str, sent: Mapping[str, int], inbox_sent: int) -> _Chunk:
    """The inbox first, since a Welcome comes before the events of its room; then room by room."""
    rooms = store.listening(reader, client_uri)
    inbox: list[tuple[int, bytes]] = []
    events: list[tuple[str, int, bytes | None]] = []
    size = 0
    for seq, frame in store.inbox_after(reader, client_uri, inbox_sent):
        inbox.append((seq, frame))
        size += len(frame)
        if size >= CHUNK_BYTES:
            return _Chunk(rooms, inbox, events, True)
    for room in rooms:
        last = max(sent.get(room.room_uri, 0), room.from_seq)
        for seq, stored in store.frames_after(reader, room.room_id, last, room.until_seq):
            if seq != last + 1:
                events.append((room.room_uri, seq - 1, None))
            events.append((room.room_uri, seq, stored))
            last = seq
            size += len(stored)
            if size >= CHUNK_BYTES or len(events) >= CHUNK:
                return _Chunk(rooms, inbox, events, True)
        if last < room.until_seq:
            events.append((room.room_uri, room.until_seq, None))
    return _Chunk(rooms, inbox, events, False)
