# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups of the hybrid suite on devices: who can come, what a hub can do about it, and how large they get."""

from __future__ import annotations

import pytest

from privity.client.engine import inputs as i
from privity.client.engine import joining, keypackages, state
from privity.client.engine.going_back import SuiteReplaced, check_state
from privity.client.engine.inviting import NoPostQuantumKeys
from privity.client.engine.records import Table
from privity.client.engine.state import RoomRecord
from privity.client.errors import CommandRefused
from privity.identity.room_links import Mode, RoomLink
from privity.mls.errors import PolicyRefused, WrongCipherSuite
from privity.mls.group import KeyPackageBundle
from privity.mls.messages.key_package import KeyPackage
from privity.mls.suites import RFC_9420, table
from privity.policy import room_suites
from privity.policy.room_suites import HYBRID, ORDINARY, SPOKEN
from privity.wire import rest
from privity.wire.socket import InboxKind
from tests.attacks.test_hostile_hub_entries import forged, inbox
from tests.client.fake_hub import Phone, World
from tests.client.hostile_hub import notices, tell
from tests.client.test_engine import assert_agree
from tests.client.test_room_links import is_in, knock, make

SUITE = HYBRID.id


@pytest.fixture
def world() -> World:
    return World()


def create(phone: Phone) -> str:
    return str(phone.do(lambda n: i.CreateGroup(n, post_quantum=True)))


def suite_of(phone: Phone, room: str) -> int:
    return phone.engine.rooms[room].require_group().suite.id


def withhold(world: World, phone: Phone) -> None:
    """The hub says that it has none of this device's keys of the hybrid suite."""
    world.hub.stock(SUITE).pop(phone.client, None)
    world.hub.resorts(SUITE).pop(phone.client, None)


def test_people_talk_in_one_whichever_way_they_came(world: World) -> None:
    alice, bob, carol = (world.person() for _ in range(3))
    room = create(alice)
    alice.invite(room, bob)
    knock(carol, make(alice, room, Mode.ANYONE))
    world.pass_time(60_000)
    tablet = world.second_device(bob)
    world.pass_time(60_000)
    everybody = [alice, bob, carol, tablet]
    assert all(is_in(each, room) for each in everybody)
    for each in everybody:
        each.say(room, f"by {each.client}")
    for each in everybody:
        each.restart()
    alice.say(room, "after all began anew")
    assert {suite_of(each, room) for each in everybody} == {SUITE}
    assert alice.texts(room)[-1] == tablet.texts(room)[-1] == "after all began anew"
    assert len(tablet.texts(room)) == 5
    assert not any(each.hidden(room) for each in everybody)
    assert_agree(room, everybody)
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    alice.say(room, "without Carol")
    assert carol.texts(room)[-1] == "after all began anew"
    assert bob.texts(room)[-1] == "without Carol"


def test_other_conversations_stay_as_they_are(world: World) -> None:
    alice, bob = world.person(), world.person()
    group, direct = alice.create_group(), alice.direct(bob)
    assert suite_of(alice, group) == suite_of(alice, direct) == ORDINARY.id


def test_every_device_keeps_keys_of_both_suites_at_the_hub(world: World) -> None:
    alice = world.person()
    for suite, wanted in zip(SPOKEN, (keypackages.WANTED, keypackages.HYBRID_WANTED), strict=True):
        stock = world.hub.stock(suite.id)[alice.client]
        assert len(stock) == wanted
        assert {KeyPackage.decode(value).cipher_suite for value in stock} == {suite.id}
        assert KeyPackage.decode(world.hub.resorts(suite.id)[alice.client]).last_resort
    world.hub.stock(SUITE)[alice.client] = []
    alice.disconnect()
    alice.connect()
    assert len(world.hub.stock(SUITE)[alice.client]) == keypackages.HYBRID_WANTED
    assert len(world.hub.stock(ORDINARY.id)[alice.client]) == keypackages.WANTED, "there were enough of these"


def test_a_hub_that_knows_of_one_suite_gets_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.hub, "left", lambda phone: rest.KeyPackagesLeft(0, False))
    alice = world.person()
    kept = [KeyPackageBundle.decode(value).key_package for _, value in alice.view.scan(Table.KEY_PACKAGE, "")]
    assert {package.cipher_suite for package in kept} == {ORDINARY.id}
    assert SUITE not in world.hub.other_packages


def test_a_program_from_before_says_so_and_comes_in_once_it_is_newer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = world.person(), world.person()
    room = create(alice)
    alice.invite(room, bob)
    with monkeypatch.context() as older:
        older.setattr(joining, "ROOM_SUITES", RFC_9420)
        tablet = world.second_device(bob)
        world.pass_time(60_000)
        assert tablet.engine.rooms[room].group is None
        assert any("cipher suite 62586 is unknown" in line for line in tablet.lines(room))
    alice.say(room, "meanwhile")
    tablet.restart()
    alice.say(room, "and now?")
    assert tablet.texts(room) == ["and now?"]
    assert_agree(room, [alice, bob, tablet])


