# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A database that was put back from a copy: each room goes on behind one mark, at a number that nobody has read."""

from __future__ import annotations

import pytest

from privity.server.db.database import Tx
from privity.server.delivery import restoring
from privity.server.delivery.log import MAX_CLOCK_LEAD_MS
from privity.server.delivery.retention import RETENTION_DAYS, maintain
from privity.server.errors import CopyOfTomorrow
from privity.wire import socket
from privity.wire.restored import Restored, decode_restored, encode_restored
from privity.wire.socket import BadFrame, EventKind
from tests.server.rooms.test_forgotten import DAY_MS, back
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World


async def mark(world: World) -> restoring.Anew:
    def write(tx: Tx) -> restoring.Anew:
        return restoring.begin_anew(tx, restoring.copied_ms(tx), world.clock.now)

    return await world.context.db.write(write)


def only_event(frame: socket.FromHub) -> socket.Event:
    assert isinstance(frame, socket.Event), frame
    return frame


async def test_device_that_read_further_gets_the_mark_and_whatever_comes_after_it(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    last = await anna.say(room, b"the last that the copy knows")
    await ben.hear(1)
    await ben.disconnect()
    await anna.disconnect()
    world.clock.now += 1000
    done = await mark(world)
    assert done == restoring.Anew(1, last.ts_ms)
    first, _ = await back(ben, {room: last.seq + 7})
    event = only_event(first)
    assert event.kind is EventKind.RESTORED
    assert event.seq == world.clock.now // 1000 * socket.RESTORE_STEP + 1 > last.seq + 7
    assert decode_restored(event.message) == Restored(last.seq, last.ts_ms, ben.groups[room].epoch)
    await anna.connect(resume=False)
    await anna.send(socket.Resume({room: event.seq}, anna.inbox))
    assert isinstance(await anna.frame(), socket.CaughtUp)
    after = await anna.say(room, b"after it")
    assert after.seq == event.seq + 1
    assert only_event(await ben.frame()).seq == after.seq


async def test_device_behind_the_copy_gets_its_events_first_and_no_gap_is_claimed(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await ben.disconnect()
    cursor = ben.cursors[room]
    last = [await anna.say(room, b"x") for _ in range(3)][-1]
    await mark(world)
    came = [only_event(frame) for frame in (await back(ben, {room: cursor}))[:-1]]
    assert [event.seq for event in came[:-1]] == list(range(cursor + 1, last.seq + 1))
    assert came[-1].kind is EventKind.RESTORED


async def test_device_that_misses_events_of_the_copy_hears_of_the_gap_before_the_mark(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await ben.disconnect()
    cursor = ben.cursors[room]
    await anna.say(room, b"forgotten")
    world.clock.now += (RETENTION_DAYS + 1) * DAY_MS
    await maintain(world.context, world.parts.franker)
    await mark(world)
    gone, event, _ = await back(ben, {room: cursor})
    assert only_event(event).kind is EventKind.RESTORED
    assert gone == socket.Forgotten(room, only_event(event).seq)


async def test_each_restore_is_marked_beyond_the_last(world: World) -> None:
    """Also where nothing was said since: what the last copy lost stood behind the mark before."""
    room, (anna, _) = await room_of(world, "anna", "ben")
    last = await anna.say(room, b"x")
    await anna.disconnect()
    await mark(world)
    await mark(world)
    first, second = (only_event(frame) for frame in (await back(anna, {room: last.seq}))[:-1])
    assert [decode_restored(each.message).through for each in (first, second)] == [last.seq, first.seq]
    assert second.seq > first.seq


async def test_clock_behind_the_copy_writes_nothing(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    last = await anna.say(room, b"x")
    world.clock.now = last.ts_ms - MAX_CLOCK_LEAD_MS - 1
    with pytest.raises(CopyOfTomorrow, match="set the clock right first"):
        await mark(world)
    world.clock.now = last.ts_ms - MAX_CLOCK_LEAD_MS
    assert (await mark(world)).rooms == 1


@pytest.mark.parametrize("data", [b"", b"\x90", encode_restored(Restored(1, 2, 3))[:-1], b"\x93\x01\x02\xff"])
def test_what_is_no_mark_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame, match="not a mark of a restored hub"):
        decode_restored(data)
