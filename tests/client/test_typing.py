# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Seeing that somebody writes: when it is said, when it is shown, and what comes of notices that are not right."""

from __future__ import annotations

from typing import Any

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.shown import SomebodyTypes
from privity.client.engine.typing import FRESH_MS, GAP_MS, OFF, PACE_MS, SETTING
from privity.message import typing
from privity.policy.room_rules import RoomRules
from privity.wire import socket
from privity.wire.numbers import MAX_COUNT
from tests.client.fake_hub import Phone, World
from tests.client.hostile_hub import tell

LOST = RoomRules.max_forward + 1
"""As many generations of a chain no message may skip."""


def seen(phone: Phone) -> list[str]:
    """Who was shown as writing, and forget it."""
    found = [what.user_uri for what in phone.shown if isinstance(what, SomebodyTypes)]
    phone.shown = [what for what in phone.shown if not isinstance(what, SomebodyTypes)]
    return found


def types(phone: Phone, room: str) -> bool:
    return bool(phone.do(lambda n: i.SayTyping(n, room)))


def notices(phone: Phone) -> list[socket.Typing]:
    return [frame for frame in phone.sent if isinstance(frame, socket.Typing)]


@pytest.fixture
def talk() -> tuple[World, Phone, Phone, str]:
    """Two people who have both said something."""
    world = World()
    ann, bob = world.person(), world.person()
    room = ann.direct(bob)
    ann.say(room, "hello")
    bob.say(room, "hello to you")
    return world, ann, bob, room


def forged(phone: Phone, room: str, **other: Any) -> socket.Typing:
    """A notice as this member could make it, with any of its parts changed."""
    group = phone.engine.rooms[room].require_group()
    made: dict[str, Any] = {
        "room_uri": room,
        "epoch": group.epoch,
        "leaf": group.own_leaf,
        "at_ms": phone.world.hub.now_ms,
        "random": phone.world.random.randbytes,
        **other,
    }
    key = group.export(typing.EXPORT_LABEL, b"", typing.KEY_BYTES)
    notice = typing.seal(key, group.suite, phone.own.signature_private, **made)
    return socket.Typing(room, made["epoch"], notice)


def test_somebody_writes_and_the_other_sees_it(talk: tuple[World, Phone, Phone, str]) -> None:
    _, ann, bob, room = talk
    assert types(ann, room)
    assert seen(bob) == [ann.user]
    assert seen(ann) == []


def test_at_most_one_notice_leaves_within_the_pace(talk: tuple[World, Phone, Phone, str]) -> None:
    world, ann, bob, room = talk
    said = [types(ann, room) for _ in range(50)]
    assert said == [True] + [False] * 49
    world.pass_time(PACE_MS - 1)
    assert not types(ann, room)
    world.pass_time(1)
    assert types(ann, room)
    assert len(notices(ann)) == 2
    assert seen(bob) == [ann.user] * 2
    assert PACE_MS > 5_000


def test_a_clock_that_was_put_back_does_not_silence_a_device(talk: tuple[World, Phone, Phone, str]) -> None:
    _, ann, _, room = talk
    assert types(ann, room)
    ann.skew_ms = -3_600_000
    assert types(ann, room)


def test_off_means_neither_sent_nor_shown(talk: tuple[World, Phone, Phone, str]) -> None:
    world, ann, bob, room = talk
    bob.view.save({SETTING: OFF})
    assert not types(bob, room)
    assert types(ann, room)
    assert seen(bob) == seen(ann) == []
    bob.view.save({SETTING: None})
    world.pass_time(PACE_MS)
    assert types(ann, room)
    assert types(bob, room)
    assert seen(bob) == [ann.user]
    assert seen(ann) == [bob.user]


def test_who_has_said_nothing_here_is_not_seen_to_write() -> None:
    """A stranger learns nothing by writing to somebody."""
    world = World()
    ann, bob = world.person(), world.person()
    room = ann.direct(bob)
    ann.say(room, "do you know me?")
    assert not types(bob, room)
    assert notices(bob) == []
    bob.say(room, "no")
    assert types(bob, room)


def test_a_room_of_more_people_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typing, "MAX_PEOPLE", 3)
    world = World()
    people = [world.person() for _ in range(4)]
    room = people[0].create_group()
    for other in people[1:3]:
        people[0].invite(room, other)
    assert types(people[0], room)
    assert seen(people[1]) == [people[0].user]
    people[0].invite(room, people[3])
    world.pass_time(PACE_MS)
    assert not types(people[0], room)
    world.hub.pass_on(people[0], forged(people[0], room))
    world.settle()
    assert seen(people[1]) == []


def test_what_may_not_be_sent_now_says_no_notice_either(talk: tuple[World, Phone, Phone, str]) -> None:
    """While a proposal of the hub waits for its commit, say: a message asked for now would not leave."""
    world, ann, bob, room = talk
    ann.disconnect()
    assert not types(ann, room)
    ann.connect()
    world.hub.propose_removal(room, bob.client)
    world.settle()
    assert not types(ann, room)


def test_nothing_of_it_is_kept(talk: tuple[World, Phone, Phone, str]) -> None:
    """No record, no key and no cursor changes on either side: nothing has to be saved before it leaves."""
    _, ann, bob, room = talk
    before = [dict(phone.view.rows) for phone in (ann, bob)]
    assert types(ann, room)
    assert seen(bob) == [ann.user]
    assert [phone.view.rows for phone in (ann, bob)] == before


