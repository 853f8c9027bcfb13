# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's key for franks changes in a room: only to what its record names, and seen by everybody.

What the earlier key signed stays provable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.client.engine import consent, evidence, safety_inputs
from privity.client.engine import inputs as i
from privity.identity.server_record import ServerRecord
from privity.keylog.labels import server_label
from privity.message.errors import BadFrankSignature
from privity.message.franking import verify_frank_signature
from privity.message.report import Reason
from privity.mls.crypto import generate_signature_key
from tests.client.fake_hub import HOST, SUITE, Phone, World, plain
from tests.client.hostile_hub import pass_within, settle_within

LINE = "the hub's key for reports changed"


@pytest.fixture
def world() -> World:
    return World()


def talking(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    alice.say(room, "under the first key")
    return room, alice, bob


def rotate(world: World, *, recorded: bool = True) -> bytes:
    """The hub signs with a new key, and says so in its record in the key log or does not. The key of before."""
    hub = world.hub
    before = hub.frank_key
    hub.frank_private, hub.frank_key = generate_signature_key(SUITE, world.random.randbytes)
    if recorded:
        old = ServerRecord.decode(hub.records[-1])
        record = replace(old, version=old.version + 1, franking_key=hub.frank_key, prev=old.hash())
        hub.records.append(record.encode())
        hub.log.put(server_label(HOST), hub.records[-1])
        hub.log.cut(hub.now_ms)
    return before


def agent(phone: Phone, room: str) -> bytes:
    return phone.engine.rooms[room].state.franking_key


def signed_by(phone: Phone, room: str, message_id: bytes, key: bytes) -> None:
    """Raise BadFrankSignature unless the kept evidence of a message verifies with this key."""
    kept = evidence.find(phone.engine.device, room, message_id)
    assert kept is not None
    verify_frank_signature(kept.frank(), key, kept.sender_uri, kept.room_uri, kept.ts_ms)


def test_key_changes_with_the_next_word_and_everybody_is_told(world: World) -> None:
    room, alice, bob = talking(world)
    rotate(world)
    bob.say(room, "under the second key")
    assert alice.texts(room) == bob.texts(room) == ["under the first key", "under the second key"]
    assert agent(alice, room) == agent(bob, room) == world.hub.frank_key
    for phone in (alice, bob):
        assert phone.hidden(room) == 0
        assert sum(LINE in line for line in phone.lines(room)) == 1


def test_a_message_is_proven_by_the_key_of_its_epoch(world: World) -> None:
    room, alice, bob = talking(world)
    first = rotate(world)
    alice.say(room, "under the second key")
    one, two = [item.message_id for item in bob.items(room) if item.message_id]
    signed_by(bob, room, one, first)
    signed_by(bob, room, two, world.hub.frank_key)
    for message_id, key in ((one, world.hub.frank_key), (two, first)):
        with pytest.raises(BadFrankSignature):
            signed_by(bob, room, message_id, key)
    bob.do(lambda n: safety_inputs.Report(n, room, (one, two), Reason.HARASSMENT, ""))
    assert len(world.open_report(world.hub.reports[-1]).messages) == 2


def test_key_that_the_record_does_not_name_is_not_taken(world: World) -> None:
    """The hub proposes it, and gets nothing: no commit, no line, no message under it."""
    room, alice, bob = talking(world)
    before = rotate(world, recorded=False)
    world.hub.rekey(room)
    settle_within(world)
    number = bob.command(lambda n: i.Send(n, room, plain("under no key")))
    pass_within(world, 60_000)
    assert number not in bob.done
    assert agent(alice, room) == agent(bob, room) == before
    assert not any(LINE in line for phone in (alice, bob) for line in phone.lines(room))


def test_member_who_takes_a_key_that_the_record_does_not_name_loses_the_others(world: World) -> None:
    """Alice's program obeys the hub. Bob's neither follows nor shows what is said under that key."""
    room, alice, bob = talking(world)
    rotate(world, recorded=False)
    alice.engine.device.note_franking_key(world.hub.frank_key)
    alice.command(lambda n: i.Send(n, room, plain("under no key")))
    pass_within(world, 60_000)
    assert agent(alice, room) == world.hub.frank_key
    assert bob.texts(room) == ["under the first key"]
    assert not any(LINE in line for line in bob.lines(room))
    assert "that its record does not name" in bob.engine.rooms[room].record.stopped


@pytest.mark.parametrize("changed", [True, False], ids=["old key after the change", "new key before it"])
def test_message_is_hidden_under_any_key_but_that_of_its_epoch(world: World, changed: bool) -> None:
    room, alice, bob = talking(world)
    old = (world.hub.frank_private, world.hub.frank_key)
    rotate(world)
    if changed:
        alice.say(room, "the room has changed its key")
        world.hub.frank_private, world.hub.frank_key = old
    world.hub.rekey = lambda room_uri: False  # type: ignore[method-assign]  # a hub that does not care which key
    alice.command(lambda n: i.Send(n, room, plain("under the wrong key")))
    world.settle()
    assert bob.hidden(room) == alice.hidden(room) == 1
    assert "under the wrong key" not in bob.texts(room)


def test_change_of_the_key_asks_for_no_consent(world: World) -> None:
    room, alice, bob = talking(world)
    before = consent.policy_hash(bob.engine.rooms[room].require_group().context)
    rotate(world)
    alice.say(room, "goes on")
    assert consent.policy_hash(bob.engine.rooms[room].require_group().context) == before
    bob.say(room, "without a question")


def test_who_enters_from_outside_finds_the_earlier_key_and_follows_to_the_new_one(world: World) -> None:
    room, alice, bob = talking(world)
    bob.disconnect()
    alice.say(room, "missed")
    alice.disconnect()
    world.hub.forget(room)
    first = rotate(world)
    bob.connect()  # enters by external commit, which can carry no proposal
    assert any("re-joined" in line for line in bob.lines(room))
    assert agent(bob, room) == first
    bob.say(room, "back")
    assert agent(bob, room) == world.hub.frank_key
    alice.connect()
    assert alice.hidden(room) == 0
    bob.say(room, "here I am")
    assert alice.texts(room)[-1] == "here I am"


def test_a_second_change_before_anybody_committed_the_first(world: World) -> None:
    room, alice, bob = talking(world)
    rotate(world)
    world.hub.rekey(room)
    settle_within(world)
    rotate(world)
    alice.say(room, "under the third key")
    assert agent(alice, room) == agent(bob, room) == world.hub.frank_key
    assert bob.texts(room)[-1] == "under the third key"


def test_earlier_keys_are_kept_over_a_restart(world: World) -> None:
    room, alice, bob = talking(world)
    keys = [rotate(world), rotate(world)]
    alice.say(room, "under the third key")
    for phone in (alice, bob):
        phone.restart()
        assert phone.engine.device.own.earlier_franking_keys == (keys[1], keys[0])
        assert phone.engine.device.own.franking_key == world.hub.frank_key


def test_a_new_device_enters_a_room_that_names_a_key_from_before_its_time(world: World) -> None:
    room, alice, bob = talking(world)
    first = rotate(world)
    alice.disconnect()
    second = world.second_device(bob)
    assert second.engine.rooms[room].record.member
    assert agent(second, room) == first
    bob.say(room, "now the key changes")
    assert second.texts(room) == ["now the key changes"]
    assert agent(second, room) == world.hub.frank_key
