# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same runs against several servers in turns: what differs between two of them is not the hour of the day."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Final

from aiohttp import ClientError

from bench import syncs
from bench.clock import percentile
from bench.errors import CannotRun
from bench.load import Load, Message

BODY: Final = "x" * 1024
"""What is said in every message, of the hub and of its peers."""
RATES: Final = (5, 200)
"""Messages a second: what the slowest of them holds, and what the bars are about."""
FEWER: Final = 5
"""By how much the rounds of a slow server are shorter."""
IN_FLIGHT: Final = 4
"""Unacknowledged messages of each device in the runs that ask how much a fuller transaction saves."""
ALONE: Final = 20
"""Messages that are sent one after the other, with nothing else under way, while syncs are counted."""
SETTLE_S: Final = 0.5
"""What a server may still be doing after its answer."""


def unheard(what: str) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is sent. Counts are per device and round."""

    people: int
    speakers: int
    """How many members of the one large group send to it; all are in it."""
    rounds: int
    """1:1 runs and group runs alternate, and so do servers."""
    sends: int
    fanouts: int
    seconds: int
    """How long each rate is held."""
    warm_up: int = 2

    @property
    def timed(self) -> int:
        """Messages of one device at fixed rates, and alone."""
        return -(-(sum(RATES) * self.seconds + ALONE) // self.people) + len(RATES) + 1

    @property
    def direct(self) -> int:
        """1:1 messages of one device."""
        return 1 + self.warm_up + self.rounds * 2 * self.sends + self.timed  # the first is looked at, not measured

    @property
    def group(self) -> int:
        """Messages of one speaker to the group."""
        return self.warm_up + self.rounds * self.fanouts

    @property
    def busiest(self) -> int:
        """Messages of the device that sends most."""
        return self.direct + self.group


FULL: Final = Sizes(people=100, speakers=8, rounds=5, sends=10, fanouts=8, seconds=10)
QUICK: Final = Sizes(people=20, speakers=4, rounds=3, sends=15, fanouts=12, seconds=2)


class Supply:
    """Messages by the device that sends them. They go out in the order in which they were made, each once."""

    __slots__ = ("_by_device",)

    def __init__(self, by_device: dict[str, list[Message]]) -> None:
        self._by_device = by_device

    def take(self, each: int) -> dict[str, list[Message]]:
        """The next messages of every device."""
        return {name: [own.pop(0) for _ in range(each)] for name, own in self._by_device.items()}

    def in_rotation(self, count: int) -> list[tuple[str, Message]]:
        """The next `count` messages, one device after the other."""
        devices = list(self._by_device)
        return [(name, self._by_device[name].pop(0)) for name in (devices[n % len(devices)] for n in range(count))]


@dataclass(slots=True)
class Contender:
    """A server that runs, its connected devices, everything that they will send, and what came of it."""

    name: str
    cpu_s: Callable[[], float]
    load: Load
    direct: Supply
    group: Supply
    pipelined: bool = False
    """Whether it is also asked with several messages in flight."""
    slow: bool = False
    """Whether it syncs for every message, so that it is sent fewer of them in a round."""
    pids: Callable[[], Sequence[int]] = list
    """Its processes, where somebody may watch how often they sync."""
    samples: dict[str, list[float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """Why a number was not asked for."""
    failure: str | None = None
    """Why it is out of the contest; what was measured before stands."""

    def add(self, key: str, value: float) -> None:
        self.samples.setdefault(key, []).append(value)

    def measured(self, key: str) -> float | None:
        """The median over rounds; `spread` says how far apart those of the sends were."""
        if key == "spread":
            sends = self.samples.get("send")
            return (max(sends) - min(sends)) / median(sends) * 100 if sends else None
        found = self.samples.get(key)
        return median(found) if found else None


async def measure(contenders: Sequence[Contender], sizes: Sizes, said: Callable[[str], None] = unheard) -> None:
    """Fill in one number after the other, so that a failure leaves those before it. CPU time is the server's alone.

    `said` is told what comes next.
    """
    steps: list[tuple[str, Callable[[Contender, Sizes], Awaitable[None]]]] = [("warming up", _warm_up)]
    steps += [(f"round {number} of {sizes.rounds}", _round) for number in range(1, sizes.rounds + 1)]
    steps += [(f"{rate} messages a second", partial(_hold, rate=rate)) for rate in RATES]
    steps += [("counting syncs", _alone)]
    for what, step in steps:
        for one in contenders:
            if one.failure is None:
                said(f"{what}: {one.name}")
                try:
                    await step(one, sizes)
                except (CannotRun, ClientError, OSError) as err:
                    one.failure = f"{type(err).__name__}: {err}"


async def _warm_up(one: Contender, sizes: Sizes) -> None:
    await one.load.in_turn(one.direct.take(sizes.warm_up), 1)
    await one.load.in_turn(one.group.take(sizes.warm_up), sizes.people - 1)


async def _round(one: Contender, sizes: Sizes) -> None:
    sends, fanouts = (count // FEWER if one.slow else count for count in (sizes.sends, sizes.fanouts))
    messages, cpu, wall = one.direct.take(sends), one.cpu_s(), time.perf_counter()
    run = await one.load.in_turn(messages, 1)
    one.add("send", (one.cpu_s() - cpu) / run.accepted * 1000)
    one.add("speed", run.accepted / (time.perf_counter() - wall))
    if one.pipelined:
        messages, cpu = one.direct.take(sends), one.cpu_s()
        run = await one.load.in_turn(messages, 1, IN_FLIGHT)
        one.add("send_more", (one.cpu_s() - cpu) / run.accepted * 1000)
    messages, cpu = one.group.take(fanouts), one.cpu_s()
    run = await one.load.in_turn(messages, sizes.people - 1)
    one.add("fanout", (one.cpu_s() - cpu) * 1000 / len(run.latencies_ms) * 1000)


async def _hold(one: Contender, sizes: Sizes, rate: int) -> None:
    speed = one.measured("speed") or 0.0
    if speed < 2 * rate:
        for key in ("cpu", "p50", "p99"):
            one.left_out[f"{key}@{rate}"] = f"it takes {speed:.0f}/s, and {rate}/s should leave it half idle"
        return
    cpu = one.cpu_s()
    run = await one.load.at_rate(one.direct.in_rotation(rate * sizes.seconds), rate, 1)
    one.add(f"cpu@{rate}", (one.cpu_s() - cpu) / run.accepted * 1000)
    one.add(f"p50@{rate}", percentile(run.latencies_ms, 50))
    one.add(f"p99@{rate}", percentile(run.latencies_ms, 99))


async def _alone(one: Contender, sizes: Sizes) -> None:
    """What a message needs that shares its syncs with no other."""
    pids = one.pids()
    if not pids:
        one.left_out["syncs"] = "nobody may watch it"
        return
    try:
        async with syncs.counted(pids) as found:
            for message in one.direct.in_rotation(ALONE):
                await one.load.at_rate([message], 1, 1)
            await asyncio.sleep(SETTLE_S)
    except CannotRun as err:  # of the one who watches
        one.left_out["syncs"] = str(err)
        return
    one.add("syncs", found.syncs / ALONE)