def test_notices_lost_by_the_thousand_cost_no_message(talk: tuple[World, Phone, Phone, str]) -> None:
    """Were they sealed with the keys of messages, the next message would be too far ahead to be read."""
    world, ann, bob, room = talk
    world.hub.pass_on = lambda phone, frame: None  # type: ignore[method-assign]  # the hub lets all of them fall
    records = len(bob.view.rows)
    for _ in range(LOST):
        world.hub.now_ms += PACE_MS
        assert types(ann, room)
    assert len(notices(ann)) == LOST
    ann.say(room, "a line at last")
    assert bob.texts(room)[-1] == "a line at last"
    assert bob.hidden(room) == 0
    assert len(bob.view.rows) - records < 20


def test_a_notice_that_comes_again_is_shown_once(talk: tuple[World, Phone, Phone, str]) -> None:
    world, ann, bob, room = talk
    frame = forged(ann, room)
    tell(world, bob, *[frame] * 100)
    assert seen(bob) == [ann.user]
    world.hub.now_ms += FRESH_MS - 1
    tell(world, bob, frame)
    assert seen(bob) == []


@pytest.mark.parametrize("away_ms", [-FRESH_MS - 1, FRESH_MS + 1, -86_400_000, 1 << 60])
def test_a_notice_of_another_time_is_not_shown(talk: tuple[World, Phone, Phone, str], away_ms: int) -> None:
    """Held back by the hub, or dated ahead so that it would count later."""
    world, ann, bob, room = talk
    tell(world, bob, forged(ann, room, at_ms=max(0, world.hub.now_ms + away_ms)))
    assert seen(bob) == []


def test_a_flood_of_one_member_is_hardly_looked_at(
    talk: tuple[World, Phone, Phone, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that helps: all of them come. Each within the gap ends before its signature is checked."""
    world, ann, bob, room = talk
    checked: list[int] = []
    real = typing.check_author

    def counted(claimed: typing.Claimed, *args: Any, **named: Any) -> None:
        checked.append(claimed.at_ms)
        real(claimed, *args, **named)

    monkeypatch.setattr(typing, "check_author", counted)
    start = world.hub.now_ms
    tell(world, bob, *(forged(ann, room, at_ms=start + ms) for ms in range(0, 3 * GAP_MS, 10)))
    assert len(checked) == 3
    assert seen(bob) == [ann.user] * 3


def test_what_a_hub_invents_shows_nothing(talk: tuple[World, Phone, Phone, str]) -> None:
    world, ann, bob, room = talk
    epoch = bob.engine.rooms[room].require_group().epoch
    good = forged(ann, room)
    other_room = ann.create_group()
    tell(
        world,
        bob,
        socket.Typing(room, epoch, bytes(typing.NOTICE_BYTES)),
        socket.Typing(room, epoch, b""),
        socket.Typing(room, epoch, world.random.randbytes(100_000)),
        socket.Typing(room, epoch + 1, good.notice),
        socket.Typing(room, 0, good.notice),
        socket.Typing(room, MAX_COUNT, good.notice),
        socket.Typing("mimi://hub.example/r/nowhere", epoch, good.notice),
        socket.Typing("", epoch, good.notice),
        forged(ann, other_room),
    )
    assert seen(bob) == []
    tell(world, bob, good)
    assert seen(bob) == [ann.user]
    assert bob.hidden(room) == 0


def test_a_member_cannot_write_in_the_name_of_another() -> None:
    world = World()
    ann, bob, eve = world.person(), world.person(), world.person()
    room = ann.create_group()
    ann.invite(room, bob)
    ann.invite(room, eve)
    eve_group = eve.engine.rooms[room].require_group()
    leaves = [index for index, _ in eve_group.members() if index != eve_group.own_leaf]
    tell(world, bob, *(forged(eve, room, leaf=leaf) for leaf in (*leaves, 99, (1 << 32) - 1)))
    assert seen(bob) == []
    tell(world, bob, forged(eve, room))
    assert seen(bob) == [eve.user]


def test_who_was_removed_is_not_seen_to_write_again() -> None:
    """Neither by notices of before, nor by new ones under the keys that it still has."""
    world = World()
    ann, bob, eve = world.person(), world.person(), world.person()
    room = ann.create_group()
    ann.invite(room, bob)
    ann.invite(room, eve)
    eve.say(room, "here")
    group = eve.engine.rooms[room].require_group()
    old = [forged(eve, room, at_ms=world.hub.now_ms + ahead) for ahead in (0, 5_000, 20_000)]
    eve.asleep = True
    ann.do(lambda n: i.RemoveUser(n, room, eve.user))
    now = bob.engine.rooms[room].require_group().epoch
    assert now == group.epoch + 1
    tell(world, bob, *old, *(socket.Typing(room, now, each.notice) for each in old), forged(eve, room, epoch=now))
    assert seen(bob) == []


def test_a_device_off_its_list_is_not_seen_to_write_while_its_leaf_stands() -> None:
    world = World()
    ann, bob = world.person(), world.person()
    room = ann.create_group()
    ann.invite(room, bob)
    laptop = world.second_device(bob)
    laptop.say(room, "from the laptop")
    assert types(laptop, room)
    assert seen(ann) == [bob.user]
    assert seen(bob) == [], "one's own other device is no news"
    world.hub.now_ms += PACE_MS
    late = forged(laptop, room)
    laptop.asleep = True
    bob.do(lambda n: i.RemoveDevice(n, laptop.client))
    assert ann.engine.rooms[room].leaves.is_going(laptop.client)
    tell(world, ann, late)
    assert seen(ann) == []
