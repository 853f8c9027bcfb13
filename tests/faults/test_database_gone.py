# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's PostgreSQL dies, comes back, stands behind a line that is cut, stalls or is slow, or has no room left.

A PostgreSQL of these tests alone, from Debian's packages, with fsync on. While it is away the hub runs on, refuses by
name, and finds it again by itself.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from privity.wire.errors import Code
from tests import postgres
from tests.faults.conftest import Metrics
from tests.faults.line import Line
from tests.faults.test_disk_full import LONG, registering
from tests.faults.town import Town, all_said, town, until

KILLS = int(os.environ.get("PRIVITY_PROVE_DATABASE_KILLS", "50"))
HUB_KILLS = int(os.environ.get("PRIVITY_PROVE_KILLS", "100"))
DISK_BYTES = 64 << 20


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Postgres]:
    """One that may be killed: nobody else's."""
    postgres.need_postgres()
    made = postgres.Postgres()
    made.start()
    yield made
    made.stop()


@asynccontextmanager
async def housed(folder: Path, server: postgres.Postgres, *handles: str) -> AsyncIterator[Town]:
    async with town(folder, *handles, store=server.url(server.new_database())) as here:
        yield here


@asynccontextmanager
async def behind_a_line(folder: Path, server: postgres.Postgres, *handles: str) -> AsyncIterator[tuple[Town, Line]]:
    async with Line(server.port) as line:
        store = server.url(server.new_database())

        def through(address: str) -> str:
            return address.replace(f":{server.port}/", f":{line.port}/")

        async with town(folder, *handles, store=store, through=through) as here:
            yield here, line


async def kills_of_the_database(folder: Path, server: postgres.Postgres, count: int, seed: int) -> int:
    """Everybody talks, the database dies amid it and comes back; how often messages were on their way."""
    chance = Random(seed)
    caught = 0
    async with housed(folder, server, "anna", "bert") as here:
        for _ in range(count):
            said = here.talk(4)
            await asyncio.wait(said, timeout=chance.uniform(0, 0.05))
            caught += any(not one.done() for one in said)
            await asyncio.to_thread(server.kill)
            refusal = await registering(here)
            assert refusal.code is Code.UNAVAILABLE
            assert refusal.message.startswith("the hub cannot store now (")
            await asyncio.sleep(chance.uniform(0, 0.5))
            await asyncio.to_thread(server.start)
            await all_said(said)
        assert here.hub.running
        await here.check()
    return caught


def test_the_database_is_killed_and_comes_back(tmp_path: Path, server: postgres.Postgres) -> None:
    assert asyncio.run(kills_of_the_database(tmp_path, server, 2, seed=1)) >= 1


@pytest.mark.prove
def test_the_database_is_killed_many_times(tmp_path: Path, server: postgres.Postgres) -> None:
    assert asyncio.run(kills_of_the_database(tmp_path, server, KILLS, seed=2)) >= KILLS // 4


async def kills_of_the_hub(folder: Path, server: postgres.Postgres, count: int, seed: int) -> int:
    chance = Random(seed)
    caught = 0
    async with housed(folder, server, "anna", "bert", "cleo") as here:
        for _ in range(count):
            said = here.talk(4)
            await asyncio.wait(said, timeout=chance.uniform(0, 0.15))
            caught += any(not one.done() for one in said)
            here.hub.kill()
            await here.start()
            await all_said(said)
        await here.check()
    return caught


@pytest.mark.prove
def test_the_hub_on_postgresql_is_killed(tmp_path: Path, server: postgres.Postgres) -> None:
    assert asyncio.run(kills_of_the_hub(tmp_path, server, 3, seed=3)) >= 1


@pytest.mark.prove
def test_the_hub_on_postgresql_is_killed_many_times(tmp_path: Path, server: postgres.Postgres) -> None:
    assert asyncio.run(kills_of_the_hub(tmp_path, server, HUB_KILLS, seed=4)) >= HUB_KILLS // 4


async def faults_of_the_line(
    folder: Path, server: postgres.Postgres, fault: Callable[[Line], None], count: int
) -> None:
    async with behind_a_line(folder, server, "anna", "bert") as (here, line):
        for _ in range(count):
            said = here.talk(4)
            await asyncio.wait(said, timeout=0.05)
            fault(line)
            await asyncio.sleep(0.3)
            line.go_on()
            await all_said(said)
        assert here.hub.running
        await here.check()


@pytest.mark.prove
@pytest.mark.parametrize(("fault", "count"), [(Line.cut, 20), (Line.go_deaf, 2), (Line.stall, 3)])
def test_a_line_that_is_cut_often_or_stands_still(
    tmp_path: Path, server: postgres.Postgres, fault: Callable[[Line], None], count: int
) -> None:
    """One that stands still is given up after twenty seconds; nobody is told anything but to wait."""
    asyncio.run(faults_of_the_line(tmp_path, server, fault, count))


@pytest.mark.prove
def test_a_slow_line_keeps_everything_in_order(tmp_path: Path, server: postgres.Postgres) -> None:
    async def run() -> None:
        async with behind_a_line(tmp_path, server, "anna", "bert", "cleo") as (here, line):
            line.slow_s = 0.05
            await all_said(here.talk(5))
            line.slow_s = 0.0
            await here.check()

    asyncio.run(run())


@pytest.fixture
def small_disk(server: postgres.Postgres) -> Iterator[Path]:
    """A disk of its own for the tables: as small as that, and nobody else writes to it."""
    disk = server.folder / "disk"
    disk.mkdir()
    options = f"size={DISK_BYTES}"
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("needs mount, for a disk of a fixed size")
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount, for a disk of a fixed size")
    tables = disk / "tables"
    tables.mkdir(mode=0o700)
    shutil.chown(tables, server.folder.owner())
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> Path:
    """A file that leaves nothing."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
            file.flush()
    return ballast


@pytest.mark.prove
def test_the_disk_of_the_database_is_full_for_a_while(
    tmp_path: Path, server: postgres.Postgres, small_disk: Path, metrics: Metrics
) -> None:
    """The disk of its tables: where its log has no room, PostgreSQL ends and cannot start, as if it were killed."""
    line, refused = metrics
    name = "on_a_small_disk"
    server.sql("postgres", f"CREATE TABLESPACE small LOCATION '{small_disk / 'tables'}'")
    server.sql("postgres", f"CREATE DATABASE {name} TEMPLATE template0 TABLESPACE small")

    async def run() -> None:
        async with town(tmp_path, "anna", "bert", "cleo", store=server.url(name), config=line) as here:
            await all_said(here.talk(2))
            assert await asyncio.to_thread(refused) == 0
            ballast = await asyncio.to_thread(fill, small_disk)
            said = here.talk(30, text=LONG)
            await until(lambda: refused() >= 3, "the hub to refuse messages by name")
            assert not all(one.done() for one in said), "nothing waits, so nothing was tried"
            assert here.hub.running
            ballast.unlink()
            await all_said(said)
            await here.check()

    asyncio.run(run())
    server.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")
    server.sql("postgres", "DROP TABLESPACE small")
