# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What sending and delivering cost a real hub process (server note, bars): everything on, its own limits included.

The limits of the hub are met by spreading the load: ten accounts per loopback address, few messages per device.
"""

from __future__ import annotations

import gc
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import ClientError, ClientSession, TCPConnector

from bench import hub
from bench.clock import percentile
from bench.errors import CannotRun
from bench.format import Row, skipped
from bench.hub import HubProcess
from bench.line import Line, read_answer
from bench.load import Load, check_sample
from bench.people import Person, PlannedRoom, Prepared, make_person, plan_direct, plan_group, seal
from privity.wire.rest import Committed, Registered, RoomCreated, ServerInfo
from privity.wire.socket import CaughtUp, Resume, encode

PER_ADDRESS: Final = 10
"""Accounts that the hub lets one address register at once."""
PER_DEVICE: Final = 200
"""Messages that the hub takes from one device at once."""
BODY: Final = "x" * 1024
RATES: Final = (50, 200)
IN_FLIGHT: Final = 4
"""Unacknowledged messages of each device in the runs that ask how much a fuller transaction saves."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is sent. Counts are per device and round."""

    people: int
    speakers: int
    """How many members of the one large group send to it; all are in it."""
    rounds: int
    """1:1 runs, one in flight and several, and group runs alternate."""
    sends: int
    fanouts: int
    seconds: int
    """How long each rate is held."""
    warm_up: int = 2

    @property
    def busiest(self) -> int:
        """Messages of the device that sends most."""
        timed = -(-sum(RATES) * self.seconds // self.people)
        return 2 * self.warm_up + self.rounds * (2 * self.sends + self.fanouts) + timed + len(RATES)


FULL: Final = Sizes(people=100, speakers=8, rounds=3, sends=12, fanouts=20, seconds=20)
QUICK: Final = Sizes(people=20, speakers=4, rounds=2, sends=15, fanouts=20, seconds=4)


@dataclass(frozen=True, slots=True)
class Goal:
    """A row before it is measured."""

    name: str
    unit: str
    bar: str | None = None


def goals(sizes: Sizes) -> dict[str, Goal]:
    """The rows in their order. The bar of the fan-out is for a hundred members."""
    people = sizes.people
    found = {
        "send": Goal(f"hub: durable franked 1:1 send, {people} devices in turn", "cpu_s_per_1000", "ours <= 0.15"),
        "speed": Goal(f"hub: durable franked 1:1 sends, {people} devices in turn", "messages_per_s"),
        "send_more": Goal(
            f"hub: durable franked 1:1 send, {people} devices with {IN_FLIGHT} in flight each", "cpu_s_per_1000"
        ),
        "fanout": Goal(
            f"hub: fan-out to a group of {people}",
            "cpu_ms_per_1000_deliveries",
            "ours <= 7" if people >= FULL.people else None,
        ),
    }
    for rate in RATES:
        bars = ("ours <= 2.5", "ours <= 10") if rate == 200 else (None, None)
        found[f"p50@{rate}"] = Goal(f"send to receive, p50 at {rate}/s", "ms", bars[0])
        found[f"p99@{rate}"] = Goal(f"send to receive, p99 at {rate}/s", "ms", bars[1])
        found[f"cpu@{rate}"] = Goal(f"hub: durable franked 1:1 send at {rate}/s", "cpu_s_per_1000")
    return found


async def rows(sizes: Sizes) -> list[Row]:
    """Start a hub, measure, stop it. What could not be measured says why."""
    measured: dict[str, float] = {}
    reason = "not reached"
    try:
        async with hub.running() as process, _world(process, sizes) as world:
            await _measure(world, measured)
    except (CannotRun, ClientError, OSError) as err:
        reason = f"{type(err).__name__}: {err}"
    return [
        Row(goal.name, measured[key], goal.unit, goal.bar)
        if key in measured
        else skipped(goal.name, goal.unit, reason, goal.bar)
        for key, goal in goals(sizes).items()
    ]


@dataclass(slots=True)
class _Supply:
    """Sealed messages of one room, by the device that sends them; each is used once."""

    by_device: dict[str, list[Prepared]]

    @classmethod
    def of(cls, rooms: Sequence[PlannedRoom], each: int) -> _Supply:
        return cls(
            {
                speaker.person.client_uri: [seal(speaker, BODY, secrets.token_bytes) for _ in range(each)]
                for room in rooms
                for speaker in room.speakers
            }
        )

    def take(self, each: int) -> dict[str, list[Prepared]]:
        """The next messages of every device. They go out in the order in which they were sealed."""
        return {client_uri: [own.pop(0) for _ in range(each)] for client_uri, own in self.by_device.items()}

    def in_rotation(self, count: int) -> list[tuple[str, Prepared]]:
        """The next `count` messages, one device after the other."""
        devices = list(self.by_device)
        return [(uri, self.by_device[uri].pop(0)) for uri in (devices[n % len(devices)] for n in range(count))]


@dataclass(slots=True)
class _World:
    """A hub with people, rooms and everything that will be sent."""

    process: HubProcess
    info: ServerInfo
    sizes: Sizes
    load: Load
    direct: _Supply
    group: _Supply


async def _measure(world: _World, measured: dict[str, float]) -> None:
    """Fill in one number after the other, so that a failure leaves those before it."""
    sizes, process = world.sizes, world.process
    others = sizes.people - 1
    run = await world.load.in_turn(world.direct.take(sizes.warm_up), 1)
    check_sample(run, world.info.franking_public_key)
    await world.load.in_turn(world.group.take(sizes.warm_up), others)
    send_cpu = more_cpu = group_cpu = send_wall = 0.0
    sent = delivered = 0
    for _ in range(sizes.rounds):
        messages, cpu, wall = world.direct.take(sizes.sends), process.cpu_s(), time.perf_counter()
        run = await world.load.in_turn(messages, 1)
        send_cpu += process.cpu_s() - cpu
        send_wall += time.perf_counter() - wall
        sent += run.accepted
        messages, cpu = world.direct.take(sizes.sends), process.cpu_s()
        await world.load.in_turn(messages, 1, IN_FLIGHT)
        more_cpu += process.cpu_s() - cpu
        messages, cpu = world.group.take(sizes.fanouts), process.cpu_s()
        run = await world.load.in_turn(messages, others)
        group_cpu += process.cpu_s() - cpu
        delivered += len(run.latencies_ms)
    measured["send"] = send_cpu / sent * 1000
    measured["speed"] = sent / send_wall
    measured["send_more"] = more_cpu / sent * 1000
    measured["fanout"] = group_cpu * 1000 / delivered * 1000
    for rate in RATES:
        cpu = process.cpu_s()
        run = await world.load.at_rate(world.direct.in_rotation(rate * sizes.seconds), rate, 1)
        measured[f"cpu@{rate}"] = (process.cpu_s() - cpu) / run.accepted * 1000
        measured[f"p50@{rate}"] = percentile(run.latencies_ms, 50)
        measured[f"p99@{rate}"] = percentile(run.latencies_ms, 99)


@asynccontextmanager
async def _world(process: HubProcess, sizes: Sizes) -> AsyncIterator[_World]:
    """Register, connect, make the rooms and seal every message, before anything is measured."""
    if sizes.busiest > PER_DEVICE:
        raise CannotRun(f"a device would send {sizes.busiest} messages, the hub takes {PER_DEVICE} at once")
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(_client(process, f"127.0.0.{2 + number}"))
            for number in range(-(-sizes.people // PER_ADDRESS))
        ]
        info = await _server_info(clients[0])
        lines: list[Line] = []
        for number in range(sizes.people):
            http = clients[number // PER_ADDRESS]
            person = make_person(info.host, number, info.now_ms, secrets.token_bytes)
            await _register(http, person)
            lines.append(await Line.open(http, info.host, person))
        people = [line.person for line in lines]
        direct = [plan_direct(info, *pair, secrets.token_bytes) for pair in zip(people[::2], people[1::2], strict=True)]
        group = plan_group(info, people, sizes.speakers, secrets.token_bytes)
        by_person = {line.person.client_uri: line for line in lines}
        for room in (*direct, group):
            await _make(by_person[room.creator.client_uri], room)
        for line in lines:
            await line.send(encode(Resume({}, 0)))
            await line.expect(CaughtUp)
        timed = -(-sum(RATES) * sizes.seconds // sizes.people) + len(RATES)
        to_one = _Supply.of(direct, sizes.warm_up + sizes.rounds * 2 * sizes.sends + timed)
        to_all = _Supply.of([group], sizes.warm_up + sizes.rounds * sizes.fanouts)
        gc.collect()
        gc.freeze()  # all that was prepared stays: the collector need not look at it while latencies are taken
        load = Load(lines)
        try:
            yield _World(process, info, sizes, load, to_one, to_all)
        finally:
            gc.unfreeze()
            await load.close()
            for line in lines:
                await line.close()


def _client(process: HubProcess, address: str) -> ClientSession:
    return ClientSession(process.url, connector=TCPConnector(local_addr=(address, 0), limit=0))


async def _server_info(http: ClientSession) -> ServerInfo:
    async with http.get("/v1/server") as response:
        return read_answer("GET", "/v1/server", response.status, await response.read(), ServerInfo)


async def _register(http: ClientSession, person: Person) -> None:
    async with http.post("/v1/accounts", data=msgspec.json.encode(person.registration)) as response:
        read_answer("POST", "/v1/accounts", response.status, await response.read(), Registered)


async def _make(line: Line, room: PlannedRoom) -> None:
    await line.post("/v1/rooms", room.create, RoomCreated)
    await line.post(f"/v1/rooms/{room.room_uri.rpartition('/')[2]}/commit", room.commit, Committed)
