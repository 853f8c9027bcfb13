# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that a device's line and the hub's disk show, used by somebody without the device's key: it opens nothing.

A tap keeps the real traffic of a device of the SDK: its socket and its requests with their MACs. Then it is used again,
whole and in parts, as it was and changed, while the session stands and after. Every try is refused by name, and the
hub's database is the same before and after, row by row.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import aiohttp
import msgspec
import pytest
from yarl import URL

from privity.client.sdk import Device
from privity.server.config import load
from privity.server.main import build_context, serving
from privity.server.sessions.requests import PUBLIC
from privity.wire import socket
from privity.wire.errors import Code, ErrorBody
from privity.wire.session import COUNT_HEADER, MAC_HEADER, SESSION_HEADER
from tests.attacks.people import LIMIT_S, Hub, contents, open_hub, register, texts, until
from tests.attacks.tap import Request, Tap, payloads_of, requests_of, tapped
from tests.client.town import befriend


class Theft:
    """A hub, a device behind a tap and its peer, and the thief's own ways to speak to the hub."""

    def __init__(self, hub: Hub, tap: Tap, anna: Device, bert: Device, room: str, http: aiohttp.ClientSession) -> None:
        self.hub = hub
        self.tap = tap
        self.anna = anna
        self.bert = bert
        self.room = room
        self.http = http
        self.before: list[str] = []

    def signed(self) -> list[Request]:
        """The recorded requests that carried a session, where one is needed."""
        return [request for request in self.tap.requests() if SESSION_HEADER in request.headers and closed_to(request)]

    async def ask(self, request: Request) -> Code:
        """Send a request as it is; the code of the refusal."""
        ours = {
            name: request.headers[name]
            for name in (SESSION_HEADER, COUNT_HEADER, MAC_HEADER)
            if name in request.headers
        }
        headers = {**ours, "Content-Type": request.headers.get("Content-Type", "application/json")}
        url = URL(self.hub.url + request.path, encoded=True)
        async with self.http.request(request.method, url, data=request.body, headers=headers) as answer:
            data = await answer.read()
            assert answer.status >= 400, f"{request.method} {request.path} was answered: {data[:200]!r}"
            return msgspec.json.decode(data, type=ErrorBody).code

    async def open_socket(self, frames: list[bytes]) -> list[socket.FromHub]:
        """Connect, send these frames, and take what comes until the hub ends it."""
        came: list[socket.FromHub] = []
        async with self.http.ws_connect(self.hub.url + "/v1/socket") as ws:
            for frame in frames:
                await ws.send_bytes(frame)
            async for message in ws:
                assert message.type is aiohttp.WSMsgType.BINARY
                came.append(socket.decode_from_hub(message.data))
        return came

    def assert_nothing_changed(self) -> None:
        assert contents(self.hub.database) == self.before


def closed_to(request: Request) -> bool:
    """Whether strangers are refused: the key log tells everybody where it stands."""
    return (request.method, request.path.partition("?")[0]) not in PUBLIC


async def stage(folder: Path, stack: AsyncExitStack) -> Theft:
    """The device does what devices do: it registers, talks, commits, blocks, looks people up."""
    hub = await stack.enter_async_context(open_hub(folder))
    tap = await stack.enter_async_context(tapped(int(hub.url.rsplit(":", 1)[1])))
    http = await stack.enter_async_context(aiohttp.ClientSession())
    anna = await register(tap.url, folder, "anna")
    stack.push_async_callback(anna.close)
    bert = await register(hub.url, folder, "bert")
    stack.push_async_callback(bert.close)
    await befriend(anna, bert)
    room = await anna.direct(bert.user_uri)
    await anna.send(room, "hello")
    group = await anna.create_group()
    await anna.invite(group, bert.user_uri)
    await anna.find("bert")
    await anna.block(bert.user_uri, True)
    await anna.block(bert.user_uri, False)
    await befriend(anna, bert)
    await anna.caught_up()
    await until(lambda: texts(bert, room) == ["hello"] and group in bert.rooms(), "the peer to have everything")
    theft = Theft(hub, tap, anna, bert, room, http)
    theft.before = contents(hub.database)
    assert {request.method for request in theft.signed()} >= {"GET", "POST", "PUT", "DELETE"}
    return theft


