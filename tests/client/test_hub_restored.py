# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The mark of a restored hub: a device goes on behind it and says so, and a hub that invents marks gains nothing."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from privity.client.engine.calls import Call
from privity.client.engine.hub_restored import MAX_MARKS
from privity.client.engine.state import PendingRecord
from privity.wire import rest, socket
from privity.wire.errors import Code, Refusal
from privity.wire.numbers import MAX_COUNT
from privity.wire.restored import Restored, encode_restored
from privity.wire.socket import RESTORE_STEP, Event, EventKind
from tests.client.fake_hub import START_MS, Phone, World
from tests.client.hostile_hub import settle_within, tell

BASE = START_MS // 1000 * RESTORE_STEP
RESTORED_SAID = "the hub was put back from a copy of "
REJOINED_SAID = "re-joined"


@pytest.fixture
def world() -> World:
    return World()


def pair(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    alice.say(room, "all here")
    return room, alice, bob


def cursor(phone: Phone, room: str) -> int:
    return phone.engine.rooms[room].record.cursor


def mark(
    phone: Phone, room: str, *, seq: int = BASE + 1, through: int | None = None, epoch: int | None = None
) -> Event:
    """What an honest hub says to a device that has read all of it, unless something is said otherwise."""
    group = phone.engine.rooms[room].require_group()
    said = Restored(
        cursor(phone, room) if through is None else through, START_MS, group.epoch if epoch is None else epoch
    )
    return Event(room, seq, START_MS + 5, EventKind.RESTORED, encode_restored(said))


def said(phone: Phone, room: str, text: str) -> int:
    return sum(text in line for line in phone.lines(room))


def later(world: World, phone: Phone, by: int) -> None:
    """From now on this device gets the room's events with numbers that are so much higher."""
    world.hub.tamper = lambda client, event: (
        msgspec.structs.replace(event, seq=event.seq + by) if client == phone.client else event
    )


def test_a_device_goes_on_behind_the_mark_without_entering_anew(world: World) -> None:
    room, alice, bob = pair(world)
    before, epoch = cursor(bob, room), bob.engine.rooms[room].require_group().epoch
    tell(world, bob, mark(bob, room))
    assert cursor(bob, room) == BASE + 1
    assert said(bob, room, f"{RESTORED_SAID}2027-01-15 08:00 UTC") == 1
    later(world, bob, BASE + 1 - before)
    alice.say(room, "behind it")
    assert bob.texts(room) == ["all here", "behind it"]
    assert bob.engine.rooms[room].require_group().epoch == epoch
    assert said(bob, room, REJOINED_SAID) == 0


def test_own_messages_that_the_hub_has_lost_are_counted(world: World) -> None:
    room, alice, bob = pair(world)
    through = cursor(alice, room)
    bob.say(room, "of somebody else")
    for number in range(3):
        alice.say(room, str(number))
    tell(world, alice, mark(alice, room, through=through))
    assert said(alice, room, "3 of your messages from after it may not have reached everybody") == 1
    tell(world, bob, mark(bob, room, through=through))
    assert said(bob, room, "1 of your messages") == 1


def test_the_mark_waits_for_what_the_copy_still_has(world: World) -> None:
    room, alice, bob = pair(world)
    bob.asleep = True
    alice.say(room, "in the copy")
    held = [event for event in world.hub.rooms[room].log if event.seq > cursor(bob, room)]
    bob.inbox.clear()
    bob.asleep = False
    tell(world, bob, mark(bob, room, through=held[-1].seq))
    assert said(bob, room, RESTORED_SAID) == 0
    tell(world, bob, *held)
    assert bob.texts(room) == ["all here", "in the copy"]
    assert said(bob, room, RESTORED_SAID) == 1


def test_numbers_from_before_the_mark_are_dealt_with(world: World) -> None:
    room, alice, bob = pair(world)
    alice.say(room, "once")
    tell(world, bob, mark(bob, room))
    tell(world, bob, *world.hub.rooms[room].log, mark(bob, room, seq=BASE))
    assert bob.texts(room) == ["all here", "once"]
    assert said(bob, room, RESTORED_SAID) == 1


def test_a_device_that_was_further_looks_where_the_hub_stands_and_does_not_follow_it_back(world: World) -> None:
    room, alice, _ = pair(world)
    asked: list[str] = []
    world.hub.refuse = lambda phone, call: asked.append(call.path)
    tell(world, alice, mark(alice, room, epoch=0))
    assert said(alice, room, "an admin has to begin it again") == 1
    assert any(path.endswith("/group") for path in asked)
    assert "is not after event" in alice.engine.rooms[room].record.stopped, "this hub numbers on from before the mark"
    assert said(alice, room, REJOINED_SAID) == 0


def test_an_own_commit_that_the_hub_has_lost_is_posted_again_under_its_ref(world: World) -> None:
    room, alice, _ = pair(world)
    posted: list[rest.Commit] = []

    def look(phone: Phone, call: Call) -> None:
        if isinstance(call.body, rest.Commit):
            posted.append(call.body)
            raise Refusal(Code.WRONG_EPOCH, "somebody else was first", current_epoch=9)

    world.hub.refuse = look
    here = alice.engine.rooms[room]
    here.record.pending = PendingRecord(b"r" * 16, b"commit", b"info", None, cursor(alice, room) + 3, START_MS)
    tell(world, alice, mark(alice, room))
    assert [body.ref for body in posted] == [b"r" * 16]


@pytest.mark.parametrize("body", [b"", b"no mark", encode_restored(Restored(0, 0, 0)) + b"x"])
def test_a_mark_that_says_nothing_is_a_gap(world: World, body: bytes) -> None:
    room, _, bob = pair(world)
    following = cursor(bob, room) + 1
    tell(world, bob, msgspec.structs.replace(mark(bob, room, seq=following), message=body), socket.CaughtUp())
    assert said(bob, room, RESTORED_SAID) == 0
    assert cursor(bob, room) < BASE
    assert said(bob, room, REJOINED_SAID) == 1, "something is missing there, whatever it was"


def test_times_that_are_none_are_not_said(world: World) -> None:
    room, _, bob = pair(world)
    known = Restored(cursor(bob, room), MAX_COUNT, bob.engine.rooms[room].require_group().epoch)
    tell(world, bob, Event(room, MAX_COUNT, 0, EventKind.RESTORED, encode_restored(known)))
    assert said(bob, room, f"{RESTORED_SAID}a time that it does not say") == 1


def test_marks_that_wait_are_bounded(world: World) -> None:
    room, _, bob = pair(world)
    far = [mark(bob, room, seq=BASE + number, through=BASE) for number in range(1, 100)]
    tell(world, bob, *far)
    assert len(bob.engine.rooms[room]._marks) == MAX_MARKS
    assert said(bob, room, RESTORED_SAID) == 0


@pytest.mark.parametrize("seed", range(10))
def test_marks_at_random_show_nothing_twice_and_hide_nothing(world: World, seed: int) -> None:
    chance = Random(seed)
    room, alice, bob = pair(world)
    sent = ["all here"]
    shift = 0
    for number in range(30):
        if chance.random() < 0.3:
            read, seq = cursor(bob, room), BASE + chance.randrange(1 << 30)
            through = chance.choice([0, read - 1, read, read + 1, seq - 1, MAX_COUNT])
            tell(world, bob, mark(bob, room, seq=seq, through=max(0, through)))
            if cursor(bob, room) != read:
                assert cursor(bob, room) == seq > read
                shift = seq - len(world.hub.rooms[room].log)
                later(world, bob, shift)
            else:
                bob.engine.rooms[room].connection_lost()
        alice.say(room, f"{number}")
        sent.append(f"{number}")
        settle_within(world)
    assert bob.texts(room) == sent
    assert said(bob, room, REJOINED_SAID) == 0
