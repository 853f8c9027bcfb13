# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A connection that says nothing is asked whether it lives, and let go of; one that says anything stays."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import WSMsgType

from privity.server.delivery import heartbeat
from privity.server.delivery.connection import Connection
from privity.server.delivery.heartbeat import Heartbeat
from privity.server.frames import ws_frame
from tests.server.rooms.test_delivery import SlowPipe
from tests.server.rooms.world import World

PING = ws_frame(b"", opcode=9)


async def _drained() -> None: ...


def connected(pipe: SlowPipe) -> Connection:
    return Connection("client", "user", pipe, _drained)


def test_silence_is_asked_about_once_and_then_ends_the_connection() -> None:
    pipe = SlowPipe()
    connection = connected(pipe)
    connection.beat()
    assert pipe.written == []
    connection.beat()
    assert pipe.written == [PING] and not connection.closed
    connection.beat()
    assert pipe.written == [PING] and connection.closed and pipe.ended


def test_any_word_begins_anew() -> None:
    pipe = SlowPipe()
    connection = connected(pipe)
    for _ in range(10):
        connection.beat()
        connection.beat()
        connection.heard()
    assert pipe.written == [PING] * 10 and not connection.closed


async def test_everybody_has_one_turn_in_each_round_and_nobody_is_watched_over_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heartbeat, "ROUND_S", 0.015)
    pipes = [SlowPipe() for _ in range(40)]
    here = [connected(pipe) for pipe in pipes]
    beating = Heartbeat(lambda: [one for one in here if not one.closed])
    beating.keep()
    beating.keep()
    while not all(pipe.ended for pipe in pipes):
        await asyncio.sleep(0.01)
    assert all(pipe.written == [PING] for pipe in pipes)
    while beating._timer is not None:
        await asyncio.sleep(0.01)


async def test_the_hub_answers_pings(world: World) -> None:
    anna = await world.join("anna")
    anna.line.ws._autoping = False
    await anna.line.ws.ping(b"are you there")
    answer = await anna.line.ws.receive(timeout=60)
    assert (answer.type, bytes(answer.data)) == (WSMsgType.PONG, b"are you there")
