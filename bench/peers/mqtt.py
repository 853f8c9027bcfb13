# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A thin MQTT 3.1.1 client for loading a broker on loopback: every message at QoS 1, each way."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.contest import BODY, Contender, Sizes, Supply
from bench.errors import CannotRun
from bench.load import Acknowledged, Delivered, Heard, Load, Message
from bench.peers.peer import PeerProcess

ANSWER_S: Final = 30.0
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x32, 0x40, 0x82, 0x90
"""First bytes of packets, with the flags that QoS 1 asks for."""
GROUP: Final = "all"
MARK_BYTES: Final = 16


def packet(kind: int, body: bytes) -> bytes:
    """Fixed header with the length in base 128 (MQTT, section 2.2.3)."""
    size, length = len(body), bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (0x80 if size else 0))
        if not size:
            return bytes((kind,)) + bytes(length) + body


def text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


class MqttLine:
    """A client of its own, subscribed to a topic of its name and to the one of all."""

    __slots__ = ("_reader", "_writer", "name")

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.name = name
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, name: str) -> MqttLine:
        """Connect with a clean session and subscribe. Raises CannotRun."""
        line = cls(name, *await asyncio.open_connection("127.0.0.1", port))
        await line.send(packet(CONNECT, text("MQTT") + bytes((4, 2, 0, 0)) + text(name)))
        await line._expect(CONNACK, b"\0\0")
        topics = b"".join(text(topic) + b"\1" for topic in (name, GROUP))
        await line.send(packet(SUBSCRIBE, b"\0\1" + topics))
        await line._expect(SUBACK, b"\0\1\1\1")
        return line

    async def _expect(self, kind: int, body: bytes) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                found = await self._packet()
        except (TimeoutError, asyncio.IncompleteReadError) as err:
            raise CannotRun(f"the broker did not answer with the packet {kind:#x}: {type(err).__name__}") from None
        if found != (kind, body):
            raise CannotRun(f"expected the packet {kind:#x} {body.hex()} from the broker, got {found}")

    async def _packet(self) -> tuple[int, bytes]:
        kind = (await self._reader.readexactly(1))[0]
        size = shift = 0
        while True:
            digit = (await self._reader.readexactly(1))[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return kind, await self._reader.readexactly(size)

    async def send(self, frame: bytes) -> None:
        self._writer.write(frame)
        await self._writer.drain()

    async def hear(self) -> Sequence[Heard] | None:
        try:
            kind, body = await self._packet()
        except asyncio.IncompleteReadError:
            return None
        if kind == PUBACK:
            return (Acknowledged(),)
        if kind & 0xF6 != PUBLISH:
            raise CannotRun(f"the broker sent the packet {kind:#x}")
        after = 2 + int.from_bytes(body[:2], "big")
        await self.send(packet(PUBACK, body[after : after + 2]))
        return (Delivered(body[after + 2 : after + 2 + MARK_BYTES]),)

    async def close(self) -> None:
        self._writer.close()


def publication(topic: str, number: int) -> Message:
    """The words that the hub carries, marked at their beginning. `number` is the packet id of the sender's."""
    mark = secrets.token_hex(MARK_BYTES // 2).encode()
    return Message(packet(PUBLISH, text(topic) + number.to_bytes(2, "big") + mark + BODY.encode()), mark)


@asynccontextmanager
async def contender(name: str, process: PeerProcess, sizes: Sizes) -> AsyncIterator[Contender]:
    """Connect everybody and write down every message."""
    async with AsyncExitStack() as stack:
        lines = []
        for number in range(sizes.people):
            line = await MqttLine.open(process.port, f"load{number}")
            stack.push_async_callback(line.close)
            lines.append(line)
        names = [line.name for line in lines]
        direct = {
            name: [publication(names[number ^ 1], 1 + n) for n in range(sizes.direct)]
            for number, name in enumerate(names)
        }
        group = {
            name: [publication(GROUP, 1 + sizes.direct + n) for n in range(sizes.group)]
            for name in names[: sizes.speakers]
        }
        load = Load(lines, acknowledged=True)
        stack.push_async_callback(load.close)
        yield Contender(name, process.cpu_s, load, Supply(direct), Supply(group), pids=lambda: [process.pid])
