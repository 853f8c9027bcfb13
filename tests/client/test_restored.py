# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What another device of the account had seen makes this one more careful, and never less."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import checked
from privity.client.engine import inputs as i
from privity.client.engine.checked import CheckedRecord
from privity.client.engine.from_backup import ReturnedEntry, SeenRoom
from privity.client.engine.records import Table
from privity.client.engine.shown import AccountReset, Item, Kind
from privity.client.errors import AccountKeyChanged, CheckedKeysChanged
from privity.identity.account import RESET_PENDING_MS
from tests.client.fake_hub import Phone, World, plain
from tests.client.test_checked import HOUR_MS
from tests.client.test_key_log import ghost_list


@pytest.fixture
def world() -> World:
    return World()


def after_a_reset(world: World) -> tuple[Phone, Phone, str, bytes]:
    """Alice's new device met Bob after his account was reset; her lost one knew him by the key that comes back."""
    bob = world.person()
    devices = bob.engine.device.pins.get(bob.user)
    assert devices is not None
    old_key = devices.recovery_key
    world.hub.publish(bob.user, ghost_list(world, bob, reset=True).encode())
    world.pass_time(RESET_PENDING_MS + HOUR_MS)
    alice = world.person()
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    return alice, bob, bob.user, old_key


def test_a_reset_that_the_lost_device_never_saw_waits_for_a_word(world: World) -> None:
    alice, _, bob, old_key = after_a_reset(world)
    pins = alice.engine.device.pins
    pins.check_accepted(bob)
    assert alice.do(lambda n: i.HeedPerson(n, bob, old_key, b"")) is False
    with pytest.raises(AccountKeyChanged):
        pins.check_accepted(bob)
    assert any(isinstance(what, AccountReset) and what.user_uri == bob for what in alice.shown)
    alice.do(lambda n: i.AcceptReset(n, bob))
    pins.check_accepted(bob)


def test_the_same_keys_or_nobody_known_change_nothing(world: World) -> None:
    alice, _, bob, _ = after_a_reset(world)
    pins = alice.engine.device.pins
    account = pins.account(bob)
    assert account is not None
    for key in (account.in_force.recovery_key, b""):
        alice.do(lambda n, key=key: i.HeedPerson(n, bob, key, b""))  # type: ignore[misc]  # a default in a lambda
        pins.check_accepted(bob)
    stranger = "mimi://hub.example/u/" + "a" * 26
    assert alice.do(lambda n: i.HeedPerson(n, stranger, bytes(32), b"")) is False
    assert not any(isinstance(what, AccountReset) for what in alice.shown)


def test_a_number_that_was_compared_here_stays_whatever_a_backup_says(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    own, theirs = checked.keys(alice.engine.device, bob.user)
    here = CheckedRecord("1" * 60, 5, own, theirs)
    alice.view.save({(Table.PIN, checked.SCOPE, bob.user.encode()): msgspec.msgpack.encode(here)})
    other = msgspec.msgpack.encode(CheckedRecord("2" * 60, 5, own, bytes(32)))
    assert alice.do(lambda n: i.HeedPerson(n, bob.user, theirs, other)) is False
    assert checked.find(alice.engine.device, bob.user) == here
    alice.view.save({(Table.PIN, checked.SCOPE, bob.user.encode()): None})
    assert alice.do(lambda n: i.HeedPerson(n, bob.user, theirs, other)) is True
    with pytest.raises(CheckedKeysChanged):
        alice.do(lambda n: i.Send(n, room, plain("x")))


def test_a_room_that_is_known_stays_as_it_is_and_another_one_is_left(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    before = alice.engine.rooms[room].record.encode()
    strange = "mimi://hub.example/r/" + "a" * 26
    seen = (
        SeenRoom(room, "other", False, 1 << 30, 1 << 30, bytes(32), ()),
        SeenRoom(strange, "left", False, 7, 3, bytes(32), ()),
    )
    assert alice.do(lambda n: i.RememberSeen(n, b"", seen)) == (strange,)
    assert alice.engine.rooms[room].record.encode() == before
    left = alice.engine.rooms[strange].record
    assert (left.member, left.epoch, left.cursor, left.joined_seq) == (False, 3, 7, 7)
    assert alice.view.scan(Table.MLS, strange) == []


def test_entries_take_no_place_that_is_taken_or_to_come_and_no_id_twice(world: World) -> None:
    alice = world.person()
    room = "mimi://hub.example/r/" + "a" * 26
    alice.do(lambda n: i.RememberSeen(n, b"", (SeenRoom(room, "", False, 7, -1, b"", ()),)))

    def entry(seq: int, name: int, place: str = room) -> ReturnedEntry:
        message_id = b"\x01" + bytes([name]) * 31
        item = Item(place, seq, 5, Kind.MESSAGE, message_id=message_id, version_id=message_id, text=f"{seq}")
        return ReturnedEntry(item)

    entries = (entry(3, 1), entry(3, 2), entry(4, 1), entry(8, 3), entry(0, 4), entry(7, 5), entry(1, 6, "nowhere"))
    assert alice.do(lambda n: i.TakeBack(n, entries)) == 2
    assert [item.text for item in alice.items(room)] == ["3", "7"]
