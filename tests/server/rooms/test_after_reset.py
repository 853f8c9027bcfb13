# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a reset that took effect means in rooms: the person is gone from groups, and enters nowhere by themselves.

Otherwise whoever can reset an account, an operator above all, could read along in every room that the account is in.
"""

from __future__ import annotations

from privity.identity.account import RESET_PENDING_MS
from privity.identity.device_list import DeviceList
from privity.policy.room_state import RoomState
from privity.server.devices import recovery
from privity.wire import rest, socket
from privity.wire.errors import Code
from tests.server.befriending import befriend
from tests.server.core.people import Person, text
from tests.server.keylog.hubs import later
from tests.server.rooms.world import Device, World


async def take_over(world: World, victim: Device) -> Device:
    """Somebody with a code and none of the account's keys resets it; three days pass, and nobody cancels."""
    ghost = Person(victim.person.handle)
    ghost.user_uri = victim.person.user_uri
    ghost.devices = [ghost.new_device()]
    listed = tuple(one.listed() for one in ghost.devices)
    ghost.list = DeviceList.sign(
        ghost.user_uri,
        listed,
        ghost.account_private,
        recovery_private=ghost.recovery_private,
        previous=victim.person.list,
        reset=True,
    )
    context = world.context
    made = await context.db.write(
        lambda tx: recovery.new_code(tx, ghost.handle, context.random, world.clock.now)  # what the operator hands out
    )
    body = {"code": made.code, "device_list": text(ghost.list.encode())}
    async with world.http.post("/v1/resets", json=body) as response:
        assert response.status == 200, await response.text()
    await later(context, world.clock, RESET_PENDING_MS)
    return await world.device(ghost, ghost.device)


async def test_the_old_devices_are_out_and_the_new_one_finds_no_group(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create()
    await anna.invite(room, ben)
    ghost = await take_over(world, ben)
    await ben.until(socket.Closed)
    assert (await ghost.call("GET", "/v1/rooms", None, rest.Rooms)).rooms == []
    assert (await ghost.refused("GET", ghost.path(room, "group"), None)).code == Code.NOT_FOUND
    await anna.until_seq(room, anna.cursors[room] + 2)
    await anna.commit(room, anna.pending(room))
    assert people_in(anna, room) == [anna.user_uri]
    pending = anna.invitation(room, ghost)
    error = await anna.refused("POST", anna.path(room, "commit"), anna.body(pending))
    assert error.code == Code.NOT_FOUND, "whoever holds the account now is nobody's contact"
    anna.groups[room].clear_pending()
    await befriend(world.context.db, anna.user_uri, ghost.user_uri)
    await anna.invite(room, ghost)
    assert ben.user_uri in people_in(anna, room), "a member may invite again, knowingly"


def people_in(device: Device, room: str) -> list[str]:
    entries = RoomState.of(device.groups[room].context).participants.participants
    return [entry.user_uri for entry in entries]


async def test_in_a_direct_room_the_new_device_enters_only_by_a_member(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(direct_with=ben.user_uri)
    await anna.invite(room, ben)
    ghost = await take_over(world, ben)
    pending = await ghost.joining(room)
    refused = await ghost.refused("POST", ghost.path(room, "commit"), ghost.body(pending))
    assert (refused.code, "reset" in refused.message) == (Code.NOT_ALLOWED, True)
    await anna.until_seq(room, anna.cursors[room] + 1)
    await befriend(world.context.db, anna.user_uri, ghost.user_uri)
    await anna.invite(room, ghost)
    phone = await world.second_device(ghost)
    await phone.join_external(room)
    await phone.say(room, b"invited again")
    assert await anna.hear(1) == [b"invited again"]


async def test_who_was_never_reset_enters_as_before(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(direct_with=ben.user_uri)
    await anna.invite(room, ben)
    phone = await world.second_device(ben)
    await phone.join_external(room)


async def test_a_pending_reset_keeps_everybody_where_they_are(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create()
    await anna.invite(room, ben)
    reset = ben.person.reset([ben.person.new_device()])
    made = await world.context.db.write(lambda tx: recovery.new_code(tx, "ben", world.context.random, world.clock.now))
    body = {"code": made.code, "device_list": text(reset.encode())}
    async with world.http.post("/v1/resets", json=body) as response:
        assert response.status == 200, await response.text()
    for device in (anna, ben):
        told = await device.until_inbox(socket.InboxKind.DEVICE_LIST_CHANGED)
        assert told.body == ben.user_uri.encode()
    await later(world.context, world.clock, RESET_PENDING_MS - 1)
    await ben.say(room, b"still here")
    assert await anna.hear(1) == [b"still here"]
