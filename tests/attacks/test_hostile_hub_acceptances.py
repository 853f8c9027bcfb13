# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lies about what it took: messages that never left are not sent, nothing shown is overwritten."""

from __future__ import annotations

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.shown import Kind
from privity.client.engine.timeline import PlaceTaken
from privity.wire import socket
from privity.wire.errors import Code
from privity.wire.socket import Accepted, Event, EventKind, Refused, Submit
from tests.client.fake_hub import START_MS, Phone, World, plain
from tests.client.hostile_hub import pass_within, settle_within, signed, tell, waiting


@pytest.fixture
def world() -> World:
    return World()


def talk(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.say(room, "from Bob")
    return room, alice, bob


def keep_submits(world: World) -> list[tuple[Phone, Submit]]:
    """The hub takes messages and says nothing."""
    kept: list[tuple[Phone, Submit]] = []
    world.hub.submit = lambda phone, frame: kept.append((phone, frame))  # type: ignore[method-assign]  # the hub is silent
    return kept


def test_a_message_that_never_left_cannot_be_accepted(world: World) -> None:
    """What is not sealed has no ref and no bytes yet; the empty ref and the empty message are nobody's."""
    room, alice, _ = talk(world)
    alice.disconnect()
    alice.say(room, "still here")
    place, ts = alice.engine.rooms[room].record.cursor + 1, world.hub.now_ms + 5
    frank = signed(world, alice.user, room, ts)
    for frame in (
        Accepted(b"", place, ts, frank),
        Refused(b"", Code.NOT_ALLOWED, "no"),
        Event(room, place, ts, EventKind.APPLICATION, b"", frank),
    ):
        tell(world, alice, frame)
        assert len(waiting(alice, room)) == 1
        assert "still here" not in alice.texts(room)
    assert not alice.failed


def test_an_acceptance_at_the_place_of_another_message_overwrites_nothing(world: World) -> None:
    room, alice, _ = talk(world)
    (theirs,) = [item for item in alice.items(room) if item.text == "from Bob"]
    joined = [item for item in alice.items(room) if item.kind is Kind.LINE]
    kept = keep_submits(world)
    for number, place in enumerate((theirs.seq, *(item.seq for item in joined))):
        command = alice.command(lambda n: i.Send(n, room, plain("mine")))
        settle_within(world)
        ts = world.hub.now_ms + 5 + number
        tell(world, alice, Accepted(kept[-1][1].ref, place, ts, signed(world, alice.user, room, ts)))
        assert isinstance(alice.failed[command], PlaceTaken)
    assert theirs in alice.items(room)
    assert [item for item in alice.items(room) if item.kind is Kind.LINE] == joined
    assert alice.texts(room) == ["from Bob"]


def test_two_acceptances_at_one_place_overwrite_nothing(world: World) -> None:
    room, alice, _ = talk(world)
    kept = keep_submits(world)
    first = alice.command(lambda n: i.Send(n, room, plain("one")))
    second = alice.command(lambda n: i.Send(n, room, plain("two")))
    settle_within(world)
    place = alice.engine.rooms[room].record.cursor + 3
    for number, (_, frame) in enumerate(kept):
        ts = world.hub.now_ms + 5 + number
        tell(world, alice, Accepted(frame.ref, place, ts, signed(world, alice.user, room, ts)))
    assert first in alice.done
    assert isinstance(alice.failed[second], PlaceTaken)
    assert alice.texts(room) == ["from Bob", "one"]


def test_an_unproven_acceptance_hides_no_message_of_others(world: World) -> None:
    room, alice, _ = talk(world)
    (theirs,) = [item for item in alice.items(room) if item.text == "from Bob"]
    kept = keep_submits(world)
    alice.command(lambda n: i.Send(n, room, plain("mine")))
    settle_within(world)
    tell(world, alice, Accepted(kept[0][1].ref, theirs.seq, START_MS, socket.Frank(bytes(32), 1, bytes(64))))
    assert theirs in alice.items(room)


def test_an_acceptance_says_nothing_about_other_rooms_and_counts_once(world: World) -> None:
    room, alice, _ = talk(world)
    other = alice.create_group()
    kept = keep_submits(world)
    alice.command(lambda n: i.Send(n, room, plain("mine")))
    settle_within(world)
    ref, ts = kept[0][1].ref, world.hub.now_ms + 5
    place = alice.engine.rooms[room].record.cursor + 1
    wrong = signed(world, alice.user, other, ts)
    right = Accepted(ref, place, ts, signed(world, alice.user, room, ts))
    tell(world, alice, Accepted(bytes(16), place, ts, wrong), right, right, Refused(ref, Code.NOT_ALLOWED, "no"))
    assert alice.texts(room) == ["from Bob", "mine"]
    assert alice.texts(other) == []
    assert alice.hidden(other) == alice.hidden(room) == 0
    assert not alice.failed


@pytest.mark.parametrize("said", [None, 0, 1, 2, 3])
def test_a_hub_that_refuses_every_epoch_is_not_sent_the_same_message_for_ever(world: World, said: int | None) -> None:
    """Each sealing uses up a key: receivers that miss thousands of them could read nothing any more."""
    room, alice, _ = talk(world)
    sent: list[Submit] = []

    def refuse(phone: Phone, frame: Submit) -> None:
        sent.append(frame)
        world.hub.push(phone.client, Refused(frame.ref, Code.WRONG_EPOCH, "another epoch", said))

    honest, world.hub.submit = world.hub.submit, refuse  # type: ignore[method-assign]  # the hub lies
    alice.command(lambda n: i.Send(n, room, plain("again and again")))
    settle_within(world)
    for _ in range(50):
        pass_within(world, 1_000)
    assert 1 <= len(sent) <= 2
    world.hub.submit = honest  # type: ignore[method-assign]  # it comes to its senses
    alice.disconnect()
    alice.connect()
    assert alice.texts(room)[-1] == "again and again"


def test_an_epoch_in_the_far_future_does_not_silence_a_device_beyond_the_connection(world: World) -> None:
    room, alice, bob = talk(world)
    far = (1 << 53) - 1
    submit, world.hub.submit = (  # type: ignore[method-assign]  # the hub lies
        world.hub.submit,
        lambda phone, frame: world.hub.push(phone.client, Refused(frame.ref, Code.WRONG_EPOCH, "", far)),
    )
    alice.say(room, "later then")
    world.hub.submit = submit  # type: ignore[method-assign]  # as above
    alice.disconnect()
    alice.connect()
    assert bob.texts(room)[-1] == "later then"


@pytest.mark.parametrize("wait", [None, 0, 1])
def test_a_hub_that_is_always_busy_is_not_asked_all_the_time(world: World, wait: int | None) -> None:
    room, alice, _ = talk(world)
    sent: list[Submit] = []

    def refuse(phone: Phone, frame: Submit) -> None:
        sent.append(frame)
        world.hub.push(phone.client, Refused(frame.ref, Code.TOO_MANY, "busy", retry_after_ms=wait))

    world.hub.submit = refuse  # type: ignore[method-assign]  # the hub lies
    alice.command(lambda n: i.Send(n, room, plain("please")))
    settle_within(world)
    for _ in range(300):
        pass_within(world, 40)
        tell(world, alice, socket.Forgotten(room, 0), Refused(bytes(16), Code.TOO_MANY, "busy"))
    assert 2 <= len(sent) <= 13, "once a second at most, for twelve seconds"


@pytest.mark.parametrize("number", [-1, 1 << 53, (1 << 63) - 1, (1 << 64) - 1])
def test_numbers_that_count_nothing_are_no_frames(number: int) -> None:
    frank = socket.Frank(bytes(32), 1, bytes(64))
    frames = (
        Accepted(bytes(16), number, 1, frank),
        Accepted(bytes(16), 1, number, frank),
        Event("r", number, 1, EventKind.COMMIT, b""),
        Event("r", 1, number, EventKind.COMMIT, b""),
        socket.Inbox(number, socket.InboxKind.REMOVED, "r", 1, b""),
        socket.Inbox(1, socket.InboxKind.REMOVED, "r", number, b""),
        socket.Forgotten("r", number),
        socket.Ready("s", number),
        Refused(bytes(16), Code.WRONG_EPOCH, "", number),
        Refused(bytes(16), Code.TOO_MANY, "", None, number),
    )
    for frame in frames:
        with pytest.raises(socket.BadFrame):
            socket.decode_from_hub(socket.encode(frame))
