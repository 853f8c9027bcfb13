# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""HTTP of the daemon: the page, the exchange of a token, and the WebSocket that carries the port."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import msgspec
from aiohttp import WSMsgType, web

from privity.faces.app import files, large, portraits
from privity.faces.app.errors import Malformed, NoSession, TooManyPages, Unwelcome
from privity.faces.app.files import Files
from privity.faces.app.guard import check_session, door, session_of
from privity.faces.app.house import House
from privity.faces.app.large import LargeFiles
from privity.faces.app.limits import MAX_ENTER, MAX_FRAME, MAX_PAGES, PROVE_S
from privity.faces.app.page import Asset, BuiltPage
from privity.faces.app.port.entering import Enter, Entered, Hello, PageProof, Renewed
from privity.faces.app.portraits import Portraits
from privity.faces.app.talking import Talk
from privity.faces.app.tokens import Doorkeeper

S = TypeVar("S", bound=msgspec.Struct)

NOT_KNOWN: Final = 4403
"""The page's secret is not one of this daemon."""
NOT_ASKED: Final = 4400
"""What came is nothing that can be asked."""
TOO_SLOW: Final = 4408


@dataclass(slots=True)
class Door:
    """What the routes share. `port` is set once the daemon listens."""

    house: House
    doorkeeper: Doorkeeper
    page: BuiltPage
    port: int = 0
    sockets: set[web.WebSocketResponse] = field(default_factory=set)

    def url(self) -> str:
        """An address that lets one page in, once."""
        return f"http://127.0.0.1:{self.port}/#{self.doorkeeper.token()}"


def build_app(shared: Door) -> web.Application:
    def check(request: web.Request) -> None:
        check_session(request, shared.doorkeeper)

    app = web.Application(middlewares=[door(lambda: shared.port)], client_max_size=MAX_ENTER)
    app.add_routes(
        [
            web.get("/", partial(_index, shared)),
            web.get("/assets/{name}", partial(_asset, shared)),
            web.post("/session", partial(_session, shared)),
            web.post("/session/again", partial(_again, shared)),
            web.get("/port", partial(_port, shared)),
            *files.routes(Files(shared.house), check),
            *large.routes(LargeFiles(shared.house), check),
            *portraits.routes(Portraits(shared.house), check),
        ]
    )
    return app


async def close_pages(shared: Door) -> None:
    """Tell every page that the daemon goes."""
    await asyncio.gather(*(each.close(code=1001) for each in list(shared.sockets)), return_exceptions=True)


def _sent(asset: Asset) -> web.Response:
    charset = "utf-8" if asset.content_type.startswith("text/") else None
    return web.Response(body=asset.body, content_type=asset.content_type, charset=charset)


async def _index(shared: Door, _: web.Request) -> web.Response:
    return _sent(shared.page.index)


async def _asset(shared: Door, request: web.Request) -> web.Response:
    asset = shared.page.assets.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    return _sent(asset)


async def _session(shared: Door, request: web.Request) -> web.Response:
    return _entered(shared.doorkeeper.enter(_decoded(await request.read(), Enter).token))


async def _again(shared: Door, request: web.Request) -> web.Response:
    return _entered(shared.doorkeeper.again(session_of(request)))


def _entered(entered: Entered) -> web.Response:
    return web.Response(body=msgspec.json.encode(entered), content_type="application/json")


async def _port(shared: Door, request: web.Request) -> web.StreamResponse:
    if len(shared.sockets) >= MAX_PAGES:
        raise TooManyPages(f"{MAX_PAGES} windows are open already; close one")
    ws = web.WebSocketResponse(max_msg_size=MAX_FRAME, heartbeat=30, timeout=2.0, compress=False)
    shared.sockets.add(ws)
    try:
        await ws.prepare(request)
        await _converse(shared, ws, request.headers["Host"])
    finally:
        shared.sockets.discard(ws)
    return ws


async def _prove(keeper: Doorkeeper, ws: web.WebSocketResponse, host: str) -> None:
    """Both sides, the daemon first. Raises NoSession, Malformed, TimeoutError."""
    asked = keeper.ask(await _heard(ws, Hello), host)
    await ws.send_str(msgspec.json.encode(asked.proof).decode())
    renewed = Renewed(session=keeper.admit(asked, (await _heard(ws, PageProof)).proof))
    await ws.send_str(msgspec.json.encode(renewed).decode())


async def _heard(ws: web.WebSocketResponse, kind: type[S]) -> S:
    frame = await ws.receive(timeout=PROVE_S)
    if frame.type is not WSMsgType.TEXT or len(frame.data) > MAX_ENTER:
        raise NoSession("a connection begins with what a page proves itself with")
    return _decoded(frame.data, kind)


async def _converse(shared: Door, ws: web.WebSocketResponse, host: str) -> None:
    try:
        await _prove(shared.doorkeeper, ws, host)
    except ConnectionError:
        return  # it went while it was asked
    except TimeoutError:
        await ws.close(code=NOT_KNOWN)
        return
    except (Unwelcome, Malformed) as err:
        await ws.close(code=NOT_KNOWN, message=str(err).encode()[:100])
        return
    talk = Talk(shared.house)
    writer = asyncio.ensure_future(_write(ws, talk))
    try:
        async for message in ws:
            if message.type is not WSMsgType.TEXT:
                break
            talk.ask(message.data)
    except Malformed as err:
        await ws.close(code=NOT_ASKED, message=str(err).encode()[:100])
    finally:
        talk.close()
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer


async def _write(ws: web.WebSocketResponse, talk: Talk) -> None:
    with suppress(ConnectionError):  # the page has gone; its reader ends too
        while True:
            data = await talk.next()
            if data is None:
                await ws.close(code=TOO_SLOW)
                return
            await ws.send_str(data.decode())


def _decoded(data: bytes | str, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(f"expected {kind.__name__}, got something else") from None
