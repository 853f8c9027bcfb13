# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub on loopback in a temporary folder, with a clock that tests move."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType, web
from aiohttp.test_utils import TestServer

from privity.server import config, keys
from privity.server.accounts import routes as accounts
from privity.server.app import build_app
from privity.server.blobs import routes as blobs
from privity.server.blocks import routes as blocks
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.db.open import open_database
from privity.server.devices import routes as devices
from privity.server.invites import routes as invites
from privity.server.invites import service as invite_service
from privity.server.keylog import routes as keylog
from privity.server.keypackages import routes as keypackages
from privity.server.limits import Limits
from privity.server.links import routes as links
from privity.server.sessions import handshake
from privity.server.sessions.model import Sessions
from privity.server.stored import routes as stored
from privity.wire.errors import Refusal
from tests import stores
from tests.server.befriending import befriend
from tests.server.core.people import HOST, NOW_MS, Line, Person, connect


@dataclass
class Clock:
    now: int = NOW_MS

    def __call__(self) -> int:
        return self.now


@dataclass
class Removals:
    """Device hooks that write down what they were told."""

    removed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    resets: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    closed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def devices_removed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        self.removed.append((user_uri, tuple(client_uris)))

    def account_reset(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        self.resets.append((user_uri, tuple(client_uris)))

    def account_closed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        self.closed.append((user_uri, tuple(client_uris)))

    def device_list_changed(self, tx: Tx, user_uri: str) -> None:
        self.changed.append(user_uri)

    def contacts_changed(self, tx: Tx, user_uris: Sequence[str]) -> None:
        self.told += user_uris


class BareSocket:
    """A slice with nothing but the handshake: the connection stays open until the device closes it."""

    def routes(self, context: HubContext) -> list[web.RouteDef]:
        async def socket(request: web.Request) -> web.StreamResponse:
            ws = await handshake.open_socket(request, context)
            try:
                session = await handshake.prove(ws, context)
            except Refusal:
                return ws
            try:
                async for message in ws:
                    assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT)
            finally:
                handshake.end(context, session)
            return ws

        async def bug(request: web.Request) -> web.StreamResponse:
            raise RuntimeError("secret words of a caller")

        return [web.get("/v1/socket", socket), web.get("/v1/bug", bug)]


@dataclass
class Hub:
    context: HubContext
    clock: Clock
    removals: Removals
    http: ClientSession

    async def invite(self) -> str:
        made = await self.context.db.write(lambda tx: invite_service.create(tx, secrets.token_bytes, self.clock.now))
        return made.code

    async def register(self, handle: str) -> Person:
        person = Person(handle)
        async with self.http.post("/v1/accounts", json=person.registration(await self.invite())) as response:
            assert response.status == 200, await response.text()
        return person

    async def befriend(self, *people: Person) -> None:
        await befriend(self.context.db, *(person.user_uri for person in people))

    async def join(self, handle: str) -> tuple[Person, Line]:
        person = await self.register(handle)
        return person, await connect(self.http, person.device)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    section = config.HubSection(host=HOST, listen="127.0.0.1:0", epoch_min_ms=10, store=stores.new())
    checked = config.check(section, tmp_path)
    checked.blobs.mkdir(parents=True)
    keys.write_fresh(checked.keys, secrets.token_bytes)
    clock, removals = Clock(), Removals()
    context = HubContext(
        config=checked,
        db=open_database(checked),
        now_ms=clock,
        random=secrets.token_bytes,
        limits=Limits(clock),
        keys=keys.open_keys(checked.keys),
        sessions=Sessions(),
        hooks=removals,
    )
    slices = (accounts, devices, keylog, keypackages, blobs, invites, blocks, links, stored, BareSocket())
    server = TestServer(build_app(context, slices))
    await server.start_server()
    async with ClientSession(server.make_url("/"), cookie_jar=CookieJar()) as http:
        yield Hub(context, clock, removals, http)
    await server.close()
    await context.db.close()
