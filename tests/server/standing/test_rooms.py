# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms that were closed or lost their links: nobody speaks or comes in, everybody reads and can go."""

from __future__ import annotations

from privity.identity.consent import Op
from privity.wire import rest, socket
from privity.wire.errors import Code
from privity.wire.staff import Verb
from tests.server.contacts.people import signed_entry
from tests.server.rooms.test_knocks import allow, knock, link_into, turned_away
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.test_typing import passed_on, typing
from tests.server.rooms.world import Device, World
from tests.server.staff.deciding import Desk
from tests.server.standing.test_accounts import answer_to, is_silenced, refused_commit


async def test_in_a_closed_room_nobody_sends_or_comes_in_and_everybody_reads(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    dora = await world.join("dora")
    await anna.say(room, b"before")
    await ben.disconnect()
    await Desk(world).done(Verb.CLOSE_ROOM, room, decision="D-1")
    assert await is_silenced(anna, room)
    await ben.connect()
    assert await ben.hear(1) == [b"before"]
    assert await is_silenced(ben, room)
    assert await passed_on(ben, typing(ben, room), anna) == [False]
    error = await refused_commit(anna, room, anna.invitation(room, dora))
    assert (error.code, error.reference, error.until_ms) == (Code.RESTRICTED, "D-1", None)
    entry = {"entry": signed_entry(anna.person, Op.REQUEST, dora.user_uri, at_ms=world.clock.now, room=room)}
    assert (await anna.refused("POST", anna.path(room, "invitations"), entry)).code is Code.RESTRICTED
    link = link_into(room)
    body = rest.AllowLink(link.hub_hash, link.expires_ms)
    assert (await anna.refused("POST", anna.path(room, "links"), body)).code is Code.RESTRICTED
    second = await world.second_device(ben)
    await second.join_external(room)
    await anna.until_seq(room, second.cursors[room])
    await anna.commit(room, anna.removal(room, ben, second))
    await anna.call("POST", anna.path(room, "leave"), None, rest.Done)


async def test_an_invitation_that_waits_leads_into_no_closed_room(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    dora = await world.join("dora")
    at_ms = world.clock.now
    invited = {"entry": signed_entry(anna.person, Op.REQUEST, dora.user_uri, at_ms=at_ms, room=room)}
    await anna.call("POST", anna.path(room, "invitations"), invited, rest.Done)
    desk = Desk(world)
    await desk.done(Verb.CLOSE_ROOM, room, decision="D-1")
    yes = {"entry": signed_entry(dora.person, Op.GRANT, anna.user_uri, at_ms=at_ms, room=room)}
    assert (await dora.refused("PUT", dora.path(room, "invitation"), yes)).code is Code.RESTRICTED
    await desk.done(Verb.REOPEN_ROOM, room, decision="D-1")
    await dora.call("PUT", dora.path(room, "invitation"), yes, rest.Done)
    await anna.invite(room, dora)


async def test_a_room_that_was_opened_again_is_as_before(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    for verb in (Verb.CLOSE_ROOM, Verb.REMOVE_LINKS):
        await desk.done(verb, room, decision="D-1")
    await desk.done(Verb.CLOSE_ROOM, room, decision="D-2")
    await desk.done(Verb.REOPEN_ROOM, room, decision="D-1")
    assert await is_silenced(anna, room)
    await desk.done(Verb.REOPEN_ROOM, room, decision="D-2")
    answer = await answer_to(anna, room, b"again")
    assert isinstance(answer, socket.Accepted)
    assert await ben.hear(1) == [b"again"]


async def test_a_removed_link_is_a_link_that_was_never_made(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    other, (carl,) = await room_of(world, "carl")
    zoe, yves = await world.join("zoe"), await world.join("yves")
    link, kept, never = link_into(room, 1), link_into(other, 2), link_into(room, 3)
    await allow(anna, link)
    await allow(carl, kept)
    desk = Desk(world)
    for verb in (Verb.REMOVE_LINKS, Verb.CLOSE_ROOM):
        await desk.done(verb, room, decision="D-1")
        assert await turned_away(zoe, link) == await turned_away(zoe, never)
        body = rest.AllowLink(never.hub_hash, never.expires_ms)
        assert (await anna.refused("POST", anna.path(room, "links"), body)).reference == "D-1"
        await knock(yves, kept)
        await desk.done(Verb.REOPEN_ROOM, room, decision="D-1")
        await knock(zoe, link)
        await zoe.call("DELETE", zoe.path(room, f"knocks/{zoe.person.id}"), None, rest.Done)


async def test_nobody_outside_learns_that_a_room_was_closed(world: World) -> None:
    """A RESTRICTED answer would say that there is such a room."""
    room, (anna, _) = await room_of(world, "anna", "ben")
    mallory = await world.join("mallory")
    before = await refusals(mallory, anna.user_uri, room)
    await Desk(world).done(Verb.CLOSE_ROOM, room, decision="D-1")
    assert await refusals(mallory, anna.user_uri, room) == before


async def refusals(mallory: Device, other_uri: str, room: str) -> list[object]:
    now_ms = mallory.world.clock.now
    request = {"entry": signed_entry(mallory.person, Op.REQUEST, other_uri, at_ms=now_ms, room=room)}
    grant = {"entry": signed_entry(mallory.person, Op.GRANT, other_uri, at_ms=now_ms, room=room)}
    link = link_into(room, 9)
    await mallory.send(socket.Submit(b"r" * 16, room, b""))
    return [
        await mallory.until_answer(),
        await mallory.refused("POST", mallory.path(room, "invitations"), request),
        await mallory.refused("PUT", mallory.path(room, "invitation"), grant),
        await mallory.refused("POST", mallory.path(room, "links"), rest.AllowLink(link.hub_hash, link.expires_ms)),
        await mallory.refused("GET", mallory.path(room, "group"), None),
        await turned_away(mallory, link),
    ]
