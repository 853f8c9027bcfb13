# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A proven device on one connection, and the register of all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final, Protocol

import msgspec

from privity.server.sessions.pending import Pending
from privity.wire.errors import Code, Refusal
from privity.wire.session import COUNT_WINDOW

_WINDOW_MASK: Final = (1 << COUNT_WINDOW) - 1


class CountWindow:
    """The request counters of one session: each is taken once, and none that fell behind the window."""

    __slots__ = ("_highest", "_seen")

    def __init__(self) -> None:
        self._highest = -1
        self._seen = 0  # bit i: `_highest - i` was taken

    def take(self, count: int) -> None:
        """Take one counter, or raise a REPLAYED Refusal."""
        if count > self._highest:
            shift = count - self._highest
            self._seen = ((self._seen << shift) & _WINDOW_MASK if shift < COUNT_WINDOW else 0) | 1
            self._highest = count
            return
        behind = self._highest - count
        if behind >= COUNT_WINDOW:
            raise Refusal(
                Code.REPLAYED,
                f"the request counter is {behind} behind, at most {COUNT_WINDOW - 1} are taken",
            )
        if self._seen >> behind & 1:
            raise Refusal(Code.REPLAYED, "the request counter was used before in this session")
        self._seen |= 1 << behind


class SignedRequest(msgspec.Struct, frozen=True, array_like=True):
    """What the MAC of a request is over, and the MAC."""

    session: str
    """The name that the request gives."""
    method: str
    path: str
    """With its query, as it came."""
    count: int
    body_digest: bytes
    mac: bytes


class Elsewhere(Protocol):
    """Sessions that other workers of the hub hold. Raises UNAUTHENTICATED for one that none of them does."""

    async def whose(self, session: str) -> Session:
        """The device of a session, before its request is known to be its own."""

    async def vouched(self, request: SignedRequest) -> Session:
        """Whose request it is: its MAC is right, and it was counted there. Raises Refusal."""


class Session:
    """A device that proved its key on a connection that is still open. Its repr shows nothing."""

    __slots__ = ("client_uri", "close", "counts", "deliver", "key", "name", "user_uri")

    def __init__(
        self,
        name: str,
        client_uri: str,
        user_uri: str,
        key: bytes,
        close: Callable[[Code, str], Coroutine[None, None, None]],
    ) -> None:
        self.name = name
        self.client_uri = client_uri
        self.user_uri = user_uri
        self.key = key
        self.close = close
        """Send `Closed` with this reason and close the connection."""
        self.counts = CountWindow()
        self.deliver: Callable[[bytes], None] | None = None
        """Set by the delivery slice while it listens: takes one encoded frame for this connection, never blocks."""

    def __repr__(self) -> str:
        return "<Session>"


class Sessions:
    """Live sessions by name and by device. A device has one: proving itself again ends the older connection."""

    __slots__ = ("_by_device", "_by_name", "_closing", "drops", "elsewhere", "on_add", "on_drop", "pending", "worker")

    def __init__(self, worker: str = "") -> None:
        """`worker` names this process among several that are one hub; its sessions have it before their own names."""
        self.worker = worker
        self.elsewhere: Elsewhere | None = None
        self.on_add: Callable[[str], None] | None = None
        """Called with a device that has proven itself here, so that its connections to other workers end."""
        self.on_drop: Callable[[str, str], None] | None = None
        """Called with what `drop` is called with, so that other workers drop it too."""
        self._by_name: dict[str, Session] = {}
        self._by_device: dict[str, Session] = {}
        self._closing: set[asyncio.Future[None]] = set()
        self.pending = Pending()
        """Connections that have not proven themselves yet."""
        self.drops = 0
        """Counts `drop` calls: a handshake that saw it change looks its device up again."""

    def __len__(self) -> int:
        return len(self._by_name)

    def add(self, session: Session) -> None:
        """Register. An older session of the device is out of the register at once, and its connection closes soon."""
        older = self._by_device.get(session.client_uri)
        if older is not None:
            self._end(older, "the device opened another connection")
        self._by_name[session.name] = session
        self._by_device[session.client_uri] = session
        if self.on_add is not None:
            self.on_add(session.client_uri)

    def hear_add(self, client_uri: str) -> None:
        """The device has proven itself to another worker: a session of it here ends."""
        older = self._by_device.get(client_uri)
        if older is not None:
            self._end(older, "the device opened another connection")

    def remove(self, session: Session) -> None:
        """Forget; harmless when it was forgotten before."""
        self._by_name.pop(session.name, None)
        if self._by_device.get(session.client_uri) is session:
            del self._by_device[session.client_uri]

    def drop(self, client_uri: str, why: str) -> None:
        """The device is none any more: its session is out of the register at once, and its connection closes soon."""
        self.hear_drop(client_uri, why)
        if self.on_drop is not None:
            self.on_drop(client_uri, why)

    def hear_drop(self, client_uri: str, why: str) -> None:
        """`drop`, where another worker was asked to."""
        self.drops += 1
        session = self._by_device.get(client_uri)
        if session is not None:
            self._end(session, why)

    async def close_all(self, code: Code, why: str) -> None:
        """For the end of the process."""
        sessions = list(self._by_name.values())
        for session in sessions:
            self.remove(session)
        await asyncio.gather(*(session.close(code, why) for session in sessions), *self._closing)

    def forget_closing(self) -> None:
        """Stop waiting for connections that do not close."""
        for task in self._closing:
            task.cancel()

    def _end(self, session: Session, why: str) -> None:
        """Nobody waits for the connection to close: a dead peer takes long."""
        self.remove(session)
        task = asyncio.ensure_future(session.close(Code.UNAUTHENTICATED, why))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def new_name(self, random: Callable[[int], bytes]) -> str:
        """A name that says which worker holds the session, where there are several."""
        own = random(16).hex()
        return f"{self.worker}.{own}" if self.worker else own

    def is_own(self, name: str) -> bool:
        """Whether a session of this name would be one of this process."""
        return not self.worker or name.startswith(f"{self.worker}.")

    def devices(self) -> list[str]:
        """Those that have a session now."""
        return list(self._by_device)

    def named(self, name: str) -> Session | None:
        return self._by_name.get(name)

    def of_device(self, client_uri: str) -> Session | None:
        return self._by_device.get(client_uri)