async def scene(folder: Path, attack: str) -> None:
    async with AsyncExitStack() as stack:
        theft = await stage(folder, stack)
        await ATTACKS[attack](theft)
        theft.assert_nothing_changed()
        await theft.anna.send(theft.room, "still me")
        await until(lambda: texts(theft.bert, theft.room)[-1] == "still me", "the device itself to go on undisturbed")


async def the_same_requests_again(theft: Theft) -> None:
    for request in theft.signed():
        assert await theft.ask(request) is Code.REPLAYED


async def the_same_requests_changed(theft: Theft) -> None:
    """Another body, another path, another method, another counter: the MAC covers all of them."""
    for request in theft.signed():
        count = str(int(request.headers[COUNT_HEADER]) + 100_000)
        for changed in (
            replace(request, body=request.body + b" "),
            replace(request, body=b"" if request.body else b"{}"),
            replace(request, path=request.path + ("&" if "?" in request.path else "?") + "x=1"),
            replace(request, method={"GET": "DELETE", "DELETE": "PUT", "PUT": "POST", "POST": "PUT"}[request.method]),
            replace(request, headers={**request.headers, COUNT_HEADER: count}),
            replace(request, headers={**request.headers, MAC_HEADER: "0" * 64}),
        ):
            assert await theft.ask(changed) is Code.UNAUTHENTICATED


async def the_name_of_the_session_alone(theft: Theft) -> None:
    for request in theft.signed():
        bare = {SESSION_HEADER: request.headers[SESSION_HEADER]}
        assert await theft.ask(replace(request, headers=bare)) is Code.UNAUTHENTICATED
        assert await theft.ask(replace(request, headers={})) is Code.UNAUTHENTICATED


async def its_requests_under_a_session_of_the_thief(theft: Theft) -> None:
    """The thief has an account, and with it a session that stands."""
    thief = await register(theft.hub.url, theft.hub.folder, "thief")
    theft.before = contents(theft.hub.database)
    connection = thief.host.connection
    assert connection is not None
    for request in theft.signed():
        mine = {**request.headers, SESSION_HEADER: connection.session, COUNT_HEADER: "9999"}
        assert await theft.ask(replace(request, headers=mine)) is Code.UNAUTHENTICATED
    await thief.close()


async def the_whole_socket_again(theft: Theft) -> None:
    """The proof fits the challenge of its own connection only."""
    for line in theft.tap.lines:
        if line.is_socket:
            frames = list(payloads_of(bytes(line.from_device)))
            assert isinstance(socket.decode_from_device(frames[0]), socket.Prove)
            assert any(isinstance(socket.decode_from_device(frame), socket.Submit) for frame in frames)
            challenge, closed = await theft.open_socket(frames)
            assert isinstance(challenge, socket.Challenge)
            assert isinstance(closed, socket.Closed)
            assert closed.code is Code.UNAUTHENTICATED


async def every_byte_of_every_line_again(theft: Theft) -> None:
    """Not one frame or request in a shape of the thief's making, but the bytes as they passed."""
    port = int(theft.hub.url.rsplit(":", 1)[1])
    for line in list(theft.tap.lines):
        if SESSION_HEADER.encode() not in line.from_device and not line.is_socket:
            continue  # what needs no session: registering, and what the hub says of itself
        asked = [] if line.is_socket else list(requests_of(bytes(line.from_device)))
        refusals = 1 if line.is_socket else sum(closed_to(request) for request in asked)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(bytes(line.from_device))
        said = b""
        while said.count(b"unauthenticated") + said.count(b'"code":"replayed"') < refusals:
            more = await asyncio.wait_for(reader.read(1 << 16), LIMIT_S)
            assert more, f"the hub ended the line after {said[-200:]!r}"
            said += more
        writer.close()
        assert said.count(b"HTTP/1.1 2") <= len(asked) - (0 if line.is_socket else refusals)


