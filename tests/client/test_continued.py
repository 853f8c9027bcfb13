# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation that cannot go on is begun again: who may say so, what devices compare, what they do not believe."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.keypackages import LIFETIME_S
from privity.client.engine.state import CAPABILITIES, NO_AAD
from privity.client.errors import CommandRefused
from privity.identity.continuation import Continuation, Person
from privity.identity.uris import new_user_uri
from privity.message.content import SinglePart
from privity.mls.errors import PolicyRefused
from privity.mls.group import generate_key_package
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.mls.public_group import PublicGroup
from privity.policy.roles import Role
from privity.policy.room_state import RoomState
from privity.policy.room_suites import is_post_quantum
from privity.wire.socket import EventKind
from tests.client.fake_hub import Phone, World

SAME = "the people and their roles are those that this device knows"


@pytest.fixture
def world() -> World:
    return World()


def three(world: World) -> tuple[str, Phone, Phone, Phone]:
    alice, bob, carol = world.person(), world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    alice.invite(room, carol)
    alice.do(lambda n: i.Rename(n, room, "Walks"))
    return room, alice, bob, carol


def begin(phone: Phone, room: str) -> str:
    found = phone.do(lambda n: i.BeginAgain(n, room))
    assert isinstance(found, tuple)
    return str(found[0])


def statement(phone: Phone, room: str) -> Continuation:
    """What an honest device would say about the room."""
    found = phone.engine.rooms[room]
    assert found.group is not None
    people = RoomState.of(found.group.context).participants.participants
    listed = tuple(Person(each.user_uri, each.role) for each in people)
    return Continuation(room, found.record.epoch, found.record.context_hash, listed)


def say(phone: Phone, room: str, part: SinglePart) -> None:
    phone.command(lambda n: i.Send(n, room, part))
    phone.world.settle()


def claimed(maker: Phone, said: Continuation, *people: Phone) -> str:
    """A group of one's own, in which somebody says what it continues."""
    room = maker.create_group()
    for each in people:
        maker.invite(room, each)
    say(maker, room, said.part())
    return room


def links(phone: Phone, old: str, new: str) -> tuple[str, str]:
    """The older room of the new one that this device takes for it, and what the old one goes on in."""
    said = phone.engine.rooms[new].record.continues
    older = said.room_uri if said is not None and not said.doubt else ""
    return older, phone.engine.rooms[old].record.continued_in


def roll_back(world: World, room: str, before: PublicGroup, info: bytes, phones: list[Phone]) -> None:
    """The hub's database is put back from a copy: everybody is stopped, since what it shows is older."""
    world.hub.rooms[room].group, world.hub.infos[room] = before, info
    world.hub.append(room, EventKind.COMMIT, b"no commit at all")
    world.settle()
    for phone in phones:
        assert phone.engine.rooms[room].record.stopped


def test_a_room_of_a_hub_that_was_put_back_is_begun_again(world: World) -> None:
    room, alice, bob, carol = three(world)
    before, info = world.hub.copy_of(room), world.hub.infos[room]
    alice.do(lambda n: i.GiveRole(n, room, carol.user, Role.MODERATOR))
    roll_back(world, room, before, info, [alice, bob, carol])
    with pytest.raises(CommandRefused, match="stopped"):
        alice.say(room, "does this still work?")
    new = begin(alice, room)
    for phone in (bob, carol):
        alice.invite(new, phone)
    alice.do(lambda n: i.GiveRole(n, new, carol.user, Role.MODERATOR))
    for phone in (alice, bob, carol):
        assert links(phone, room, new) == (room, new)
        assert phone.engine.rooms[new].record.name == "Walks"
        assert f'{alice.user} began "Walks" again here: {SAME}' in phone.lines(new)
        assert any(f"it goes on in {new}" in line for line in phone.lines(room))
    message = bob.say(new, "there you are")
    assert message
    assert carol.texts(new) == ["there you are"]


