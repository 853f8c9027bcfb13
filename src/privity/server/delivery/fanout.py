# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who listens to which room right now. Everything here happens on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from privity.server.delivery.connection import Connection
from privity.server.delivery.model import Effect, Enter, Listening, Part, Publish, ToDevice
from privity.server.frames import ws_frame
from privity.wire.errors import Code

_NOBODY: frozenset[Connection] = frozenset()


class Fanout:
    """Connections by device and by room; applies the effects of committed transactions."""

    __slots__ = ("_by_device", "_by_room", "_flush_scheduled", "_touched", "on_apply", "on_pass")

    def __init__(self) -> None:
        self._by_device: dict[str, Connection] = {}
        self._by_room: dict[str, set[Connection]] = {}
        self._touched: set[Connection] = set()
        self._flush_scheduled = False
        self.on_apply: Callable[[Sequence[Effect]], None] | None = None
        """Called with what `apply` is called with: other workers have devices too."""
        self.on_pass: Callable[[str, bytes], None] | None = None
        """Called with the room and frame of what `pass_on` passes on."""

    def __len__(self) -> int:
        return len(self._by_device)

    def connections(self) -> list[Connection]:
        """Everybody who is connected now."""
        return list(self._by_device.values())

    def attach(self, connection: Connection) -> None:
        """Register; the older connection of the device is closed."""
        older = self._by_device.get(connection.client_uri)
        if older is not None:
            self.detach(older)
            older.close(Code.CONFLICT, "the device has connected again")
        self._by_device[connection.client_uri] = connection

    def detach(self, connection: Connection) -> None:
        """Forget; harmless when it was forgotten before."""
        if self._by_device.get(connection.client_uri) is connection:
            del self._by_device[connection.client_uri]
        for room_uri in connection.sent:
            self._leave(connection, room_uri)
        self._touched.discard(connection)

    def listen(self, connection: Connection, room_uri: str, sent: int, *, out: bool = False) -> None:
        """The connection gets the room's events after `sent`; one that is `out` only those it has yet to read."""
        connection.sent[room_uri] = sent
        if not out:
            self._by_room.setdefault(room_uri, set()).add(connection)

    def apply(self, effects: Sequence[Effect]) -> None:
        """In order, and written with what else this turn of the loop brings."""
        self.hear(effects)
        if self.on_apply is not None:
            self.on_apply(effects)

    def hear(self, effects: Iterable[Effect]) -> None:
        """`apply`, where another worker has written it."""
        for effect in effects:
            match effect:
                case Publish():
                    self._publish(effect)
                case Enter(client_uri, room_uri, seq):
                    entering = self._by_device.get(client_uri)
                    if entering is not None:
                        self.listen(entering, room_uri, max(seq, entering.sent.get(room_uri, 0)))
                        entering.fall_behind()
                case Part(client_uri, room_uri):
                    parting = self._by_device.get(client_uri)
                    if parting is not None:
                        self._leave(parting, room_uri)
                        parting.fall_behind()  # a catch-up that runs may have seen it as a member still
                case ToDevice(client_uri, seq, frame):
                    target = self._by_device.get(client_uri)
                    if target is not None:
                        target.offer_inbox(seq, ws_frame(frame))
                        self._touched.add(target)
        self._schedule_flush()

    def answer(self, client_uri: str, frame: bytes) -> None:
        """A frame to one device, in order with what was applied before."""
        connection = self._by_device.get(client_uri)
        if connection is not None:
            connection.put(frame)
            self._touched.add(connection)
            self._schedule_flush()

    def listens(self, connection: Connection, room_uri: str) -> bool:
        """Whether the connection's device is in the room now."""
        return connection in self._by_room.get(room_uri, _NOBODY)

    def pass_on(self, room_uri: str, sender: Connection, frame: bytes) -> None:
        """A frame that nobody keeps, to whoever else listens to the room and has read all that came before."""
        self.hear_passing(room_uri, frame, sender)
        if self.on_pass is not None:
            self.on_pass(room_uri, frame)

    def hear_passing(self, room_uri: str, frame: bytes, sender: Connection | None = None) -> None:
        """`pass_on`, where it came from a device of another worker."""
        framed = ws_frame(frame)
        for connection in self._by_room.get(room_uri, _NOBODY):
            if connection is not sender and connection.offer_passing(framed):
                self._touched.add(connection)
        self._schedule_flush()

    def hold_to(self, connection: Connection, rooms: Sequence[Listening]) -> None:
        """It listens to these rooms and to no others: what was not heard of it entering or leaving is made good."""
        within = {room.room_uri for room in rooms if not room.out}
        for room in rooms:
            if room.room_uri not in connection.sent:
                self.listen(connection, room.room_uri, room.from_seq, out=room.out)
            elif not room.out and not self.listens(connection, room.room_uri):
                self.listen(connection, room.room_uri, max(room.from_seq, connection.sent[room.room_uri]))
        for room_uri in connection.sent:
            if room_uri not in within:
                self._leave(connection, room_uri)

    def close_device(self, client_uri: str, code: Code, message: str) -> None:
        connection = self._by_device.get(client_uri)
        if connection is not None:
            connection.flush()
            self.detach(connection)
            connection.close(code, message)

    def close_all(self, code: Code, message: str) -> None:
        for client_uri in list(self._by_device):
            self.close_device(client_uri, code, message)

    def _publish(self, event: Publish) -> None:
        framed = ws_frame(event.frame)
        touched = self._touched
        for connection in self._by_room.get(event.room_uri, _NOBODY):
            if connection.client_uri != event.sender and connection.offer(event.room_uri, event.seq, framed):
                touched.add(connection)
        if event.sender is not None and event.answer is not None:
            sender = self._by_device.get(event.sender)
            if sender is not None:
                sender.offer_answer(event.room_uri, event.seq, ws_frame(event.answer))
                touched.add(sender)

    def _leave(self, connection: Connection, room_uri: str) -> None:
        listeners = self._by_room.get(room_uri)
        if listeners is not None:
            listeners.discard(connection)
            if not listeners:
                del self._by_room[room_uri]

    def _schedule_flush(self) -> None:
        if self._touched and not self._flush_scheduled:
            self._flush_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_scheduled = False
        touched, self._touched = self._touched, set()
        for connection in touched:
            connection.flush()
