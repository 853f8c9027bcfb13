# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who wrote learns that it came and was read: in few messages, from friends only, and only where it is wanted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from privity.client.engine import inputs as i
from privity.client.engine import receipting
from privity.client.engine.shown import Item
from privity.client.receipts import Receipts
from privity.client.sdk import Device
from privity.client.unread import unread_of
from privity.message.content import UNSPECIFIED, NullPart, SinglePart
from privity.message.receipts import MEDIA_TYPE, Receipt, Status, encode
from privity.wire.socket import Submit
from tests.client.fake_hub import Phone, World
from tests.client.town import run, shown, town


@pytest.fixture
def world() -> World:
    return World()


def friends(world: World) -> tuple[str, Phone, Phone]:
    """Both have spoken."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.say(room, "hello")
    return room, alice, bob


def receipt_of(phone: Phone, room: str, message_id: bytes, user: str) -> int:
    item = next(item for item in phone.items(room) if item.message_id == message_id)
    return item.receipts.get(user, 0)


def submits(phone: Phone) -> int:
    return sum(isinstance(frame, Submit) for frame in phone.sent)


def answer(phone: Phone, room: str, status: Status, *message_ids: bytes) -> object:
    return phone.do(lambda n: i.SendReceipts(n, room, status, message_ids))


def test_one_message_answers_many(world: World) -> None:
    room, alice, bob = friends(world)
    ids = [alice.say(room, f"number {n}") for n in range(20)]
    before = submits(bob)
    assert isinstance(answer(bob, room, Status.DELIVERED, *ids, ids[0]), bytes)
    assert submits(bob) == before + 1
    assert {receipt_of(alice, room, each, bob.user) for each in ids} == {Status.DELIVERED}
    answer(bob, room, Status.READ, *ids[:5])
    assert [receipt_of(alice, room, each, bob.user) for each in ids[3:7]] == [2, 2, 1, 1]
    assert alice.hidden(room) == bob.hidden(room) == 0


def test_nothing_is_said_twice_not_even_by_another_device(world: World) -> None:
    room, alice, bob = friends(world)
    tablet = world.second_device(bob)
    first = alice.say(room, "hello")
    answer(bob, room, Status.READ, first)
    for phone in (bob, tablet):
        before = submits(phone)
        assert answer(phone, room, Status.READ, first) is None
        assert answer(phone, room, Status.DELIVERED, first) is None
        assert submits(phone) == before


def test_a_member_who_repeats_receipts_for_ever_changes_nothing(world: World) -> None:
    room, alice, bob = friends(world)
    first = alice.say(room, "hello")
    said = [Receipt(first, status) for status in (Status.READ, Status.DELIVERED, Status.UNREAD)]
    part = SinglePart(MEDIA_TYPE, encode(tuple(said * 100)), UNSPECIFIED)
    bob.command(lambda n: i.Send(n, room, part))
    world.settle()
    assert receipt_of(alice, room, first, bob.user) == Status.READ
    for _ in range(3):
        before = len(alice.shown)
        bob.command(lambda n: i.Send(n, room, part))
        world.settle()
        assert [each for each in alice.shown[before:] if isinstance(each, Item)] == []
    assert receipt_of(alice, room, first, bob.user) == Status.READ
    assert alice.hidden(room) == 0


def test_a_stranger_learns_nothing_by_writing(world: World) -> None:
    """Neither alone nor in a group that they made: receipts begin with the first own words."""
    stranger, alice = world.person(), world.person()
    direct, group = stranger.direct(alice), stranger.create_group()
    stranger.invite(group, alice)
    for room in (direct, group):
        first = stranger.say(room, "are you there?")
        before = submits(alice)
        assert answer(alice, room, Status.DELIVERED, first) is None
        assert submits(alice) == before
        assert receipt_of(stranger, room, first, alice.user) == 0
        alice.say(room, "who are you?")
        answer(alice, room, Status.DELIVERED, first)
        assert receipt_of(stranger, room, first, alice.user) == Status.DELIVERED


def test_who_made_a_room_answers_in_it(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    first = bob.say(room, "thanks for asking")
    answer(alice, room, Status.READ, first)
    assert receipt_of(bob, room, first, alice.user) == Status.READ


def test_own_deleted_and_unknown_messages_get_no_receipt(world: World) -> None:
    room, alice, bob = friends(world)
    gone, own = alice.say(room, "gone"), bob.say(room, "mine")
    alice.do(lambda n: i.Send(n, room, NullPart(), replaces=gone))
    assert answer(bob, room, Status.READ, gone, own, b"\x01" + bytes(31)) is None


def test_a_large_room_is_spared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room, alice, bob = friends(world)
    first = alice.say(room, "hello")
    monkeypatch.setattr(receipting, "MAX_PEOPLE", 1)
    assert answer(bob, room, Status.READ, first) is None


def test_receipts_go_out_by_themselves_and_each_kind_can_be_turned_off(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as place:
            alice, bob, room = await place.pair()
            await bob.send(room, "hello yourself")
            receipts = Receipts(bob.host, bob.preferences, window_s=0.01)
            running = asyncio.create_task(receipts.run())
            first = await alice.send(room, "did it come?")
            await receipt(alice, room, first, bob.user_uri, Status.DELIVERED)
            item = await shown(bob, room, first)
            assert unread_of(bob.host.store, room, bob.user_uri).messages > 0
            await receipts.seen(room, item.seq)
            assert unread_of(bob.host.store, room, bob.user_uri).messages == 0
            await receipt(alice, room, first, bob.user_uri, Status.READ)
            bob.preferences.set_sends(Status.READ, False)
            second = await alice.send(room, "and this?")
            await receipts.seen(room, (await shown(bob, room, second)).seq)
            await receipt(alice, room, second, bob.user_uri, Status.DELIVERED)
            bob.preferences.set_sends(Status.DELIVERED, False)
            third = await alice.send(room, "and that?")
            await receipts.seen(room, (await shown(bob, room, third)).seq)
            assert not receipts._due
            last = await bob.send(room, "say no more")  # whatever was said before it has come by then
            await shown(alice, room, last)
            statuses = {each.message_id: each.receipts.get(bob.user_uri, 0) for each in alice.read(room)}
            assert (statuses[second], statuses[third]) == (Status.DELIVERED, 0)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert not bob.host._followers

    run(work())


def test_a_receipt_that_was_due_when_it_was_turned_off_is_not_sent(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as place:
            alice, bob, room = await place.pair()
            await bob.send(room, "hello yourself")
            receipts = Receipts(bob.host, bob.preferences, window_s=0)
            first = await alice.send(room, "do you read this?")
            await receipts.seen(room, (await shown(bob, room, first)).seq)
            bob.preferences.set_sends(Status.READ, False)
            running = asyncio.create_task(receipts.run())
            second = await alice.send(room, "and did this come?")
            await receipt(alice, room, second, bob.user_uri, Status.DELIVERED)
            found = next(each for each in alice.read(room) if each.message_id == first)
            assert found.receipts.get(bob.user_uri, 0) < Status.READ
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run(work())


async def receipt(device: Device, room: str, message_id: bytes, user_uri: str, status: Status) -> None:
    """Wait until a message has this receipt."""
    queue = device.host.follow()
    try:
        while True:
            for item in device.read(room):
                if item.message_id == message_id and item.receipts.get(user_uri, 0) >= status:
                    return
            await queue.get()
    finally:
        device.host.unfollow(queue)