def test_everybody_who_can_be_is_brought_along_by_one_commit(world: World) -> None:
    room, alice, bob, carol = three(world)
    new = begin(alice, room)
    world.hub.packages[carol.client] = []
    del world.hub.last_resort[carol.client]
    before = len(world.hub.rooms[new].log)
    people = (bob.user, carol.user, alice.user)
    left_out = alice.do(lambda n: i.BringAlong(n, new, people))
    assert left_out == {carol.user: f"no device of {carol.user} can be added now; try again when they were online"}
    commits = [event for event in world.hub.rooms[new].log[before:] if event.kind is EventKind.COMMIT]
    assert len(commits) == 1
    assert links(bob, room, new) == (room, new)
    assert alice.do(lambda n: i.BringAlong(n, new, (bob.user,))) == {}
    with pytest.raises(PolicyRefused):
        bob.do(lambda n: i.BringAlong(n, new, (world.person().user,)))


def test_it_holds_after_a_restart_and_for_who_comes_later(world: World) -> None:
    room, alice, bob, carol = three(world)
    new = begin(alice, room)
    alice.invite(new, bob)
    for phone in (alice, bob):
        phone.disconnect()
        phone.restart()
        assert links(phone, room, new) == (room, new)
    alice.invite(new, carol)
    assert links(carol, room, new) == (room, new)
    assert any(SAME in line for line in carol.lines(new))
    dave = world.person()
    alice.invite(new, dave)
    said = dave.engine.rooms[new].record.continues
    assert said is not None
    assert said.doubt == "this device was never in that one and cannot compare"
    assert f"{alice.user} says that this conversation continues {room}; {said.doubt}" in dave.lines(new)


def test_own_other_devices_hear_of_it(world: World) -> None:
    room, alice, bob, _ = three(world)
    tablet = world.second_device(alice)
    new = begin(alice, room)
    alice.invite(new, bob)
    assert new in tablet.engine.rooms
    assert links(bob, room, new) == (room, new)


def test_only_an_admin_begins_again_and_only_once(world: World) -> None:
    room, alice, bob, _ = three(world)
    with pytest.raises(CommandRefused, match="only an admin"):
        begin(bob, room)
    new = begin(alice, room)
    with pytest.raises(CommandRefused, match=f"goes on in {new}"):
        begin(alice, room)
    bob.do(lambda n: i.Leave(n, room))
    world.pass_time(60_000)
    with pytest.raises(CommandRefused, match="holds no state"):
        begin(bob, room)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_nobody_else_takes_a_conversation_over(world: World, role: Role) -> None:
    room, alice, bob, carol = three(world)
    if role is not Role.MEMBER:
        alice.do(lambda n: i.GiveRole(n, room, bob.user, role))
    new = claimed(bob, statement(bob, room), alice, carol)
    for phone in (alice, carol):
        assert links(phone, room, new) == ("", "")
        assert "they were no admin there as this device knows it" in phone.lines(new)[-1]


def test_a_stranger_takes_no_conversation_over(world: World) -> None:
    room, alice, bob, _ = three(world)
    mallory = world.person()
    new = claimed(mallory, statement(alice, room), bob)
    assert links(bob, room, new) == ("", "")
    assert "no admin there" in bob.lines(new)[-1]


def test_who_was_an_admin_once_and_is_none_any_more(world: World) -> None:
    room, alice, bob, carol = three(world)
    alice.do(lambda n: i.GiveRole(n, room, bob.user, Role.ADMIN))
    said = statement(bob, room)
    alice.do(lambda n: i.GiveRole(n, room, bob.user, Role.MEMBER))
    new = claimed(bob, said, alice, carol)
    assert links(carol, room, new) == ("", "")


