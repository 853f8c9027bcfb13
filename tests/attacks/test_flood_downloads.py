# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are fetched and never read, or over and over: bounded in number, time and bytes, and others fetch theirs
meanwhile.
"""

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
from privity.server.limits import HOUR, LIMITS, MAX_BLOB_BYTES, MAX_BLOB_STOCK_BYTES, Limit, Limits
from privity.wire import socket as frames
from privity.wire.errors import Code, Refusal
from tests.attacks.floods import ATTACKER, Honest, wire_from
from tests.attacks.open_hub import ENOUGH, Heard, OpenHub, Wire, open_hub, request, signed
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
    async with asyncio.timeout(60):
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


KIB = 1024
FILE = bytes(range(256)) * 4 * 24
"""24 KiB."""


def scaled(**kib: int) -> dict[str, Limit]:
    """The limits of downloads in a size that a test fetches: so many KiB at once, and one a second."""
    return ENOUGH | {f"download.{whose}": Limit(size, 1000, whose, "a test") for whose, size in kib.items()}


def refused(heard: Heard, limit: str) -> int:
    """That it was refused by this limit; milliseconds until it may come back."""
    assert (heard.status, heard.error.code, heard.error.limit) == (429, Code.TOO_MANY, limit)
    after = heard.error.retry_after_ms
    assert after is not None
    assert heard.headers["retry-after"] == str(-(-after // 1000))
    return after


async def fetched(hub: OpenHub, device: Device, path: str, address: str = "127.0.0.1", method: str = "GET") -> Heard:
    async with wire_from(hub, address) as line:
        await line.send(request(method, path, signed(device.line, method, path)))
        return await line.answer(head=method == "HEAD")


async def test_the_same_file_all_day_is_refused_by_name_and_served_when_said(tmp_path: Path) -> None:
    async with open_hub(tmp_path, scaled(account=100, address=1 << 20)) as hub:
        honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
        path = await put(mallory, FILE)
        for _ in range(4):
            assert (await fetched(hub, mallory, path)).body == FILE
        for _ in range(3):
            after = refused(await fetched(hub, mallory, path), "download.account")
        assert after == 20_000
        assert (await fetched(hub, honest.anna, path)).body == FILE
        await honest.talks()
        hub.world.clock.now += after - 1
        assert refused(await fetched(hub, mallory, path), "download.account") == 1
        hub.world.clock.now += 1
        assert (await fetched(hub, mallory, path)).body == FILE
        assert hub.bugs() == []


async def test_accounts_of_one_address_share_what_it_may_fetch(tmp_path: Path) -> None:
    async with open_hub(tmp_path, scaled(account=1 << 20, address=100)) as hub:
        honest, mallory, other = await Honest.of(hub), await hub.world.join("mallory"), await hub.world.join("other")
        path = await put(mallory, FILE)
        for device in (mallory, other, mallory, other):
            assert (await fetched(hub, device, path, ATTACKER)).body == FILE
        for device in (mallory, other):
            assert refused(await fetched(hub, device, path, ATTACKER), "download.address") == 20_000
        assert (await fetched(hub, honest.anna, path)).body == FILE
        assert hub.bugs() == []


@pytest.mark.parametrize("path", ["/v1/server", "/v1/keylog/evidence", "/notice", "/notice/style.css"])
async def test_what_is_public_counts_for_the_address(tmp_path: Path, path: str) -> None:
    async with open_hub(tmp_path, scaled(account=1, address=20)) as hub:

        async def asked(address: str) -> Heard:
            async with wire_from(hub, address) as line:
                await line.send(request("GET", path, {}))
                return await line.answer()

        heard, sent = await asked(ATTACKER), 0
        while heard.status == 200:
            sent += len(heard.body)
            heard = await asked(ATTACKER)
        assert 0 < sent <= 20 * KIB
        assert (heard.status, heard.error.code) == (429, Code.TOO_MANY)
        assert (await asked("127.0.0.1")).status == 200
        assert hub.bugs() == []


async def test_neither_the_length_of_a_file_nor_a_refusal_nor_what_the_desk_takes_counts(tmp_path: Path) -> None:
    async with open_hub(tmp_path, scaled(account=24, address=1 << 20)) as hub:
        mallory = await hub.world.join("mallory")
        path = await put(mallory, FILE)
        for _ in range(3):
            assert (await fetched(hub, mallory, path, method="HEAD")).status == 200
            assert (await fetched(hub, mallory, "/v1/blobs/" + "00" * 32)).status == 404
        assert (await fetched(hub, mallory, path)).body == FILE
        for _ in range(2):
            refused(await fetched(hub, mallory, path), "download.account")
    async with open_hub(tmp_path / "another", scaled(account=1, address=1)) as hub:
        mallory = await hub.world.join("mallory")
        path = await put(mallory, FILE)
        for _ in range(3):
            status, got = await hub.world.staff("GET", f"/staff{path}")
            assert (status, got) == (200, FILE)


async def test_the_same_messages_over_and_over_end_with_the_connection(tmp_path: Path) -> None:
    async with open_hub(tmp_path, scaled(account=200, address=1 << 20)) as hub:
        honest = await Honest.of(hub)
        for _ in range(8):
            await honest.anna.say(honest.room, bytes(8 * KIB))
        ben = honest.ben
        await ben.hear(8)
        await ben.disconnect()
        closed = await asked_again(ben, honest.room, 20)
        assert (closed.code, "download.account" in closed.message) == (Code.TOO_MANY, True)
        hub.world.clock.now += HOUR
        await ben.connect()
        await honest.anna.say(honest.room, b"still here")
        assert (await ben.hear(9))[-1] == b"still here"
        assert hub.bugs() == []


async def asked_again(device: Device, room: str, times: int) -> frames.Closed:
    """Resumes from the room's beginning until the hub has had enough of it."""
    for _ in range(times):
        await device.connect(resume=False)
        await device.send(frames.Resume({room: 0}, device.inbox))
        while True:
            frame = await device.frame()
            if isinstance(frame, frames.Closed):
                return frame
            if isinstance(frame, frames.CaughtUp):
                break
        await device.disconnect()
    raise AssertionError("the hub brought the same messages every time")


def as_much_as_it_may(name: str, hours: int) -> int:
    """GiB that a caller gets who fetches the largest blob whenever it may."""
    now, got, size = 0, 0, MAX_BLOB_BYTES // KIB
    limits = Limits(lambda: now, LIMITS)
    while now < hours * HOUR:
        try:
            limits.take(name, "somebody", size)
            got += size
        except Refusal as refusal:
            assert refusal.body.retry_after_ms is not None
            now += refusal.body.retry_after_ms
    return got >> 20


def test_a_day_of_fetching_is_bounded_and_a_new_device_never_meets_it() -> None:
    assert as_much_as_it_may("download.account", 24) in range(18, 22)
    assert as_much_as_it_may("download.address", 24) in range(108, 116)
    limits = Limits(lambda: 0, LIMITS)
    for name in ("download.account", "download.address"):
        limits.take(name, "all that the account itself stored, and as much of others", 2 * MAX_BLOB_STOCK_BYTES // KIB)
