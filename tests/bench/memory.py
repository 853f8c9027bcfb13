# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A server in memory for the load generators: it carries `TO:MARK` at once, or does wrong what a test asks it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bench.contest import Contender, Sizes, Supply
from bench.errors import CannotRun
from bench.load import Acknowledged, Delivered, Heard, Load, Message

ALL = "all"


class MemoryDevice:
    def __init__(self, server: MemoryServer, name: str) -> None:
        self.name = name
        self._server = server
        self.inbox: asyncio.Queue[Sequence[Heard] | CannotRun | None] = asyncio.Queue()

    async def send(self, frame: bytes) -> None:
        self._server.carry(self, frame)

    async def hear(self) -> Sequence[Heard] | None:
        found = await self.inbox.get()
        if isinstance(found, CannotRun):
            raise found
        return found


class MemoryServer:
    """`acknowledges`: as the hub does. Otherwise the sender to all hears itself, as in an XMPP room."""

    def __init__(self, people: int, *, acknowledges: bool) -> None:
        self.devices = {name: MemoryDevice(self, name) for name in (f"d{number}" for number in range(people))}
        self.acknowledges = acknowledges
        self.carried: list[bytes] = []
        self.fault: Callable[[bytes], Sequence[Heard] | CannotRun | None] | None = None

    def carry(self, sender: MemoryDevice, frame: bytes) -> None:
        self.carried.append(frame)
        to, mark = frame.split(b":")
        if self.fault is not None:
            sender.inbox.put_nowait(self.fault(mark))
            return
        if self.acknowledges:
            sender.inbox.put_nowait((Acknowledged(),))
        for device in self.devices.values():
            if to.decode() in (device.name, ALL) and not (self.acknowledges and device is sender):
                device.inbox.put_nowait((Delivered(mark),))

    def cpu_s(self) -> float:
        """A thousandth of a second for each message carried."""
        return len(self.carried) / 1000

    def supply(self, sizes: Sizes) -> tuple[Supply, Supply]:
        names = list(self.devices)
        made = iter(range(1 << 30))
        direct = {
            name: [_message(names[number ^ 1], next(made)) for _ in range(sizes.direct)]
            for number, name in enumerate(names)
        }
        group = {name: [_message(ALL, next(made)) for _ in range(sizes.group)] for name in names[: sizes.speakers]}
        return Supply(direct), Supply(group)

    def load(self) -> Load:
        return Load(list(self.devices.values()), acknowledged=self.acknowledges)

    def contender(self, name: str, sizes: Sizes) -> Contender:
        return Contender(name, self.cpu_s, self.load(), *self.supply(sizes))


def _message(to: str, number: int) -> Message:
    mark = b"%016d" % number
    return Message(to.encode() + b":" + mark, mark)
