# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Typing notices at the hub: passed on to who is there, kept nowhere, and dropped in silence where they should be."""

from __future__ import annotations

import secrets

import pytest

from privity.message.typing import MAX_PEOPLE, NOTICE_BYTES
from privity.server.limits import LIMITS, SECOND
from privity.wire import socket
from privity.wire.errors import Code
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World
from tests.stores import contents

NOTICE = bytes(range(NOTICE_BYTES))
PACE_MS = LIMITS["typing.send_room"].refill_ms


def typing(device: Device, room: str, notice: bytes = NOTICE) -> socket.Typing:
    return socket.Typing(room, device.groups[room].epoch, notice)


async def passed_on(sender: Device, frame: socket.Typing, *others: Device) -> list[bool]:
    """Send a notice, and say which of the others got it. What they say afterwards is a round trip of each."""
    await sender.world.all_live()
    await sender.send(frame)
    await sender.silent()
    return [await got(other, frame) for other in others]


async def got(device: Device, frame: socket.Typing) -> bool:
    """Whether a notice waits there before an own round trip ends."""
    ref = secrets.token_bytes(16)
    await device.send(socket.Submit(ref, "nowhere", b""))
    found = False
    while True:
        came = await device.frame()
        if isinstance(came, socket.Refused) and came.ref == ref:
            return found
        if isinstance(came, socket.Inbox):
            continue  # what blocking somebody changes
        assert not found
        if isinstance(came, socket.Event):
            device.take(came)
            continue
        assert came == frame
        found = True


async def test_a_notice_goes_to_the_others_who_are_there_and_is_kept_nowhere(world: World) -> None:
    room, (anna, ben, carla) = await room_of(world, "anna", "ben", "carla")
    await carla.disconnect()
    before = contents(world.context.config)
    assert await passed_on(anna, typing(anna, room), ben) == [True]
    assert contents(world.context.config) == before
    await carla.connect()
    await carla.silent()
    await anna.say(room, b"a message")
    assert await ben.hear(1) == [b"a message"]


async def test_at_most_one_in_five_seconds_for_a_device_in_a_room(world: World) -> None:
    assert PACE_MS == 5 * SECOND
    room, (anna, ben) = await room_of(world, "anna", "ben")
    other = await anna.create()
    await anna.invite(other, ben)
    await ben.disconnect()
    await ben.connect()  # whoever still catches up gets no notice
    for _ in range(20):
        await anna.send(typing(anna, room))
    assert await passed_on(anna, typing(anna, room), ben) == [True]
    world.clock.now += PACE_MS - 1
    assert await passed_on(anna, typing(anna, room), ben) == [False]
    assert await passed_on(anna, typing(anna, other), ben) == [True]
    assert await passed_on(ben, typing(ben, room), anna) == [True]
    world.clock.now += 1
    assert await passed_on(anna, typing(anna, room), ben) == [True]
    await anna.say(room, b"messages are counted apart")
    assert await ben.hear(1) == [b"messages are counted apart"]


async def test_invented_rooms_take_no_place_among_the_limits(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await anna.silent()
    await ben.silent()
    await world.all_live()
    held = len(world.context.limits)
    for number in range(500):
        await anna.send(socket.Typing(f"mimi://hub.example/r/{number}", 1, NOTICE))
    assert await passed_on(anna, typing(anna, room), ben) == [True]
    assert len(world.context.limits) == held + 2


async def test_other_epochs_and_strangers_are_dropped_in_silence(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    eve = await world.join("eve")
    epoch = anna.groups[room].epoch
    for each in (epoch - 1, epoch + 1, 0, 1 << 40):
        assert await passed_on(anna, socket.Typing(room, each, NOTICE), ben) == [False]
        world.clock.now += PACE_MS
    assert await passed_on(eve, socket.Typing(room, epoch, NOTICE), ben, anna) == [False, False]
    assert await passed_on(anna, typing(anna, room), ben, eve) == [True, False]


async def test_who_was_removed_sends_and_gets_none(world: World) -> None:
    room, (anna, ben, eve) = await room_of(world, "anna", "ben", "eve")
    old = typing(eve, room)
    await anna.commit(room, anna.removal(room, eve))
    now = typing(anna, room)
    await ben.until_seq(room, anna.cursors[room])
    await eve.until_seq(room, anna.cursors[room])
    await eve.until_inbox(socket.InboxKind.REMOVED)
    assert await passed_on(eve, old, anna, ben) == [False, False]
    assert await passed_on(eve, now, anna, ben) == [False, False]
    assert await passed_on(anna, now, ben, eve) == [True, False]


async def test_whom_the_other_blocked_is_not_seen_to_write(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(direct_with=ben.user_uri)
    await anna.invite(room, ben)
    await ben.until_seq(room, anna.cursors[room])
    assert await passed_on(anna, typing(anna, room), ben) == [True]
    await ben.line.request("PUT", f"/v1/blocks/{anna.person.id}")
    world.clock.now += PACE_MS
    assert await passed_on(anna, typing(anna, room), ben) == [False]


async def test_a_room_of_more_people_has_none(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")

    async def crowd(count: int) -> None:
        """So many others, as far as the table of participants goes."""
        rows = [(f"mimi://hub.example/u/{number}", room) for number in range(count)]
        await world.context.db.write(
            lambda tx: tx.executemany(
                "INSERT INTO participation (room_id, user_uri, from_ms, until_ms)"
                " SELECT id, ?, 0, NULL FROM room WHERE room_uri = ?",
                rows,
            )
        )

    await crowd(MAX_PEOPLE - 2)
    assert await passed_on(anna, typing(anna, room), ben) == [True]
    world.clock.now += PACE_MS
    await crowd(1)
    assert await passed_on(anna, typing(anna, room), ben) == [False]


@pytest.mark.parametrize("size", [0, NOTICE_BYTES - 1, NOTICE_BYTES + 1, 1 << 19])
async def test_other_bytes_than_a_notice_end_the_connection_by_name(world: World, size: int) -> None:
    """So it carries nothing else, however hard two programs try."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await anna.send(typing(anna, room, bytes(size)))
    assert (await anna.until(socket.Closed)).code is Code.MALFORMED
    await ben.silent()


async def test_one_before_resume_ends_the_connection_by_name(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    await anna.disconnect()
    await anna.connect(resume=False)
    await anna.send(typing(anna, room))
    assert (await anna.until(socket.Closed)).code is Code.MALFORMED
