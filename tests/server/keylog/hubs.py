# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A whole hub in this process that can be ended and started again on its folder, and a reader who believes nothing."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from aiohttp import ClientSession

from privity.cosigners.at import WitnessAt
from privity.keylog.verify import Found, LogKeys, View, verify_checkpoint_proof, verify_lookup
from privity.server import config, init
from privity.server.config import HubConfig
from privity.server.context import HubContext
from privity.server.keylog import queue, store
from privity.server.keylog.model import origin_of
from privity.server.limits import LIMITS, Limit, Limits
from privity.server.main import build_context, serving
from privity.server.rooms.parts import RoomParts
from privity.tlog.quorum import LogPolicy, Witness
from tests import stores
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST, Line, Person, connect, raw, text

ENOUGH = {name: Limit(limit.burst * 1000, limit.refill_ms, limit.per, limit.why) for name, limit in LIMITS.items()}


def fresh(folder: Path, port: int = 0) -> HubConfig:
    """What `privity init` makes, with fast epochs and open registration."""
    path = folder / "privity.toml"
    made = init.write_fresh(folder, HOST, f"127.0.0.1:{port}", store=stores.new())
    section = made.section.replace('"invite"', '"open"')
    path.write_text(section + "epoch_min_ms = 10\n")
    return config.load(path)


async def begun(context: HubContext) -> None:
    """Once the hub's own record is published, with the first epoch or when a key changed."""
    label = f"s:{context.config.host}"
    newest = await context.db.read(lambda reader: queue.newest_accepted(reader, label))
    assert newest is not None
    await queue.published(context, label, *newest)


class Settable(Protocol):
    now: int


async def later(context: HubContext, clock: Settable, after_ms: int) -> None:
    """Let so much time pass, at least the hour that brings a heartbeat, and the epoch that shows it."""
    before = await context.db.read(store.size)
    clock.now += after_ms
    context.epochs.wake()
    next_epoch = context.epochs.next_change()
    while await context.db.read(store.size) == before:
        await next_epoch
        next_epoch = context.epochs.next_change()


@dataclass
class Hub:
    context: HubContext
    parts: RoomParts
    clock: Clock
    http: ClientSession
    port: int

    def keys(self, witnesses: Sequence[Witness] = (), quorum: int = 0) -> LogKeys:
        """What a reader pins."""
        log = self.context.keys.log_verifier(origin_of(HOST))
        return LogKeys(LogPolicy(log, tuple(witnesses), quorum), self.context.keys.vrf_public)

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        async with self.http.post(path, json=body) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(path) as response:
            data = await response.read()
            return response.status, await response.json() if response.content_type == "application/json" else data

    async def register(self, handle: str) -> Person:
        person = Person(handle)
        status, answer = await self.post("/v1/accounts", person.registration())
        assert status == 200, answer
        return person

    async def join(self, handle: str) -> tuple[Person, Line]:
        person = await self.register(handle)
        return person, await connect(self.http, person.device)

    async def newest_view(self, keys: LogKeys | None = None, view: View | None = None) -> View:
        """What anybody sees of the log, verified."""
        status, answer = await self.get(f"/v1/keylog/checkpoint?from={0 if view is None else view.size}")
        assert status == 200, answer
        return verify_checkpoint_proof(raw(answer["proof"]), keys or self.keys(), view, self.clock.now)[0]

    async def begun(self) -> None:
        await begun(self.context)

    async def heartbeat(self, after_ms: int = 3_600_000) -> None:
        await later(self.context, self.clock, after_ms)


async def look_up(line: Line, label: str, from_version: int = 0, from_size: int = 0, **more: Any) -> tuple[int, Any]:
    body = {"label": label, "from_version": from_version, "from_size": from_size, **more}
    status, answer = await line.request("POST", "/v1/keylog/lookup", body)
    return int(status), answer


async def found(hub: Hub, line: Line, label: str, view: View | None = None, **more: Any) -> tuple[Found, list[bytes]]:
    """The verified answer, and the values beside it."""
    keys = more.pop("keys", None) or hub.keys()
    status, answer = await look_up(line, label, from_size=0 if view is None else view.size, **more)
    assert status == 200, answer
    proven = verify_lookup(raw(answer["proof"]), label.encode(), keys, view, hub.clock.now)
    return proven, [raw(value) for value in answer["values"]]


async def put(line: Line, value: bytes) -> tuple[int, Any]:
    status, answer = await line.request("PUT", "/v1/account/device-list", {"value": text(value)})
    return int(status), answer


@asynccontextmanager
async def running(
    checked: HubConfig,
    *,
    clock: Clock | None = None,
    witnesses: Sequence[WitnessAt] = (),
    quorum: int = 0,
    table: Mapping[str, Limit] = ENOUGH,
) -> AsyncIterator[Hub]:
    """Everything that `privity serve` starts. The same configuration again is the same hub started anew."""
    clock = clock or Clock()
    context, parts = build_context(replace(checked, witnesses=tuple(witnesses), quorum=quorum), clock)
    context = replace(context, limits=Limits(clock, table), random=secrets.token_bytes)
    async with (
        serving(context, parts) as port,
        ClientSession(f"http://127.0.0.1:{port}/") as http,
    ):
        yield Hub(context, parts, clock, http, port)
