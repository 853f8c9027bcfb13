# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are fetched and never read: bounded in number and time, and others fetch theirs meanwhile."""

from __future__ import annotations

import asyncio
import socket
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.server.blobs import routes
from privity.server.bodies import Bodies
from tests.attacks.floods import Honest, wire_from
from tests.attacks.open_hub import OpenHub, Wire, open_hub, request, signed
from tests.server.rooms.world import Device

SIZE = 24 << 20
"""More than the buffers of a connection on loopback take."""


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


async def put(device: Device, data: bytes) -> str:
    """The path of a blob."""
    status, stored = await device.line.request("POST", "/v1/blobs", data=data)
    assert status == 200
    return f"/v1/blobs/{b64decode(stored['sha256']).hex()}"


async def unread(stack: AsyncExitStack, hub: OpenHub, device: Device, path: str) -> Wire:
    """A download of which nothing is read."""
    line = await stack.enter_async_context(wire_from(hub))
    held: socket.socket = line.writer.get_extra_info("socket")
    held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.stop_reading()
    await line.send(request("GET", path, signed(device.line, "GET", path)))
    return line


async def until(held: Bodies, count: int) -> None:
    async with asyncio.timeout(10):
        while len(held) != count:
            await asyncio.sleep(0.01)


async def test_downloads_of_one_account_are_bounded_and_others_fetch_theirs(hub: OpenHub) -> None:
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    held = Bodies(3, 10, "downloads", "downloads")
    object.__setattr__(hub.world.context, "downloads", held)
    path = await put(mallory, bytes(SIZE))
    async with AsyncExitStack() as stack:
        for count in (1, 2, 3):
            await unread(stack, hub, mallory, path)
            await until(held, count)
        status, said = await mallory.line.request("GET", path)
        assert (status, said["code"], said["limit"]) == (429, "too_many", "downloads")
        status, got = await honest.anna.line.request("GET", path)
        assert (status, len(got)) == (200, SIZE)
        await honest.talks()
    await until(held, 0)


async def test_who_does_not_read_is_let_go(hub: OpenHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "BODY_S", 0.3)
    monkeypatch.setattr(routes, "BODY_PACE", 1 << 40)
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    path = await put(mallory, bytes(SIZE))
    async with AsyncExitStack() as stack:
        await unread(stack, hub, mallory, path)
        async with honest.talking():
            await until(hub.world.context.downloads, 1)
            await until(hub.world.context.downloads, 0)
    small = await put(mallory, b"small")
    assert await mallory.line.request("GET", small) == (200, b"small")
