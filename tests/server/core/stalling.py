# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A line to PostgreSQL that can stand still without being lost: a proxy on loopback that stops passing on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Self


class Stalling:
    """Passes bytes on, until it stalls; lines that stood still stay so for ever, new ones pass again after `go_on`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._stalled = False
        self._word: bytes | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stall(self) -> None:
        self._stalled = True

    def swallow_answers_after(self, word: bytes) -> None:
        """A request with this word still arrives; nothing comes back after that."""
        self._word = word

    def go_on(self) -> None:
        self._stalled, self._word = False, None

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        stands = asyncio.Event()
        self._begin(self._pass(reader, back, stands, asks=True))
        self._begin(self._pass(there, writer, stands, asks=False))

    def _begin(self, passing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(passing)
        self._tasks.add(task)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stands: asyncio.Event, *, asks: bool
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if self._stalled:
                    stands.set()
                if stands.is_set():
                    await asyncio.Event().wait()  # for ever
                if asks and self._word is not None and self._word in data:
                    stands.set()
                writer.write(data)
                await writer.drain()
        if not stands.is_set():
            writer.close()
