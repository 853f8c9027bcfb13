# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/socket`: proof, resume, messages in and events out."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp import WSMsgType, web

from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import catch_up, store, typing
from privity.server.delivery.connection import Connection
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.service import Submissions, check
from privity.server.sessions.handshake import end, open_socket, prove
from privity.server.sessions.model import Session
from privity.server.web import log_bug
from privity.wire.errors import Code, Refusal
from privity.wire.socket import MAX_FRAME, Ack, BadFrame, Prove, Resume, Submit, Typing, decode_from_device

MAX_CURSORS: Final = 20_000
"""Rooms in one Resume or Ack: more than anybody is in."""
MAX_CURSOR: Final = 1 << 62
ROOMS_A_TOKEN: Final = 100
"""Cursors that one token of the limit pays for: each costs the writer a look-up."""


def routes(context: HubContext, fanout: Fanout, submissions: Submissions) -> list[web.RouteDef]:
    async def socket(request: web.Request) -> web.StreamResponse:
        ws = await open_socket(request, context)
        try:
            session = await prove(ws, context)
        except Refusal:
            return ws  # `prove` has said why and closed
        try:
            connection = _connection(request, session)
            if connection is not None:
                await _listen(context, fanout, submissions, ws, session, connection)
        finally:
            end(context, session)
        return ws

    return [web.get("/v1/socket", socket)]


async def _listen(
    context: HubContext,
    fanout: Fanout,
    submissions: Submissions,
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
    context: HubContext, fanout: Fanout, submissions: Submissions, ws: web.WebSocketResponse, connection: Connection
) -> None:
    """Read frames until the connection ends. One that is not of this direction ends it by name."""
    reader: asyncio.Task[None] | None = None
    try:
        async for message in ws:
            if message.type is not WSMsgType.BINARY:
                raise Refusal(Code.MALFORMED, "expected binary frames")
            frame = _decode(message.data)
            match frame:
                case Submit():
                    if reader is None:
                        raise Refusal(Code.MALFORMED, "a Submit came before Resume")
                    _submit(context, submissions, connection, frame)
                case Ack():
                    await _acknowledge(context, connection, frame)
                case Typing():
                    if reader is None:
                        raise Refusal(Code.MALFORMED, "a Typing came before Resume")
                    await typing.relay(context, fanout, connection, frame)
                case Resume():
                    if reader is not None:
                        raise Refusal(Code.MALFORMED, "a second Resume came on one connection")
                    await _acknowledge(context, connection, frame)
                    await catch_up.start(context.db, fanout, connection, frame.rooms, frame.inbox)
                    reader = asyncio.create_task(_bring(context, fanout, connection))
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
        if reader is not None:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader


def _decode(data: bytes) -> Prove | Resume | Submit | Ack | Typing:
    try:
        return decode_from_device(data)
    except BadFrame as err:
        raise Refusal(Code.MALFORMED, str(err)) from None


async def _bring(context: HubContext, fanout: Fanout, connection: Connection) -> None:
    """The catch-up task: a refused read (shutting down) or a bug closes the connection instead of leaving it silent."""
    try:
        await catch_up.run(context.db, fanout, connection)
    except Refusal as refusal:
        connection.close(refusal.code, refusal.body.message)
    except Exception as err:  # noqa: BLE001  # the task has no caller: without this a bug would only silence a device
        log_bug(err)
        connection.close(Code.INTERNAL, "a bug of the hub; resume by cursor")


def _submit(context: HubContext, submissions: Submissions, connection: Connection, frame: Submit) -> None:
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

    await context.db.write(write)
