# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What connections cost a real hub process: proving a device, holding it idle, and bringing it what it missed."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from statistics import median
from typing import Final

from aiohttp import ClientError

from bench.contest import BODY
from bench.delivery import PER_DEVICE, make_room
from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import HubProcess
from bench.line import Line
from bench.load import Load
from bench.people import Person, plan_direct, seal
from bench.residents import Residents
from bench.ways import ON_A_FILE, Way
from privity.wire.socket import CaughtUp, Event, EventKind, Resume, encode


@dataclass(frozen=True, slots=True)
class Sizes:
    """`senders` each store `missed` messages for one device that is away."""

    idle: int
    warm_up: int
    senders: int
    missed: int
    drains: int


FULL: Final = Sizes(idle=400, warm_up=20, senders=60, missed=167, drains=3)
QUICK: Final = Sizes(idle=60, warm_up=10, senders=10, missed=100, drains=2)
IN_FLIGHT: Final = 4


def goals(sizes: Sizes) -> dict[str, Goal]:
    """The bar of the drain is for ten thousand messages."""
    stored = sizes.senders * sizes.missed
    bar = "ours <= 0.5" if stored >= 10_000 else None
    return {
        "connect": Goal("hub: authenticated connect", "cpu_ms", "ours <= 0.8"),
        "idle": Goal("hub: memory of an idle authenticated connection, no TLS", "KB", "ours <= 20"),
        "drain": Goal(f"{stored} stored messages to one device, until it is caught up", "s", bar),
        "drain_cpu": Goal(f"hub: {stored} stored messages to one device", "cpu_s"),
    }


def of_files(sizes: Sizes) -> dict[str, Goal]:
    """What is only seen where the database is a file."""
    stored = sizes.senders * sizes.missed
    return {
        "stored": Goal(f"hub: its database, per message of {stored}", "bytes"),
        "written": Goal(f"hub: written to the disk, per message of {stored}", "bytes"),
    }


async def rows(sizes: Sizes, way: Way = ON_A_FILE) -> list[Row]:
    """Start a hub in this way, measure, stop it. What could not be measured says why."""
    measured: dict[str, float] = {}
    reason = "not reached"
    try:
        async with way.running() as process, Residents.of(process) as residents:
            await _connect(process, residents, sizes, measured)
            await _drain(process, residents, sizes, measured)
    except (CannotRun, ClientError, OSError) as err:
        reason = f"{type(err).__name__}: {err}"
    wanted = goals(sizes) | (of_files(sizes) if way is ON_A_FILE else {})
    found = {key: way.goal(goal) for key, goal in wanted.items()}
    return [goal.row(measured[key]) if key in measured else goal.skipped(reason) for key, goal in found.items()]


async def _connect(process: HubProcess, residents: Residents, sizes: Sizes, measured: dict[str, float]) -> None:
    """One after the other; then all of them stay and say nothing."""
    people = await residents.register(sizes.warm_up + sizes.idle)
    for person in people[: sizes.warm_up]:
        await _present(await residents.connect(person))
    memory, cpu = process.memory_kb(), process.cpu_s()
    lines = [await residents.connect(person) for person in people[sizes.warm_up :]]
    measured["connect"] = (process.cpu_s() - cpu) / sizes.idle * 1000
    for line in lines:
        await _present(line)
    measured["idle"] = (process.memory_kb() - memory) / sizes.idle
    for line in lines:
        await line.close()


async def _drain(process: HubProcess, residents: Residents, sizes: Sizes, measured: dict[str, float]) -> None:
    if sizes.missed > PER_DEVICE:
        raise CannotRun(f"a device would send {sizes.missed} messages, the hub takes {PER_DEVICE} at once")
    reader, *senders = await residents.register(1 + sizes.senders)
    stored, written = (0, 0) if process.postgres else (process.stored_bytes(), process.written_bytes())
    await _store(residents, reader, senders, sizes)
    if process.postgres is None:
        measured["stored"] = (process.stored_bytes() - stored) / (sizes.senders * sizes.missed)
        measured["written"] = (process.written_bytes() - written) / (sizes.senders * sizes.missed)
    walls, cpus = [], []
    for _ in range(sizes.drains):
        line = await residents.connect(reader)
        cpu, start = process.cpu_s(), time.perf_counter()
        await line.send(encode(Resume({}, 0)))
        found = 0
        while not isinstance(frame := await line.receive(), CaughtUp):
            if frame is None:
                raise CannotRun("the connection ended before the device had caught up")
            found += isinstance(frame, Event) and frame.kind == EventKind.APPLICATION
        walls.append(time.perf_counter() - start)
        cpus.append(process.cpu_s() - cpu)
        await line.close()
        if found != sizes.senders * sizes.missed:
            raise CannotRun(f"{found} of {sizes.senders * sizes.missed} stored messages came")
    measured["drain"], measured["drain_cpu"] = median(walls), median(cpus)


async def _store(residents: Residents, reader: Person, senders: list[Person], sizes: Sizes) -> None:
    """A room with each sender, filled while the reader is away."""
    rooms = [plan_direct(residents.info, sender, reader, secrets.token_bytes) for sender in senders]
    lines = [await residents.connect(sender) for sender in senders]
    waiting = await residents.connect(reader)
    by_device = {line.name: line for line in (*lines, waiting)}
    for room in rooms:
        await make_room(by_device, room, residents.info.now_ms)
    await waiting.close()
    for line in lines:
        await _present(line)
    messages = {
        room.creator.client_uri: [seal(room.speakers[0], BODY, secrets.token_bytes) for _ in range(sizes.missed)]
        for room in rooms
    }
    load = Load(lines, acknowledged=True)
    try:
        await load.in_turn(messages, 0, IN_FLIGHT)
    finally:
        await load.close()


async def _present(line: Line) -> None:
    await line.send(encode(Resume({}, 0)))
    await line.expect(CaughtUp)
