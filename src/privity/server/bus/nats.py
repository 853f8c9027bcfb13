# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bus over NATS core: at most once, nothing stored. Subjects are prefixed with the hub's host.

What is said waits in a queue of this process and is written by one task, so that nobody waits and the order stays.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from privity.server.bus.model import NoAnswer, Nobody
from privity.server.bus.sealing import BusKey, NotOfAWorker
from privity.server.errors import BusUnreachable, DriverMissing
from privity.server.web import log_bug

CONNECT_S: Final = 5.0
PING_S: Final = 5
"""A server that is paused or cut off is given up after two of these."""
CLOSE_S: Final = 2.0
RECONNECT_S: Final = 0.25
MAX_WAITING_BYTES: Final = 32 << 20
"""Words that wait to be written. A bus that takes no more of them is away, and what is said to it is lost."""
PENDING_BYTES: Final = 1 << 20
"""What the client may hold while it connects again: what is older than that is not worth hearing."""


class NatsBus:
    """A connection to a NATS server, or to several that are one cluster."""

    def __init__(self, client: Any, prefix: str, key: BusKey) -> None:
        self._client = client
        self._prefix = prefix
        self._key = key
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._something = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._back: list[Callable[[], None]] = []
        self._answering: set[asyncio.Future[None]] = set()
        self._task = asyncio.create_task(self._write())
        self.lost = 0
        """Words that were said and never written."""

    def __repr__(self) -> str:
        return "<NatsBus>"

    @classmethod
    async def connect(cls, urls: str, host: str, key: BusKey) -> NatsBus:
        """`urls` are nats:// or tls:// addresses with commas between. Raises BusUnreachable or DriverMissing."""
        try:
            from nats.errors import Error

            from privity.server.bus.guarded import GuardedClient
        except ImportError:
            raise DriverMissing(
                "bus names a NATS server, and its client is not installed:"
                " pip install --require-hashes -r constraints/postgres.txt"
            ) from None
        client = GuardedClient()
        bus = cls(client, f"privity.{_token(host)}", key)
        try:
            async with asyncio.timeout(CONNECT_S):  # the client itself would try for good
                await client.connect(
                    urls.split(","),
                    name="privity hub",
                    no_echo=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=RECONNECT_S,  # type: ignore[arg-type]  # it sleeps so long; its hint is int
                    ping_interval=PING_S,
                    pending_size=PENDING_BYTES,
                    reconnected_cb=bus._reconnected,
                    error_cb=_ignore,
                )
        except (TimeoutError, OSError, Error) as err:
            await bus._end()
            if client.refused:
                raise BusUnreachable("the NATS server at the address of `bus` offers no TLS, and needs to") from None
            raise BusUnreachable(f"no NATS server answers at the address of `bus`: {type(err).__name__}") from None
        return bus

    def say(self, subject: str, words: bytes) -> None:
        if self._bytes + len(words) > MAX_WAITING_BYTES:
            self.lost += 1
            return
        name = self._name(subject)
        self._waiting.append((name, self._key.seal(name, words)))
        self._bytes += len(words)
        self._something.set()
        self._idle.clear()

    async def ask(self, subject: str, words: bytes, timeout_s: float) -> bytes:
        from nats.errors import Error, NoRespondersError

        name = self._name(subject)
        try:
            async with asyncio.timeout(timeout_s):
                await self._written()  # a question comes after what was said before it
                message = await self._client.request(name, self._key.seal(name, words), timeout=timeout_s)
            return self._key.open(message.subject, message.data)
        except NoRespondersError:
            raise Nobody(f"nobody is there to answer on {subject}") from None
        except (Error, TimeoutError, OSError):
            raise NoAnswer(f"nobody answered on {subject} within {timeout_s} s") from None
        except NotOfAWorker as err:
            raise NoAnswer(str(err)) from None

    async def listen(self, subject: str, hear: Callable[[bytes], None]) -> None:
        async def took(message: Any) -> None:
            with _reported():
                hear(self._key.open(message.subject, message.data))

        await self._subscribe(subject, took)

    async def answer(self, subject: str, reply: Callable[[bytes], Awaitable[bytes | None]]) -> None:
        async def give(message: Any, words: bytes) -> None:
            with _reported():
                said = await reply(words)
                if said is not None:
                    await self._client.publish(message.reply, self._key.seal(message.reply, said))

        async def took(message: Any) -> None:
            with _reported():
                task = asyncio.ensure_future(give(message, self._key.open(message.subject, message.data)))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

        await self._subscribe(subject, took)

    async def _subscribe(self, subject: str, took: Callable[[Any], Awaitable[None]]) -> None:
        """Returns when the server knows of it. The client's first ping overtakes what it has still to write; the second
        comes after it.
        """
        await self._client.subscribe(self._name(subject), cb=took)
        await self._client.flush()
        await self._client.flush()

    def when_back(self, call: Callable[[], None]) -> None:
        self._back.append(call)

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._written()
        await self._end()

    async def _end(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        if not self._client.is_closed:
            # On its own, since it may end by cancelling itself, and waits for a server that is away.
            await asyncio.wait([asyncio.ensure_future(self._client.close())], timeout=CLOSE_S)

    async def _written(self) -> None:
        await self._idle.wait()

    async def _write(self) -> None:
        from nats.errors import Error

        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                name, words = self._waiting.popleft()
                self._bytes -= len(words)
                try:
                    await self._client.publish(name, words)
                except (Error, OSError):
                    self.lost += 1
                except Exception as err:  # noqa: BLE001  # without this task nothing would ever be said again
                    log_bug(err)
                    self.lost += 1
            self._idle.set()

    async def _reconnected(self) -> None:
        for call in self._back:
            call()

    def _name(self, subject: str) -> str:
        return f"{self._prefix}.{subject}"


def _token(host: str) -> str:
    """Hosts have dots, which are levels of a subject."""
    return hashlib.sha256(host.encode()).hexdigest()[:16]


async def _ignore(err: Exception) -> None:
    """The client goes on by itself, and what was lost meanwhile is told by `when_back`."""


@contextmanager
def _reported() -> Iterator[None]:
    """A word that is no worker's is nothing; one that this worker cannot take is a bug, and the bus goes on."""
    try:
        yield
    except NotOfAWorker:
        return
    except Exception as err:  # noqa: BLE001  # whoever spoke is not here, and the next word must still be heard
        log_bug(err)
