# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A daemon in the test process, and pages that speak to it as a browser's would."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from privity.faces.app.daemon import Wanted, serving
from privity.faces.app.home import Home
from privity.faces.app.page import Asset, BuiltPage
from privity.faces.app.port.asked import Request
from privity.faces.app.port.entering import DaemonProof, Entered, Hello, PageProof, Renewed
from privity.faces.app.port.envelopes import Answered, Failed, Happened
from privity.faces.app.port.happened import ContactsChanged
from privity.faces.app.routes import Door
from privity.faces.app.tokens import LABEL, keys

PAGE = BuiltPage(
    Asset(b"<!doctype html><title>Privity</title>", "text/html"), {"page.js": Asset(b"'use strict'", "text/javascript")}
)
PASSPHRASE = "an invented passphrase"
LIMIT_S = 150.0
"""What a device tries again, such as letting somebody in, it tries again after a minute."""


class Page:
    """One connection that was let in. `events` are all that happened since."""

    def __init__(self, base: str, entered: Entered, session: str, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.base = base
        self.entered = entered
        self.session = session
        self.ws = ws
        self.events: list[Any] = []
        self._number = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._happened = asyncio.Condition()
        self._reader = asyncio.ensure_future(self._read())

    async def ask(self, request: Request) -> Any:
        """The result, or the problem, of a request."""
        return await self.begin(request)

    def begin(self, request: Request) -> asyncio.Future[Any]:
        """The same, on its way."""
        self._number += 1
        number, request_json = self._number, msgspec.to_builtins(request)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer

        async def whole() -> Any:
            await self.ws.send_str(msgspec.json.encode({"number": number, "request": request_json}).decode())
            return await asyncio.wait_for(answer, LIMIT_S)

        return asyncio.ensure_future(whole())

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The first event of which this holds, of those that came and those to come."""

        def found() -> list[Any]:
            return [event for event in self.events if wanted(event)]

        async with self._happened:
            await asyncio.wait_for(self._happened.wait_for(lambda: bool(found())), LIMIT_S)
        return found()[0]

    def count(self, account: str) -> int:
        """How often it was told that the contacts of an account are others."""
        return sum(isinstance(each, ContactsChanged) and each.account == account for each in self.events)

    async def more(self, account: str, heard: int) -> None:
        """Wait until it was told more often."""
        await self.until(lambda _: self.count(account) > heard)

    async def close(self) -> None:
        await self.ws.close()
        await self._reader

    async def _read(self) -> None:
        async for message in self.ws:
            what = msgspec.json.decode(message.data, type=Answered | Failed | Happened)
            if isinstance(what, Happened):
                async with self._happened:
                    self.events.append(what.event)
                    self._happened.notify_all()
            else:
                answer = self._answers.pop(what.number, None)
                if answer is not None and not answer.done():
                    answer.set_result(what.result if isinstance(what, Answered) else what.problem)


@asynccontextmanager
async def daemon(folder: Path, *, idle_s: float = 0.0) -> AsyncIterator[Door]:
    """A daemon on a home in this folder."""
    home = Home(folder / "home")
    home.prepare()
    async with serving(Wanted(home, 0, False, idle_s), PAGE) as door:
        yield door


@asynccontextmanager
async def page(door: Door) -> AsyncIterator[Page]:
    """A page that was let in."""
    base = f"http://127.0.0.1:{door.port}"
    async with aiohttp.ClientSession() as http:
        opened = await connected(http, base, await enter(http, base, door.url().partition("#")[2]))
        try:
            yield opened
        finally:
            await opened.close()


async def enter(http: aiohttp.ClientSession, base: str, token: str) -> Entered:
    """What a page gets for a token."""
    async with http.post(f"{base}/session", json={"token": token}, headers={"Origin": base}) as answer:
        assert answer.status == 200, await answer.text()
        return msgspec.json.decode(await answer.read(), type=Entered)


async def connected(http: aiohttp.ClientSession, base: str, entered: Entered) -> Page:
    """A page that was let in before, on a connection on which both have proven themselves."""
    ws = await http.ws_connect(f"{base}/port", headers={"Origin": base})
    hello = Hello(name=entered.name, nonce=os.urandom(32).hex())
    await ws.send_str(msgspec.json.encode(hello).decode())
    proof = msgspec.json.decode(await ws.receive_str(), type=DaemonProof)
    shown = answer_to(proof, hello, entered, base.removeprefix("http://"))
    assert shown is not None, "this is not the daemon that let the page in"
    await ws.send_str(msgspec.json.encode(shown).decode())
    return Page(base, entered, msgspec.json.decode(await ws.receive_str(), type=Renewed).session, ws)


def answer_to(proof: DaemonProof, hello: Hello, entered: Entered, host: str) -> PageProof | None:
    """What `web/src/port/proof.ts` says; None for another daemon, or the one of another address."""
    page_key, daemon_key = keys(entered.lasting)
    said = "\n".join((LABEL, host, entered.name, hello.nonce, proof.nonce)).encode()
    if not hmac.compare_digest(hmac.digest(daemon_key, said, "sha256").hex(), proof.proof):
        return None
    mask = hmac.digest(hashlib.sha256(page_key).digest(), said, "sha256")
    return PageProof(proof=bytes(one ^ other for one, other in zip(page_key, mask, strict=True)).hex())
