# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The operator's wire: a proxy between devices and hub that hears everything, and lies to whom it is told to.

TLS ends at the operator, so this is no more than every hub can do. Requests are proven by a MAC and pass as they are;
answers and frames of the hub are the operator's word, and each can be replaced on its way to one person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from privity.identity.uris import user_of
from privity.wire import socket
from privity.wire.session import SESSION_HEADER

STRANGER = ""
"""Stands for whoever has no session: anybody, and the witnesses."""
_PASSED_ON = frozenset({"content-type", "accept-encoding"})
_MAX_BODY = 64 << 20
STOP_S = 1.0
"""What hub and witnesses still say to each other over the wire gets this long to be said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came. `user_uri` is its user, or STRANGER."""

    user_uri: str
    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. The type of its body is the hub's business."""

    status: int
    body: bytes


Honest = Callable[[], Awaitable[Reply]]
"""What the hub itself says to this request."""


class Lie:
    """What is done to one person's answers and frames; this one does nothing. `told` counts the lies that arrived."""

    def __init__(self) -> None:
        self.told = 0

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        return await honest()

    def frames(self, frame: socket.FromHub) -> list[socket.FromHub]:
        return [frame]


@dataclass(slots=True)
class Wire:
    """`lies` are told by user URI. `heard` is every request, `said` every frame of a device, `brought` of the hub."""

    hub_url: str
    lies: dict[str, Lie] = field(default_factory=dict)
    heard: list[Asked] = field(default_factory=list)
    said: list[tuple[str, socket.FromDevice]] = field(default_factory=list)
    brought: list[tuple[str, socket.FromHub]] = field(default_factory=list)
    url: str = ""
    _users: dict[str, str] = field(default_factory=dict)
    _strangers: int = 0
    _http: aiohttp.ClientSession | None = None
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_get("/v1/socket", self._socket)
        app.router.add_route("*", "/{path:.*}", self._request)
        self._http = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """First no more is heard, by auditors neither, and then there is nothing left to pass on."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._http is not None:
            await self._http.close()

    def asked_of(self, user_uri: str, part: str) -> list[Asked]:
        """The requests of one person with this in their path."""
        return [asked for asked in self.heard if asked.user_uri == user_uri and part in asked.path]

    # Requests

    async def _request(self, request: web.Request) -> web.Response:
        user_uri = self._users.get(request.headers.get(SESSION_HEADER, ""), STRANGER)
        asked = Asked(user_uri, request.method, request.raw_path, await request.read())
        self.heard.append(asked)
        headers = {name: value for name, value in request.headers.items() if _goes_on(name)}
        if user_uri == STRANGER:
            self._strangers += 1
            headers["X-Forwarded-For"] = f"10.{self._strangers >> 8}.{self._strangers & 255}.1"

        async def honest() -> Reply:
            assert self._http is not None  # a request came, so it was started
            url = self.hub_url + asked.path
            async with self._http.request(asked.method, url, data=asked.body or None, headers=headers) as answer:
                return Reply(answer.status, await answer.read())

        try:
            reply = await self.lies.get(user_uri, Lie()).reply(asked, honest)
        except (aiohttp.ClientError, OSError):
            return web.Response(status=502)
        return web.Response(status=reply.status, body=reply.body)

    # Frames

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        near = web.WebSocketResponse(max_msg_size=socket.MAX_FRAME)
        await near.prepare(request)
        assert self._http is not None  # a request came, so it was started
        self._strangers += 1
        headers = {"X-Forwarded-For": f"10.{self._strangers >> 8}.{self._strangers & 255}.1"}
        try:
            far = await self._http.ws_connect(
                f"{self.hub_url}/v1/socket", max_msg_size=socket.MAX_FRAME, headers=headers
            )
        except (aiohttp.ClientError, OSError):
            await near.close()
            return near
        who = _Who()
        pumps = [asyncio.create_task(self._up(near, far, who)), asyncio.create_task(self._down(far, near, who))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            await far.close()
            await near.close()
        return near

    async def _up(self, near: web.WebSocketResponse, far: aiohttp.ClientWebSocketResponse, who: _Who) -> None:
        async for message in near:
            if message.type is not aiohttp.WSMsgType.BINARY:
                return
            frame = socket.decode_from_device(message.data)
            if isinstance(frame, socket.Prove):
                who.user_uri = user_of(frame.client_uri)
            self.said.append((who.user_uri, frame))
            await far.send_bytes(message.data)

    async def _down(self, far: aiohttp.ClientWebSocketResponse, near: web.WebSocketResponse, who: _Who) -> None:
        async for message in far:
            if message.type is not aiohttp.WSMsgType.BINARY:
                return
            frame = socket.decode_from_hub(message.data)
            if isinstance(frame, socket.Ready):
                self._users[frame.session] = who.user_uri
            for instead in self.lies.get(who.user_uri, Lie()).frames(frame):
                with suppress(ConnectionError):
                    await near.send_bytes(socket.encode(instead))
                    self.brought.append((who.user_uri, instead))


@dataclass(slots=True)
class _Who:
    """Who is at the other end, once it has said so."""

    user_uri: str = STRANGER


def _goes_on(name: str) -> bool:
    return name.lower().startswith("privity-") or name.lower().startswith("x-") or name.lower() in _PASSED_ON
