# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An operator with every key of the hub wants its device in conversations, under another name, and nobody told."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.key_log import KEYS
from privity.client.engine.records import MemoryView, Table
from privity.client.engine.shown import AccountReset, ResetPending
from privity.client.engine.state import OWN_KEY
from privity.client.errors import AccountKeyChanged, CommandRefused
from privity.identity.account import RESET_PENDING_MS
from privity.mls.crypto import generate_signature_key
from privity.wire import keylog, rest
from tests.client.fake_hub import SUITE, Phone, World, befriend
from tests.client.hostile_hub import Answers
from tests.client.test_key_log import ghost_list

HOUR_MS = 3_600_000
T = TypeVar("T")


@pytest.fixture
def world() -> World:
    return World()


def take_over(world: World, victim: Phone, waited_ms: int = RESET_PENDING_MS + HOUR_MS) -> Phone:
    """The operator resets an account, sits out the three days while its owner is away, and connects as its device."""
    victim.asleep = True
    private, public = generate_signature_key(SUITE, world.random.randbytes)
    reset = ghost_list(world, victim, reset=True, key=public)
    world.hub.publish(victim.user, reset.encode())
    world.pass_time(waited_ms)
    own = msgspec.structs.replace(
        victim.own,
        client_uri=reset.devices[0].client_uri,
        signature_private=private,
        signature_public=public,
        account_private=None,
    )
    ghost = Phone(
        world,
        own,
        MemoryView({(Table.OWN, "", OWN_KEY): own.encode(), (Table.LOG, "", KEYS): world.hub.log.keys.encode()}),
    )
    for other in world.phones:
        befriend(ghost, other)
    world.phones.append(ghost)
    world.hub.inboxes.setdefault(ghost.client, [])
    ghost.connect()
    return ghost


def of(phone: Phone, kind: type[T]) -> list[T]:
    return [what for what in phone.shown if isinstance(what, kind)]


# Told, whoever looks


def test_a_pending_reset_is_told_whatever_its_list_was_looked_up_for(world: World) -> None:
    """What nobody asked to see comes with a claim, a room, an own change; nothing shows it a second time."""
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    world.hub.publish(alice.user, ghost_list(world, alice, reset=True).encode())
    for phone in (alice, bob):
        phone.do(lambda n: i.FetchDevices(n, alice.user))
        assert [what.user_uri for what in of(phone, ResetPending)] == [alice.user]
    world.pass_time(7 * HOUR_MS)
    assert len(of(alice, ResetPending)) == 1, "and once"


def test_a_reset_that_a_room_showed_first_is_told(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    alice.direct(bob)
    room = carol.create_group()
    carol.invite(room, alice)
    ghost = take_over(world, bob)
    carol.invite(room, ghost)
    assert [what.user_uri for what in of(alice, AccountReset)] == [bob.user]


# Consent to a reset


def test_nothing_is_sent_to_new_keys_that_another_member_brought_in(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    alice.direct(bob)
    room = carol.create_group()
    carol.invite(room, alice)
    ghost = take_over(world, bob)
    carol.invite(room, ghost)
    with pytest.raises(AccountKeyChanged):
        alice.say(room, "for Bob, not for the operator")
    assert ghost.texts(room) == []
    alice.restart()
    with pytest.raises(AccountKeyChanged):
        alice.say(room, "for Bob, not for the operator")
    alice.do(lambda n: i.AcceptReset(n, bob.user))
    alice.say(room, "it is Bob")
    assert ghost.texts(room) == ["it is Bob"]


def test_what_waited_when_the_new_keys_came_waits_on(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    alice.direct(bob)
    room = carol.create_group()
    carol.invite(room, alice)
    ghost = take_over(world, bob)
    alice.disconnect()
    alice.say(room, "written before")
    carol.invite(room, ghost)
    alice.connect()
    assert ghost.texts(room) == []
    alice.do(lambda n: i.AcceptReset(n, bob.user))
    assert ghost.texts(room) == ["written before"]


def test_a_direct_room_that_new_keys_made_asks_first(world: World) -> None:
    """The hub lets the ghost make a direct conversation anew."""
    alice, bob = world.person(), world.person()
    group = alice.create_group()
    alice.invite(group, bob)
    ghost = take_over(world, bob)
    room = ghost.direct(alice)
    with pytest.raises(AccountKeyChanged):
        alice.say(room, "for Bob")
    assert ghost.texts(room) == []


def test_a_reset_that_takes_effect_while_somebody_is_claimed_lets_nobody_in(world: World) -> None:
    """The hub times the end of the 72 hours: after the lookup, and before it hands out the ghost's KeyPackages."""
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    room = alice.create_group()
    ghost = take_over(world, bob, RESET_PENDING_MS - HOUR_MS)
    alice.do(lambda n: i.FetchDevices(n, bob.user))

    class Racing(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            if phone is not alice or not isinstance(honest, rest.Claimed):
                return honest
            world.hub.now_ms += 2 * HOUR_MS
            alice.engine.device.now_ms = world.hub.now_ms
            flow = alice.engine.device.pins.refresh(bob.user)  # what a word of the hub about Bob's list leads to
            asked = next(flow)
            assert isinstance(asked, Call)
            assert isinstance(asked.body, keylog.Lookup)
            with pytest.raises(StopIteration):
                flow.send(world.hub.lookup(asked.body))
            return self._honest(phone, call)

    Racing(world)
    with pytest.raises(AccountKeyChanged):
        alice.invite(room, ghost)
    assert room not in ghost.engine.rooms


@pytest.mark.parametrize("agreed_first", [True, False])
def test_a_reset_person_comes_back_into_the_direct_room_once_agreed_to(world: World, agreed_first: bool) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "before")
    back = take_over(world, bob)
    world.hub.propose_removal(room, bob.client)
    world.pass_time(HOUR_MS)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    if agreed_first:
        alice.do(lambda n: i.AcceptReset(n, bob.user))
    back.restart()
    world.pass_time(HOUR_MS)
    if not agreed_first:
        with pytest.raises((AccountKeyChanged, CommandRefused)):
            alice.say(room, "not yet")
        alice.do(lambda n: i.AcceptReset(n, bob.user))
    alice.restart()
    world.pass_time(HOUR_MS)
    assert world.hub.notices == [] or not agreed_first, "nobody who was agreed to is accused"
    alice.say(room, "welcome back")
    assert back.texts(room) == ["welcome back"]
