# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The drill's wire ends quietly, also while auditors still ask over it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web

from privity.faces.drill.wire import Wire

AUDITORS = 8


async def test_a_wire_that_is_asked_to_the_last_moment_ends_without_a_complaint(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"an epoch")

    hub = web.Application()
    hub.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(hub, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wire = Wire(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await wire.start()
    heard = 0
    all_heard = asyncio.Event()

    async def ask(http: aiohttp.ClientSession) -> None:
        nonlocal heard
        with suppress(aiohttp.ClientError, OSError):
            while True:
                async with http.get(f"{wire.url}/v1/keylog/audit/0") as reply:
                    assert (reply.status, await reply.read()) == (200, b"an epoch")
                heard += 1
                if heard >= 10 * AUDITORS:
                    all_heard.set()

    async with aiohttp.ClientSession() as http:
        with caplog.at_level(logging.ERROR):
            asking = [asyncio.create_task(ask(http)) for _ in range(AUDITORS)]
            await asyncio.wait_for(all_heard.wait(), 30)
            await wire.stop()
            await asyncio.gather(*asking)
    await runner.cleanup()
    assert not caplog.records, caplog.text
