# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The name of a group and how long its messages stay: who may decide, and that everybody knows it, also who comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.client.engine import inputs as i
from privity.client.engine.profile import (
    MAX_NAME,
    ROOM_EXPIRY,
    ROOM_PROFILE,
    BadProfile,
    duration,
    expiry_part,
    read_expiry,
)
from privity.client.engine.shown import REJOINED_TEXT, State
from privity.client.errors import CommandRefused
from privity.message.content import REACTION, YEAR_S, NullPart, SinglePart
from privity.message.receipts import Status
from privity.wire.socket import Submit
from tests.client.fake_hub import Phone, World, plain

HOUR_S = 3_600


@pytest.fixture
def world() -> World:
    return World()


def group(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    return room, alice, bob


def cheat(phone: Phone, room: str, part: SinglePart) -> None:
    """Send what an honest device does not: its own engine, like those of the others, hides it when it comes back."""
    phone.command(lambda n: i.Send(n, room, part))
    phone.world.settle()


def name_of(phone: Phone, room: str) -> str:
    return phone.engine.rooms[room].record.name


def expiry_of(phone: Phone, room: str) -> int:
    return phone.engine.rooms[room].record.expires_s


def test_an_admin_names_a_group_and_names_it_anew(world: World) -> None:
    room, alice, bob = group(world)
    for name in ("Walks", "Longer walks", ""):
        alice.do(lambda n, name=name: i.Rename(n, room, name))  # type: ignore[misc]  # a default in a lambda
        assert name_of(alice, room) == name_of(bob, room) == name
    assert bob.hidden(room) == 0


def test_a_member_neither_names_a_group_nor_makes_its_messages_disappear(world: World) -> None:
    room, alice, bob = group(world)
    for command in (lambda n: i.Rename(n, room, "Bob's"), lambda n: i.DisappearAfter(n, room, 60)):
        with pytest.raises(CommandRefused, match="only an admin"):
            bob.do(command)
    cheat(bob, room, SinglePart(ROOM_PROFILE, b"Bob's"))
    cheat(bob, room, SinglePart(ROOM_EXPIRY, b"60"))
    assert (name_of(alice, room), expiry_of(alice, room), alice.hidden(room)) == ("", 0, 2)


@pytest.mark.parametrize("content", [b"", b"-1", b"+1", b" 1", b"01", b"1.5", b"\xd9\xa1", b"9" * 9, b"9" * 5_000])
def test_a_time_that_is_none_is_hidden(world: World, content: bytes) -> None:
    room, alice, bob = group(world)
    cheat(alice, room, SinglePart(ROOM_EXPIRY, content))
    assert (expiry_of(bob, room), bob.hidden(room)) == (0, 1)


@given(st.binary(max_size=12))
def test_reading_a_time_is_total_and_canonical(data: bytes) -> None:
    try:
        seconds = read_expiry(SinglePart(ROOM_EXPIRY, data))
    except BadProfile:
        return
    assert expiry_part(seconds).content == data and 0 <= seconds <= YEAR_S


def test_what_others_would_refuse_is_not_sent(world: World) -> None:
    room, alice, _ = group(world)
    for command in (
        lambda n: i.Rename(n, room, "x" * (MAX_NAME + 1)),
        lambda n: i.DisappearAfter(n, room, YEAR_S + 1),
        lambda n: i.DisappearAfter(n, room, -1),
    ):
        with pytest.raises(BadProfile):
            alice.do(command)
    assert alice.engine.rooms[room].outbox.is_empty()


def test_messages_disappear_as_the_room_has_decided_and_other_content_stays(world: World) -> None:
    room, alice, bob = group(world)
    stays = bob.say(room, "from before")
    alice.do(lambda n: i.DisappearAfter(n, room, HOUR_S))
    assert bob.lines(room)[-1] == f"{alice.user} decided: new messages disappear after 1 hour"
    goes = bob.say(room, "for an hour")
    own = bob.say(room, "for a minute", expires=(True, 60))
    bob.do(lambda n: i.Send(n, room, plain("for an hour, edited"), replaces=goes))
    like = SinglePart("text/plain", "🎉".encode(), REACTION)
    alice.do(lambda n: i.Send(n, room, like, in_reply_to=stays))
    alice.say(room, "speaking")
    alice.do(lambda n: i.SendReceipts(n, room, Status.READ, (stays,)))
    alice.do(lambda n: i.Rename(n, room, "Walks"))
    world.pass_time(61_000)
    assert state(alice, room, own) is State.EXPIRED
    assert state(alice, room, goes) is State.EDITED
    world.pass_time(HOUR_S * 1000)
    for phone in (alice, bob):
        assert state(phone, room, goes) is State.EXPIRED
        item = next(item for item in phone.items(room) if item.message_id == stays)
        assert (item.state, len(item.reactions), item.receipts) == (State.SHOWN, 1, {alice.user: Status.READ})
        assert name_of(phone, room) == "Walks"
    alice.do(lambda n: i.DisappearAfter(n, room, 0))
    kept = bob.say(room, "for good")
    world.pass_time(30 * 24 * HOUR_S * 1000)
    assert state(alice, room, kept) is State.SHOWN


def test_both_people_of_a_direct_conversation_decide(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    for phone, seconds in ((alice, 60), (bob, 0), (bob, 300)):
        phone.do(lambda n, seconds=seconds: i.DisappearAfter(n, room, seconds))  # type: ignore[misc]  # a default
        assert expiry_of(alice, room) == expiry_of(bob, room) == seconds


def test_who_is_added_later_hears_what_was_decided(world: World) -> None:
    room, alice, bob = group(world)
    alice.do(lambda n: i.Rename(n, room, "Walks"))
    alice.do(lambda n: i.DisappearAfter(n, room, HOUR_S))
    carol = world.person()
    lines = len(bob.lines(room))
    alice.invite(room, carol)
    assert (name_of(carol, room), expiry_of(carol, room)) == ("Walks", HOUR_S)
    assert len(bob.lines(room)) == lines + 1, "Bob is told that she came, and not twice what he knows"
    assert carol.say(room, "short of breath") and carol.items(room)[-1].expires_ms is not None


def test_a_device_that_enters_by_itself_is_told_once_by_one_device(world: World) -> None:
    room, alice, bob = group(world)
    tablet = world.second_device(alice)
    alice.do(lambda n: i.Rename(n, room, "Walks"))
    alice.do(lambda n: i.DisappearAfter(n, room, HOUR_S))
    sent = {phone.client: submits(phone) for phone in (alice, tablet, bob)}
    others = [world.second_device(bob), world.second_device(alice)]
    for phone in others:
        assert (name_of(phone, room), expiry_of(phone, room)) == ("Walks", HOUR_S)
    said = sum(submits(phone) - sent[phone.client] for phone in (alice, tablet, bob))
    assert said == 2 * len(others), "the name and the time, once for each"
    assert all(phone.hidden(room) == 0 for phone in (alice, tablet, bob, *others))


def test_both_devices_of_a_direct_conversation_know_what_was_decided(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.do(lambda n: i.DisappearAfter(n, room, HOUR_S))
    for phone in (alice, bob):
        assert expiry_of(world.second_device(phone), room) == HOUR_S


def test_a_device_that_enters_again_is_told_nothing_that_it_knows(world: World) -> None:
    room, alice, bob = group(world)
    alice.do(lambda n: i.Rename(n, room, "Walks"))
    before = submits(alice)
    world.hub.rooms[room].forgotten = len(world.hub.rooms[room].log)
    bob.disconnect()
    alice.say(room, "meanwhile")
    world.hub.rooms[room].forgotten = len(world.hub.rooms[room].log)
    bob.connect()
    assert REJOINED_TEXT in bob.lines(room)[-1]
    assert name_of(bob, room) == "Walks"
    assert submits(alice) == before + 1


def test_nothing_is_said_to_those_who_come_where_nothing_was_decided(world: World) -> None:
    room, alice, _ = group(world)
    before = submits(alice)
    carol = world.person()
    alice.invite(room, carol)
    assert submits(alice) == before


def test_what_was_decided_is_known_after_a_restart(world: World) -> None:
    room, alice, _ = group(world)
    alice.do(lambda n: i.DisappearAfter(n, room, HOUR_S))
    assert alice.make_engine().rooms[room].record.expires_s == HOUR_S


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (60, "1 minute"),
        (7_200, "2 hours"),
        (86_400, "1 day"),
        (1_209_600, "2 weeks"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert duration(seconds) == said


def test_a_reaction_is_taken_back_by_who_gave_it_and_by_nobody_else(world: World) -> None:
    room, alice, bob = group(world)
    first = alice.say(room, "good news")
    like = bob.do(lambda n: i.Send(n, room, SinglePart("text/plain", "🎉".encode(), REACTION), first))
    assert isinstance(like, bytes)
    take_back = NullPart(REACTION)
    with pytest.raises(CommandRefused, match="own reactions"):
        alice.do(lambda n: i.Send(n, room, take_back, in_reply_to=first, replaces=like))
    bob.do(lambda n: i.Send(n, room, take_back, in_reply_to=first, replaces=like))
    assert [item.reactions for item in alice.items(room) if item.message_id == first] == [()]
    assert alice.hidden(room) == bob.hidden(room) == 0


def submits(phone: Phone) -> int:
    return sum(isinstance(frame, Submit) for frame in phone.sent)


def state(phone: Phone, room: str, message_id: bytes) -> State:
    return next(item.state for item in phone.items(room) if item.message_id == message_id)
