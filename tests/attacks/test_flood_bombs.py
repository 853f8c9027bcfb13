# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is small and would be large, or never ends: packed frames, endless fragments, pings without number."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from privity.server.delivery.connection import MAX_UNREAD_PONGS, Connection
from privity.wire import socket
from privity.wire.errors import Code
from privity.wire.socket import MAX_FRAME, Resume
from tests.attacks.floods import Honest, wire_from
from tests.attacks.open_hub import OpenHub, open_hub, request
from tests.attacks.test_any_bytes_to_the_socket import (
    BINARY,
    CONTINUATION,
    PING,
    UPGRADE,
    RawSocket,
    frame,
    raw_socket,
)

OFFERS = (
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=15",
)
MANY = 20_000


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


@asynccontextmanager
async def mallory(hub: OpenHub) -> AsyncIterator[RawSocket]:
    """Proven and caught up."""
    device = await hub.world.join("mallory")
    await device.disconnect()
    async with raw_socket(hub, device.keys) as raw:
        await raw.send(frame(BINARY, socket.encode(Resume({}, 0))))
        await raw.hear()
        yield raw


def connection_of(hub: OpenHub) -> Connection:
    """The newest: of who attacks."""
    return list(hub.world.parts.fanout._by_device.values())[-1]


@pytest.mark.parametrize("offer", OFFERS)
async def test_compression_of_frames_is_never_agreed_to(hub: OpenHub, offer: str) -> None:
    async with wire_from(hub) as line:
        await line.send(request("GET", "/v1/socket", {**UPGRADE, "Sec-WebSocket-Extensions": offer}))
        head = await line.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    assert b"extensions" not in head.lower()


async def test_a_packed_frame_is_refused_and_never_unpacked(hub: OpenHub) -> None:
    """A thousandth of what it says: 900 bytes that would be almost a MiB."""
    honest = await Honest.of(hub)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(MAX_FRAME - 100)) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert len(packed) < 2_000
    for final in (True, False):
        async with raw_socket(hub, None) as raw:
            await raw.send(frame(BINARY, packed, reserved=4, final=final))
            assert (await raw.end()).code == 1002
    await honest.talks()


async def test_fragments_that_never_end_are_bounded_by_what_one_frame_may_be(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    async with mallory(hub) as raw, honest.talking():
        await raw.send(frame(BINARY, bytes(1000), final=False))
        for _ in range(MAX_FRAME // 1000 + 1):
            await raw.send(frame(CONTINUATION, bytes(1000), final=False))
        end = await raw.end()
    assert end.code == 1009


async def test_empty_fragments_without_number_hold_nothing_and_nobody_up(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    async with mallory(hub) as raw:
        async with honest.talking():
            await raw.send(frame(BINARY, b"", final=False))
            for _ in range(MANY // 1000):
                await raw.send(frame(CONTINUATION, b"", final=False) * 1000)
        await raw.send(frame(CONTINUATION, b"\xff"))
        end = await raw.end()
    assert end.closed is not None
    assert end.closed.code is Code.MALFORMED


async def test_pings_that_nobody_reads_the_answers_of_fill_no_buffer(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    async with mallory(hub) as raw:
        raw.wire.stop_reading()
        pipe = connection_of(hub)._pipe

        async def flood() -> None:
            for _ in range(MANY // 100):
                await raw.send(frame(PING, bytes(125)) * 500)

        pings = asyncio.create_task(flood())
        async with honest.talking():
            async with asyncio.timeout(60):
                while not pipe.get_write_buffer_size():
                    await asyncio.sleep(0.01)
            await asyncio.wait({pings}, timeout=2)
        assert 0 < pipe.get_write_buffer_size() < 2 * MAX_UNREAD_PONGS
        pings.cancel()
        raw.wire.writer.transport.abort()
    await honest.talks()


async def test_a_ping_is_answered(hub: OpenHub) -> None:
    async with mallory(hub) as raw:
        await raw.send(frame(PING, b"there?"))
        assert await raw.hear() == (10, b"there?")
