# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Driving prepared messages through connected devices: as fast as they are acknowledged, or at a fixed rate."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.errors import CannotRun
from bench.line import Line
from bench.people import MARK_BYTES, Prepared
from privity.message.errors import BadFrankSignature
from privity.message.franking import Frank, verify_frank_signature
from privity.wire.socket import Accepted, BadFrame, Event, EventKind, FromHub, Refused

PATIENCE_S: Final = 60.0
"""A run in which nothing comes for this long has lost something."""


@dataclass(slots=True)
class Run:
    """What one run sent and what came of it. A delivery is an Event that a device other than the sender received."""

    wanted: int
    wanted_deliveries: int
    waiting: dict[str, deque[Prepared]] = field(default_factory=dict)
    """What each device still sends, one more for each acknowledgement."""
    sent: dict[bytes, tuple[float, str]] = field(default_factory=dict)
    """When each message was written, and by which user."""
    accepted: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    sample: tuple[Event, str] | None = None
    """One delivery, and the user who sent it."""
    failure: CannotRun | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def fail(self, reason: str) -> None:
        self.failure = self.failure or CannotRun(reason)
        self.done.set()

    def check_done(self) -> None:
        if self.accepted == self.wanted and len(self.latencies_ms) == self.wanted_deliveries:
            self.done.set()


class Load:
    """All connected devices, each read by a task of its own. One run at a time."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = {line.person.client_uri: line for line in lines}
        self._run = Run(0, 0)
        self._tasks = [asyncio.create_task(self._read(line)) for line in lines]

    async def close(self) -> None:
        """Stop reading."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def in_turn(self, messages: Mapping[str, Sequence[Prepared]], receivers: int, in_flight: int = 1) -> Run:
        """All devices at once, each with so many messages unacknowledged: the next goes out when one is accepted."""
        total = sum(len(own) for own in messages.values())
        run = self._run = Run(total, total * receivers, {uri: deque(own) for uri, own in messages.items()})
        for client_uri in messages:
            for _ in range(in_flight):
                await self._send_next(self._lines[client_uri])
        return await self._finish(run)

    async def at_rate(self, messages: Sequence[tuple[str, Prepared]], per_second: float, receivers: int) -> Run:
        """In this order at this rate, whether or not the hub keeps up. Latency counts from the write to the socket."""
        run = self._run = Run(len(messages), len(messages) * receivers)
        start = time.perf_counter()
        for number, (client_uri, message) in enumerate(messages):
            ahead = start + number / per_second - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            await self._send(self._lines[client_uri], message)
        return await self._finish(run)

    async def _finish(self, run: Run) -> Run:
        try:
            await asyncio.wait_for(run.done.wait(), PATIENCE_S)
        except TimeoutError:
            run.fail(
                f"after {PATIENCE_S:.0f} s {run.accepted} of {run.wanted} messages were acknowledged "
                f"and {len(run.latencies_ms)} of {run.wanted_deliveries} deliveries made"
            )
        if run.failure is not None:
            raise run.failure
        return run

    async def _read(self, line: Line) -> None:
        try:
            while (frame := await line.receive()) is not None:
                await self._take(line, frame)
            self._run.fail("a connection ended during the run")
        except (CannotRun, ConnectionError, BadFrame) as err:
            self._run.fail(str(err))

    async def _take(self, line: Line, frame: FromHub) -> None:
        run = self._run
        match frame:
            case Event(kind=EventKind.APPLICATION):
                found = run.sent.get(frame.message[-MARK_BYTES:])
                if found is None:
                    run.fail("a message of an earlier run, or of nobody, was delivered")
                    return
                sent, sender_uri = found
                run.latencies_ms.append((time.perf_counter() - sent) * 1000)
                run.sample = frame, sender_uri
                run.check_done()
            case Accepted():
                run.accepted += 1
                await self._send_next(line)
                run.check_done()
            case Refused():
                run.fail(f"a message was refused: {frame.code}: {frame.message}")
            case _:
                pass  # commits and inbox events of the rooms' making

    async def _send_next(self, line: Line) -> None:
        own = self._run.waiting.get(line.person.client_uri)
        if own:
            await self._send(line, own.popleft())

    async def _send(self, line: Line, message: Prepared) -> None:
        self._run.sent[message.mark] = time.perf_counter(), line.person.user_uri
        await line.send(message.frame)


def check_sample(run: Run, franking_public_key: bytes) -> None:
    """Raise CannotRun unless what was delivered is franked: without franks it would be another number."""
    if run.sample is None:
        raise CannotRun("nothing was delivered")
    event, sender_uri = run.sample
    if event.frank is None:
        raise CannotRun("the hub delivered a message without a frank")
    word = Frank(event.frank.server_frank, event.frank.ciphersuite, event.frank.signature)
    try:
        verify_frank_signature(word, franking_public_key, sender_uri, event.room_uri, event.ts_ms)
    except BadFrankSignature as err:
        raise CannotRun(f"the frank does not verify: {err}") from None
