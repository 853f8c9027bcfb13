# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A database that was put back from a copy: each room goes on behind one mark, at a number that nobody has read."""

from __future__ import annotations

import pytest

from privity.server.db.database import Tx
from privity.server.delivery import restores, restoring
from privity.server.delivery.log import MAX_CLOCK_LEAD_MS
from privity.server.delivery.retention import RETENTION_DAYS, maintain
from privity.server.errors import CopyOfTomorrow, KeysInvalid
from privity.wire import socket
from privity.wire.restored import Restored, decode_restored, encode_restored
from privity.wire.socket import BadFrame, EventKind
from tests.server.rooms.test_forgotten import DAY_MS, back
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World

HOUR_MS = 3_600_000


async def mark(world: World, ahead_ms: int = 0) -> restoring.Anew:
    """With a clock that is so far ahead of the world's."""

    def write(tx: Tx) -> restoring.Anew:
        return restoring.begin_anew(tx, restoring.copied_ms(tx), world.clock.now + ahead_ms, world.context.config.keys)

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


async def test_a_clock_that_was_a_day_ahead_at_a_restore_hides_no_later_one(world: World) -> None:
    """The second copy is older than both restores: nothing in it knows of the first mark, which everybody has read."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    last = await anna.say(room, b"the last that either copy knows")
    await ben.hear(1)
    await ben.disconnect()
    await anna.disconnect()
    before = await world.context.db.read(lambda reader: reader.all("SELECT * FROM room"))
    world.clock.now += DAY_MS
    await mark(world)
    ahead = only_event((await back(ben, {room: last.seq}))[0])
    await ben.disconnect()

    def put_back(tx: Tx) -> None:
        tx.execute("DELETE FROM event WHERE seq > ?", (last.seq,))
        tx.executemany(
            "UPDATE room SET last_seq = ?, last_ts_ms = ? WHERE id = ?", [(last.seq, last.ts_ms, before[0][0])]
        )

    await world.context.db.write(put_back)
    await mark(world, ahead_ms=HOUR_MS - DAY_MS)
    second = only_event((await back(ben, {room: ahead.seq}))[0])
    assert (second.kind, decode_restored(second.message).through) == (EventKind.RESTORED, last.seq)
    assert second.seq > ahead.seq
    assert second.ts_ms < ahead.ts_ms, "the clock is right now"


async def test_without_the_file_of_the_last_restore_the_key_log_says_how_late_it_was(world: World) -> None:
    """Its time never goes back, and its witnesses keep it: another machine begins with it and an empty folder."""
    room, (anna, _) = await room_of(world, "anna", "ben")
    last = await anna.say(room, b"x")
    await anna.disconnect()
    day_s = (world.clock.now + DAY_MS) // 1000

    def later_log(query: object) -> int:
        return day_s * 1000

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restoring, "_log_ms", later_log)
        await mark(world)
    found = only_event((await back(anna, {room: last.seq}))[0])
    assert found.seq == day_s * socket.RESTORE_STEP + 1


async def test_a_file_of_restores_that_says_nothing_stops_before_anything_is_marked(world: World) -> None:
    await room_of(world, "anna", "ben")
    await mark(world)
    file = world.context.config.keys / restores.FILE
    good = int(file.read_text())
    for bad, why in (
        ("soon\n", "expected the second of the last restore"),
        (f"{restores.LAST}\n", "set the clock right"),
    ):
        file.write_text(bad)
        with pytest.raises(KeysInvalid, match=why):
            await mark(world)
        assert file.read_text() == bad
    marks = await world.context.db.read(
        lambda reader: reader.all("SELECT 1 FROM event WHERE kind = ?", (EventKind.RESTORED,))
    )
    assert len(marks) == 1
    file.write_text(f"{good + 5}\n")
    await mark(world)
    assert int(file.read_text()) == good + 6, "in the same second, too, no number comes again"


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
