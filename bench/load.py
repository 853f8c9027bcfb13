# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Driving prepared messages through connected devices: as fast as they are acknowledged, or at a fixed rate.

Nothing here knows a protocol: the same load runs against the hub and against its peers.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bench.errors import CannotRun

PATIENCE_S: Final = 60.0
"""A run in which nothing comes for this long has lost something."""


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes as they are written. `mark` is how a receiver recognises the message."""

    frame: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """A device received the message of this mark."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The server has taken the oldest message of this device that it had not acknowledged."""


Heard = Delivered | Acknowledged


class Device(Protocol):
    """One connection of a load generator."""

    @property
    def name(self) -> str: ...

    async def send(self, frame: bytes) -> None: ...

    async def hear(self) -> Sequence[Heard] | None:
        """What came next, perhaps nothing of interest; None at the end. Raises CannotRun when a message is refused."""


@dataclass(slots=True)
class Run:
    """What one run sent and what came of it. A delivery is a message that a device other than the sender received."""

    wanted: int
    wanted_deliveries: int
    waiting: dict[str, deque[Message]] = field(default_factory=dict)
    """What each device still sends, one more for each acknowledgement."""
    sent: dict[bytes, tuple[float, str]] = field(default_factory=dict)
    """When each message was written, and by which device."""
    seen: set[bytes] = field(default_factory=set)
    accepted: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    failure: CannotRun | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def fail(self, reason: str) -> None:
        self.failure = self.failure or CannotRun(reason)
        self.done.set()

    def check_done(self) -> None:
        if self.accepted == self.wanted and len(self.latencies_ms) == self.wanted_deliveries:
            self.done.set()


class Load:
    """All connected devices, each read by a task of its own. One run at a time.

    Where a server acknowledges nothing, the first delivery of a message stands for its acknowledgement.
    """

    def __init__(self, devices: Sequence[Device], *, acknowledged: bool) -> None:
        self._devices = {device.name: device for device in devices}
        self._acknowledged = acknowledged
        self._run = Run(0, 0)
        self._senders: dict[bytes, str] = {}
        """Who wrote each message of every run."""
        self._tasks = [asyncio.create_task(self._read(device)) for device in devices]

    async def close(self) -> None:
        """Stop reading."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def in_turn(self, messages: Mapping[str, Sequence[Message]], receivers: int, in_flight: int = 1) -> Run:
        """All devices at once, each with so many messages unacknowledged: the next goes out when one is accepted."""
        total = sum(len(own) for own in messages.values())
        run = self._run = Run(total, total * receivers, {name: deque(own) for name, own in messages.items()})
        for name in messages:
            for _ in range(in_flight):
                await self._send_next(name)
        return await self._finish(run)

    async def at_rate(self, messages: Sequence[tuple[str, Message]], per_second: float, receivers: int) -> Run:
        """In this order at this rate, whether or not the server keeps up. Latency counts from the write."""
        run = self._run = Run(len(messages), len(messages) * receivers)
        start = time.perf_counter()
        for number, (name, message) in enumerate(messages):
            ahead = start + number / per_second - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            await self._send(name, message)
        return await self._finish(run)

    async def _finish(self, run: Run) -> Run:
        before = 0, 0
        while not run.done.is_set():
            try:
                await asyncio.wait_for(run.done.wait(), PATIENCE_S)
            except TimeoutError:
                now = run.accepted, len(run.latencies_ms)
                if now == before:
                    run.fail(
                        f"for {PATIENCE_S:.0f} s nothing came: {run.accepted} of {run.wanted} messages were "
                        f"acknowledged and {len(run.latencies_ms)} of {run.wanted_deliveries} deliveries made"
                    )
                before = now
        if run.failure is not None:
            raise run.failure
        return run

    async def _read(self, device: Device) -> None:
        try:
            while (heard := await device.hear()) is not None:
                for one in heard:
                    await self._take(device, one)
            self._run.fail("a connection ended during the run")
        except (CannotRun, ConnectionError) as err:
            self._run.fail(str(err))

    async def _take(self, device: Device, heard: Heard) -> None:
        run = self._run
        if isinstance(heard, Acknowledged):
            await self._accepted(device.name)
            return
        found = run.sent.get(heard.mark)
        if found is None:
            # A room echoes to its speaker, perhaps after everybody else was served and the run was over.
            if self._senders.get(heard.mark) != device.name:
                run.fail("a message of an earlier run, or of nobody, was delivered")
            return
        sent, sender = found
        if device.name != sender:
            run.latencies_ms.append((time.perf_counter() - sent) * 1000)
            run.check_done()
        if not self._acknowledged and heard.mark not in run.seen:
            run.seen.add(heard.mark)
            await self._accepted(sender)

    async def _accepted(self, sender: str) -> None:
        self._run.accepted += 1
        await self._send_next(sender)
        self._run.check_done()

    async def _send_next(self, name: str) -> None:
        own = self._run.waiting.get(name)
        if own:
            await self._send(name, own.popleft())

    async def _send(self, name: str, message: Message) -> None:
        self._senders[message.mark] = name
        self._run.sent[message.mark] = time.perf_counter(), name
        await self._devices[name].send(message.frame)
