# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One device on its socket: what was sent to it so far, and what waits for the next write.

Frames are gathered and written at once, as finished WebSocket frames straight to the transport: one write per
connection per commit, and the transport's own buffer is the only one, so its size says how slow the reader is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from privity.server.frames import ws_frame
from privity.wire.errors import Code
from privity.wire.socket import Closed, encode

MAX_BUFFER: Final = 8 << 20
"""Bytes that may wait for one slow reader; it comes back by its cursor, so nothing is lost by letting go of it."""
MAX_UNREAD_PONGS: Final = 1 << 16
"""Bytes that wait for a reader beyond which its pings are not answered: they cost it nothing, and us memory."""
LINGER_S: Final = 5.0
"""How long a connection that is being closed may take to read why."""


class Pipe(Protocol):
    """The part of asyncio.Transport that a connection uses."""

    def write(self, data: bytes) -> None: ...
    def get_write_buffer_size(self) -> int: ...
    def is_closing(self) -> bool: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


_PING: Final = ws_frame(b"", opcode=9)


class Connection:
    """`sent` is the last event of each room that was written; an event that does not follow it starts a catch-up."""

    __slots__ = (
        "_drain",
        "_out",
        "_pipe",
        "_quiet",
        "behind",
        "client_uri",
        "closed",
        "inbox_sent",
        "live",
        "sent",
        "user_uri",
        "when_behind",
    )

    def __init__(self, client_uri: str, user_uri: str, pipe: Pipe, drain: Callable[[], Awaitable[None]]) -> None:
        self.client_uri = client_uri
        self.user_uri = user_uri
        self._pipe = pipe
        self._drain = drain
        self._out: list[bytes] = []
        self.sent: dict[str, int] = {}
        self.inbox_sent = 0
        self.live = False
        """Whether events are written as they happen; otherwise they are read from the log when their turn comes."""
        self.behind = False
        """Whether something happened that was not written."""
        self.when_behind: Callable[[], None] | None = None
        """Brings the device up to date; called whenever it is, or may be, behind. Set once it has resumed."""
        self.closed = False
        self._quiet = 0

    def __repr__(self) -> str:
        return "<Connection>"

    def fall_behind(self) -> None:
        """What happened is read from the log when its turn comes."""
        self.behind = True
        if self.when_behind is not None:
            self.when_behind()

    def heard(self) -> None:
        """Anything came from the device."""
        self._quiet = 0

    def beat(self) -> None:
        """Called once in each `heartbeat.ROUND_S`: after two without a word ask, after three let go."""
        self._quiet += 1
        if self._quiet == 2:
            self._pipe.write(_PING)
        elif self._quiet > 2:
            self.closed = True
            self.live = False
            self._pipe.abort()

    def pong(self, payload: bytes) -> None:
        """The answer to a ping (RFC 6455, section 5.5.3); none while so much waits that the device reads no answers."""
        if self._pipe.get_write_buffer_size() > MAX_UNREAD_PONGS:
            return
        self._out.append(ws_frame(payload, opcode=10))
        self.flush()

    def offer(self, room_uri: str, seq: int, framed: bytes) -> bool:
        """An event as a WebSocket frame; returns whether there is something to write."""
        if not self.live:
            self.fall_behind()
            return False
        sent = self.sent.get(room_uri)
        if sent is None or seq <= sent:
            return False
        if seq != sent + 1:
            self.live = False
            self.fall_behind()
            return False
        self.sent[room_uri] = seq
        self._out.append(framed)
        return True

    def offer_answer(self, room_uri: str, seq: int, framed: bytes) -> None:
        """The Accepted of this device's own message, which stands for the event."""
        if self.live and self.sent.get(room_uri) == seq - 1:
            self.sent[room_uri] = seq
        self._out.append(framed)

    def offer_inbox(self, seq: int, framed: bytes) -> None:
        if not self.live or seq != self.inbox_sent + 1:
            self.live = self.live and seq <= self.inbox_sent
            self.fall_behind()
            return
        self.inbox_sent = seq
        self._out.append(framed)

    def offer_passing(self, framed: bytes) -> bool:
        """What nobody misses; returns whether this reader gets it: not while it catches up, or is slow."""
        if not self.live or self._pipe.get_write_buffer_size():
            return False
        self._out.append(framed)
        return True

    def put(self, frame: bytes) -> None:
        """A frame that is no event."""
        self._out.append(ws_frame(frame))

    def send(self, frame: bytes) -> None:
        """A frame that is no event, at once."""
        self.put(frame)
        self.flush()

    def flush(self) -> None:
        """Write what was gathered; let go of a reader that is too slow."""
        if not self._out:
            return
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        if self.closed or self._pipe.is_closing():
            return
        waiting = self._pipe.get_write_buffer_size()
        if waiting and waiting + len(data) > MAX_BUFFER:
            self.close(Code.UNAVAILABLE, f"{waiting} bytes wait to be read, at most {MAX_BUFFER} may; resume by cursor")
            return
        self._pipe.write(data)

    async def drained(self) -> None:
        """Wait until the reader has taken most of what was written."""
        await self._drain()

    def close(self, code: Code, message: str) -> None:
        """Say why and close; harmless when closed."""
        if self.closed:
            return
        self.closed = True
        self.live = False
        self.fall_behind()
        if self._pipe.is_closing():
            return
        self._pipe.write(ws_frame(encode(Closed(code, message))) + ws_frame((1000).to_bytes(2, "big"), opcode=8))
        self._pipe.close()
        asyncio.get_running_loop().call_later(LINGER_S, self._pipe.abort)
