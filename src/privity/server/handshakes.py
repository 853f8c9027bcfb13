# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""TLS connections from the moment they are accepted: counted by address before their handshake, which is bounded in
time and number. Where there is no more room, the oldest of the address that has the most makes way.

Whom TLS does not reach yet nothing can be said by name: the connection ends, and the refusal is counted.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from typing import Final

from privity.server.limits import MAX_HANDSHAKES, Limits, address_key
from privity.server.peers import Peers
from privity.server.web import log_bug
from privity.wire.errors import Refusal

HANDSHAKE_S: Final = 10.0
"""How long a TLS handshake may take, and the goodbye of a connection."""
Spoken = tuple[asyncio.Protocol, Callable[[], None]]
"""What a connection speaks to once its handshake is done, and how its place is given back if that never is. The first
gives it back by itself when a connection is lost that stood.
"""
ACCEPTED_AT_ONCE: Final = 64
"""Connections that are accepted in one turn of the event loop; whoever is here already has the next turn."""
OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
OUT_OF_FILES_S: Final = 1.0
"""How long nothing is accepted when the system has no more files or memory for it."""


class Handshakes:
    """Those under way, by address, the oldest first."""

    __slots__ = ("_by_address", "_together", "_total")

    def __init__(self, together: int = MAX_HANDSHAKES) -> None:
        self._together = together
        self._by_address: dict[str, dict[asyncio.Task[None], None]] = {}
        self._total = 0

    def begin(self, address: str, task: asyncio.Task[None]) -> None:
        """Count one more. Where there is no room for it, the task of another is cancelled."""
        if self._total >= self._together:
            most = max(self._by_address, key=lambda one: len(self._by_address[one]))
            oldest = next(iter(self._by_address[most]))
            self.end(most, oldest)
            oldest.cancel()
        self._by_address.setdefault(address, {})[task] = None
        self._total += 1

    def end(self, address: str, task: asyncio.Task[None]) -> None:
        """It is done, or failed, or made way. Harmless the second time."""
        of_address = self._by_address.get(address, {})
        if task in of_address:
            del of_address[task]
            self._total -= 1
            if not of_address:
                del self._by_address[address]

    def cancel_all(self) -> None:
        for tasks in list(self._by_address.values()):
            for task in list(tasks):
                task.cancel()

    def __len__(self) -> int:
        return self._total


class _Arrival:
    """One accepted connection until its handshake is done."""

    __slots__ = ("give_back", "protocol", "stands", "waiting")

    def __init__(self, accepted: socket.socket, spoken: Spoken) -> None:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting: socket.socket | None = accepted
        """None once the event loop has it."""
        self.protocol, self.give_back = spoken
        self.stands = False


class TlsServer:
    """Takes the connections of a socket that listens. asyncio tells of none before its handshake is done."""

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext,
        protocol_of: Callable[[str | None], Spoken],
        peers: Peers | None,
        limits: Limits | None,
    ) -> None:
        """`protocol_of` makes what a connection speaks to, from the address under which it is counted. Without
        `peers` nothing is counted, without `limits` handshakes have no pace.
        """
        self._loop = asyncio.get_running_loop()
        self._listening = listening
        self._context = context
        self._protocol_of = protocol_of
        self._peers = peers
        self._limits = limits
        self._serving = True
        self.handshakes = Handshakes()
        self._loop.add_reader(listening, self._accept)

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """Where it listens; none once it is closed."""
        return (self._listening,) if self._serving else ()

    def close(self) -> None:
        """Take nothing new, and end what has not begun. Connections that stand go on."""
        if self._serving:
            self._serving = False
            self._loop.remove_reader(self._listening)
            self._listening.close()
            self.handshakes.cancel_all()

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, peer = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as err:
                if err.errno not in OUT_OF_FILES:
                    log_bug(err)
                self._loop.remove_reader(self._listening)
                self._loop.call_later(OUT_OF_FILES_S, self._accept_again)
                return
            self._take(accepted, address_key(peer[0]))

    def _accept_again(self) -> None:
        if self._serving:
            self._loop.add_reader(self._listening, self._accept)

    def _take(self, accepted: socket.socket, address: str) -> None:
        if self._peers is not None:
            try:
                self._peers.enter(address, self._limits)
            except Refusal:
                accepted.close()
                return
        arrival = _Arrival(accepted, self._protocol_of(None if self._peers is None else address))
        task = self._loop.create_task(self._shake(arrival))
        self.handshakes.begin(address, task)
        task.add_done_callback(lambda done: self._shaken(arrival, address, done))

    async def _shake(self, arrival: _Arrival) -> None:
        accepted, arrival.waiting = arrival.waiting, None
        if accepted is None:
            raise RuntimeError("a connection is taken once")
        try:
            await self._loop.connect_accepted_socket(
                lambda: arrival.protocol,
                accepted,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=HANDSHAKE_S,
            )
            arrival.stands = True
        except OSError:
            return

    def _shaken(self, arrival: _Arrival, address: str, task: asyncio.Task[None]) -> None:
        self.handshakes.end(address, task)
        if arrival.stands:
            return
        arrival.give_back()
        if arrival.waiting is not None:  # it made way before it began
            arrival.waiting.close()
        failed = None if task.cancelled() else task.exception()
        if failed is not None:
            log_bug(failed)
