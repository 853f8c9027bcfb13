# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The disk cannot keep up: newcomers wait outside, messages are taken, and none is acknowledged before it is kept."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from privity.server.shedding import WAITING, Rank
from privity.wire import socket
from privity.wire.errors import Code
from tests.attacks.open_hub import OpenHub, open_hub, request, say
from tests.server.core.people import Person
from tests.server.rooms.test_rooms import room_of


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


class Stuck:
    """The writer of a hub stands still, and so many writes wait behind it."""

    def __init__(self, hub: OpenHub) -> None:
        self._hub = hub
        self._goes_on = threading.Event()
        self._writes: list[asyncio.Future[None]] = []

    async def begin(self, waiting: int) -> None:
        stands = threading.Event()

        def stand(tx: object) -> None:
            stands.set()
            assert self._goes_on.wait(60)

        db = self._hub.world.context.db
        self._writes.append(asyncio.ensure_future(db.write(stand)))
        await asyncio.to_thread(stands.wait, 60)
        self._writes += [asyncio.ensure_future(db.write(lambda tx: None)) for _ in range(waiting)]
        await asyncio.sleep(0)
        assert db.waiting == waiting

    async def end(self) -> None:
        self._goes_on.set()
        await asyncio.gather(*self._writes)


async def test_newcomers_wait_outside_while_messages_are_taken_and_kept(hub: OpenHub) -> None:
    room, (anna, ben) = await room_of(hub.world, "anna", "ben")
    stuck = Stuck(hub)
    await stuck.begin(WAITING[Rank.BULK])
    newcomer = msgspec.json.encode(Person("newcomer").registration())
    heard = await say(hub.port, request("POST", "/v1/accounts", {}, newcomer))
    assert (heard.status, heard.error.code) == (503, Code.UNAVAILABLE)
    assert heard.headers["retry-after"] == "10"
    assert (await ben.refused("POST", "/v1/blobs", None)).code is Code.UNAVAILABLE
    for number in range(30):
        await anna.send(socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, b"%d" % number)))
    report = asyncio.create_task(anna.line.request("POST", "/v1/reports", {"sealed": "AA=="}))
    block = asyncio.create_task(anna.line.request("PUT", f"/v1/blocks/{Person('x').id}"))
    with pytest.raises(TimeoutError):
        await anna.line.ws.receive(timeout=0.2)
    assert not report.done()
    assert not block.done()
    await stuck.end()
    answers = [await anna.until_answer() for _ in range(30)]
    assert all(isinstance(answer, socket.Accepted) for answer in answers)
    assert await ben.hear(30) == [b"%d" % number for number in range(30)]
    assert (await report)[0] == 200
    assert (await block)[0] in (200, 404)
    heard = await say(hub.port, request("POST", "/v1/accounts", {}, newcomer))
    assert heard.status == 200
