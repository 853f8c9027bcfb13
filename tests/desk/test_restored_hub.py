# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub whose database was restored from an old copy gives its numbers again; the desk still takes each report once."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp

from privity.desk.intake.store import recorded
from privity.server import config as hub_config
from privity.server.context import HubContext
from privity.server.init import write_fresh
from privity.server.main import build_context, serving
from privity.server.reports import service as reports
from tests.desk.conftest import Home
from tests.desk.running import Desk, started
from tests.desk.world import Person

REPORTER = Person.new().user_uri


def copied(source: Path, target: Path) -> None:
    """SQLite's backup, as the operator's page says."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def restored(backup: Path, database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    copied(backup, database)


def numbers(database: Path) -> list[int]:
    with closing(sqlite3.connect(database)) as db:
        return [row[0] for row in db.execute("SELECT seq FROM report ORDER BY seq")]


def configured(home: Home) -> hub_config.HubConfig:
    public = home.public
    section = hub_config.HubSection(
        host="hub.example",
        listen="127.0.0.1:0",
        epoch_min_ms=10,
        staff_public_key=public.staff_public_key.hex(),
        intake_public_key=public.intake_public_key.hex(),
    )
    return hub_config.check(section, home.folder)


@asynccontextmanager
async def running(home: Home) -> AsyncIterator[tuple[HubContext, Desk]]:
    """The real hub on its database as it lies there, and a desk that asks it."""
    context, parts = build_context(configured(home))
    async with serving(context, parts) as port, aiohttp.ClientSession() as session:
        desk = started(home.configured(f"http://127.0.0.1:{port}"), session)
        yield context, desk
        desk.db.close()


async def submit(context: HubContext) -> str:
    return await reports.submit(context, REPORTER, secrets.token_bytes(200))


async def test_reused_numbers_hide_no_report_and_repeat_none(home: Home) -> None:
    write_fresh(home.folder, "hub.example", "127.0.0.1:0")
    database, backup = configured(home).database, home.folder / "backup.db"
    async with running(home) as (context, desk):
        await submit(context)
        assert await desk.intake.step() == 1
        waiting = [await submit(context) for _ in range(2)]
        copied(database, backup)
        later = [await submit(context) for _ in range(2)]
        used = numbers(database)
        assert await desk.intake.step() == 4
        assert numbers(database) == []
        assert len(desk.reports()) == 5
    restored(backup, database)
    async with running(home) as (context, desk):
        fresh = [await submit(context) for _ in range(2)]
        assert numbers(database) == used, "the restored hub was expected to give the same numbers again"
        assert await desk.intake.step() == 2
        receipts = [found.receipt for found in desk.reports()]
        assert receipts[1:] == [*waiting, *later, *fresh]
        assert [found.report for found in desk.reports()] == [1, 2, 3, 4, 5, 6, 7]
        assert numbers(database) == []
        assert await desk.intake.step() == 0


async def test_a_restored_hub_does_not_forget_what_the_desk_never_saw(home: Home) -> None:
    """A desk that starts asks for nothing to be forgotten before it has taken it."""
    write_fresh(home.folder, "hub.example", "127.0.0.1:0")
    database, backup = configured(home).database, home.folder / "backup.db"
    copied(database, backup)
    async with running(home) as (context, desk):
        for _ in range(3):
            await submit(context)
        await desk.intake.step()
    restored(backup, database)
    async with running(home) as (context, desk):
        receipt = await submit(context)
        assert await desk.intake.step() == 1
        assert recorded(desk.db, [receipt]) == {receipt}
