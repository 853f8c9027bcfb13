# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The line to a time-stamping authority: what comes back is a reply of bounded size, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from privity.desk.legal.releasing.errors import NotStamped
from privity.desk.legal.releasing.stamping_client import ANSWERS, ASKS, StampingClient
from privity.production.timestamping import MAX_RESPONSE, stamp
from tests.production.authority import Authority

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def client(handler: Handler) -> AsyncIterator[StampingClient]:
    app = web.Application()
    app.router.add_post("/stamp", handler)
    app.router.add_post("/elsewhere", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (port,) = {address[1] for address in runner.addresses}
    try:
        async with aiohttp.ClientSession() as session:
            timeout = aiohttp.ClientTimeout(total=2.0)
            yield StampingClient(session, f"http://127.0.0.1:{port}/stamp", timeout)
    finally:
        await runner.cleanup()


async def test_a_thread_has_its_bytes_stamped_over_the_line() -> None:
    authority = Authority()
    seen: list[str] = []

    async def answers(request: web.Request) -> web.Response:
        seen.append(request.content_type)
        return web.Response(body=authority(await request.read()), content_type=ANSWERS)

    async with client(answers) as line:
        ask = line.from_a_thread()
        token, at = await asyncio.to_thread(stamp, ask, b"a teapot", authority.roots, b"\x07" * 16)
    assert at == "2026-11-22T12:00:00Z" and token
    assert seen == [ASKS]


def refuses(status: int = 200, content_type: str = ANSWERS, body: bytes = b"x") -> Handler:
    async def answers(request: web.Request) -> web.Response:
        return web.Response(status=status, content_type=content_type, body=body)

    return answers


async def goes_elsewhere(request: web.Request) -> web.StreamResponse:
    if request.path == "/stamp":
        raise web.HTTPTemporaryRedirect("/elsewhere")
    return web.Response(body=b"x", content_type=ANSWERS)


async def never_ends(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": ANSWERS})
    await response.prepare(request)
    for _ in range(64):
        await response.write(bytes(MAX_RESPONSE // 8))
    return response


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    "handler",
    [
        refuses(status=503),
        refuses(status=200, content_type="text/html"),
        refuses(body=bytes(MAX_RESPONSE + 1)),
        goes_elsewhere,
        never_ends,
        hangs_up,
    ],
    ids=["away", "a page", "too large", "elsewhere", "never ends", "hangs up"],
)
async def test_whatever_else_comes_is_no_stamp(handler: Handler) -> None:
    async with client(handler) as line:
        with pytest.raises(NotStamped):
            await line.ask(b"request")


async def test_nobody_there_is_no_stamp() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NotStamped, match="does not answer"):
            await StampingClient(session, "http://127.0.0.1:1/stamp").ask(b"request")
