# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The disk is full while everybody talks: refusals say so, nothing acknowledged is lost, and it goes on by itself."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest

from privity.wire.errors import Code, ErrorBody
from tests.attacks.people import LIMIT_S
from tests.faults.conftest import Metrics
from tests.faults.town import Town, all_said, town, until
from tests.server.core.people import Person

ROOM_LEFT = 100_000
"""Bytes that may still be written to the log of the database: a few messages, and then one that does not fit."""
FEW_PAGES = """
import sys
from privity.server.db import sqlite
connect, most = sqlite.connect, int(sys.argv.pop(1))
def small(*given, **more):
    db = connect(*given, **more)
    db.execute(f"PRAGMA max_page_count = {most}")
    return db
sqlite.connect = small
from privity.cli import main
main()
"""
LONG = "many words " * 500


@contextmanager
def no_file_beyond(here: Town, size: int) -> Iterator[None]:
    """The hub's process cannot make any file longer than this, as on a disk that is full."""
    pid = here.hub.pid
    assert pid is not None
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def registering(here: Town) -> ErrorBody:
    """What the hub says to somebody who wants an account now."""
    async with aiohttp.ClientSession() as http:
        body = Person("somebody").registration()
        async with http.post(f"{here.url}/v1/accounts", json=body) as answer:
            assert answer.status == 503
            return msgspec.json.decode(await answer.read(), type=ErrorBody)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the limits of another process, as Linux has them")
def test_a_disk_that_is_full_for_a_while(tmp_path: Path, metrics: Metrics) -> None:
    line, refused = metrics

    async def run() -> None:
        async with town(tmp_path, "anna", "bert", config=line) as here:
            await all_said(here.talk(2))
            log = here.database.with_name("hub.db-wal")
            assert await asyncio.to_thread(refused) == 0
            with no_file_beyond(here, log.stat().st_size + ROOM_LEFT):
                said = here.talk(10, text=LONG)
                await until(lambda: refused() >= 3, "the hub to refuse messages by name")
                refusal = await registering(here)
                assert refusal.code is Code.UNAVAILABLE
                assert "the hub cannot store now (SQLITE_" in refusal.message
                assert "nothing was changed" in refusal.message
                made = asyncio.ensure_future(here.devices["anna"].create_group())
                await asyncio.wait([made], timeout=1)
                assert not all(one.done() for one in [made, *said]), "nothing waits, so nothing was tried"
                assert here.hub.running
            await all_said(said)
            await here.check()
            assert await asyncio.wait_for(made, LIMIT_S) in here.devices["anna"].rooms()

    asyncio.run(run())


@pytest.mark.prove
def test_a_database_that_may_not_grow(tmp_path: Path, metrics: Metrics) -> None:
    """SQLite's own limit: the database is full, whatever the disk holds. The operator gives it room and starts anew."""
    line, refused = metrics

    async def run() -> None:
        async with town(tmp_path, "anna", "bert", config=line) as here:
            await all_said(here.talk(2))
            pages = here.ask("PRAGMA page_count")
            await here.stop()
            whole = here.hub.command
            here.hub.command = [whole[0], "-c", FEW_PAGES, str(pages + 4), *whole[3:]]
            await here.start()
            said = here.talk(10, text=LONG)
            await until(lambda: refused() >= 3, "the hub to refuse messages by name")
            assert not all(one.done() for one in said)
            await here.stop()
            here.hub.command = whole
            await here.start()
            await all_said(said)
            await here.check()

    asyncio.run(run())