def test_whom_an_admin_leaves_out_brings_in_or_gives_another_role_is_said(world: World) -> None:
    room, alice, bob, carol = three(world)
    ghost = world.person()
    said = statement(alice, room)
    kept = tuple(each for each in said.people if each.user_uri != carol.user)
    lie = replace(said, people=(replace(kept[0], role=int(Role.MODERATOR)), *kept[1:], Person(ghost.user, 2)))
    new = claimed(alice, lie, bob, ghost)
    assert links(bob, room, new) == (room, new)
    line = bob.lines(new)[-1]
    assert f"{carol.user} is left out" in line
    assert f"{ghost.user} is here and was not in it" in line
    assert f"{ghost.user} is said to have been in it, and was not" in line
    assert f"{alice.user} was admin there, and is said to have been something else" in line


def test_a_ghost_whom_the_statement_does_not_name_is_said(world: World) -> None:
    room, alice, bob, carol = three(world)
    ghost = world.person()
    new = claimed(alice, statement(alice, room), ghost, bob, carol)
    assert f"{ghost.user} is here and was not in it" in bob.lines(new)[-1]
    assert "left out" not in bob.lines(new)[-1]


def test_a_crowd_that_is_only_claimed_hides_no_ghost(world: World) -> None:
    room, alice, bob, _ = three(world)
    ghost = world.person()
    said = statement(alice, room)
    crowd = tuple(Person(new_user_uri("hub.example", world.random.randbytes), 2) for _ in range(900))
    new = claimed(alice, replace(said, people=(*said.people, *crowd)), ghost, bob)
    line = bob.lines(new)[-1]
    assert line.index(f"{ghost.user} is here and was not in it") < 200
    assert "890 more: is said to have been in it, and was not" in line


def test_who_was_banned_and_is_here_is_said(world: World) -> None:
    room, alice, bob, carol = three(world)
    alice.do(lambda n: i.Ban(n, room, carol.user))
    new = claimed(alice, statement(alice, room), bob, carol)
    assert f"{carol.user} was banned there and is here" in bob.lines(new)[-1]


def test_a_state_that_is_older_newer_or_another_is_said(world: World) -> None:
    room, alice, bob, _ = three(world)
    said = statement(alice, room)
    older = claimed(alice, replace(said, epoch=said.epoch - 1), bob)
    assert "had not seen its last changes" in bob.lines(older)[-1]
    newer = claimed(alice, replace(said, epoch=said.epoch + 1), bob)
    assert "this device had not seen its last changes" in bob.lines(newer)[-1]
    forked = claimed(alice, replace(said, context_hash=hashlib.sha256(b"a fork").digest()), bob)
    assert "the hub showed it in two ways" in bob.lines(forked)[-1]


def test_a_second_one_does_not_replace_the_first(world: World) -> None:
    room, alice, bob, carol = three(world)
    alice.do(lambda n: i.GiveRole(n, room, bob.user, Role.ADMIN))
    first = begin(alice, room)
    alice.invite(first, carol)
    second = claimed(bob, statement(bob, room), carol)
    assert carol.engine.rooms[room].record.continued_in == first
    assert f"it was begun again as {first} before" in carol.lines(second)[-1]


def test_what_can_never_be_true_is_hidden(world: World) -> None:
    room, alice, bob, carol = three(world)
    new = begin(alice, room)
    alice.invite(new, bob)
    said = statement(alice, room)
    other = alice.create_group()
    say(alice, new, replace(said, room_uri=new).part())
    say(alice, new, replace(said, room_uri=other).part())
    say(bob, new, said.part())
    say(alice, new, SinglePart(said.part().content_type, said.part().content + b"\0"))
    assert bob.hidden(new) == alice.hidden(new) == 4
    assert links(bob, room, new) == (room, new)
    assert carol.engine.rooms[room].record.continued_in == ""


