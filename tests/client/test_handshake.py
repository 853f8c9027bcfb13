# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that does not open a connection as it should is refused by name, with its own reason where it gave one."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from privity.client.engine.state import Own
from privity.client.errors import HandshakeRefused
from privity.client.net.connection import Connection
from privity.wire.errors import Code
from privity.wire.socket import Challenge, Closed, FromHub, Ready, encode
from tests.server.core.people import Person


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([Closed(Code.UNAVAILABLE, "the hub is shutting down")], "unavailable: the hub is shutting down"),
        ([Ready("name", 1)], "expected a Challenge, got Ready"),
        (
            [Challenge(bytes(32), b"\x09" + bytes(31)), Closed(Code.UNAUTHENTICATED, "no such device")],
            "knows no device with these keys",
        ),
        ([Challenge(bytes(32), bytes(32)), Ready("name", 1)], "the hub's challenge"),
    ],
)
async def test_a_handshake_that_goes_wrong_is_named(frames: list[FromHub], said: str) -> None:
    async def hub(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        for frame in frames:
            await ws.send_bytes(encode(frame))
        await ws.receive()
        return ws

    app = web.Application()
    app.add_routes([web.get("/v1/socket", hub)])
    person = Person("alice")
    keys = person.device
    own = Own(person.user_uri, keys.client_uri, "alice", keys.private, keys.public, None, "hub.example", b"", b"", None)
    server = TestServer(app)
    await server.start_server()
    async with ClientSession() as http:
        with pytest.raises(HandshakeRefused, match=said):
            await Connection.open(http, str(server.make_url("")).rstrip("/"), own)
    await server.close()
