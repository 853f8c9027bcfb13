# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages that share a transaction: each is judged by itself, and a room that is flooded keeps to itself."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from privity.server.delivery import service
from privity.wire import socket
from privity.wire.errors import Code
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World


@asynccontextmanager
async def busy_writer(world: World) -> AsyncIterator[None]:
    """Whatever comes meanwhile waits for one transaction."""
    over, begun = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        over.wait(30)

    holding = asyncio.create_task(world.context.db.write(hold))
    await asyncio.to_thread(begun.wait, 30)
    try:
        yield
    finally:
        over.set()
        await holding


async def ask(device: Device, room: str, message: bytes, ref: bytes | None = None) -> None:
    await device.send(socket.Submit(ref or secrets.token_bytes(16), room, message))


async def test_messages_of_one_transaction_are_judged_one_by_one_and_numbered_in_order(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    other = await anna.create()
    late = anna.sealed(room, b"late")
    await anna.commit(room, anna.pending(room, force_path=True))
    await ben.until_seq(room, 2)
    async with busy_writer(world):
        await ask(anna, room, anna.sealed(room, b"1"))
        await ask(ben, other, anna.sealed(other, b"stranger"))
        await ask(anna, room, late)
        await ask(anna, other, anna.sealed(other, b"elsewhere"))
        await ask(anna, room, anna.sealed(room, b"2"))
    answers = [await anna.until_answer() for _ in range(4)]
    taken = [one for one in answers if isinstance(one, socket.Accepted)]
    refused = [one for one in answers if isinstance(one, socket.Refused)]
    assert [one.code for one in refused] == [Code.WRONG_EPOCH]
    assert [one.seq for one in taken] == [3, 1, 4]
    stranger = await ben.until_answer()
    assert isinstance(stranger, socket.Refused) and stranger.code is Code.NOT_ALLOWED
    assert await ben.hear(2) == [b"1", b"2"]
    assert (await ben.say(room, b"next")).seq == 5


async def test_a_ref_that_comes_twice_in_one_transaction_is_one_message(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    sealed, ref = anna.sealed(room, b"once"), secrets.token_bytes(16)
    async with busy_writer(world):
        await ask(anna, room, anna.sealed(room, b"before"))
        await ask(anna, room, sealed, ref)
        await ask(anna, room, sealed, ref)
        await ask(anna, room, anna.sealed(room, b"another"), ref)
        await ask(anna, room, anna.sealed(room, b"after"))
    answers = [await anna.until_answer() for _ in range(5)]
    taken = [one.seq for one in answers if isinstance(one, socket.Accepted)]
    refused = [one.code for one in answers if isinstance(one, socket.Refused)]
    assert (sorted(taken), refused) == ([2, 3, 3, 4], [Code.CONFLICT])
    assert await ben.hear(3) == [b"before", b"once", b"after"]
    await ben.silent()


async def test_a_room_that_is_flooded_is_refused_by_name_and_holds_no_other_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_WAITING_OF_ROOM", 5)
    room, (anna, ben) = await room_of(world, "anna", "ben")
    other = await ben.create()
    async with busy_writer(world):
        await ask(anna, room, anna.sealed(room, b"0"))
        await anna.silent()  # with the way there and back behind it, it is at the writer, in a transaction of its own
        for number in range(1, 8):
            await ask(anna, room, anna.sealed(room, b"%d" % number))
        early = [await anna.until_answer() for _ in range(2)]
        await ask(ben, other, ben.sealed(other, b"elsewhere"))
        await ben.silent()
    assert [type(one) for one in early] == [socket.Refused] * 2
    for one in early:
        assert isinstance(one, socket.Refused)
        assert (one.code, one.retry_after_ms) == (Code.TOO_MANY, 1000)
        assert "room.waiting is 5 messages to one room" in one.message
    assert isinstance(await ben.until_answer(), socket.Accepted)
    assert await ben.hear(6) == [b"%d" % number for number in range(6)]
    assert [type(await anna.until_answer()) for _ in range(6)] == [socket.Accepted] * 6
    assert (await anna.say(room, b"again")).seq == 8
