# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When the writer cannot keep up: who is refused first, by name, and that what was taken is kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from privity.server.load import MESSAGES_A_WRITE, Load
from privity.server.shedding import RANKS, RETRY_MS, WAITING, Rank, rank_of
from privity.wire.api import ROUTES
from tests.server.core.conftest import Hub
from tests.server.core.people import Person, key_package, text

BY_RANK = (
    (Rank.NEWCOMER, "POST", "/v1/accounts", None),
    (Rank.LOOKUP, "GET", "/v1/handles/alice", None),
    (Rank.BULK, "POST", "/v1/blobs", b"ciphertext"),
)


def number(n: int, tx: object) -> int:
    return n


@asynccontextmanager
async def behind(hub: Hub, waiting: int) -> AsyncIterator[None]:
    """The writer stands still, and so many writes wait for it."""
    stands, goes_on = threading.Event(), threading.Event()

    def stand(tx: object) -> int:
        stands.set()
        assert goes_on.wait(30)
        return -1

    first = asyncio.ensure_future(hub.context.db.write(stand))
    await asyncio.to_thread(stands.wait, 30)
    queued = [asyncio.ensure_future(hub.context.db.write(partial(number, n))) for n in range(waiting)]
    await asyncio.sleep(0)
    assert hub.context.db.waiting == waiting
    try:
        yield
    finally:
        goes_on.set()
        assert [await one for one in (first, *queued)] == [-1, *range(waiting)]


async def ask(hub: Hub, line: Any, method: str, path: str, data: bytes | None) -> tuple[int, Any]:
    if path == "/v1/accounts":
        async with hub.http.post(path, json=Person("new").registration()) as response:
            return response.status, await response.json()
    answered: tuple[int, Any] = await line.request(method, path, data=data or b"")
    return answered


@pytest.mark.parametrize("behind_by", list(WAITING))
async def test_the_least_important_are_refused_first(hub: Hub, behind_by: Rank) -> None:
    _, line = await hub.join("alice")
    async with behind(hub, WAITING[behind_by]):
        for rank, method, path, data in BY_RANK:
            if rank > behind_by:
                continue
            status, said = await ask(hub, line, method, path, data)
            assert (status, said["code"], said["retry_after_ms"]) == (503, "unavailable", RETRY_MS[rank])
            assert "changes wait to be stored" in said["message"]
        status, _ = await line.request("GET", "/v1/blocks")
        assert status == 200


async def test_one_less_and_nobody_is_refused(hub: Hub) -> None:
    _, line = await hub.join("alice")
    async with behind(hub, WAITING[Rank.NEWCOMER] - 1):
        status, found = await line.request("GET", "/v1/handles/alice")
        assert (status, list(found)) == (200, ["user_uri"])
        refused = asyncio.ensure_future(ask(hub, line, "POST", "/v1/accounts", None))
        await asyncio.sleep(0.05)
        assert not refused.done(), "it waits for the writer like everybody"
    status, said = await refused
    assert said.get("code") != "unavailable"


async def test_what_is_important_waits_its_turn_and_is_kept(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    phone = alice.new_device()
    new_list = {"value": text(alice.next_list([alice.device, phone]).encode())}
    async with behind(hub, 2 * WAITING[Rank.BULK]):
        put = asyncio.ensure_future(line.request("PUT", "/v1/account/device-list", new_list))
        await asyncio.sleep(0.05)
        assert not put.done()
        status, said = await line.request("POST", "/v1/key-packages", {"key_packages": [text(key_package(phone))]})
        assert (status, said["code"]) == (503, "unavailable")
    assert (await put)[0] == 200


async def test_messages_that_wait_count_for_others(hub: Hub) -> None:
    _, line = await hub.join("alice")
    waiting = WAITING[Rank.LOOKUP] * MESSAGES_A_WRITE
    hub.context.load.watch(lambda: waiting)
    status, said = await line.request("GET", "/v1/handles/alice")
    assert (status, said["code"]) == (503, "unavailable")
    waiting -= 1
    assert (await line.request("GET", "/v1/handles/alice"))[0] == 200


async def test_a_refused_request_can_be_sent_again_as_it_is(hub: Hub) -> None:
    """It is refused before its counter is taken."""
    _, line = await hub.join("alice")
    line.count += 1
    headers = line.headers("GET", "/v1/handles/alice", line.count, b"")
    async with behind(hub, WAITING[Rank.LOOKUP]):
        assert (await line.raw("GET", "/v1/handles/alice", b"", headers))[0] == 503
    assert (await line.raw("GET", "/v1/handles/alice", b"", headers))[0] == 200


def test_load_is_writes_and_a_tenth_of_the_messages() -> None:
    load = Load()
    assert load.beside(7) == 7
    load.watch(lambda: 35)
    assert load.beside(7) == 10


def test_every_ranked_route_exists_and_what_keeps_people_safe_has_no_rank() -> None:
    served = {(route.method, route.path) for route in ROUTES}
    assert served >= RANKS.keys()
    for method, path in (
        ("GET", "/v1/socket"),
        ("GET", "/health"),
        ("POST", "/v1/rooms/{id}/commit"),
        ("POST", "/v1/rooms/{id}/leave"),
        ("POST", "/v1/rooms/{id}/reports"),
        ("PUT", "/v1/blocks/{id}"),
        ("DELETE", "/v1/contacts/{id}"),
        ("PUT", "/v1/account/device-list"),
        ("POST", "/v1/reports"),
        ("POST", "/v1/recovery"),
        ("POST", "/staff/v1/effects"),
    ):
        assert (method, path) in served
        assert rank_of(method, path) is Rank.CONVERSATION
    assert rank_of("HEAD", "/v1/handles/{handle}") is Rank.LOOKUP
    assert list(WAITING.values()) == sorted(WAITING.values())
    assert [rank for rank in Rank if rank not in WAITING] == [Rank.CONVERSATION]
