# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's own log (`pg_wal`) has no room: it ends in a panic, again and again, until there is some.

What it acknowledged before is there; meanwhile the hub refuses by name and runs on; afterwards it finds its database
by itself.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from privity.wire.errors import Code
from tests import postgres
from tests.attacks.people import LIMIT_S
from tests.faults.conftest import Metrics
from tests.faults.test_database_gone import fill
from tests.faults.test_disk_full import LONG, registering
from tests.faults.town import all_said, town

WAL_BYTES = 80 << 20
"""Five of its files, of which it wants to keep two."""


@pytest.fixture
def small_wal() -> Iterator[tuple[postgres.Postgres, Path]]:
    """A server whose log is on a disk of its own, and that disk."""
    postgres.need_postgres()
    server = postgres.Postgres(min_wal_size="32MB", max_wal_size="48MB", restart_after_crash="on")
    disk = server.folder / "disk"
    disk.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={WAL_BYTES}", "tmpfs", disk], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("needs mount, for a disk of a fixed size")
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount, for a disk of a fixed size")
    try:
        log, moved = server.folder / "data" / "pg_wal", disk / "pg_wal"
        owner = log.owner()
        shutil.move(log, moved)
        log.symlink_to(moved)
        for path in (disk, moved, *moved.rglob("*")):
            shutil.chown(path, owner)
        server.start()
        yield server, disk
    finally:
        if server.running:
            server.kill()
        subprocess.run(["umount", "--lazy", disk], check=True)
        server.stop()


async def until_refused(refused: Callable[[], int]) -> None:
    """Messages, by name."""
    async with asyncio.timeout(LIMIT_S):
        while await asyncio.to_thread(refused) < 3:
            await asyncio.sleep(0.1)


@pytest.mark.prove
def test_the_log_of_the_database_has_no_room_for_a_while(
    tmp_path: Path,
    small_wal: tuple[postgres.Postgres, Path],
    metrics: Metrics,
    record_property: Callable[[str, object], None],
) -> None:
    import psycopg

    server, disk = small_wal
    line, refused = metrics

    async def run() -> None:
        name = server.new_database()
        async with town(tmp_path, "anna", "bert", "cleo", store=server.url(name), config=line) as here:
            await all_said(here.talk(2))
            ballast = await asyncio.to_thread(fill, disk)
            with suppress(psycopg.Error):
                while True:
                    await asyncio.to_thread(
                        server.sql, name, "SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000))"
                    )
            said = here.talk(4, text=LONG)
            await until_refused(refused)
            refusal = await registering(here)
            assert refusal.code is Code.UNAVAILABLE
            assert refusal.message.startswith("the hub cannot store now (")
            assert not all(one.done() for one in said), "nothing waits, so nothing was tried"
            assert here.hub.running
            ballast.unlink()
            record_property("PostgreSQL ended for good", not server.running)
            if not server.running:  # it could not even begin again: whoever starts it at boot does so now
                server.start()
            await all_said(said)
            await here.check()

    asyncio.run(run())
