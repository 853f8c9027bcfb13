# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One HTTP exchange of a device: the whole answer whatever its pieces, and never more than was asked for."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from privity.client.errors import AnswerTooLong, HubUnreachable
from privity.client.net.connection import REFUSAL_LIMIT, exchange
from privity.wire.errors import Refusal

LARGE = bytes(range(256)) * 12_000


@dataclass
class Hub:
    """Answers by path, and remembers who came."""

    http: aiohttp.ClientSession
    url: str
    came: list[str] = field(default_factory=list)

    async def get(self, path: str, limit: int = 64 << 20) -> bytes:
        return await exchange(self.http, "GET", self.url + path, b"", {}, limit=limit)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async def answer(request: web.Request) -> web.StreamResponse:
        found.came.append(request.path)
        match request.path:
            case "/moved":
                return web.Response(status=307, headers={"Location": "/elsewhere"})
            case "/refused":
                return web.Response(status=409, body=b'{"code":"conflict","message":"no"}')
            case "/babbling":
                return web.Response(status=409, body=bytes(REFUSAL_LIMIT + 1))
            case "/packed":
                return web.Response(body=gzip.compress(bytes(64 << 20)), headers={"Content-Encoding": "gzip"})
        response = web.StreamResponse()
        await response.prepare(request)
        for at in range(0, len(LARGE), 1 << 15):
            await response.write(LARGE[at : at + (1 << 15)])
        return response

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        found = Hub(http, str(server.make_url("")).rstrip("/"))
        yield found
    await server.close()


async def test_an_answer_in_many_pieces_is_whole(hub: Hub) -> None:
    assert await hub.get("/large") == LARGE


async def test_the_limit_holds_to_the_byte(hub: Hub) -> None:
    assert await hub.get("/large", limit=len(LARGE)) == LARGE
    with pytest.raises(AnswerTooLong):
        await hub.get("/large", limit=len(LARGE) - 1)


async def test_what_is_packed_counts_by_what_it_unpacks_to(hub: Hub) -> None:
    with pytest.raises(AnswerTooLong):
        await hub.get("/packed", limit=1 << 20)


async def test_a_redirect_is_no_answer_and_not_followed(hub: Hub) -> None:
    with pytest.raises(HubUnreachable, match="307"):
        await hub.get("/moved")
    assert hub.came == ["/moved"]


async def test_a_refusal_is_read_apart_from_the_limit_of_the_answer(hub: Hub) -> None:
    with pytest.raises(Refusal, match="conflict"):
        await hub.get("/refused", limit=1)
    with pytest.raises(AnswerTooLong):
        await hub.get("/babbling")
