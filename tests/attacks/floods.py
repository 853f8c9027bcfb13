# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What floods need: many lines from an address of one's own, and an honest pair that talks while they last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.attacks.open_hub import OpenHub, Wire
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device

ATTACKER = "127.0.0.77"
"""An address of loopback that no honest device has."""


def let_go(writer: asyncio.StreamWriter) -> None:
    """Without a goodbye; harmless where the hub was faster."""
    if not writer.transport.is_closing():
        writer.transport.abort()


@asynccontextmanager
async def wire_from(hub: OpenHub, address: str = ATTACKER) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", hub.port, local_addr=(address, 0))
    try:
        yield Wire(reader, writer)
    finally:
        let_go(writer)


async def lines(
    stack: AsyncExitStack, hub: OpenHub, count: int, said: bytes = b"", address: str = ATTACKER
) -> list[Wire]:
    """So many connections that said this and nothing more."""
    opened = [await stack.enter_async_context(wire_from(hub, address)) for _ in range(count)]
    for line in opened:
        if said:
            await line.send(said)
    return opened


@dataclass
class Honest:
    """Two people in a room."""

    room: str
    anna: Device
    ben: Device
    said: int = 0

    @classmethod
    async def of(cls, hub: OpenHub) -> Honest:
        room, (anna, ben) = await room_of(hub.world, "anna", "ben")
        return cls(room, anna, ben)

    async def talks(self) -> None:
        """A message goes through, and is acknowledged."""
        self.said += 1
        async with asyncio.timeout(60):
            await self.anna.say(self.room, b"still here")
            assert await self.ben.hear(self.said) == [b"still here"] * self.said

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """As long as it lasts, over and over; at least once while it lasts."""
        before, over = self.said, False

        async def talk() -> None:
            while not over:
                await self.talks()

        task = asyncio.create_task(talk())
        try:
            yield
            while self.said == before:
                await asyncio.sleep(0)
        finally:
            over = True
            await task
