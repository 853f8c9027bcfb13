# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two workers of one hub, each started by a command of its own, over a private PostgreSQL and NATS, behind lines.

People are connected to both and write all the time. Whatever a fault does, `check` of the town asks afterwards; and no
device may have dealt twice with one event.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from privity.client.engine import events
from privity.client.engine import room as engine_room
from privity.client.engine.flow import Flow
from privity.client.engine.room import Room
from privity.faces.demo.processes import wait_for_hub
from privity.server.init import write_fresh
from privity.wire.socket import Event
from tests import postgres
from tests.attacks.people import HOST, LIMIT_S, close, group_of, register
from tests.faults.line import Line
from tests.faults.town import Town, until
from tests.nats_server import NatsServer, nats_server
from tests.server.workers.house import Hub, shared_port

PAUSE_S = 0.3
"""Between two messages of one writer, at most."""
SUPERVISED = """
import sys
from pathlib import Path
from privity.server.main import run_workers
sys.exit(run_workers(Path(sys.argv[1]), 1))
"""
"""What `privity serve --workers` does from two on, so that each has lines of its own."""


@dataclass
class Worker:
    """One command, its address, and what lies between it and what all share."""

    hub: Hub
    url: str
    to_database: Line
    to_bus: Line
    metrics: int

    async def start(self) -> None:
        self.hub.start()
        await asyncio.to_thread(wait_for_hub, self.url, self.hub, LIMIT_S)

    def process(self) -> int:
        """The worker itself, which the command started; 0 while it starts another."""
        found = Path(f"/proc/{self.hub.pid}/task/{self.hub.pid}/children").read_text().split()
        return int(found[0]) if found else 0

    def kill_process(self, number: int = signal.SIGKILL) -> int:
        """A signal for the worker alone; which process it was, 0 where there is none."""
        found = self.process()
        if found:
            os.kill(found, number)
        return found

    def log(self) -> str:
        """What the command and its workers say."""
        return (self.hub.log.parent / "hub" / "logs" / "hub.log").read_text(errors="replace")


@dataclass
class Two:
    """The town, which people are connected where, and what they write meanwhile."""

    town: Town
    workers: list[Worker]
    nats: NatsServer
    database: postgres.Postgres
    chance: Random
    begun: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Everybody writes to the group, the first two to each other too, one message after the other, until the end;
        then all of it has been acknowledged."""
        first, second = list(self.town.devices)[:2]
        rooms = [(handle, self.town.room) for handle in self.town.devices]
        rooms += [(first, self.town.direct), (second, self.town.direct)]
        writers = [asyncio.create_task(self._write(handle, room)) for handle, room in rooms]
        try:
            yield
            self._stop.set()
            await asyncio.wait_for(asyncio.gather(*writers), LIMIT_S)
        finally:
            for writer in writers:
                writer.cancel()

    async def _write(self, handle: str, room: str) -> None:
        name = f"{handle} in {room}"
        while not self._stop.is_set():
            self.begun[name] += 1
            await self.town.say(handle, room)
            self.acknowledged[name] += 1
            await asyncio.sleep(self.chance.uniform(0, PAUSE_S))

    async def all_go_on(self) -> None:
        """Until everybody has something acknowledged that was begun after now."""
        before = dict(self.begun)
        await until(lambda: all(self.acknowledged[name] > begun for name, begun in before.items()), "all to go on")

    @property
    def waiting(self) -> int:
        return self.begun.total() - self.acknowledged.total()

    @property
    def any_worker(self) -> Worker:
        return self.chance.choice(self.workers)


@asynccontextmanager
async def two_workers(folder: Path, database: postgres.Postgres, chance: Random, *handles: str) -> AsyncIterator[Two]:
    """The people take turns in where they connect."""
    store = database.url(database.new_database())
    async with AsyncExitStack() as stack:
        nats = stack.enter_context(nats_server())
        first = write_fresh(folder, HOST, "127.0.0.1:0", store=store)
        workers = []
        for index in range(2):
            to_database = await stack.enter_async_context(Line(database.port))
            to_bus = await stack.enter_async_context(Line(nats.port))
            port, metrics = shared_port(), shared_port()
            config = folder / ("privity.toml" if index == 0 else "privity-1.toml")
            config.write_text(
                first.section.replace("127.0.0.1:0", f"127.0.0.1:{port}")
                .replace(f":{database.port}/", f":{to_database.port}/")
                .replace('"invite"', '"open"')
                + f'bus = "nats://127.0.0.1:{to_bus.port}"\nepoch_min_ms = 10\nmetrics = "127.0.0.1:{metrics}"\n'
            )
            command = [sys.executable, "-c", SUPERVISED, str(config)]
            hub = Hub(f"hub {index}", command, folder / f"hub-{index}.out")
            worker = Worker(hub, f"http://127.0.0.1:{port}", to_database, to_bus, metrics)
            workers.append(worker)
            stack.callback(_end, hub)
            await worker.start()
        town = Town(folder, workers[0].hub, workers[0].url, store)
        for number, handle in enumerate(handles):
            town.devices[handle] = await register(workers[number % 2].url, folder, handle)
            stack.push_async_callback(close, town.devices[handle])
        town.room = await group_of(*town.everybody)
        one, other = town.everybody[:2]
        town.direct = await one.direct(other.user_uri)
        await until(lambda: town.direct in other.rooms(), "the direct room to reach both")
        yield Two(town, workers, nats, database, chance)


def _end(hub: Hub) -> None:
    if hub.running:
        hub.kill_all()


@pytest.fixture
def dealt_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts what the engines of all devices deal with; fails at once where one is given an event a second time.
    Returns how many there were."""
    seen: set[tuple[int, str, int]] = set()
    deal_with = events.deal_with

    def once(room: Room, event: Event) -> Flow[None]:
        key = (id(room.device), room.uri, event.seq)
        assert key not in seen, f"event {event.seq} came twice to the engine"
        seen.add(key)
        return deal_with(room, event)

    monkeypatch.setattr(engine_room, "deal_with", once)
    return lambda: len(seen)
