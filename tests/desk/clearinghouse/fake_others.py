# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The other two destinations on loopback: an agency's bridge and the Union's database, with faults in order."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

TOKEN = "invented-token"
PUBLIC_BATCH = 100


class Faulty:
    """One fault for each of the next calls: "" is none. `lost` does the work and cuts the line."""

    def __init__(self) -> None:
        self.once: list[str] = []
        self.seen: Counter[str] = Counter()
        self.url = ""

    @asynccontextmanager
    async def _serve(self, *routes: web.RouteDef) -> AsyncIterator[str]:
        app = web.Application(middlewares=[self._guard], client_max_size=1 << 26)
        app.add_routes(routes)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = runner.addresses[0]
        self.url = f"http://{address[0]}:{address[1]}"
        try:
            yield self.url
        finally:
            await runner.cleanup()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.seen[f"{request.method} {request.path.split('/')[1]}"] += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        fault = self.once.pop(0) if self.once else ""
        if fault.isdigit():
            return web.Response(status=int(fault), headers={"Retry-After": "0"})
        if fault == "unheard":
            return await self._cut(request)
        answer = await handler(request)
        if fault == "lost":
            return await self._cut(request)
        if fault == "silence":
            await asyncio.sleep(0.6)
        return web.Response(status=answer.status, body=b"{") if fault == "nonsense" else answer

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)


class FakeDatabase(Faulty):
    """Takes a batch whole or not at all; each puid once."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: dict[str, dict[str, object]] = {}
        self.batches: list[int] = []
        self.signs_in = False
        """Answers look-ups with the way to a page, as web servers do."""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        routes = (
            web.post("/statements", self._batch),
            web.get("/statement/existing-puid/{puid}", self._existing),
        )
        async with self._serve(*routes) as url:
            yield url

    async def _batch(self, request: web.Request) -> web.Response:
        found = json.loads(await request.read())["statements"]
        if not 0 < len(found) <= PUBLIC_BATCH:
            return web.Response(status=422)
        puids = [str(one["puid"]) for one in found]
        if len(set(puids)) != len(puids) or any(puid in self.statements for puid in puids):
            return web.json_response({"errors": "a puid is taken"}, status=422)
        self.statements |= dict(zip(puids, found, strict=True))
        self.batches.append(len(found))
        return web.json_response({"statements": found}, status=201)

    async def _existing(self, request: web.Request) -> web.Response:
        puid = request.match_info["puid"]
        if self.signs_in:
            return web.Response(status=302, headers={"Location": "/login"}, body=b"<html>sign in</html>")
        there = puid in self.statements
        return web.json_response({"puid": puid}, status=302 if there else 404)


class FakeAgency(Faulty):
    """The neutral shape that a bridge speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: dict[str, dict[str, object]] = {}
        self.material: dict[tuple[str, str], bytes] = {}
        self.facts: dict[tuple[str, str], dict[str, object]] = {}
        self.state: dict[str, str] = {}
        self.submitted: list[str] = []
        self.spoil_upload = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        routes = (
            web.put("/reports/{report}", self._open),
            web.put("/reports/{report}/material/{item}", self._material),
            web.put("/reports/{report}/material/{item}/facts", self._facts),
            web.post("/reports/{report}/submit", self._submit),
            web.post("/reports/{report}/withdraw", self._withdraw),
        )
        async with self._serve(*routes) as url:
            yield url

    def forget(self) -> None:
        self.state.clear()

    async def _open(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert hashlib.sha256(body).hexdigest() == request.match_info["report"]
        reference = f"ref-{request.match_info['report'][:12]}"
        self.reports[reference] = json.loads(body)
        self.state.setdefault(reference, "open")
        return web.json_response({"reference": reference}, status=201)

    async def _material(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        body = await request.read()
        self.material[self._at(request)] = body
        digest = "0" * 64 if self.spoil_upload else hashlib.sha256(body).hexdigest()
        return web.json_response({"sha256": digest})

    async def _facts(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is None:
            self.facts[self._at(request)] = json.loads(await request.read())
        return refused or web.json_response({"state": "open"})

    async def _submit(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        reference = request.match_info["report"]
        self.state[reference] = "submitted"
        self.submitted.append(reference)
        return web.json_response({"state": "submitted"})

    async def _withdraw(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is None:
            self.state[request.match_info["report"]] = "withdrawn"
        return refused or web.json_response({"state": "withdrawn"})

    def _refused(self, request: web.Request) -> web.Response | None:
        state = self.state.get(request.match_info["report"])
        if state is None:
            return web.Response(status=404)
        return None if state == "open" else web.json_response({"state": state}, status=409)

    def _at(self, request: web.Request) -> tuple[str, str]:
        return request.match_info["report"], request.match_info["item"]