async def frames_without_a_proof(theft: Theft) -> None:
    for line in theft.tap.lines:
        if line.is_socket:
            for frame in list(payloads_of(bytes(line.from_device)))[1:]:
                came = await theft.open_socket([frame])
                assert isinstance(came[-1], socket.Closed)
                assert came[-1].code is Code.MALFORMED


async def everything_after_the_session_ended(theft: Theft) -> None:
    """The session's name dies with its connection, whatever its MACs were."""
    connection = theft.anna.host.connection
    assert connection is not None
    stolen = connection.session
    requests = [request for request in theft.signed() if request.headers[SESSION_HEADER] == stolen]
    assert requests
    await connection.close()
    await until(lambda: theft.hub.context.sessions.named(stolen) is None, "the session to end")
    await until(lambda: theft.anna.host.connection not in (None, connection), "the device to come back")
    await theft.anna.caught_up()
    theft.before = contents(theft.hub.database)
    for request in requests:
        fresh = {**request.headers, COUNT_HEADER: str(int(request.headers[COUNT_HEADER]) + 5000)}
        assert await theft.ask(request) is Code.UNAUTHENTICATED
        assert await theft.ask(replace(request, headers=fresh)) is Code.UNAUTHENTICATED


async def a_copy_of_the_hubs_disk(theft: Theft) -> None:
    """Neither the database nor a key file of the hub holds what a session or a proof is made of."""
    connection = theft.anna.host.connection
    assert connection is not None
    own = theft.anna.host.engine.device.own
    copy = theft.hub.folder / "copy"
    shutil.copytree(theft.hub.folder / "hub", copy)
    disk = b"".join(path.read_bytes() for path in sorted(copy.rglob("*")) if path.is_file())
    assert own.signature_public in disk, "the copy is not of this hub"
    for secret in (connection.key, own.signature_private, own.account_private or b""):
        assert len(secret) >= 32
        assert secret not in disk
        assert secret.hex().encode() not in disk
    assert connection.session.encode() not in disk
    await _serve_the_copy(theft)


async def _serve_the_copy(theft: Theft) -> None:
    """A second hub on the copied disk knows the device, and believes nothing of what was recorded."""
    folder = theft.hub.folder / "second"
    folder.mkdir()
    shutil.move(theft.hub.folder / "copy", folder / "hub")
    shutil.copy(theft.hub.folder / "privity.toml", folder / "privity.toml")
    context, parts = build_context(load(folder / "privity.toml"))
    async with serving(context, parts) as port:
        second = Theft(
            replace(theft.hub, url=f"http://127.0.0.1:{port}"), theft.tap, theft.anna, theft.bert, "", theft.http
        )
        for request in theft.signed():
            assert await second.ask(request) is Code.UNAUTHENTICATED
        await the_whole_socket_again(second)


ATTACKS = {
    attack.__name__: attack
    for attack in (
        the_same_requests_again,
        the_same_requests_changed,
        the_name_of_the_session_alone,
        its_requests_under_a_session_of_the_thief,
        the_whole_socket_again,
        every_byte_of_every_line_again,
        frames_without_a_proof,
        everything_after_the_session_ended,
        a_copy_of_the_hubs_disk,
    )
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_stolen_session_opens_nothing(tmp_path: Path, attack: str) -> None:
    asyncio.run(scene(tmp_path, attack))


def test_the_same_request_is_taken_from_who_holds_the_key(tmp_path: Path) -> None:
    """The attacks above fail for want of the key, not because the hub refuses everybody."""

    async def scene() -> None:
        async with AsyncExitStack() as stack:
            theft = await stage(tmp_path, stack)
            connection = theft.anna.host.connection
            assert connection is not None
            for request in theft.signed():
                if request.method == "GET":
                    assert await connection.request(request.method, request.path, request.body, "application/json")

    asyncio.run(scene())
