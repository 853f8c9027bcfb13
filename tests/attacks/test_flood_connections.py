# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Floods of connections: refused by name, forgotten when they say nothing, and devices come in and talk meanwhile."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.server import http, main, peers
from privity.server.limits import LIMITS
from privity.server.peers import Peers
from privity.server.sessions import pending
from privity.server.sessions.pending import Pending
from privity.wire import socket
from privity.wire.errors import Code, Refusal
from tests.attacks.floods import Honest, lines, wire_from
from tests.attacks.open_hub import OpenHub, open_hub, request
from tests.attacks.test_any_bytes_to_the_socket import UPGRADE, RawSocket, hear

ASKED = request("GET", "/v1/server", {})


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


def refused(caught: pytest.ExceptionInfo[Refusal]) -> tuple[Code, str | None]:
    return caught.value.code, caught.value.body.limit


def test_connections_are_counted_by_address_and_together() -> None:
    counted: list[Code] = []
    held = Peers(counted.append, of_address=2, together=3)
    for address in ("a", "a", "b"):
        held.enter(address)
    with pytest.raises(Refusal) as caught:
        held.enter("a")
    assert refused(caught) == (Code.TOO_MANY, "connections")
    with pytest.raises(Refusal) as caught:
        held.enter("c")
    assert refused(caught) == (Code.UNAVAILABLE, None)
    held.leave("a")
    held.enter("c")
    for address in ("a", "b", "c"):
        held.leave(address)
    assert (len(held), held._by_address) == (0, {})
    assert counted == [Code.TOO_MANY, Code.UNAVAILABLE]


def test_behind_a_proxy_only_all_connections_together_are_counted() -> None:
    held = Peers(lambda code: None, of_address=None, together=5)
    for _ in range(5):
        held.enter("127.0.0.1")
    with pytest.raises(Refusal) as caught:
        held.enter("127.0.0.1")
    assert refused(caught) == (Code.UNAVAILABLE, None)


def test_connections_leave_files_to_the_rest_of_the_hub() -> None:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert files // 2 <= peers.connections_allowed() < files


async def test_one_address_takes_no_more_than_its_share_and_others_come_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "MAX_PEERS_OF_ADDRESS", 20)
    async with open_hub(tmp_path) as hub, AsyncExitStack() as stack:
        honest = await Honest.of(hub)
        opened = await lines(stack, hub, 20)
        for _ in range(5):
            async with wire_from(hub) as line:
                heard = await line.answer()
                assert (heard.status, heard.error.code, heard.error.limit) == (429, Code.TOO_MANY, "connections")
                assert heard.headers["retry-after"] == "10"
                assert await line.ended()
        await hub.world.join("carl")
        await honest.talks()
        opened[0].writer.transport.abort()
        await answered(hub)
        assert hub.bugs() == []


async def answered(hub: OpenHub) -> None:
    """The attacker's address is served again, once the hub has seen that a line of it is gone."""
    async with asyncio.timeout(60):
        while True:
            async with wire_from(hub) as line:
                await line.send(ASKED)
                if (await line.answer()).status == 200:
                    return


async def test_all_addresses_together_leave_files_and_those_who_are_in_talk_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "connections_allowed", lambda: 30)
    async with open_hub(tmp_path) as hub, AsyncExitStack() as stack:
        honest = await Honest.of(hub)
        for number in range(30):
            await lines(stack, hub, 1, address=f"127.0.1.{number + 1}")
        async with wire_from(hub) as line:
            heard = await line.answer()
            assert (heard.status, heard.error.code) == (503, Code.UNAVAILABLE)
            assert heard.error.message == "too many connections are open"
        await honest.talks()
        assert hub.bugs() == []


async def test_a_head_that_trickles_in_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "IDLE_S", 0.4)
    async with open_hub(tmp_path) as hub, AsyncExitStack() as stack:
        honest = await Honest.of(hub)
        opened = await lines(stack, hub, 100, b"GET /v1/server HTTP/1.1\r\nA: ")

        async def trickle() -> None:
            while True:
                for line in opened:
                    line.writer.write(b"b")
                await asyncio.sleep(0.02)

        drops = asyncio.create_task(trickle())
        async with honest.talking():
            for line in opened:
                await line.ended()  # or the time in which it waits is over
        drops.cancel()
        assert hub.bugs() == []


async def silent_socket(stack: AsyncExitStack, hub: OpenHub) -> RawSocket:
    """The handshake is done, and the proof does not come."""
    (line,) = await lines(stack, hub, 1, request("GET", "/v1/socket", UPGRADE))
    await line.reader.readuntil(b"\r\n\r\n")
    _, payload = await hear(line)
    challenge = socket.decode_from_hub(payload)
    assert isinstance(challenge, socket.Challenge)
    return RawSocket(line, challenge)


async def test_sockets_that_never_prove_themselves_make_way_the_oldest_first(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    hub.world.context.sessions.pending = Pending(10)
    async with AsyncExitStack() as stack:
        silent = [await silent_socket(stack, hub) for _ in range(25)]
        assert len(hub.world.context.sessions.pending) == 10
        for raw in silent[:15]:
            end = await raw.end()
            assert end.closed is not None
            assert (end.closed.code, end.closed.message) == (
                Code.UNAVAILABLE,
                "too many connections wait for their proof",
            )
        carl = await hub.world.join("carl")
        assert carl.line.session
        await honest.talks()
    while len(hub.world.context.sessions.pending):
        await asyncio.sleep(0)


async def test_a_proof_that_is_being_looked_at_makes_way_for_nobody() -> None:
    held = Pending(1)
    with held.place():
        with pytest.raises(Refusal) as caught, held.place():
            pass
        assert caught.value.code is Code.UNAVAILABLE
        assert len(held) == 1
    with held.place() as place:
        waits = asyncio.create_task(silence(place))
        await asyncio.sleep(0)
        with held.place() as other:
            assert len(held) == 1
            with pytest.raises(Refusal) as caught:
                await waits
            assert caught.value.code is Code.UNAVAILABLE
            assert other is not place
    assert len(held) == 0


async def silence(place: pending.Place) -> None:
    async with place.silent(30):
        await asyncio.sleep(30)


async def test_one_address_opens_sockets_at_a_pace_and_another_is_served(tmp_path: Path) -> None:
    async with open_hub(tmp_path, LIMITS) as hub, AsyncExitStack() as stack:
        honest = await Honest.of(hub)
        for _ in range(LIMITS["session.open"].burst):
            async with wire_from(hub) as line:
                await line.send(request("GET", "/v1/socket", UPGRADE))
                assert (await line.reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 101")
        (line,) = await lines(stack, hub, 1, request("GET", "/v1/socket", UPGRADE))
        heard = await line.answer()
        assert (heard.status, heard.error.code, heard.error.limit) == (429, Code.TOO_MANY, "session.open")
        await honest.ben.disconnect()
        await honest.ben.connect()
        await honest.talks()
        assert hub.bugs() == []


async def test_a_device_that_comes_again_and_again_is_one_connection(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    carl = await hub.world.join("carl")
    for _ in range(20):
        await carl.connect()
    while len(hub.world.context.sessions) > 3:
        await asyncio.sleep(0)
    await honest.talks()
