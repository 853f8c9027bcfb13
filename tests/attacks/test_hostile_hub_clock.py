# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub whose clock jumps by years: nothing goes before its time, or stays because the hub says it is early."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine.evidence import GRACE_MS
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, State
from privity.wire import socket
from privity.wire.numbers import MAX_COUNT
from privity.wire.socket import EventKind
from tests.client.fake_hub import START_MS, Phone, World, plain
from tests.client.hostile_hub import tell

YEAR_MS = 365 * 86_400_000
DAY_MS = 86_400_000


def fleeting(world: World) -> tuple[str, Phone, Phone, bytes]:
    """Alice reads a message of Bob's that ends within the hour."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    message_id = bob.say(room, "for an hour", expires=(False, START_MS // 1000 + 3_600))
    return room, alice, bob, message_id


def at(world: World, phones: list[Phone], own_ms: int, hub_ms: int) -> None:
    """The devices connect anew at their own time, to a hub that says it is another."""
    for phone in phones:
        phone.disconnect()
    world.hub.now_ms = hub_ms
    for phone in phones:
        phone.skew_ms = own_ms - hub_ms
        phone.connect()
        phone.inbox.append(i.Tick())
    world.settle()


def entry(phone: Phone, room: str, message_id: bytes) -> Item:
    (item,) = [item for item in phone.items(room) if item.message_id == message_id]
    return item


@pytest.mark.parametrize("ahead_ms", [DAY_MS, YEAR_MS, 9 * YEAR_MS, 11 * YEAR_MS, 1_000 * YEAR_MS])
def test_a_hub_that_is_ahead_erases_nothing_before_its_time(ahead_ms: int) -> None:
    world = World()
    room, alice, bob, message_id = fleeting(world)
    at(world, [alice, bob], START_MS + 60_000, START_MS + 60_000 + ahead_ms)
    assert entry(alice, room, message_id).state is State.SHOWN
    assert alice.view.get(Table.EVIDENCE, room, message_id) is not None
    at(world, [alice, bob], START_MS + 2 * DAY_MS, START_MS + 2 * DAY_MS + ahead_ms)
    assert entry(alice, room, message_id).state is State.EXPIRED
    assert alice.view.get(Table.EVIDENCE, room, message_id) is not None, "the grace is not over"
    at(world, [alice, bob], START_MS + 2 * GRACE_MS, START_MS + 2 * GRACE_MS + ahead_ms)
    assert alice.view.get(Table.EVIDENCE, room, message_id) is None


@pytest.mark.parametrize("behind_ms", [3 * DAY_MS, 9 * YEAR_MS])
def test_a_hub_that_goes_back_is_not_believed_against_its_own_word(behind_ms: int) -> None:
    """What it signed is later than what it says the time is: what ended before that has ended."""
    world = World()
    room, alice, bob, message_id = fleeting(world)
    later = world.hub.now_ms = START_MS + 2 * DAY_MS
    bob.say(room, "two days later")
    assert entry(alice, room, message_id).state is State.SHOWN, "nothing has looked at the time yet"
    alice.crash()
    world.hub.now_ms = later - behind_ms
    alice.skew_ms = behind_ms
    alice.restart()
    assert entry(alice, room, message_id).state is State.EXPIRED


def test_a_new_word_ends_a_lie_about_the_time() -> None:
    world = World()
    room, alice, bob, message_id = fleeting(world)
    later = START_MS + 2 * DAY_MS
    at(world, [alice, bob], later, START_MS - 9 * YEAR_MS)
    assert entry(alice, room, message_id).state is State.SHOWN, "the device's clock alone erases nothing"
    world.hub.now_ms = later
    alice.skew_ms = bob.skew_ms = 0
    bob.command(lambda n: i.Send(n, room, plain("two days later")))
    world.pass_time(1_000)
    world.pass_time(1_000)
    assert entry(alice, room, message_id).state is State.EXPIRED


def test_a_hub_cannot_end_what_the_devices_clock_says_has_not_ended() -> None:
    world = World()
    room, alice, bob, message_id = fleeting(world)
    world.hub.now_ms = START_MS + 9 * YEAR_MS
    alice.skew_ms = bob.skew_ms = START_MS + 60_000 - world.hub.now_ms
    bob.say(room, "from the future")
    world.settle()
    alice.inbox.append(i.Tick())
    world.settle()
    assert alice.texts(room) == ["for an hour", "from the future"]
    assert entry(alice, room, message_id).state is State.SHOWN
    assert alice.view.get(Table.EVIDENCE, room, message_id) is not None


def test_a_clock_that_jumps_at_every_connection_stops_no_conversation() -> None:
    world = World()
    room, alice, bob, _ = fleeting(world)
    jumps = [9 * YEAR_MS, -9 * YEAR_MS, 20 * YEAR_MS, -20 * YEAR_MS, 0, YEAR_MS, -YEAR_MS]
    for number, jump in enumerate(jumps):
        own = START_MS + number * 1_000
        at(world, [alice, bob], own, START_MS + jump)
        (alice, bob)[number % 2].say(room, f"jump {number}")
    assert alice.texts(room)[1:] == bob.texts(room)[1:] == [f"jump {number}" for number in range(len(jumps))]
    assert alice.engine.rooms[room].record.hidden == bob.engine.rooms[room].record.hidden == 0


@pytest.mark.parametrize("kind", [EventKind.COMMIT, EventKind.PROPOSAL])
def test_the_time_of_an_event_that_nobody_signed_hides_no_later_message(kind: EventKind) -> None:
    """Times rise within a room. One lie about the time of a commit would hide all that is said after it, for ever."""
    world = World()
    people = [world.person() for _ in range(3)]
    alice, bob, carol = people
    room = alice.create_group()
    alice.invite(room, bob)
    alice.invite(room, carol)
    world.hub.tamper = lambda client, event: (
        msgspec.structs.replace(event, ts_ms=MAX_COUNT) if event.kind is kind else event
    )
    carol.do(lambda n: i.Leave(n, room))
    world.pass_time(20_000)
    bob.say(room, "heard by all")
    alice.say(room, "by me as well")
    assert alice.texts(room) == bob.texts(room) == ["heard by all", "by me as well"]


def test_an_unproven_acceptance_hides_no_later_message() -> None:
    world = World()
    room, alice, bob, _ = fleeting(world)
    kept: list[socket.Submit] = []
    submit, world.hub.submit = world.hub.submit, lambda phone, frame: kept.append(frame)  # type: ignore[method-assign]
    alice.say(room, "unproven")
    world.hub.submit = submit  # type: ignore[method-assign]  # one lie
    place = alice.engine.rooms[room].record.cursor + 1
    unsigned = socket.Frank(bytes(32), 1, bytes(64))
    tell(world, alice, socket.Accepted(kept[0].ref, place, MAX_COUNT, unsigned))
    world.hub.append(room, EventKind.APPLICATION, kept[0].message, skip=alice.client, sender=alice.user)
    bob.say(room, "and this one is")
    assert alice.texts(room)[-1] == "and this one is"
    assert alice.hidden(room) == 1
