# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person passes between devices of their own is no conversation with anybody: a limit leaves it to them."""

from __future__ import annotations

import msgspec
import pytest

from privity.policy.room_state import RoomState
from privity.wire import rest, socket
from privity.wire.errors import Code
from privity.wire.standing import StandingState
from tests.server.rooms.test_knocks import link_into
from tests.server.rooms.world import Device, World
from tests.server.staff.deciding import Desk
from tests.server.standing.test_accounts import answer_to, refused_commit
from tests.server.standing.test_matrix import put_into

STANDINGS = [StandingState.GOOD, StandingState.LIMITED, StandingState.SUSPENDED, StandingState.BANNED]
SPEAKS = {StandingState.GOOD, StandingState.LIMITED}


def own_room(device: Device, direct_with: str | None = None) -> rest.CreateRoom:
    return msgspec.structs.replace(device.creation(device.new_group(direct_with)), own_devices=True)


async def begun(device: Device) -> str:
    group = device.new_group()
    asked = msgspec.structs.replace(device.creation(group), own_devices=True)
    made = await device.call("POST", "/v1/rooms", asked, rest.RoomCreated)
    device.groups[made.room_uri] = group
    device.cursors[made.room_uri] = made.seq
    return made.room_uri


@pytest.mark.parametrize("standing", STANDINGS)
async def test_own_devices_are_brought_in_by_whoever_may_still_speak(world: World, standing: StandingState) -> None:
    anna = await world.join("anna")
    second = await world.second_device(anna)
    await put_into(world, anna.user_uri, standing)
    if standing not in SPEAKS:
        assert (await anna.refused("POST", "/v1/rooms", own_room(anna))).code is Code.RESTRICTED
        return
    room = await begun(anna)
    await anna.commit(room, anna.invitation(room, second))
    assert isinstance(await answer_to(anna, room, b"a key"), socket.Accepted)
    assert {each.user_uri for each in RoomState.of(anna.groups[room].context).participants.participants} == {
        anna.user_uri
    }


@pytest.mark.parametrize("standing", STANDINGS)
async def test_key_packages_of_own_devices_are_claimed_in_every_standing(world: World, standing: StandingState) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    await put_into(world, anna.user_uri, standing)
    own, other = (f"/v1/users/{each.user_uri.rsplit('/', 1)[-1]}/claim" for each in (anna, ben))
    await anna.call("POST", own, rest.Claim([1]), rest.Claimed)
    if standing is StandingState.GOOD:
        await anna.call("POST", other, rest.Claim([1]), rest.Claimed)
    else:
        assert (await anna.refused("POST", other, rest.Claim([1]))).code is Code.RESTRICTED


async def test_a_room_of_own_devices_is_no_way_around_a_limit(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await begun(anna)
    invitation = anna.invitation(room, ben)
    anna.groups[room].clear_pending()
    await put_into(world, anna.user_uri, StandingState.LIMITED)
    assert (await refused_commit(anna, room, invitation)).code is Code.RESTRICTED
    link = link_into(room)
    body = rest.AllowLink(link.hub_hash, link.expires_ms)
    assert (await anna.refused("POST", anna.path(room, "links"), body)).code is Code.RESTRICTED
    assert (await anna.refused("POST", "/v1/rooms", own_room(anna, ben.user_uri))).code is Code.INVALID_COMMIT
    plain = anna.creation(anna.new_group())
    assert (await anna.refused("POST", "/v1/rooms", plain)).code is Code.RESTRICTED


async def test_the_same_room_again_gets_the_same_answer_and_no_wider_one(world: World) -> None:
    anna = await world.join("anna")
    asked = own_room(anna)
    made = await anna.call("POST", "/v1/rooms", asked, rest.RoomCreated)
    assert await anna.call("POST", "/v1/rooms", asked, rest.RoomCreated) == made
    await Desk(world).limit(anna.user_uri)
    assert await anna.call("POST", "/v1/rooms", asked, rest.RoomCreated) == made
