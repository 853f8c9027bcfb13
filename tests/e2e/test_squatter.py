# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Another program takes the page's port while the daemon is away: it hears no word and no secret, and gains nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp import WSMsgType, web
from playwright.async_api import expect

from tests.e2e.running import START_S
from tests.e2e.town import Town


@dataclass
class Squatter:
    """Takes every connection, answers with a proof that is none, and writes down all that it hears."""

    heard: list[str] = field(default_factory=list)
    connected: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(f"{request.method} {request.path_qs} {dict(request.headers)}")
        if request.path != "/port":
            self.heard.append((await request.read()).decode("utf-8", "replace"))
            return web.Response()
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self.connected += 1
        first = await ws.receive()
        self.heard.append(str(first.data))
        await ws.send_json({"nonce": "00", "proof": "00" * 32} if self.connected % 2 else {"session": "theirs"})
        await ws.send_json({"session": "theirs"})
        async for frame in ws:
            if frame.type is WSMsgType.TEXT:
                self.heard.append(f"more: {frame.data}")
        if self.connected >= 4:
            self.enough.set()
        return ws


@asynccontextmanager
async def squatting(port: int) -> AsyncIterator[Squatter]:
    squatter = Squatter()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", squatter.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        yield squatter
    finally:
        await runner.cleanup()


async def test_who_took_the_port_hears_nothing_and_the_page_goes_on_afterwards(town: Town) -> None:
    alice, bob = await town.person("alice.s"), await town.person("bob.s")
    await alice.begin(bob)
    await alice.say("ready")
    port = urlsplit(alice.page.url).port
    assert port is not None
    session = await alice.page.evaluate("sessionStorage.getItem('privity.session')")
    kept = await alice.page.evaluate("JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage)])")
    assert kept == '[[],["privity.session"]]', "the lasting word is in no storage"
    await alice.app.kill()
    async with squatting(port) as squatter:
        await alice.composer.fill("canary said while nobody was there")
        await alice.composer.press("Enter")
        await asyncio.wait_for(squatter.enough.wait(), 2 * START_S)
    hellos = [msgspec.json.decode(each) for each in squatter.heard if each.startswith("{")]
    assert all(set(hello) == {"name", "nonce"} for hello in hellos)
    assert len({hello["nonce"] for hello in hellos}) == len(hellos) >= 4
    said = "\n".join(squatter.heard)
    for word in (session, "Authorization", "canary", "more:", "theirs"):
        assert word not in said
    await alice.app.start(port)
    assert await answer_to(alice.page.url, session) == 401, "what the browser kept ended with its daemon"
    await alice.unlock()
    await alice.open("bob.s")
    await bob.open("alice.s")
    await bob.sees("canary said while nobody was there")
    assert await alice.page.evaluate("sessionStorage.getItem('privity.session')") != session
    await alice.page.reload()
    await expect(alice.page.get_by_role("button", name=re.compile(r"alice\.s .*, open"))).to_be_visible()
    town.hush()


async def answer_to(url: str, session: str) -> int:
    """What a program gets that read the page's storage."""
    base = url.partition("#")[0].rstrip("/")
    said = {"Origin": base, "Authorization": f"Privity {session}"}
    async with aiohttp.ClientSession() as http, http.post(f"{base}/session/again", headers=said) as answer:
        return answer.status
