# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The line between a hub and its database or bus: a proxy on loopback that a test cuts, stops or makes slow."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from typing import Self

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST."""


class Line:
    """Passes bytes on. What is said of it here counts for lines that stand, and for new ones."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._deaf = False
        self._dead = False
        self._last_word: bytes | None = None
        self.slow_s = 0.0
        """How long each piece is held up."""
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()

    def cut(self) -> None:
        """Both sides of every line get a reset."""
        ends, self._ends = self._ends, set()
        for end in ends:
            there = end.get_extra_info("socket")
            if there is not None:
                with suppress(OSError):
                    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.transport.abort()

    def stall(self) -> None:
        """Nothing passes and nothing is lost, until `go_on`."""
        self._flows.clear()

    def die(self) -> None:
        """Nothing passes over the lines that stand, now and for ever, and nobody is told; `go_on` is for new ones."""
        self._dead = True

    def swallow_answers_after(self, word: bytes) -> None:
        """A request with this word still arrives, and nothing comes back on its line after that."""
        self._last_word = word

    def go_deaf(self) -> None:
        """Half open: what the hub says still arrives, and nothing comes back; lines that were deaf once stay so."""
        self._deaf = True

    def go_on(self) -> None:
        self._deaf = self._dead = False
        self._last_word = None
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, back}
        over = asyncio.Event()
        self._begin(self._pass(reader, back, over, answers=False))
        self._begin(self._pass(there, writer, over, answers=True))

    def _begin(self, passing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(passing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, over: asyncio.Event, *, answers: bool
    ) -> None:
        deaf = False
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if self._dead:
                    over.set()
                if over.is_set():
                    await asyncio.Event().wait()  # for ever
                if not answers and self._last_word is not None and self._last_word in data:
                    over.set()
                await self._flows.wait()
                if self.slow_s:
                    await asyncio.sleep(self.slow_s)
                deaf = deaf or (answers and self._deaf)
                if not deaf:
                    writer.write(data)
                    await writer.drain()
        if not over.is_set():
            writer.close()
