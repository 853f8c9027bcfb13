# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bringing a device from its cursors to now: read from the log, write, and go live when nothing is left unread.

Where frames are gone the device is told so at that place, with the number of the first event that it can still get.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from privity.server.context import HubContext
from privity.server.db.database import Database, Reader
from privity.server.delivery import store
from privity.server.delivery.connection import Connection
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Listening
from privity.server.downloads import take_of_account
from privity.server.web import log_bug
from privity.wire.errors import Code, Refusal
from privity.wire.restored import decode_restored
from privity.wire.socket import CaughtUp, Event, EventKind, Forgotten, decode_from_hub, encode

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
    size: int
    """Bytes of the frames."""


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


class CatchUp:
    """Brings one connection up to date whenever it is behind. Between two such times there is nothing that waits."""

    __slots__ = ("_connection", "_context", "_fanout", "_greeted", "_running")

    def __init__(self, context: HubContext, fanout: Fanout, connection: Connection) -> None:
        self._context = context
        self._fanout = fanout
        self._connection = connection
        self._greeted = False
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Begin, unless it runs already or the connection is closed."""
        if self._running is None and not self._connection.closed:
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Nothing is brought any more."""
        self._connection.when_behind = None
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        """A refused read (shutting down) or a bug closes the connection instead of leaving it silent."""
        try:
            await self._bring()
        except Refusal as refusal:
            self._connection.close(refusal.code, refusal.body.message)
        except Exception as err:  # noqa: BLE001  # the task has no caller: without this a bug would only silence a device
            log_bug(err)
            self._connection.close(Code.INTERNAL, "a bug of the hub; resume by cursor")
        finally:
            self._running = None

    async def _bring(self) -> None:
        """Until nothing is left unread, and then the connection is live: nothing happens between the two."""
        connection = self._connection
        connection.live = False
        more = True
        while more or connection.behind:
            connection.behind = False
            more = await _step(self._context, self._fanout, connection)
            if connection.closed:
                return
            if not self._greeted and not more:
                self._greeted = True
                connection.send(encode(CaughtUp()))
        connection.live = True


async def _step(context: HubContext, fanout: Fanout, connection: Connection) -> bool:
    sent, inbox_sent, client_uri = dict(connection.sent), connection.inbox_sent, connection.client_uri
    chunk = await context.db.read(lambda reader: _read(reader, client_uri, sent, inbox_sent))
    if chunk.size:
        take_of_account(context, connection.user_uri, chunk.size)
    fanout.hold_to(connection, chunk.rooms)
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
            return _Chunk(rooms, inbox, events, True, size)
    for room in rooms:
        last = max(sent.get(room.room_uri, 0), room.from_seq)
        for seq, kind, stored in store.frames_after(reader, room.room_id, last, room.until_seq):
            if seq != last + 1 and not (kind == EventKind.RESTORED and _follows(stored, last)):
                events.append((room.room_uri, seq - 1, None))
            events.append((room.room_uri, seq, stored))
            last = seq
            size += len(stored)
            if size >= CHUNK_BYTES or len(events) >= CHUNK:
                return _Chunk(rooms, inbox, events, True, size)
        if last < room.until_seq:
            events.append((room.room_uri, room.until_seq, None))
    return _Chunk(rooms, inbox, events, False, size)


def _follows(mark: bytes, last: int) -> bool:
    """Whether the mark of a restored database comes after this event, and nothing in between was forgotten."""
    event = decode_from_hub(mark)
    return isinstance(event, Event) and decode_restored(event.message).through <= last
