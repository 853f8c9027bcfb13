# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that breaks off, babbles or names nonsense: a device stays alive, says why, and does not hurry."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.client import host as hosts
from privity.client.engine import effects as fx
from privity.client.engine import inputs
from privity.client.engine.calls import key_packages_left
from privity.client.engine.key_log import KEYS
from privity.client.engine.records import Table
from privity.client.engine.state import OWN_KEY, Own
from privity.client.errors import HandshakeRefused, HubUnreachable
from privity.client.host import Host
from privity.client.net.connection import Connection, decode, exchange
from privity.client.store.database import Store
from privity.client.store.header import Cost
from privity.wire import rest, socket
from privity.wire.errors import MAX_SAID, Code, Refusal
from privity.wire.socket import CaughtUp, Challenge, Closed, FromHub, Ready
from tests.keylog.memory_log import MemoryLog
from tests.server.core.people import Person

LIMIT_S = 60
SHARE = X25519PrivateKey.generate().public_key().public_bytes_raw()


def own() -> Own:
    person = Person("alice")
    keys = person.device
    return Own(
        person.user_uri, keys.client_uri, "alice", keys.private, keys.public, None, "hub.example", b"", b"", None
    )


@asynccontextmanager
async def hub(
    frames: list[FromHub | bytes],
    *,
    after: Callable[[web.WebSocketResponse], None] | None = None,
    answer: bytes = b"{}",
) -> AsyncIterator[tuple[str, list[float]]]:
    """Speaks these frames to whoever connects, and ends the connection. All other requests get `answer`."""
    came: list[float] = []

    async def talk(request: web.Request) -> web.StreamResponse:
        came.append(time.monotonic())
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        for number, frame in enumerate(frames):
            await ws.send_bytes(frame if isinstance(frame, bytes) else socket.encode(frame))
            if number == 0 and len(frames) > 1:
                await ws.receive()
        if after is not None:
            after(ws)
        return ws

    async def say(request: web.Request) -> web.StreamResponse:
        return web.Response(body=answer)

    app = web.Application()
    app.add_routes([web.get("/v1/socket", talk), web.route("*", "/{rest:.*}", say)])
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/"), came
    finally:
        await server.close()


@asynccontextmanager
async def device(folder: Path, url: str) -> AsyncIterator[Host]:
    store = Store.create(folder / "device", "invented", cost=Cost(time=1, memory_kib=64, lanes=1))
    store.save({(Table.OWN, "", OWN_KEY): own().encode(), (Table.LOG, "", KEYS): MemoryLog().keys.encode()})
    host = Host(store, url)
    try:
        yield host
    finally:
        await host.close()


async def until(happened: Callable[[], bool], what: str) -> None:
    """Let other tasks run until this has happened."""
    deadline = time.monotonic() + LIMIT_S
    while not happened():
        assert time.monotonic() < deadline, f"waited {LIMIT_S} s for {what}"
        await asyncio.sleep(0)


@pytest.mark.parametrize("session", ["", "two\r\nHost: elsewhere", "a b", "\x00", "ü", "x" * 5_000])
async def test_a_session_that_no_header_can_carry_is_refused(session: str) -> None:
    async with hub([Challenge(bytes(32), SHARE), Ready(session, 1)]) as (url, _), ClientSession() as http:
        with pytest.raises(HandshakeRefused, match="name of the session"):
            await Connection.open(http, url, own())


