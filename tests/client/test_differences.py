# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Devices that differ keep talking: wrong clocks, and clients that know more or other things than ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.client.engine import effects, joining, keypackages, verbs
from privity.client.engine import inputs as i
from privity.client.engine.shown import State
from privity.client.engine.state import CAPABILITIES
from privity.client.errors import LogNotFresh
from privity.message import compose
from privity.message.content import PROCESS_ALL, MultiPart, SinglePart
from privity.mls.messages.grease import without_grease
from tests.client.fake_hub import World, plain
from tests.client.hostile_hub import notices
from tests.client.test_engine import assert_agree

DAY_MS = 86_400_000


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("days", [-400, -9, 9, 400])
def test_a_clock_that_is_wrong_by_days_loses_nothing(world: World, days: int) -> None:
    """The device talks on where it is; whoever comes waits until its clock is right, and nobody is blamed."""
    alice, bob, carol = (world.person() for _ in range(3))
    room = alice.create_group()
    alice.invite(room, bob)
    world.hub.packages[bob.client].clear()
    bob.disconnect()
    bob.skew_ms = days * DAY_MS
    bob.connect()
    assert len(world.hub.packages[bob.client]) >= keypackages.LOW, "what it publishes is good for the others"
    bob.say(room, "from the wrong day")
    alice.say(room, "where are you?")
    alice.invite(room, carol)
    alice.say(room, "carol came")
    with pytest.raises(LogNotFresh):
        bob.create_group()
    assert bob.texts(room) == ["from the wrong day", "where are you?"]
    assert any("clock" in text for text in notices(bob))
    assert world.hub.notices == [], "nobody was accused of poison for the device's clock"
    bob.skew_ms = 0
    world.pass_time(120_000)
    assert bob.texts(room) == alice.texts(room) == ["from the wrong day", "where are you?", "carol came"]
    assert bob.hidden(room) == 0
    assert_agree(room, [alice, bob, carol])


def test_an_invitation_waits_for_a_clock_that_is_wrong(world: World) -> None:
    """The Welcome is not given up because the key log cannot be judged now."""
    alice, bob = world.person(), world.person()
    bob.disconnect()
    bob.skew_ms = 9 * DAY_MS
    bob.connect()
    room = alice.direct(bob)
    alice.say(room, "the first word")
    assert room not in bob.engine.rooms
    bob.skew_ms = 0
    world.pass_time(120_000)
    assert bob.texts(room) == ["the first word"]


@pytest.mark.parametrize("days", [-9, 9])
def test_an_expiring_message_is_read_before_it_goes_whatever_the_clock_says(world: World, days: int) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.disconnect()
    bob.skew_ms = days * DAY_MS
    bob.connect()
    alice.say(room, "for an hour", expires=(True, 3600))
    world.pass_time(3_599_000)
    assert bob.texts(room) == ["for an hour"]
    world.pass_time(2_000 + max(0, -days) * DAY_MS)
    assert bob.items(room)[-1].state is State.EXPIRED


def test_waiting_for_an_expiry_does_not_wake_a_fast_clock_at_once(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.disconnect()
    bob.skew_ms = 9 * DAY_MS
    bob.connect()
    alice.say(room, "for an hour", expires=(True, 3600))
    now = world.hub.now_ms + bob.skew_ms
    woken = [effect.at_ms for effect in bob.engine.step(i.Tick(), now) if isinstance(effect, effects.WakeAt)]
    assert woken
    assert all(at_ms > now for at_ms in woken)


@pytest.mark.parametrize("now_ms", [-(2**63), -1, 0, 2**63 - 1, 2**64 - 1])
def test_a_hub_that_lies_about_the_time_breaks_nothing(world: World, now_ms: int) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.disconnect()
    world.hub.packages[bob.client].clear()
    world.hub.online[bob.client] = bob
    bob.inbox.append(i.Connected(now_ms))
    world.settle()
    assert bob.engine.device.clock_differs
    assert len(world.hub.packages[bob.client]) >= keypackages.LOW
    alice.say(room, "what time is it?")
    assert bob.texts(room) == ["what time is it?"]


GREASE = (0x0A0A, 0x1A1A, 0xEAEA)
"""Values that RFC 9420, section 13.5 keeps free so that clients meet something unknown."""
OTHER = replace(
    CAPABILITIES,
    versions=(1, 0xFAFA),
    cipher_suites=(*CAPABILITIES.cipher_suites, 2, 3, *GREASE),
    extensions=(*CAPABILITIES.extensions, 0xF0F1, *GREASE),
    proposals=(*CAPABILITIES.proposals, 0xF0F2, *GREASE),
    credentials=(*CAPABILITIES.credentials, 0xF0F3, *GREASE),
)


def test_a_client_that_can_more_than_ours_talks_with_us(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its KeyPackages, its own groups and its entry from outside carry values that nobody knows."""
    ours = world.person()
    for module in (keypackages, verbs, joining):
        monkeypatch.setattr(module, "CAPABILITIES", OTHER)
    theirs = world.person()
    monkeypatch.undo()
    room = ours.create_group()
    ours.invite(room, theirs)
    monkeypatch.setattr(verbs, "CAPABILITIES", OTHER)
    their_room = theirs.create_group()
    monkeypatch.undo()
    theirs.invite(their_room, ours)
    for where in (room, their_room):
        ours.say(where, "hello")
        theirs.say(where, "hello yourself")
        assert ours.texts(where) == theirs.texts(where) == ["hello", "hello yourself"]
        leaves = [leaf for _, leaf in ours.engine.rooms[where].require_group().members()]
        assert sorted(without_grease(leaf.capabilities) == without_grease(OTHER) for leaf in leaves) == [False, True]
        assert_agree(where, [ours, theirs])
    theirs.disconnect()
    ours.say(room, "forgotten")
    world.hub.forget(room)
    monkeypatch.setattr(joining, "CAPABILITIES", OTHER)
    theirs.connect()
    monkeypatch.undo()
    ours.say(room, "after their entry from outside")
    assert theirs.texts(room)[-1] == "after their entry from outside"
    assert_agree(room, [ours, theirs])


STRANGE = [
    SinglePart("application/x-future;v=9", b"\x00\x01", 200),
    SinglePart("text/plain;charset=utf-8", b"shown as text", 255),
    SinglePart("", b""),
    MultiPart(PROCESS_ALL, (SinglePart("image/x-new", b"i", 7), SinglePart("text/markdown", b"a caption"))),
]


@pytest.mark.parametrize("part", STRANGE, ids=["media type", "disposition", "nothing", "both among others"])
def test_content_that_ours_does_not_know_is_shown_as_it_is(world: World, part: SinglePart | MultiPart) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.do(lambda n: i.Send(n, room, part))
    bob.say(room, "what was that?")
    assert bob.hidden(room) == 0
    assert len(bob.texts(room)) == 2
    assert alice.texts(room) == bob.texts(room)


def test_extensions_that_ours_does_not_know_are_kept_and_change_nothing(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    author = compose.Author(alice.user, room)
    content = compose.message(
        author,
        plain("with a future"),
        random=world.random.randbytes,
        extensions={4711: b"x", "com.example.new": [1, {"a": 2}]},
    )
    alice.engine.rooms[room].outbox.add(content)
    alice.inbox.append(i.Tick())
    world.settle()
    assert bob.texts(room) == ["with a future"]
    assert b"com.example.new" in bob.items(room)[-1].content
    assert bob.hidden(room) == 0
