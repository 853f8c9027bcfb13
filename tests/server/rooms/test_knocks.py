# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links into rooms and knocks at the hub: who may set one up, what opens nothing, and who hears of a knock."""

from __future__ import annotations

import pytest

from privity.identity.room_links import KNOCK_MS, SECRET_BYTES, Knock, RoomLink
from privity.server.knocks import service as knocks
from privity.server.knocks.model import LONGEST_MS, MAX_LINKS, MAX_WAITING
from privity.wire import rest
from privity.wire.errors import Code, ErrorBody
from privity.wire.socket import Inbox, InboxKind
from tests.server.core.people import NOW_MS
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World

HOUR_MS = 3_600_000


def link_into(room: str, number: int = 0, ends_ms: int = NOW_MS + HOUR_MS) -> RoomLink:
    return RoomLink(room, number.to_bytes(SECRET_BYTES, "big"), ends_ms)


async def allow(device: Device, link: RoomLink) -> None:
    body = rest.AllowLink(link.hub_hash, link.expires_ms)
    await device.call("POST", device.path(link.room_uri, "links"), body, rest.Done)


async def revoke(device: Device, link: RoomLink) -> None:
    await device.call("DELETE", device.path(link.room_uri, f"links/{link.hub_hash.hex()}"), None, rest.Done)


def knock_of(device: Device, link: RoomLink, at_ms: int = NOW_MS) -> rest.KnockAt:
    made = Knock.make(link, device.keys.client_uri, at_ms, device.keys.private)
    return rest.KnockAt(made.link_id, made.at_ms, made.mac, made.signature)


async def knock(device: Device, link: RoomLink, at_ms: int = NOW_MS) -> None:
    await device.call("POST", device.path(link.room_uri, "knocks"), knock_of(device, link, at_ms), rest.Done)


async def turned_away(device: Device, link: RoomLink, at_ms: int = NOW_MS) -> ErrorBody:
    return await device.refused("POST", device.path(link.room_uri, "knocks"), knock_of(device, link, at_ms))


async def next_inbox(device: Device) -> Inbox:
    return await device.until(Inbox)


async def give(device: Device, room: str, other: Device, role: int) -> None:
    await device.commit(room, device.pending(room, app_data_updates=device.update(room, {other.user_uri: role})))


async def test_a_knock_reaches_every_device_in_charge_and_nobody_else(world: World) -> None:
    room, (anna, ben, mona) = await room_of(world, "anna", "ben", "mona")
    zoe = await world.join("zoe")
    await give(anna, room, mona, 5)
    link = link_into(room)
    await allow(mona, link)
    await knock(zoe, link)
    for device in (anna, mona):
        frame = await next_inbox(device)
        assert (frame.kind, frame.room_uri) == (InboxKind.KNOCK, room)
        heard = Knock.decode(frame.body)
        heard.check_link(link)
        heard.check_device(link, zoe.keys.public)
        assert heard.client_uri == zoe.keys.client_uri
    await ben.until_seq(room, 2)
    await ben.silent()
    await zoe.silent()


