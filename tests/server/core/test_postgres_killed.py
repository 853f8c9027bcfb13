# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of PostgreSQL under a hub that writes, and of a process that writes to it: acknowledged means kept."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator

import pytest

from privity.server.db.database import Tx
from privity.wire.errors import Code, Refusal
from tests import postgres
from tests.postgres import Postgres

ROUNDS = int(os.environ.get("PRIVITY_PROVE_KILLS", "100"))
WRITER = """
import asyncio, sys
from privity.server.db.postgres import PostgresDatabase

async def main():
    db = PostgresDatabase(sys.argv[1])
    start = int(sys.argv[2])
    async def one(n):
        await db.write(lambda tx: tx.execute("INSERT INTO mark (n) VALUES (?)", (n,)) and None)
        sys.stdout.write(f"{n}\\n")
        sys.stdout.flush()
    n = start
    while True:
        await asyncio.gather(*(one(n + i) for i in range(50)))
        n += 50

asyncio.run(main())
"""


@pytest.fixture
def server() -> Iterator[Postgres]:
    postgres.need_postgres()
    made = Postgres()
    made.start()
    yield made
    made.stop()


def fresh(server: Postgres) -> str:
    """A hub's database with a table for numbers."""
    from privity.server.db import postgres as engine

    store = server.url(server.new_database())
    engine.write_beside(store, lambda tx: tx.execute("CREATE TABLE mark (n BIGINT PRIMARY KEY)") and None)
    return store


def insert(number: int) -> Callable[[Tx], None]:
    def write(tx: Tx) -> None:
        tx.execute("INSERT INTO mark (n) VALUES (?)", (number,))

    return write


def stored(server: Postgres, store: str) -> set[int]:
    return {int(str(row[0])) for row in server.sql(store.rpartition("/")[2], "SELECT n FROM mark")}


async def killed_under_a_hub(server: Postgres, rounds: int, seed: int) -> None:
    """Devices repeat what was not acknowledged; a refusal that says that nothing was changed is right about it."""
    from privity.server.db.postgres import PostgresDatabase

    rnd = random.Random(seed)
    store = fresh(server)
    db = await asyncio.to_thread(PostgresDatabase, store)
    acknowledged: set[int] = set()
    unchanged: set[int] = set()
    unsure: set[int] = set()
    stop = asyncio.Event()

    async def device(first: int) -> None:
        number = first
        while not stop.is_set():
            try:
                await db.write(insert(number))
                acknowledged.add(number)
            except Refusal as refusal:
                assert refusal.code is Code.UNAVAILABLE
                (unsure if "may have been stored" in str(refusal) else unchanged).add(number)
                await asyncio.sleep(0.02)
            number += 10

    devices = [asyncio.create_task(device(first)) for first in range(10)]
    try:
        for _ in range(rounds):
            before = len(acknowledged)
            async with asyncio.timeout(60):
                while len(acknowledged) < before + 50:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(rnd.random() / 20)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        before = len(acknowledged)
        async with asyncio.timeout(60):
            while len(acknowledged) < before + 50:
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await asyncio.gather(*devices)
        await db.close()
    there = stored(server, store)
    assert acknowledged <= there, "acknowledged means kept"
    assert not unchanged & there, "and what was said to have changed nothing did not"
    assert there <= acknowledged | unsure
    assert unchanged, "it was away for a while, and said so"


async def killed_while_writing(server: Postgres, seed: int) -> None:
    rnd = random.Random(seed)
    store = fresh(server)
    acknowledged: list[int] = []
    for start in (0, 1_000_000):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, store, str(start), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(rnd.randrange(20, 300)):
            acknowledged.append(int(await child.stdout.readline()))
        child.send_signal(signal.SIGKILL)
        rest = await child.stdout.read()
        acknowledged.extend(int(line) for line in rest.split(b"\n")[:-1])
        await child.wait()
    assert set(acknowledged) <= stored(server, store)


async def test_postgresql_is_killed_under_a_hub(server: Postgres) -> None:
    await killed_under_a_hub(server, 2, 1)


async def test_a_writer_is_killed_and_the_next_one_takes_its_place(server: Postgres) -> None:
    await killed_while_writing(server, 1)


@pytest.mark.prove
async def test_postgresql_is_killed_under_a_hub_in_full(server: Postgres) -> None:
    await killed_under_a_hub(server, ROUNDS, 2)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(ROUNDS // 10))
async def test_a_writer_is_killed_and_the_next_one_takes_its_place_in_full(server: Postgres, seed: int) -> None:
    await killed_while_writing(server, seed)
