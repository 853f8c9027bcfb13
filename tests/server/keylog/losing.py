# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub whose database is put back to an old copy, and an auditor that may show anything."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from privity.cosigners.at import WitnessAt
from privity.server.config import HubConfig
from privity.server.keylog.continuing import Continued, continue_log
from privity.server.keylog.model import origin_of
from privity.server.keys import open_keys
from privity.server.main import build_context
from privity.tlog.add_checkpoint import PATH
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from tests.cosigners.double import Double
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST
from tests.server.keylog.hubs import Hub, running

NEWEST = "newest.db"
TREES = ("kl_entry", "kl_log_node", "kl_prefix_node")
Step = Callable[[Hub], Awaitable[None]]


@dataclass
class Keeper(Double):
    """A witness that cosigns all, and shows these updates as what it audited and kept."""

    updates: list[bytes] = field(default_factory=list)
    bent: dict[int, Callable[[bytes], web.StreamResponse]] = field(default_factory=dict)
    asked_for: list[int] = field(default_factory=list)

    async def kept(self, request: web.Request) -> web.StreamResponse:
        index = int(request.match_info["index"])
        self.asked_for.append(index)
        if index >= len(self.updates):
            return web.Response(status=404)
        if index in self.bent:
            return self.bent[index](self.updates[index])
        return web.Response(body=self.updates[index])


@asynccontextmanager
async def keeping(name: str = "keeper.example", private: bytes = b"k" * 32) -> AsyncIterator[Keeper]:
    made = Keeper(name, private)
    app = web.Application()
    app.router.add_post(PATH, made.add)
    app.router.add_get("/{origin:[0-9a-f]{64}}/checkpoint", made.show)
    app.router.add_get("/{origin:[0-9a-f]{64}}/audit/{index:[0-9]+}", made.kept)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("")).rstrip("/")
    yield made
    await server.close()


async def lose(
    checked: HubConfig,
    witnesses: Sequence[WitnessAt],
    clock: Clock,
    *,
    before: Step,
    after: Step,
    quorum: int = 1,
) -> None:
    """What happens before the backup, and after it; then the hub has the backup again. NEWEST is what was lost."""
    old = checked.data / "old.db"
    async with running(checked, clock=clock, witnesses=witnesses, quorum=quorum) as hub:
        await hub.begun()
        await before(hub)
        await asyncio.to_thread(copy, checked.database, old)
        await after(hub)
        await asyncio.to_thread(copy, checked.database, checked.data / NEWEST)
    put_back(checked, old)


def put_back(checked: HubConfig, old: Path | None) -> None:
    """The old copy in the place of the database, or nothing at all."""
    for file in checked.data.glob("hub.db*"):
        file.unlink()
    if old is not None:
        old.rename(checked.database)


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as db, closing(sqlite3.connect(target)) as made:
        db.backup(made)


async def take_back(checked: HubConfig, witnesses: Sequence[WitnessAt], clock: Clock) -> Continued:
    """What `privity continue-log` does, in this process."""
    context, _ = build_context(replace(checked, witnesses=tuple(witnesses)), clock)
    try:
        return await continue_log(context, lambda what, done, total: None)
    finally:
        await context.db.close()


def rows(database: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in these tables, or in all."""
    with closing(sqlite3.connect(database)) as db:
        names = tables or [str(row[0]) for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall()) for name in names}


def updates(database: Path) -> list[bytes]:
    with closing(sqlite3.connect(database)) as db:
        return [bytes(row[0]) for row in db.execute("SELECT audit_update FROM kl_entry ORDER BY idx")]


def execute(database: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute(sql, values)
        db.commit()


async def nothing(hub: Hub) -> None:
    return None


def registering(*handles: str) -> Step:
    async def step(hub: Hub) -> None:
        for handle in handles:
            await hub.register(handle)

    return step


async def lost_after(checked: HubConfig, keeper: Keeper, clock: Clock, after: Step, before: Step = nothing) -> None:
    """The keeper has audited everything; the database is the copy from between `before` and `after`."""
    await lose(checked, [keeper.at()], clock, before=before, after=after)
    keeper.updates = updates(checked.data / NEWEST)


def signed(checked: HubConfig, size: int, root: bytes) -> bytes:
    return sign_checkpoint(open_keys(checked.keys).log, Checkpoint(origin_of(HOST), size, root)).encode()
