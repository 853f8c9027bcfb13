# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Waiting at a link's mailbox: a hub that is slow, away or lying costs patience and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from privity.client import mailbox as module
from privity.client.errors import HubUnreachable, LinkExpired, LinkRefused
from privity.client.mailbox import Mailbox, open_mailbox
from privity.server.limits import LIMITS
from privity.wire.rest import LinkState
from tests.client.linked import world


async def test_a_full_bucket_of_the_hub_is_waited_for(tmp_path: Path) -> None:
    async with world(tmp_path) as w, aiohttp.ClientSession() as http:
        mailbox = await open_mailbox(http, w.hub, bytes(32))
        w.context.limits.take("link.get", "127.0.0.1", LIMITS["link.get"].burst)
        assert (await mailbox.wait(LinkState.OFFERED)).commitment == bytes(32)


async def test_a_hub_that_stays_away_ends_the_wait_by_name(
    monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setattr(module, "MAX_FAILURES", 2)
    monkeypatch.setattr(module, "FIRST_POLL_S", 0.01)
    async with aiohttp.ClientSession() as http:
        with pytest.raises(HubUnreachable):
            await Mailbox(http, f"http://127.0.0.1:{unused_tcp_port}", "aaaaaaaa").wait(LinkState.ANSWERED)


async def test_a_hub_that_never_lets_go_on_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT_S", 0.3)
    async with world(tmp_path) as w, aiohttp.ClientSession() as http:
        mailbox = await open_mailbox(http, w.hub, bytes(32))
        with pytest.raises(LinkExpired, match="did not go on"):
            await mailbox.wait(LinkState.ANSWERED)


@pytest.mark.parametrize("answer", ["{}", '{"code": "../../../", "expires_ms": 1}', "[" * 99, "\xff"])
async def test_a_hub_whose_code_is_none_is_refused_by_name(answer: str) -> None:
    async def offer(request: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    app = web.Application()
    app.add_routes([web.post("/v1/links", offer)])
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        with pytest.raises(HubUnreachable):
            await open_mailbox(http, str(server.make_url("")).rstrip("/"), bytes(32))
    await server.close()


async def test_a_state_without_what_belongs_to_it_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link = await w.link()
        await w.rewrite(replace(await w.row(link.code), state=LinkState.ANSWERED))
        with pytest.raises(LinkRefused, match="no answer"):
            await link.check()
        await w.nothing_was_added()
        async with aiohttp.ClientSession() as http:
            code = (await open_mailbox(http, w.hub, bytes(32))).code
        offering = asyncio.create_task(w.ann.account.offered(code))
        await w.rewrite(replace(await w.until(code, LinkState.ANSWERED), state=LinkState.OPENED))
        with pytest.raises(LinkRefused, match="shows nothing"):
            await offering
        assert (await w.row(code)).state is LinkState.DECLINED
        await w.nothing_was_added()