async def test_the_same_knock_rings_once_and_a_later_one_again(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe = await world.join("zoe")
    link = link_into(room)
    await allow(anna, link)
    for at_ms in (NOW_MS, NOW_MS, NOW_MS + 1):
        await knock(zoe, link, at_ms)
    assert [Knock.decode((await next_inbox(anna)).body).at_ms for _ in range(2)] == [NOW_MS, NOW_MS + 1]
    await anna.silent()


async def test_whatever_opens_nothing_is_refused_alike(world: World) -> None:
    """A link that was never made, was revoked, has expired, of a room that is not there, and of one that bans: word for
    word the same."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    zoe = await world.join("zoe")
    invented, gone, over, banned = (link_into(room, number) for number in range(4))
    nowhere = link_into(room[:-26] + "a" * 26)
    for link in (gone, over, banned):
        await allow(anna, link)
    await revoke(anna, gone)
    await revoke(anna, gone)
    refusals = [await turned_away(zoe, link) for link in (invented, gone, nowhere)]
    await anna.commit(room, anna.pending(room, removes=[1], app_data_updates=anna.update(room, {ben.user_uri: 1})))
    refusals.append(await turned_away(ben, banned))
    world.clock.now = over.expires_ms
    refusals.append(await turned_away(zoe, over))
    assert {refusal.code for refusal in refusals} == {Code.BAD_INVITE}
    assert len({(refusal.message, refusal.limit, refusal.retry_after_ms) for refusal in refusals}) == 1
    await anna.silent()


async def test_only_who_may_let_people_in_makes_and_revokes_links(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    zoe = await world.join("zoe")
    link = link_into(room)
    await allow(anna, link)
    body = rest.AllowLink(link.hub_hash, link.expires_ms)
    revoking = f"links/{link.hub_hash.hex()}"
    for device, code in ((ben, Code.NOT_ALLOWED), (zoe, Code.NOT_FOUND)):
        assert (await device.refused("POST", device.path(room, "links"), body)).code is code
        assert (await device.refused("DELETE", device.path(room, revoking), None)).code is code
        assert (await device.refused("DELETE", device.path(room, f"knocks/{anna.person.id}"), None)).code is code
    await knock(zoe, link)
    await give(anna, room, ben, 5)
    await revoke(ben, link)
    assert (await turned_away(zoe, link, NOW_MS + 1)).code is Code.BAD_INVITE


async def test_a_conversation_of_two_has_no_links(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(ben.user_uri)
    link = link_into(room)
    body = rest.AllowLink(link.hub_hash, link.expires_ms)
    assert (await anna.refused("POST", anna.path(room, "links"), body)).code is Code.NOT_ALLOWED


async def test_a_link_has_an_end_and_a_room_few_links(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    for ends_ms in (NOW_MS, NOW_MS + LONGEST_MS + 1):
        body = rest.AllowLink(bytes(32), ends_ms)
        assert (await anna.refused("POST", anna.path(room, "links"), body)).code is Code.MALFORMED
    assert (
        await anna.refused("POST", anna.path(room, "links"), rest.AllowLink(b"x", NOW_MS + 1))
    ).code is Code.MALFORMED
    for number in range(MAX_LINKS):
        await allow(anna, link_into(room, number))
    await allow(anna, link_into(room, 0))
    more = link_into(room, MAX_LINKS)
    refused = await anna.refused("POST", anna.path(room, "links"), rest.AllowLink(more.hub_hash, more.expires_ms))
    assert (refused.code, refused.limit) == (Code.TOO_MANY, "room.links")


async def test_nobody_makes_a_link_work_longer(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe = await world.join("zoe")
    link = link_into(room)
    await allow(anna, link)
    await anna.call(
        "POST", anna.path(room, "links"), rest.AllowLink(link.hub_hash, link.expires_ms + HOUR_MS), rest.Done
    )
    world.clock.now = link.expires_ms
    assert (await turned_away(zoe, link)).code is Code.BAD_INVITE


@pytest.mark.parametrize("field", ["link_id", "mac", "signature", "at_ms"])
async def test_a_knock_has_one_form(world: World, field: str) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe = await world.join("zoe")
    link = link_into(room)
    await allow(anna, link)
    made = knock_of(zoe, link)
    parts = {name: getattr(made, name) for name in ("link_id", "at_ms", "mac", "signature")}
    parts[field] = 0 if field == "at_ms" else parts[field][:-1]
    assert (await zoe.refused("POST", zoe.path(room, "knocks"), rest.KnockAt(**parts))).code is Code.MALFORMED


async def test_the_hub_names_the_device_that_asks_and_no_other(world: World) -> None:
    """Whoever has the link of somebody's knock cannot knock in their name: the hub writes who it is."""
    room, (anna,) = await room_of(world, "anna")
    zoe, eve = await world.join("zoe"), await world.join("eve")
    link = link_into(room)
    await allow(anna, link)
    await eve.call("POST", eve.path(room, "knocks"), knock_of(zoe, link), rest.Done)
    assert Knock.decode((await next_inbox(anna)).body).client_uri == eve.keys.client_uri


async def test_who_is_in_the_room_knocks_in_vain_and_nobody_hears(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    link = link_into(room)
    await allow(anna, link)
    await knock(ben, link)
    await anna.silent()
    assert await waiting(world) == []


async def test_a_knock_is_taken_back_answered_or_forgotten(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe, eve, kim = [await world.join(name) for name in ("zoe", "eve", "kim")]
    link = link_into(room, ends_ms=NOW_MS + 2 * KNOCK_MS)
    await allow(anna, link)
    for device in (zoe, eve, kim):
        await knock(device, link)
        await next_inbox(anna)
    await zoe.call("DELETE", zoe.path(room, f"knocks/{zoe.person.id}"), None, rest.Done)
    assert (await next_inbox(anna)).body == zoe.user_uri.encode()
    await anna.call("DELETE", anna.path(room, f"knocks/{eve.person.id}"), None, rest.Done)
    frame = await next_inbox(anna)
    assert (frame.kind, frame.body) == (InboxKind.KNOCK_ENDED, eve.user_uri.encode())
    await anna.call("DELETE", anna.path(room, f"knocks/{eve.person.id}"), None, rest.Done)
    assert (await zoe.refused("DELETE", zoe.path(room, f"knocks/{kim.person.id}"), None)).code is Code.NOT_FOUND
    assert await waiting(world) == [kim.user_uri]
    await anna.invite(room, kim)
    assert await waiting(world) == []
    await knock(zoe, link, NOW_MS + 1)
    world.clock.now += KNOCK_MS
    await knocks.forget_over(world.context)
    assert await waiting(world) == []


async def test_knocks_are_few_for_an_account_and_for_a_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe, eve = await world.join("zoe"), await world.join("eve")
    link = link_into(room)
    await allow(anna, link)
    monkeypatch.setattr(knocks, "MAX_WAITING", 1)
    assert MAX_WAITING > 1
    await knock(zoe, link)
    refused = await turned_away(eve, link)
    assert (refused.code, refused.limit) == (Code.TOO_MANY, "knocks")
    await knock(zoe, link, NOW_MS + 1)
    codes = {(await turned_away(eve, link)).limit for _ in range(12)}
    assert "room.knock" in codes


async def test_the_hub_keeps_nothing_that_leads_into_a_room(world: World) -> None:
    """Neither the link nor its secret nor, before somebody knocks, its public half."""
    room, (anna,) = await room_of(world, "anna")
    link = link_into(room, 7)
    await allow(anna, link)
    rows = await world.context.db.read(lambda query: query.all("SELECT * FROM room_link"))
    assert rows == [(room, link.hub_hash, link.expires_ms)]
    assert link.link_id not in [value for row in rows for value in row]


async def test_a_member_who_was_demoted_hears_of_no_knock(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    zoe = await world.join("zoe")
    await give(anna, room, ben, 5)
    await ben.until_seq(room, 2)
    await give(anna, room, ben, 2)
    await ben.until_seq(room, 3)
    link = link_into(room)
    await allow(anna, link)
    await knock(zoe, link)
    assert (await next_inbox(anna)).kind is InboxKind.KNOCK
    await ben.silent()


async def test_a_room_that_nobody_in_charge_is_in_opens_to_nobody(world: World) -> None:
    room, (anna,) = await room_of(world, "anna")
    zoe = await world.join("zoe")
    link = link_into(room)
    await allow(anna, link)
    await anna.call("POST", anna.path(room, "leave"), None, rest.Done)
    assert (await turned_away(zoe, link)).code is Code.BAD_INVITE


async def waiting(world: World) -> list[str]:
    rows = await world.context.db.read(lambda query: query.all("SELECT user_uri FROM knock"))
    return [str(row[0]) for row in rows]
