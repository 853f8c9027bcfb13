# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each act of an account leaves exactly its observation, in the transaction of the act, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from privity.identity.consent import Op
from privity.server import config
from privity.server.contacts import store as contacts
from privity.server.db.database import Tx
from privity.server.observing import service
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.server.contacts.people import signed_entry
from tests.server.core.people import NOW_MS
from tests.server.observing.asking import ask, block, grant, observed, put
from tests.server.rooms.test_knocks import allow, knock, link_into
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World


async def test_registering_says_what_the_person_says_of_their_age(world: World) -> None:
    anna = await world.join("anna", age="minor")
    ben = await world.join("ben")
    found = await observed(world)
    network = found[0].network
    assert len(network) == 16, "a name, and no address"
    assert found == [
        Observed(1, NOW_MS, ObservedKind.REGISTERED, anna.user_uri, NOW_MS, AgeBand.MINOR, network=network),
        Observed(2, NOW_MS, ObservedKind.REGISTERED, ben.user_uri, NOW_MS, AgeBand.ADULT, network=network),
    ]


async def test_messages_are_one_row_for_a_window(world: World) -> None:
    room, (anna, ben, _) = await room_of(world, "anna", "ben", "mona")
    direct = await anna.create(ben.user_uri)
    for text in (b"one", b"two", b"three"):
        await anna.say(room, text)
    await anna.say(direct, b"four")
    await ben.say(room, b"hello")
    found = await observed(world, ObservedKind.SENT)
    assert sorted((one.account, one.count, one.people, one.rooms) for one in found) == sorted(
        [(anna.user_uri, 4, 3, 2), (ben.user_uri, 1, 2, 1)]
    )
    assert all(one.other == "" == one.room and 7 <= one.largest <= 12 for one in found)
    await service.flush(world.context, everything=True)
    assert len(await observed(world, ObservedKind.SENT)) == 2, "a window without messages leaves nothing"


async def test_what_own_devices_tell_each_other_is_not_observed(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    await anna.say(room, b"to myself")
    assert await observed(world, ObservedKind.SENT) == []


async def test_groups_and_who_was_brought_in(world: World) -> None:
    room, (anna, ben, mona) = await room_of(world, "anna", "ben", "mona")
    zoe = await world.join("zoe")
    await anna.invite(room, zoe)
    await anna.create(ben.user_uri)
    found = await observed(world, ObservedKind.CREATED, ObservedKind.ADDED)
    assert [(one.kind, one.account, one.count, one.other, one.room) for one in found] == [
        (ObservedKind.CREATED, anna.user_uri, 1, "", ""),
        (ObservedKind.ADDED, anna.user_uri, 2, "", ""),
        (ObservedKind.ADDED, anna.user_uri, 1, "", ""),
    ], "a direct room is no group"
    assert mona.user_uri not in repr(found)


async def test_a_first_contact_is_asked_once_and_accepted_once(world: World) -> None:
    zoe, anna = await world.join("zoe", stranger=True), await world.join("anna", stranger=True)
    await ask(zoe, anna)
    await ask(zoe, anna)
    await grant(anna, zoe)
    await grant(anna, zoe)
    found = await observed(world, ObservedKind.ASKED, ObservedKind.ACCEPTED)
    assert [(one.kind, one.account, one.other, one.mutual, one.together) for one in found] == [
        (ObservedKind.ASKED, zoe.user_uri, anna.user_uri, 0, False),
        (ObservedKind.ACCEPTED, anna.user_uri, zoe.user_uri, 0, False),
    ]


async def test_who_asks_back_accepts(world: World) -> None:
    zoe, anna = await world.join("zoe", stranger=True), await world.join("anna", stranger=True)
    await ask(zoe, anna)
    await ask(anna, zoe)
    kinds = [(one.kind, one.account) for one in await observed(world, ObservedKind.ASKED, ObservedKind.ACCEPTED)]
    assert kinds == [(ObservedKind.ASKED, zoe.user_uri), (ObservedKind.ACCEPTED, anna.user_uri)]


async def test_an_ask_says_how_near_the_two_are_and_not_through_whom(world: World) -> None:
    room, (anna, ben, mona) = await room_of(world, "anna", "ben", "mona")

    def part(tx: Tx) -> None:
        contacts.end(tx, ben.user_uri, mona.user_uri)

    await world.context.db.write(part)
    await ask(ben, mona)
    (asked,) = await observed(world, ObservedKind.ASKED)
    assert (asked.mutual, asked.together) == (1, True)
    assert anna.user_uri not in repr(asked)
    assert room not in repr(asked)


async def test_an_invitation_by_no_contact_is_a_first_contact(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe, ben = await world.join("zoe", stranger=True), await world.join("ben")
    for other in (zoe, ben):
        entry = signed_entry(anna.person, Op.REQUEST, other.user_uri, at_ms=world.clock.now, room=room)
        status, answer = await anna.line.request("POST", anna.path(room, "invitations"), {"entry": entry})
        assert status == 200, answer
    asked = await observed(world, ObservedKind.ASKED)
    assert [(one.account, one.other) for one in asked] == [(anna.user_uri, zoe.user_uri)], "ben is a contact"


async def test_a_block_counts_once(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben", age="adult")
    await block(anna, ben)
    await block(anna, ben)
    (found,) = await observed(world, ObservedKind.BLOCKED)
    assert (found.account, found.other, found.other_age) == (anna.user_uri, ben.user_uri, AgeBand.ADULT)


async def test_a_knock_names_the_room_and_counts_once(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    zoe = await world.join("zoe")
    link = link_into(room)
    await allow(anna, link)
    await knock(zoe, link)
    await knock(zoe, link, NOW_MS + 1)
    (found,) = await observed(world, ObservedKind.KNOCKED)
    assert (found.account, found.room, found.other) == (zoe.user_uri, room, "")


async def test_only_what_everybody_sees_is_shown(world: World) -> None:
    anna = await world.join("anna", listed=False)
    bare = {"name": "Anna", "bio": "", "picture": None, "listed": False}
    await put(anna, "/v1/profile", bare)
    assert await observed(world, ObservedKind.SHOWED) == [], "contacts alone see it"
    for listed in (True, True, False):
        await put(anna, "/v1/profile", bare | {"listed": listed})
    assert [one.account for one in await observed(world, ObservedKind.SHOWED)] == [anna.user_uri] * 2


async def test_a_deed_that_fails_leaves_no_observation(world: World) -> None:
    anna = await world.join("anna")
    before = await observed(world)
    status, _ = await anna.line.request("PUT", f"/v1/blocks/{anna.person.id}", None)
    assert status != 200
    assert await observed(world) == before


@pytest.mark.parametrize(("observe", "key"), [(False, "11" * 32), (True, None)])
async def test_nothing_is_observed_without_a_desk_or_where_the_operator_says_so(
    world: World, observe: bool, key: str | None
) -> None:
    section = config.HubSection(host="hub.example", observe=observe, staff_public_key=key)
    silent = replace(world.context, config=config.check(section, Path()))
    assert service.tally_of(silent) is None
    assert service.tally_of(world.context) is world.context.observing.tally
    anna = await world.join("anna")
    before = await observed(world)
    await world.context.db.write(lambda tx: service.registered(tx, silent, anna.user_uri, "127.0.0.1", NOW_MS))
    assert await observed(world) == before


def test_a_hub_with_a_desk_observes_unless_it_is_told_not_to() -> None:
    section = config.HubSection(host="hub.example", staff_public_key="11" * 32)
    assert config.check(section, Path()).observes