@pytest.mark.parametrize(
    "frames",
    [
        [Challenge(bytes(1 << 19), SHARE)],
        [Challenge(b"", SHARE)],
        [Challenge(bytes(32), SHARE)],
        [Challenge(bytes(32), b"")],
        [],
        [b"\xff"],
        [b""],
        [Challenge(bytes(32), SHARE), b"\x93"],
        [Challenge(bytes(32), SHARE), Closed(Code.INTERNAL, "x" * 100_000)],
        [Challenge(bytes(32), SHARE), Ready("s", 0), bytes(1 << 19)],
        [Challenge(bytes(32), SHARE), Ready("s", (1 << 53) - 1), CaughtUp()],
        [Challenge(bytes(32), SHARE), Ready("s", 1), Ready("again", 1), Challenge(b"", b""), CaughtUp()],
    ],
)
async def test_a_hub_that_breaks_off_is_tried_again_ever_more_slowly(
    frames: list[FromHub | bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device goes on trying whatever comes, and a hub that takes it in and drops it at once gains no hurry."""
    attempts: list[int] = []

    def no_delay(attempt: int, random: Callable[[int], bytes]) -> int:
        attempts.append(attempt)
        return 0

    monkeypatch.setattr(hosts, "delay_ms", no_delay)
    async with hub(frames) as (url, came), device(tmp_path, url) as host:
        await host.start()
        await until(lambda: len(attempts) >= 10, "ten attempts")
        assert attempts[:5] == [0, 1, 2, 3, 4]
        assert min(attempts[5:]) >= hosts.SHORT_ATTEMPT
        assert len(came) >= 10
        assert host._broken is None
        assert len(str(host.last_error)) < MAX_SAID + 100


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"x":' + b"[" * 200_000,
        b'{"x":' * 100_000,
        b'{"left": -1, "has_last_resort": true}',
        b'{"left": 99999999999999999999999999, "has_last_resort": true}',
        b'{"left": 1.5, "has_last_resort": true}',
        b"\xff\xfe",
        b"",
    ],
)
async def test_an_answer_that_is_no_answer_is_named(body: bytes) -> None:
    with pytest.raises(HubUnreachable) as caught:
        decode(body, rest.KeyPackagesLeft)
    assert len(str(caught.value)) < MAX_SAID + 100
    async with hub([], answer=body) as (url, _), ClientSession() as http:
        answer = await exchange(http, "GET", f"{url}/v1/key-packages", b"", {})
        with pytest.raises(HubUnreachable):
            decode(answer, key_packages_left().answer)


@pytest.mark.parametrize(
    "body",
    [b"[" * 60_000, b'{"code":' + b"[" * 60_000, b"null", b'{"code":"conflict","message":"%s"}' % (b"x" * 60_000)],
)
async def test_a_refusal_that_says_too_much_is_cut(body: bytes) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=409, body=body)

    app = web.Application()
    app.add_routes([web.get("/v1/rooms", refuse)])
    server = TestServer(app)
    await server.start_server()
    async with ClientSession() as http:
        with pytest.raises((HubUnreachable, Refusal)) as caught:
            await exchange(http, "GET", str(server.make_url("/v1/rooms")), b"", {})
    assert len(str(caught.value)) < MAX_SAID + 100
    await server.close()


async def test_many_wishes_to_be_woken_are_one_tick(tmp_path: Path) -> None:
    """A thousand messages that expire at one time, or a hub that refuses a thousand, wake a device once."""
    async with device(tmp_path, "http://127.0.0.1:1") as host:
        ticks: list[int] = []
        engine_step = host.engine.step

        def step(event: inputs.Input, now_ms: int) -> list[fx.Effect]:
            if isinstance(event, inputs.Tick):
                ticks.append(now_ms)
                return [fx.WakeAt(soon + 30) for _ in range(1_000) if len(ticks) == 1]
            return engine_step(event, now_ms)

        host.engine.step = step  # type: ignore[method-assign]  # a look at what comes
        soon = time.time_ns() // 1_000_000 + 50
        for _ in range(1_000):
            host._perform(fx.WakeAt(soon))
        host._perform(fx.WakeAt(soon + 40 * 86_400_000))
        await until(lambda: len(ticks) >= 2, "two ticks")
        assert ticks[0] >= soon
        assert ticks[1] >= soon + 30
        later = asyncio.get_running_loop().time() + 0.2
        await until(lambda: asyncio.get_running_loop().time() > later, "a fifth of a second")
        assert len(ticks) == 2


async def test_a_wish_in_the_past_does_not_spin(tmp_path: Path) -> None:
    async with device(tmp_path, "http://127.0.0.1:1") as host:
        ticks: list[int] = []

        def step(event: inputs.Input, now_ms: int) -> list[fx.Effect]:
            ticks.append(now_ms)
            return [fx.WakeAt(0), fx.WakeAt(now_ms - 1), fx.WakeAt(now_ms)]

        host.engine.step = step  # type: ignore[method-assign]  # an engine that always wants to be woken
        host._perform(fx.WakeAt(0))
        later = asyncio.get_running_loop().time() + 0.5
        await until(lambda: asyncio.get_running_loop().time() > later, "half a second")
        assert 2 <= len(ticks) <= 0.5 / hosts.SHORTEST_SLEEP_S + 2
