# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A loopback proxy that keeps every byte: what a reader of the line has, by frames and requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from privity.wire import socket


@dataclass(slots=True)
class Line:
    """One connection as it passed."""

    from_device: bytearray = field(default_factory=bytearray)
    from_hub: bytearray = field(default_factory=bytearray)

    @property
    def is_socket(self) -> bool:
        return self.from_device.startswith(b"GET /v1/socket ")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of a line."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Tap:
    """Listens on `port`, speaks to `hub_port`; a hub that is away ends the connection."""

    hub_port: int
    port: int = 0
    lines: list[Line] = field(default_factory=list)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a device."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def close(self) -> None:
        """End what still passes."""
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line()
        self.lines.append(line)
        try:
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self.hub_port)
        except OSError:
            writer.close()
            return
        self._writers += (writer, hub_writer)
        await asyncio.gather(
            _pass(reader, hub_writer, line.from_device),
            _pass(hub_reader, writer, line.from_hub),
        )

    def requests(self) -> list[Request]:
        """Every REST request of all lines, in order of the lines."""
        return [
            request for line in self.lines if not line.is_socket for request in requests_of(bytes(line.from_device))
        ]

    def frames(self) -> list[socket.FromDevice]:
        """Every frame that devices sent on their sockets."""
        sockets = [bytes(line.from_device) for line in self.lines if line.is_socket]
        return [socket.decode_from_device(data) for each in sockets for data in payloads_of(each)]


@asynccontextmanager
async def tapped(hub_port: int) -> AsyncIterator[Tap]:
    tap = Tap(hub_port)
    server = await asyncio.start_server(tap.serve, "127.0.0.1", 0)
    tap.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield tap
        finally:
            server.close()
            await tap.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            kept += data
            writer.write(data)
            await writer.drain()
    writer.close()


def requests_of(data: bytes) -> Iterator[Request]:
    """The complete requests at the start of these bytes."""
    while (end := data.find(b"\r\n\r\n")) >= 0:
        first, *rest = data[:end].decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(each.split(": ", 1) for each in rest)
        size = int(headers.get("Content-Length", "0"))
        body = data[end + 4 : end + 4 + size]
        if len(body) < size:
            return
        yield Request(method, path, headers, body)
        data = data[end + 4 + size :]


def payloads_of(data: bytes) -> Iterator[bytes]:
    """The complete binary messages that a device sent after its upgrade request (RFC 6455, section 5.2)."""
    data = data[data.index(b"\r\n\r\n") + 4 :]
    while len(data) >= 2:
        opcode, size, at = data[0] & 0x0F, data[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        mask, payload = data[at : at + 4], data[at + 4 : at + 4 + size]
        if len(payload) < size:
            return
        if opcode == 2:
            yield bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        data = data[at + 4 + size :]
