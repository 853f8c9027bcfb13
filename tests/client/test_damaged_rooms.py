# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One room whose stored keys cannot be read stops nothing but itself, is named, and stays in the store as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.records import Change, Table
from privity.client.errors import CommandRefused
from privity.policy.roles import Role
from privity.wire import socket
from privity.wire.errors import Code
from privity.wire.socket import EventKind
from tests.client.fake_hub import Phone, World
from tests.client.hostile_hub import notices, signed, tell, waiting
from tests.client.test_continued import begin, links

DAY_MS = 86_400_000
HEAD = b"group"

Rows = dict[Change, bytes]


def without_head(rows: Rows) -> None:
    del rows[next(change for change in rows if change[2] == HEAD)]


def of_a_newer_program(rows: Rows) -> None:
    head = next(change for change in rows if change[2] == HEAD)
    rows[head] = b"\xff" + rows[head][1:]


def without_a_leaf(rows: Rows) -> None:
    del rows[max(change for change in rows if change[2].startswith(b"node"))]


def cut_short(rows: Rows) -> None:
    leaf = max(change for change in rows if change[2].startswith(b"node"))
    rows[leaf] = rows[leaf][:-1]


def with_a_stranger(rows: Rows) -> None:
    (table, scope, _), value = next(iter(rows.items()))
    rows[table, scope, b"nobody knows this"] = value


DAMAGES = [without_head, of_a_newer_program, without_a_leaf, cut_short, with_a_stranger]


@pytest.fixture
def world() -> World:
    return World()


def keys_of(phone: Phone, room: str) -> Rows:
    return {change: value for change, value in phone.view.rows.items() if change[:2] == (Table.MLS, room)}


def put(phone: Phone, room: str, rows: Rows) -> None:
    """The program ends; in its store the room has these keys; it begins again."""
    phone.crash()
    for change in keys_of(phone, room):
        del phone.view.rows[change]
    phone.view.rows.update(rows)
    phone.restart()


def damage(phone: Phone, room: str, how: Callable[[Rows], None] = without_head) -> Rows:
    """The keys as they were before."""
    sound = keys_of(phone, room)
    broken = dict(sound)
    how(broken)
    put(phone, room, broken)
    return sound


def record_of(phone: Phone, room: str) -> bytes:
    return phone.view.rows[Table.ROOM, "", room.encode()]


@pytest.mark.parametrize("how", DAMAGES)
def test_one_damaged_room_among_three_stops_nothing_but_itself(world: World, how: Callable[[Rows], None]) -> None:
    alice, bob = world.person(), world.person()
    first, damaged = alice.create_group(), alice.create_group()
    for room in (first, damaged):
        alice.invite(room, bob)
    alice.do(lambda n: i.Rename(n, damaged, "Walks"))
    direct = alice.direct(bob)
    damage(alice, damaged, how)
    for room in (first, direct):
        alice.say(room, "here I am")
        bob.say(room, "so am I")
        assert bob.texts(room) == alice.texts(room) == ["here I am", "so am I"]
    assert alice.engine.rooms[damaged].stopped.startswith("this device cannot read its keys of it: ")
    with pytest.raises(CommandRefused, match="this conversation is stopped: this device cannot read its keys"):
        alice.say(damaged, "and here?")
    [said] = [text for text in notices(alice) if "cannot read its keys" in text]
    assert f'"Walks" ({damaged}) is stopped' in said
    assert "an admin whose device can read them can begin it again" in said.lower()
    assert first not in said and direct not in said


def test_a_damaged_room_stays_in_the_store_as_it_was_and_is_followed_once_it_was_mended(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    sound = damage(alice, room)
    before = keys_of(alice, room), record_of(alice, room)
    last = len(world.hub.rooms[room].log)
    bob.say(room, "are you there?")
    for _ in range(2):
        alice.restart()
        world.pass_time(DAY_MS)
    bob.say(room, "hello?")
    came = [entry.kind for entry in world.hub.rooms[room].log[last:]]
    assert came == [EventKind.APPLICATION] * 2, "the device did not enter anew by itself"
    assert (keys_of(alice, room), record_of(alice, room)) == before
    assert alice.texts(room) == []
    put(alice, room, sound)
    assert alice.texts(room) == ["are you there?", "hello?"], "nothing that was said meanwhile is lost"
    assert not alice.engine.rooms[room].stopped
    alice.say(room, "again")
    alice.invite(room, carol)
    assert bob.texts(room)[-1] == "again"


@pytest.mark.parametrize("taken", [True, False])
def test_what_was_on_its_way_waits_in_a_damaged_room_whatever_the_hub_says_of_it(world: World, taken: bool) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.crash_before_speaking = True
    alice.say(room, "on its way")
    damage(alice, room)
    before = dict(alice.view.rows)
    [entry] = waiting(alice, room)
    assert entry.ref, "it was sealed"
    seq = alice.engine.rooms[room].record.cursor + 1
    frank = signed(world, alice.user, room, world.hub.now_ms)
    accepted = socket.Accepted(entry.ref, seq, world.hub.now_ms, frank)
    refused = socket.Refused(entry.ref, Code.NOT_ALLOWED, "no", None, None)
    tell(world, alice, accepted if taken else refused)
    world.pass_time(DAY_MS)
    assert waiting(alice, room) == [entry]
    assert {change for change in before if change[1] == room} == {c for c in alice.view.rows if c[1] == room}


def test_a_damaged_group_is_begun_again_by_an_admin_who_can_read_it(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    alice.do(lambda n: i.GiveRole(n, room, bob.user, Role.ADMIN))
    damage(alice, room)
    kept = keys_of(alice, room)
    with pytest.raises(CommandRefused, match="holds no state of this conversation"):
        begin(alice, room)
    new = begin(bob, room)
    bob.invite(new, alice)
    alice.say(new, "good to be back")
    assert bob.texts(new) == ["good to be back"]
    assert links(alice, room, new) == ("", ""), "a claim that this device cannot compare"
    assert any("cannot read its keys of that one and cannot compare" in line for line in alice.lines(new))
    assert keys_of(alice, room) == kept


def test_a_damaged_direct_conversation_is_begun_again_by_either_of_the_two(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.say(room, "before")
    damage(alice, room)
    assert any("Either of the two can begin it again" in text for text in notices(alice))
    kept = keys_of(alice, room)
    new = begin(alice, room)
    alice.invite(new, bob)
    bob.say(new, "here we are")
    assert alice.texts(new) == ["here we are"]
    assert links(bob, room, new) == links(alice, room, new) == (room, new)
    assert not [line for line in bob.lines(new) if "left out" in line or "was not" in line]
    assert keys_of(alice, room) == kept and alice.texts(room) == ["before"]


def test_a_damaged_room_can_be_left_and_then_its_keys_go(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = bob.create_group()
    bob.invite(room, alice)
    damage(alice, room)
    alice.do(lambda n: i.Leave(n, room))
    world.pass_time(DAY_MS)
    found = alice.engine.rooms[room]
    assert (found.record.member, found.stopped, keys_of(alice, room)) == (False, "", {})
    assert "no longer in the conversation" in alice.lines(room)[-1]


def test_whoever_was_taken_out_and_added_anew_is_in_again(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = bob.create_group()
    bob.invite(room, alice)
    damage(alice, room)
    bob.do(lambda n: i.RemoveUser(n, room, alice.user))
    bob.invite(room, alice)
    alice.say(room, "in again")
    assert bob.texts(room) == ["in again"]
    assert alice.engine.rooms[room].stopped == ""
