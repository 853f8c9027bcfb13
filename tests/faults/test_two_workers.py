# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two workers over PostgreSQL and NATS while everybody writes: each of what they stand on is killed, paused, cut and
stalled. What was acknowledged is there once, in order, for everybody; no engine is given anything twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from privity.server.workers.leases import LEASE_MS
from tests import postgres
from tests.attacks.people import LIMIT_S
from tests.faults.line import Line
from tests.faults.town import until
from tests.faults.two_workers import Two, Worker, dealt_with, two_workers
from tests.nats_server import need_nats

__all__ = ["dealt_with"]

FAULTS = int(os.environ.get("PRIVITY_PROVE_WORKER_FAULTS", "100"))
PAST_LEASE_S = LEASE_MS / 1000 + 1.5

Fault = Callable[[Two], Awaitable[None]]


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Postgres]:
    """One that may be killed: nobody else's."""
    postgres.need_postgres()
    need_nats()
    made = postgres.Postgres()
    made.start()
    yield made
    made.stop()


async def a_worker_is_killed(two: Two) -> None:
    """Its command starts another."""
    worker = two.any_worker
    await until(lambda: worker.kill_process() != 0, "a worker to kill")


async def a_command_is_killed(two: Two) -> None:
    """With its worker, as when the machine dies; it comes back after a while."""
    worker = two.any_worker
    worker.hub.kill_all()
    await asyncio.sleep(two.chance.uniform(0, 3))
    await worker.start()


async def an_owner_sleeps_past_its_lease(two: Two) -> None:
    """With the command that started it, which judges nobody then: it wakes up with messages in its sockets."""
    worker = two.any_worker
    worker.hub.pause()
    await asyncio.sleep(PAST_LEASE_S)
    worker.hub.wake()


async def the_bus_is_killed(two: Two) -> None:
    await asyncio.to_thread(two.nats.kill)
    await asyncio.sleep(two.chance.uniform(0, 2))
    await asyncio.to_thread(two.nats.start)


async def the_database_is_killed(two: Two) -> None:
    await asyncio.to_thread(two.database.kill)
    await asyncio.sleep(two.chance.uniform(0, 0.5))
    await asyncio.to_thread(two.database.start)


async def a_line_to_the_database_stalls(two: Two) -> None:
    await _stalls(two, two.any_worker.to_database)


async def a_line_to_the_bus_stalls(two: Two) -> None:
    await _stalls(two, two.any_worker.to_bus)


async def a_line_to_the_database_is_cut(two: Two) -> None:
    two.any_worker.to_database.cut()


async def a_line_to_the_bus_is_cut(two: Two) -> None:
    two.any_worker.to_bus.cut()


async def answers_are_lost(two: Two) -> None:
    """Of the database: what was written was written, and nobody hears of it; given up after twenty seconds."""
    line = two.any_worker.to_database
    line.go_deaf()
    await asyncio.sleep(two.chance.uniform(0.1, 0.5))
    line.go_on()


async def _stalls(two: Two, line: Line) -> None:
    line.stall()
    await asyncio.sleep(two.chance.uniform(0.3, 3))
    line.go_on()


FEW: list[Fault] = [
    a_worker_is_killed,
    the_bus_is_killed,
    the_database_is_killed,
    an_owner_sleeps_past_its_lease,
    a_line_to_the_database_stalls,
    a_line_to_the_bus_stalls,
]
ALL: list[Fault] = [
    *FEW,
    a_command_is_killed,
    a_line_to_the_database_is_cut,
    a_line_to_the_bus_is_cut,
    answers_are_lost,
]


async def faults(folder: Path, database: postgres.Postgres, chosen: list[Fault], seed: int) -> tuple[Counter[str], int]:
    """One after the other, each while everybody writes and until everybody goes on. How often each was, and how many
    found messages on their way."""
    done: Counter[str] = Counter()
    caught = 0
    async with two_workers(folder, database, Random(seed), "anna", "bert", "cleo") as two:
        async with two.writing():
            for fault in chosen:
                await asyncio.sleep(two.chance.uniform(0, 0.3))
                caught += two.waiting > 0
                await fault(two)
                await two.all_go_on()
                done[fault.__name__] += 1
        assert await two.town.check() >= two.acknowledged.total()
    return done, caught


def test_six_faults_while_everybody_writes(
    tmp_path: Path, database: postgres.Postgres, dealt_with: Callable[[], int]
) -> None:
    chosen = Random(1).sample(FEW, len(FEW))
    done, caught = asyncio.run(faults(tmp_path, database, chosen, seed=1))
    assert done.total() == len(FEW)
    assert caught >= 2, "the faults found nothing on its way"
    assert dealt_with() > 0


@pytest.mark.prove
def test_many_faults_while_everybody_writes(
    tmp_path: Path,
    database: postgres.Postgres,
    dealt_with: Callable[[], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Each kind as often as the others, in any order."""
    chance = Random(2)
    chosen = [ALL[number % len(ALL)] for number in range(FAULTS)]
    chance.shuffle(chosen)
    done, caught = asyncio.run(faults(tmp_path, database, chosen, seed=2))
    record_property("faults", dict(done))
    record_property("events dealt with", dealt_with())
    assert done.total() == FAULTS
    assert caught >= FAULTS // 4, "the faults found nothing on its way"


async def health(worker: Worker) -> dict[str, Any]:
    """What this machine may know of one worker, well or not. Lines pass meanwhile."""
    return await asyncio.to_thread(_health, worker)


async def until_silent(worker: Worker, names: list[str]) -> dict[str, Any]:
    """What it says once it names these."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            said = await health(worker)
            if [silent["worker"] for silent in said.get("silent_workers", [])] == names:
                return said
            await asyncio.sleep(0.2)


def _health(worker: Worker) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{worker.metrics}/health", timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as refused:
        return dict(json.load(refused))


def test_a_worker_that_is_stopped_is_named_and_followed(tmp_path: Path, database: postgres.Postgres) -> None:
    """SIGSTOP for one of two: the other one's `/health` says which, and the command that started it ends it."""

    async def run() -> None:
        async with two_workers(tmp_path, database, Random(3), "anna", "bert") as two:
            stopped, other = two.workers
            name = (await health(stopped))["worker"]
            await until_silent(other, [])
            pid = stopped.kill_process(signal.SIGSTOP)
            found = await until_silent(other, [name])
            assert found["ok"] is True, "who asks this one is served"
            async with two.writing():
                await until(lambda: stopped.process() not in (0, pid), "another one in its place")
                await two.all_go_on()
            lines = [json.loads(line) for line in stopped.log().splitlines() if '"worker.stuck"' in line]
            assert [(line["worker"], line["pid"], line["why"]) for line in lines] == [(name, pid, "says nothing")]
            await until_silent(other, [])
            assert (await health(stopped))["worker"] != name
            await two.town.check()

    asyncio.run(run())