def test_a_conversation_of_a_suite_that_is_not_known_any_more_stops_and_all_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a number was given up, or with an older program over the same store."""
    alice, bob = world.person(), world.person()
    room, other = create(alice), alice.create_group()
    alice.invite(room, bob)
    alice.invite(other, bob)
    alice.say(room, "said before")
    with monkeypatch.context() as older:
        for module in (joining, state):
            older.setattr(module, "ROOM_SUITES", table(ORDINARY))
        bob.restart()
        assert any("cipher suite 62586 is unknown" in line for line in bob.lines(room))
        bob.say(other, "here I am")
        with pytest.raises(CommandRefused):
            bob.say(room, "and here?")
    assert bob.texts(room) == ["said before"]
    assert alice.texts(other) == ["here I am"]
    bob.restart()
    alice.say(room, "welcome back")
    assert bob.texts(room) == ["said before", "welcome back"]
    assert_agree(room, [alice, bob])


# A hub


def test_a_hub_that_keeps_keys_back_is_named_and_weakens_nothing(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = create(alice)
    withhold(world, bob)
    with pytest.raises(NoPostQuantumKeys, match="keeps the keys back"):
        alice.invite(room, bob)
    assert any(bob.client in text and "post-quantum" in text for text in notices(alice))
    assert not is_in(bob, room)
    assert alice.engine.rooms[room].require_group().epoch == 0, "nobody came with other keys"
    bob.disconnect()
    bob.connect()
    alice.invite(room, bob)
    alice.say(room, "there you are")
    assert bob.texts(room) == ["there you are"]


def test_a_device_without_such_keys_is_named_and_comes_in_by_itself(world: World) -> None:
    alice, bob = world.person(), world.person()
    tablet = world.second_device(bob)
    room = create(alice)
    withhold(world, tablet)
    tablet.disconnect()
    alice.invite(room, bob)
    assert any(tablet.client in text and bob.client not in text for text in notices(alice))
    assert is_in(bob, room)
    tablet.connect()
    world.pass_time(60_000)
    alice.say(room, "both of you")
    assert bob.texts(room)[-1] == tablet.texts(room)[-1] == "both of you"
    assert_agree(room, [alice, bob, tablet])


def test_a_hub_that_hands_out_ordinary_keys_in_their_place_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = world.person(), world.person()
    room = create(alice)
    honest = world.hub.claim
    monkeypatch.setattr(world.hub, "claim", lambda user_uri, suite: honest(user_uri, ORDINARY.id))
    with pytest.raises(WrongCipherSuite):
        alice.invite(room, bob)
    assert not is_in(bob, room)
    assert alice.engine.rooms[room].require_group().epoch == 0


def test_a_hub_that_asks_for_keys_without_end_gets_no_more_than_a_store_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keypackages, "MAX_KEPT", 60)
    monkeypatch.setattr(world.hub, "left", lambda phone: rest.KeyPackagesLeft(0, False, []))
    alice = world.person()
    for _ in range(4):
        alice.disconnect()
        alice.connect()
    assert len(alice.view.scan(Table.KEY_PACKAGE, "")) <= 60


def test_a_conversation_never_comes_back_with_other_keys(world: World) -> None:
    """What a device was in stays of its suite: a group of another one under its name is somebody's invention."""
    alice, bob = world.person(), world.person()
    room, other = create(alice), alice.create_group()
    alice.invite(room, bob)
    record = RoomRecord.decode(bob.engine.rooms[room].record.encode())
    assert record.suite == SUITE
    check_state(record, alice.engine.rooms[room].require_group().context)
    with pytest.raises(SuiteReplaced):
        check_state(record, alice.engine.rooms[other].require_group().context)


def test_a_group_of_the_ordinary_suite_does_not_take_its_place(world: World) -> None:
    """The hub has accounts of its own, and can make a later state of a group with them; not with weaker keys."""
    alice, bob, mallory = (world.person() for _ in range(3))
    room = create(alice)
    alice.invite(room, bob)
    alice.say(room, "for thirty years")
    _, welcome = forged(world, room, bob, mallory, direct=False, epoch=20)
    tell(world, bob, inbox(world, bob, InboxKind.WELCOME, room, 50, welcome))
    assert any("it has had 62586" in text for text in notices(bob))
    assert suite_of(bob, room) == SUITE
    bob.say(room, "still so")
    assert alice.texts(room)[-1] == "still so"
    assert_agree(room, [alice, bob])


# How large


def test_who_does_not_fit_stays_outside_and_nothing_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_suites, "MOST_HYBRID_DEVICES", 3)
    alice, bob, carol, dora = (world.person() for _ in range(4))
    room = create(alice)
    alice.invite(room, bob)
    alice.invite(room, carol)
    link = make(alice, room, Mode.ANYONE)
    with pytest.raises(PolicyRefused, match="room for 3 devices, this commit would make it 4"):
        alice.invite(room, dora)
    alice.say(room, "we are full")
    assert bob.texts(room)[-1] == carol.texts(room)[-1] == "we are full"
    knock(dora, RoomLink.parse(link.text()))
    world.pass_time(600_000)
    assert not is_in(dora, room)
    tablet = world.second_device(bob)
    world.pass_time(600_000)
    assert tablet.engine.rooms[room].group is None
    assert any("room for 3 devices" in line for line in tablet.lines(room))
    alice.say(room, "and go on")
    assert bob.texts(room)[-1] == "and go on"
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    alice.invite(room, dora)
    alice.say(room, "welcome")
    assert dora.texts(room) == ["welcome"]
    assert_agree(room, [alice, bob, dora])
    alice.do(lambda n: i.RemoveUser(n, room, dora.user))
    tablet.disconnect()
    tablet.connect()
    alice.say(room, "now for both of you")
    assert tablet.texts(room) == ["now for both of you"]
    assert_agree(room, [alice, bob, tablet])


def test_an_ordinary_conversation_has_no_such_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_suites, "MOST_HYBRID_DEVICES", 1)
    alice, bob = world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    assert is_in(bob, room)
    with pytest.raises(CommandRefused):
        alice.do(lambda n: i.Invite(n, "mimi://hub.example/r/none", bob.user))
