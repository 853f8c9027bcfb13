# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A witness that may say anything, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from privity.cosigners.at import WitnessAt
from privity.tlog.add_checkpoint import PATH, AddCheckpoint
from privity.tlog.cosignature import cosign
from privity.tlog.verifier_key import KeyKind, VerifierKey

PRIVATE = b"w" * 32
NOW_S = 1_800_000_000


@dataclass
class Double:
    """By itself it cosigns all it gets, and remembers it."""

    name: str = "double.example"
    private: bytes = PRIVATE
    now_s: int = NOW_S
    instead: Callable[[AddCheckpoint], web.Response] | None = None
    newest: bytes | None = None
    asked: list[AddCheckpoint] = field(default_factory=list)
    url: str = ""

    @property
    def key(self) -> VerifierKey:
        return VerifierKey.of(self.name, KeyKind.COSIGNATURE, self.private)

    def at(self, audits: bool = True) -> WitnessAt:
        return WitnessAt(self.key, audits, self.url)

    async def add(self, request: web.Request) -> web.Response:
        asked = AddCheckpoint.decode(await request.read())
        self.asked.append(asked)
        if self.instead is not None:
            return self.instead(asked)
        self.newest = asked.note.encode()
        return web.Response(body=cosign(self.private, self.name, asked.note.text, self.now_s).line())

    async def show(self, request: web.Request) -> web.Response:
        return web.Response(status=404) if self.newest is None else web.Response(body=self.newest)


@asynccontextmanager
async def double(name: str = "double.example", private: bytes = PRIVATE, now_s: int = NOW_S) -> AsyncIterator[Double]:
    made = Double(name, private, now_s)
    app = web.Application()
    app.router.add_post(PATH, made.add)
    app.router.add_get("/{origin:[0-9a-f]{64}}/checkpoint", made.show)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("")).rstrip("/")
    yield made
    await server.close()
