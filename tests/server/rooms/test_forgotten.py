# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Events that are gone: a device that comes back is told which is the first that it can get, and never a silent gap."""

from __future__ import annotations

from privity.server.delivery.retention import RETENTION_DAYS, maintain
from privity.wire import rest, socket
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World

DAY_MS = 86_400_000


async def back(device: Device, rooms: dict[str, int]) -> list[socket.FromHub]:
    """Everything that a Resume with these cursors brings, up to CaughtUp."""
    await device.connect(resume=False)
    await device.send(socket.Resume(rooms, device.inbox))
    came: list[socket.FromHub] = []
    while not came or not isinstance(came[-1], socket.CaughtUp):
        came.append(await device.frame())
    return [frame for frame in came if not isinstance(frame, socket.Inbox)]


async def away(world: World, *, days: int) -> tuple[str, Device, Device, int]:
    """Anna, and Ben who is away after two events while three more are made and age; the seq of the last."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await anna.say(room, b"0")
    await ben.hear(1)
    await ben.disconnect()
    for _ in range(3):
        last = (await anna.say(room, b"x")).seq
    world.clock.now += days * DAY_MS
    await maintain(world.context, world.parts.franker)
    return room, anna, ben, last


async def test_first_event_that_is_still_there_is_named_before_it_comes(world: World) -> None:
    room, anna, ben, last = await away(world, days=RETENTION_DAYS + 1)
    later = await anna.say(room, b"later")
    assert later.seq == last + 1
    gone, event, _ = await back(ben, dict(ben.cursors))
    assert gone == socket.Forgotten(room, later.seq)
    assert isinstance(event, socket.Event)
    assert event.seq == later.seq


async def test_log_without_a_kept_event_is_named_too(world: World) -> None:
    room, _, ben, last = await away(world, days=RETENTION_DAYS + 1)
    assert await back(ben, dict(ben.cursors)) == [socket.Forgotten(room, last + 1), socket.CaughtUp()]


async def test_log_whose_entries_are_gone_is_named_too(world: World) -> None:
    """Past the window of reports not even the times of events remain."""
    room, anna, ben, last = await away(world, days=400)
    assert await back(ben, dict(ben.cursors)) == [socket.Forgotten(room, last + 1), socket.CaughtUp()]
    await ben.disconnect()
    later = await anna.say(room, b"later")
    gone, event, _ = await back(ben, dict(ben.cursors))
    assert gone == socket.Forgotten(room, later.seq)
    assert isinstance(event, socket.Event)


async def test_device_that_missed_nothing_hears_nothing_of_it(world: World) -> None:
    room, anna, ben, last = await away(world, days=RETENTION_DAYS + 1)
    later = await anna.say(room, b"later")
    event, _ = await back(ben, {room: last})
    assert isinstance(event, socket.Event)
    assert event.seq == later.seq


async def test_events_within_the_retention_come_without_a_gap(world: World) -> None:
    room, _, ben, last = await away(world, days=RETENTION_DAYS - 1)
    came = await back(ben, dict(ben.cursors))
    seqs = [frame.seq for frame in came if isinstance(frame, socket.Event)]
    assert seqs == list(range(ben.cursors[room] + 1, last + 1))
    assert not any(isinstance(frame, socket.Forgotten) for frame in came)


async def test_cursor_from_before_an_entry_is_told_where_the_log_begins(world: World) -> None:
    """The device entered anew and does not know it any more: it crashed before it kept its entry."""
    room, _, ben, _ = await away(world, days=0)
    before = dict(ben.cursors)
    await ben.connect()
    entered = await ben.call(
        "POST", ben.path(room, "commit"), ben.body(await ben.joining(room, replace=True)), rest.Committed
    )
    await ben.disconnect()
    assert before[room] < entered.seq - 1
    gone, event, _ = await back(ben, before)
    assert gone == socket.Forgotten(room, entered.seq)
    assert isinstance(event, socket.Event)
    assert event.seq == entered.seq


async def test_room_that_a_resume_leaves_out_starts_at_the_entry_without_a_word(world: World) -> None:
    room, _, ben, _ = await away(world, days=0)
    came = await back(ben, {})
    assert not any(isinstance(frame, socket.Forgotten) for frame in came)
    assert {frame.room_uri for frame in came if isinstance(frame, socket.Event)} == {room}
