# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the end of an account means for its rooms, for reports about it, and for rooms that nobody is in any more."""

from __future__ import annotations

import pytest

from privity.identity.device_list import DeviceList
from privity.policy.members import members
from privity.server.delivery.retention import RETENTION_DAYS, maintain
from privity.server.limits import CLOSED_LISTS_KEPT_MS
from privity.server.rooms import departures
from privity.wire import socket, staff
from privity.wire.errors import Code
from tests import stores
from tests.server.core.people import text
from tests.server.rooms.test_desk import answers, question_on
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World

DAY_MS = 86_400_000


async def close(world: World, device: Device) -> None:
    person = device.person
    made = DeviceList.sign(
        person.user_uri,
        (),
        person.account_private,
        recovery_private=person.recovery_private,
        previous=person.list,
    )
    async with world.http.post("/v1/recovery", json={"device_list": text(made.encode())}) as response:
        assert response.status == 200, await response.text()


async def later(world: World, days: int) -> None:
    world.clock.now += days * DAY_MS
    await maintain(world.context, world.parts.franker)


def traces(world: World, *needles: str) -> list[tuple[str, str]]:
    data = stores.on_disk(world.context.config)
    assert "hub.db" in data
    return [(name, needle) for name, found in data.items() for needle in needles if needle.encode() in found]


async def count(world: World, table: str) -> int:
    row = await world.context.db.read(lambda reader: reader.one(f"SELECT COUNT(*) FROM {table}"))
    return 0 if row is None else int(row[0])


def names(device: Device) -> tuple[str, str]:
    return device.person.id, device.keys.client_uri.rpartition("/")[2]


async def participated(world: World, room: str, reporter: Device, sender: Device, said: socket.Accepted) -> bool | None:
    """What the hub tells the desk about who reports what the sender said, which was always "something"."""
    asked = staff.ReportQuestion(reporter.user_uri, sender.user_uri, room, [question_on(said, b"something")])
    (answer,) = await answers(world, asked)
    (told,) = answer.participated
    return told


async def proposed(device: Device, room: str) -> None:
    """The hub's two proposals have come: that a leaf goes, and its person."""
    while len(device.groups[room].proposals) < 2:
        await device.until(socket.Event)


async def test_the_person_leaves_every_group_and_the_others_go_on_without(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    await anna.say(room, b"before")
    await ben.hear(1)
    await close(world, anna)
    told = await ben.until_inbox(socket.InboxKind.DEVICE_LIST_CHANGED)
    assert told.body == anna.user_uri.encode(), "who shared a room hears that there is something to look at"
    await proposed(ben, room)
    await ben.commit(room, ben.pending(room))
    assert {member.user_uri for member in members(ben.groups[room].tree).values()} == {ben.user_uri, carl.user_uri}
    await carl.until_seq(room, ben.cursors[room])
    await ben.say(room, b"after")
    assert (await carl.hear(2))[-1] == b"after"


async def test_nothing_is_left_of_the_person_once_the_others_have_read_on(world: World) -> None:
    room, (ben, anna, carl) = await room_of(world, "ben", "anna", "carl")
    await anna.say(room, b"before")
    assert traces(world, *names(anna))
    await close(world, anna)
    await proposed(ben, room)
    await ben.commit(room, ben.pending(room))
    await carl.until_seq(room, ben.cursors[room])
    for device in (ben, carl):
        await device.send(socket.Ack({room: device.cursors[room]}, device.inbox))
        await device.silent()
    await later(world, CLOSED_LISTS_KEPT_MS // DAY_MS)
    assert traces(world, *names(anna)) == []
    assert traces(world, *names(ben)), "the search finds who is there"


async def test_a_direct_room_ends_for_both_and_what_was_sent_still_comes(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(ben.user_uri)
    await anna.invite(room, ben)
    await ben.disconnect()
    await anna.say(room, b"my last words")
    await close(world, anna)
    await ben.connect()
    assert ben.texts == [b"my last words"], "they waited at the hub"
    removed = [one for one in ben.seen if isinstance(one, socket.Inbox) and one.kind is socket.InboxKind.REMOVED]
    assert [one.room_uri for one in removed] == [room]
    assert (await ben.refused("GET", ben.path(room, "group"), None)).code == Code.NOT_FOUND
    again = ben.creation(ben.new_group(anna.user_uri))
    assert (await ben.refused("POST", "/v1/rooms", again)).code == Code.NOT_FOUND, "nobody opens a new one with them"
    await ben.send(socket.Ack({room: ben.cursors[room]}, ben.inbox))
    await ben.silent()
    await later(world, CLOSED_LISTS_KEPT_MS // DAY_MS)
    assert traces(world, *names(anna)) == []


async def test_a_report_of_before_still_finds_who_was_there_and_only_for_its_window(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    said = await anna.say(room, b"something")
    world.clock.now += 1000
    await close(world, anna)
    await proposed(ben, room)
    await ben.commit(room, ben.pending(room))
    after = await ben.say(room, b"something")
    await later(world, CLOSED_LISTS_KEPT_MS // DAY_MS)
    assert await participated(world, room, anna, anna, said)
    assert await participated(world, room, anna, ben, after) is False, "not after the end"
    assert await participated(world, room, ben, ben, after)
    await later(world, world.parts.franker.window_days + 1)
    assert await participated(world, room, anna, anna, said) is None
    assert await count(world, "participation WHERE user_uri LIKE 'closed:%'") == 0


async def test_a_room_that_nobody_is_in_is_forgotten_after_the_window_of_reports(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await anna.say(room, b"hello")
    await ben.hear(1)
    await close(world, anna)
    await later(world, 0)
    assert await count(world, "room_group") == 1, "Ben is in it"
    await close(world, ben)
    await later(world, 0)
    assert (await count(world, "room_group"), await count(world, "room")) == (0, 1)
    await later(world, RETENTION_DAYS + 1)
    assert await count(world, "room") == 1, "its messages can be reported still"
    await later(world, world.parts.franker.window_days)
    assert [await count(world, table) for table in ("room", "event", "participation", "room_member", "inbox")] == [
        0
    ] * 5


async def test_a_room_with_people_and_no_device_in_it_stays(world: World) -> None:
    """Who is invited and has not come yet, or comes back with a new device, finds it."""
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(ben.user_uri)
    await later(world, 400)
    assert await count(world, "room") == 1
    done = await ben.join_external(room)
    assert done.seq > 0


async def test_a_room_that_cannot_be_left_keeps_no_other_and_no_account(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    rooms = [await anna.create() for _ in range(2)]
    for room in rooms:
        await anna.invite(room, ben)
    honest = departures.depart

    def damaged(*args: object) -> None:
        if args[2].room_uri == rooms[0]:  # type: ignore[attr-defined]
            raise LookupError("room 1 has no group")
        honest(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(departures, "depart", damaged)
    await close(world, anna)
    assert await count(world, "account") == 1
    while rooms[1] not in ben.cursors or not ben.groups[rooms[1]].proposals:
        await ben.until(socket.Event)
