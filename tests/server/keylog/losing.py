# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub whose database is put back to an old copy, and an auditor that may show anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from privity.cosigners.at import WitnessAt
from privity.server.config import HubConfig
from privity.server.db.database import Row
from privity.server.keylog.continuing import Continued, continue_log
from privity.server.keylog.model import origin_of
from privity.server.keys import open_keys
from privity.server.main import build_context
from privity.tlog.add_checkpoint import PATH
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from tests import stores
from tests.cosigners.double import Double
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST
from tests.server.keylog.hubs import Hub, running

Copy = dict[str, list[Row]]
_newest: dict[Path, Copy] = {}
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
    """What happens before the backup, and after it; then the hub has the backup again; `newest` is what was lost."""
    async with running(checked, clock=clock, witnesses=witnesses, quorum=quorum) as hub:
        await hub.begun()
        await before(hub)
        old = await asyncio.to_thread(stores.tables, checked)
        await after(hub)
        _newest[checked.data] = await asyncio.to_thread(stores.tables, checked)
    stores.put_back(checked, old)


def newest(checked: HubConfig) -> Copy:
    """What the database held that was lost."""
    return _newest[checked.data]


async def take_back(checked: HubConfig, witnesses: Sequence[WitnessAt], clock: Clock) -> Continued:
    """What `privity continue-log` does, in this process."""
    context, _ = build_context(replace(checked, witnesses=tuple(witnesses)), clock)
    try:
        return await continue_log(context, lambda what, done, total: None)
    finally:
        await context.db.close()


def rows(where: HubConfig | Copy, *names: str) -> Copy:
    """Everything in these tables of a database or a copy, or in all."""
    if isinstance(where, HubConfig):
        return stores.tables(where, *names)
    return {name: where[name] for name in names} if names else where


def updates(where: HubConfig | Copy) -> list[bytes]:
    """What auditors check the epochs with, oldest first."""
    return [bytes(row[3]) for row in rows(where, "kl_entry")["kl_entry"]]


def execute(checked: HubConfig, sql: str, *values: object) -> None:
    stores.change(checked, lambda tx: tx.execute(sql, values) and None)


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
    keeper.updates = updates(newest(checked))


def signed(checked: HubConfig, size: int, root: bytes) -> bytes:
    return sign_checkpoint(open_keys(checked.keys).log, Checkpoint(origin_of(HOST), size, root)).encode()