def test_the_hub_cannot_say_it(world: World) -> None:
    room, alice, bob, _ = three(world)
    new = alice.create_group()
    alice.invite(new, bob)
    real = claimed(alice, statement(alice, room), bob)
    seen = next(event.message for event in world.hub.rooms[real].log if event.kind is EventKind.APPLICATION)
    sealed = MLSMessage.decode(seen).body
    assert isinstance(sealed, PrivateMessage)
    elsewhere = replace(sealed, group_id=new.encode(), epoch=bob.engine.rooms[new].require_group().epoch)
    forged = replace(elsewhere, ciphertext=statement(alice, room).part().content)
    for body in (elsewhere, forged):
        world.hub.append(new, EventKind.APPLICATION, MLSMessage(body).encode(), sender=alice.user)
    world.settle()
    assert bob.engine.rooms[new].record.continues is None
    assert bob.hidden(new) == 2


def test_who_had_left_does_not_take_the_word_for_it(world: World) -> None:
    room, alice, bob, carol = three(world)
    said = statement(alice, room)
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    new = claimed(alice, said, bob, carol)
    assert links(carol, room, new) == ("", "")
    assert "had left that one and cannot compare" in carol.lines(new)[-1]


def test_a_post_quantum_conversation_is_not_weakened(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = str(alice.do(lambda n: i.CreateGroup(n, post_quantum=True)))
    alice.invite(room, bob)
    weaker = claimed(alice, statement(alice, room), bob)
    assert links(bob, room, weaker) == ("", "")
    assert "that one was kept from quantum computers" in bob.lines(weaker)[-1]
    new = begin(alice, room)
    alice.invite(new, bob)
    assert links(bob, room, new) == (room, new)
    assert is_post_quantum(bob.engine.rooms[new].require_group().suite.id)
    ordinary = alice.create_group()
    alice.invite(ordinary, bob)
    said = statement(alice, ordinary)
    stronger = str(alice.do(lambda n: i.CreateGroup(n, post_quantum=True)))
    alice.invite(stronger, bob)
    say(alice, stronger, said.part())
    assert links(bob, ordinary, stronger) == (ordinary, stronger)


def test_a_room_is_not_repaired_by_taking_others_out_and_in(world: World) -> None:
    """MLS would let one member do it (`Group.readd`); in a room nobody touches the devices of those who stay."""
    room, alice, bob, carol = three(world)
    group = alice.engine.rooms[room].require_group()
    carols = carol.engine.rooms[room].require_group().own_leaf
    device = carol.engine.device
    bundle = generate_key_package(
        device.identity(group.suite.id),
        now=device.now_s,
        lifetime_s=LIFETIME_S,
        capabilities=CAPABILITIES,
        random=world.random.randbytes,
    )
    partition = [index for index, _ in group.members() if index != carols]
    with pytest.raises(PolicyRefused, match="the person stays in the participant list"):
        group.readd(partition, [bundle.key_package], aad=NO_AAD, random=world.random.randbytes, now=device.now_s)
    assert group.pending is None
    assert bob.say(room, "nothing happened")


def test_a_direct_conversation_goes_on_as_a_group_of_two(world: World) -> None:
    alice, bob, mallory = world.person(), world.person(), world.person()
    room = alice.direct(bob)
    alice.do(lambda n: i.DisappearAfter(n, room, 3_600))
    new = begin(bob, room)
    bob.invite(new, alice)
    assert links(alice, room, new) == (room, new)
    assert any(SAME in line for line in alice.lines(new))
    assert alice.engine.rooms[new].record.expires_s == 3_600
    false = claimed(mallory, statement(alice, room), bob)
    assert "they were not in it" in bob.lines(false)[-1]


def test_a_room_that_was_begun_again_and_left_can_be_begun_once_more(world: World) -> None:
    room, alice, bob, _ = three(world)
    first = begin(alice, room)
    alice.invite(first, bob)
    alice.do(lambda n: i.GiveRole(n, first, bob.user, Role.ADMIN))
    bob.do(lambda n: i.RemoveUser(n, first, alice.user))
    second = begin(alice, room)
    assert links(alice, room, second) == (room, second)
