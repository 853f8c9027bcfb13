# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/socket`: proof, resume, messages in and events out."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, cast

from aiohttp import WSMsgType, web

from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import catch_up, store, typing
from privity.server.delivery.catch_up import CatchUp
from privity.server.delivery.connection import Connection
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.heartbeat import Heartbeat
from privity.server.delivery.service import Inlet, check
from privity.server.sessions.handshake import end, open_socket, prove
from privity.server.sessions.model import Session
from privity.wire.errors import Code, Refusal
from privity.wire.socket import MAX_FRAME, Ack, BadFrame, Prove, Resume, Submit, Typing, decode_from_device

MAX_CURSORS: Final = 20_000
"""Rooms in one Resume or Ack: more than anybody is in."""
MAX_CURSOR: Final = 1 << 62
_ENDS: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED})
ROOMS_A_TOKEN: Final = 100
"""Cursors that one token of the limit pays for: each costs the writer a look-up."""


def routes(context: HubContext, fanout: Fanout, submissions: Inlet) -> list[web.RouteDef]:
    heartbeat = Heartbeat(fanout.connections)

    async def socket(request: web.Request) -> web.StreamResponse:
        ws = await open_socket(request, context)
        try:
            session = await prove(ws, context)
        except Refusal:
            return ws  # `prove` has said why and closed
        try:
            connection = _connection(request, session)
            if connection is not None:
                heartbeat.keep()
                await _listen(context, fanout, submissions, ws, session, connection)
        finally:
            end(context, session)
        return ws

    return [web.get("/v1/socket", socket)]


async def _listen(
    context: HubContext,
    fanout: Fanout,
    submissions: Inlet,
    ws: web.WebSocketResponse,
    session: Session,
    connection: Connection,
) -> None:
    session.deliver = connection.send
    fanout.attach(connection)
    try:
        await _serve(context, fanout, submissions, ws, connection)
    finally:
        fanout.detach(connection)
        connection.close(Code.UNAVAILABLE, "the connection ended")


def _connection(request: web.Request, session: Session) -> Connection | None:
    """None when the device was gone before it was proven."""
    transport, protocol = request.transport, request.protocol
    if transport is None:
        return None

    async def drain() -> None:
        with suppress(ConnectionError):  # gone; whoever reads from it notices
            await protocol._drain_helper()  # aiohttp offers no public way to wait for its transport

    return Connection(session.client_uri, session.user_uri, transport, drain)


async def _serve(
    context: HubContext, fanout: Fanout, submissions: Inlet, ws: web.WebSocketResponse, connection: Connection
) -> None:
    """Read frames until the connection ends. One that is not of this direction ends it by name."""
    catching: CatchUp | None = None
    try:
        while (data := await _next(ws, connection)) is not None:
            frame = _decode(data)
            match frame:
                case Submit():
                    if catching is None:
                        raise Refusal(Code.MALFORMED, "a Submit came before Resume")
                    _submit(context, submissions, connection, frame)
                case Ack():
                    await _acknowledge(context, connection, frame)
                case Typing():
                    if catching is None:
                        raise Refusal(Code.MALFORMED, "a Typing came before Resume")
                    await typing.relay(context, fanout, connection, frame)
                case Resume():
                    if catching is not None:
                        raise Refusal(Code.MALFORMED, "a second Resume came on one connection")
                    await _acknowledge(context, connection, frame)
                    await catch_up.start(context.db, fanout, connection, frame.rooms, frame.inbox)
                    catching = CatchUp(context, fanout, connection)
                    connection.when_behind = catching.wake
                    connection.fall_behind()
                case Prove():
                    raise Refusal(Code.MALFORMED, "a second Prove came on one connection")
            if connection.closed:
                return
        if ws.close_code == 1009:
            raise Refusal(Code.TOO_LARGE, f"a frame was over the limit of {MAX_FRAME} bytes")
    except Refusal as refusal:
        context.metrics.refused(refusal.code)
        connection.close(refusal.code, refusal.body.message)
    finally:
        if catching is not None:
            await catching.stop()


async def _next(ws: web.WebSocketResponse, connection: Connection) -> bytes | None:
    """The next binary frame; None when the connection has ended."""
    while True:
        message = await ws.receive()
        connection.heard()
        kind = message.type
        if kind is WSMsgType.BINARY:
            return cast(bytes, message.data)
        if kind in _ENDS:
            return None
        if kind is WSMsgType.PING:
            connection.pong(message.data)
        elif kind is not WSMsgType.PONG:
            raise Refusal(Code.MALFORMED, "expected binary frames")


def _decode(data: bytes) -> Prove | Resume | Submit | Ack | Typing:
    try:
        return decode_from_device(data)
    except BadFrame as err:
        raise Refusal(Code.MALFORMED, str(err)) from None


def _submit(context: HubContext, submissions: Inlet, connection: Connection, frame: Submit) -> None:
    try:
        context.limits.take("message.send", connection.client_uri)
        context.limits.take("message.send_room", connection.user_uri)
        submissions.add(check(connection.client_uri, connection.user_uri, frame))
    except Refusal as refusal:
        connection.send(submissions.refused(frame.ref, refusal))


async def _acknowledge(context: HubContext, connection: Connection, frame: Ack | Resume) -> None:
    cursors = [frame.inbox, *frame.rooms.values()]
    if len(cursors) > MAX_CURSORS or min(cursors) < 0 or max(cursors) > MAX_CURSOR:
        raise Refusal(Code.MALFORMED, f"cursors must be 0 to {MAX_CURSOR}, at most {MAX_CURSORS} of them")
    client_uri = connection.client_uri
    context.limits.take("cursors.ack", client_uri, 1 + len(frame.rooms) // ROOMS_A_TOKEN)

    def write(tx: Tx) -> None:
        store.acknowledge(tx, client_uri, frame.rooms, frame.inbox)

    await context.db.write_rooms(write)
