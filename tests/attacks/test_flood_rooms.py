# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms and cursors without number: how many one makes, and who reads all of a log again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.server.rooms import service
from privity.wire import socket
from privity.wire.errors import Code
from privity.wire.socket import Resume
from tests.attacks.floods import Honest
from tests.attacks.open_hub import OpenHub, open_hub
from tests.attacks.test_any_bytes_to_the_socket import BINARY, frame, raw_socket
from tests.server.rooms.test_rooms import room_of


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


async def test_one_account_makes_so_many_rooms_and_more_once_it_left_some(
    hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_ROOMS", 3)
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    made = [await mallory.create() for _ in range(3)]
    body = mallory.creation(mallory.new_group())
    refused = await mallory.refused("POST", "/v1/rooms", body)
    assert (refused.code, refused.limit) == (Code.TOO_MANY, "rooms")
    await honest.anna.create()
    await mallory.call("POST", mallory.path(made[0], "leave"), None, object)
    await mallory.call("POST", "/v1/rooms", body, object)
    await honest.talks()


async def test_who_reads_everything_again_and_again_holds_up_nobody(hub: OpenHub) -> None:
    """Each time from the first event on; what is on its way to the device is bounded, and others are not behind it."""
    honest = await Honest.of(hub)
    room, (mallory,) = await room_of(hub.world, "mallory")
    for number in range(60):
        await mallory.say(room, b"%d" % number + bytes(100_000))
    await mallory.disconnect()
    async with honest.talking():
        for _ in range(8):
            async with raw_socket(hub, mallory.keys) as raw:
                await raw.send(frame(BINARY, socket.encode(Resume({room: 0}, 0))))
                seen = 0
                while not isinstance(came := socket.decode_from_hub((await raw.hear())[1]), socket.CaughtUp):
                    seen += isinstance(came, socket.Event)
                assert seen == 60


async def test_cursors_far_ahead_and_far_behind_of_rooms_without_number_are_one_look(hub: OpenHub) -> None:
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    await mallory.disconnect()
    invented = {f"mimi://hub.example/r/{number}": (0, 1 << 62)[number % 2] for number in range(10_000)}
    async with raw_socket(hub, mallory.keys) as raw, honest.talking():
        await raw.send(frame(BINARY, socket.encode(Resume(invented, 1 << 62))))
        assert isinstance(socket.decode_from_hub((await raw.hear())[1]), socket.CaughtUp)
        await raw.send(frame(BINARY, socket.encode(Resume({}, 0))))
        end = await raw.end()
    assert end.closed is not None
    assert (end.closed.code, end.closed.message) == (Code.MALFORMED, "a second Resume came on one connection")
    assert "mimi://hub.example/r/1" not in hub.world.parts.fanout._by_room
