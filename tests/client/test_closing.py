# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The end of an account as devices see it: their own, that of who they talk with, and one that somebody revives."""

from __future__ import annotations

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.key_history import What
from privity.client.engine.shown import AccountClosed, ClosingPending, DevicesChanged, Notice
from privity.client.engine.trust import UnknownDevice
from privity.client.engine.watch import OTHERS_EVERY_MS, ROUND_MS
from privity.client.errors import CommandRefused
from privity.identity.account import RESET_PENDING_MS
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.uris import new_client_uri
from privity.mls.crypto import generate_signature_key
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from tests.client.fake_hub import Phone, World
from tests.identity.forging import following, resigned

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World(11)


def close(world: World, person: Phone, *told: Phone) -> DeviceList:
    """The person ends the account by the phrase; the hub says to some that there is something to look at."""
    made = DeviceList.sign(
        person.user,
        (),
        world.recovery[person.user],
        recovery_private=world.recovery[person.user],
        previous=world.hub.account(person.user).newest,
        in_force=world.hub.account(person.user).in_force,
    )
    world.hub.publish(person.user, made.encode())
    look(world, person, *told)
    return made


def look(world: World, person: Phone, *told: Phone) -> None:
    for phone in told:
        world.hub.post(phone.client, InboxKind.DEVICE_LIST_CHANGED, "", 0, person.user.encode())
    world.settle()


def seen(phone: Phone, kind: type) -> list[object]:
    return [what for what in phone.shown if isinstance(what, kind)]


def test_a_contact_is_told_once_and_believes_no_device_of_it(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    close(world, bob, alice)
    look(world, bob, alice)
    assert seen(alice, AccountClosed) == [AccountClosed(bob.user)]
    assert not [what for what in seen(alice, DevicesChanged) if what.user_uri == bob.user]  # type: ignore[attr-defined]
    pins = alice.engine.device.pins
    assert pins.is_closed(bob.user)
    with pytest.raises(UnknownDevice):
        pins.check_device(bob.user, bob.client, bob.own.signature_public)


def test_a_direct_conversation_says_why_it_has_ended(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    close(world, bob, alice)
    world.hub.post(alice.client, InboxKind.REMOVED, room, len(world.hub.rooms[room].log) + 1, b"")
    world.settle()
    assert any("closed their account" in line and bob.user in line for line in alice.lines(room))
    assert alice.texts(room) == ["hello"]
    with pytest.raises(CommandRefused):
        alice.say(room, "are you there?")


def test_a_hub_cannot_make_a_conversation_end_like_that(world: World) -> None:
    """It can always take a device out of a room; that the person closed the account is proven or not said."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    world.hub.post(alice.client, InboxKind.REMOVED, room, len(world.hub.rooms[room].log) + 1, b"")
    look(world, bob, alice)
    assert not any("closed" in line for line in alice.lines(room))
    assert seen(alice, AccountClosed) == []


@pytest.mark.parametrize("who", ["the operator", "the account key", "the phrase"])
def test_nobody_revives_it_for_a_contact(world: World, who: str) -> None:
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    closing = close(world, bob, alice)
    private, public = generate_signature_key(SUITE, world.random.randbytes)
    ghost = Device(new_client_uri(bob.user, world.random.randbytes), public, world.hub.now_ms)
    draft = following(closing, devices=(ghost,))
    assert bob.own.account_private is not None
    value = {
        "the operator": lambda: resigned(draft, private),
        "the account key": lambda: resigned(draft, bob.own.account_private or b""),
        "the phrase": lambda: resigned(draft, private, recovery=world.recovery[bob.user]),
    }[who]()
    world.hub.publish(bob.user, value)
    look(world, bob, alice)
    pins = alice.engine.device.pins
    assert pins.is_closed(bob.user) and pins.get(bob.user) == closing
    assert any("nothing follows" in what.text for what in alice.shown if isinstance(what, Notice))


def test_a_device_asks_for_the_end_and_all_see_it_coming_and_it_is_taken_back(world: World) -> None:
    phone, alice = world.person(), world.person()
    tablet = world.second_device(phone)
    alice.direct(phone)
    tablet.do(lambda n: i.CloseAccount(n))
    until_ms = world.hub.now_ms + RESET_PENDING_MS
    look(world, phone, tablet, alice)
    for one in (phone, tablet, alice):
        assert seen(one, ClosingPending) == [ClosingPending(phone.user, until_ms)]
        assert not one.engine.device.pins.is_closed(phone.user)
    with pytest.raises(CommandRefused, match="pending already"):
        phone.do(lambda n: i.CloseAccount(n))
    with pytest.raises(CommandRefused, match="closing of this account is pending"):
        world.second_device(phone)
    phone.do(lambda n: i.CancelReset(n))
    look(world, phone, alice)
    assert any("the closing of the account" in what.text for what in alice.shown if isinstance(what, Notice))
    world.pass_time(RESET_PENDING_MS)
    assert not alice.engine.device.pins.is_closed(phone.user)


def test_without_a_no_it_ends_after_three_days_and_the_history_says_what_happened(world: World) -> None:
    phone, alice = world.person(), world.person()
    alice.direct(phone)
    phone.do(lambda n: i.CloseAccount(n))
    look(world, phone, alice)
    world.pass_time(RESET_PENDING_MS)
    look(world, phone, alice)
    assert seen(alice, AccountClosed) == [AccountClosed(phone.user)]
    history = alice.do(lambda n: i.KeyHistory(n, phone.user))
    assert [event.what for event in history] == [What.MADE, What.CLOSING_ASKED]  # type: ignore[attr-defined]


def test_the_phrase_on_another_device_takes_a_thiefs_end_back(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    phone.do(lambda n: i.CloseAccount(n))
    tablet.do(lambda n: i.RecoverAccount(n, world.recovery[phone.user], (phone.client,)))
    world.pass_time(RESET_PENDING_MS)
    look(world, phone, tablet)
    assert not tablet.engine.device.pins.is_closed(phone.user)
    assert [one.client_uri for one in world.hub.account(phone.user).in_force.devices] == [tablet.client]


def test_a_contact_that_comes_when_the_lists_are_erased_hears_it_once(world: World) -> None:
    """The hub's word proves nothing: the account stays as it was pinned, and nothing new is believed of it."""
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    pinned = alice.engine.device.pins.get(bob.user)
    asked = 0

    def refuse(phone: Phone, call: Call) -> None:
        nonlocal asked
        if phone is alice and call.path == "/v1/keylog/lookup" and getattr(call.body, "label", "") == f"u:{bob.user}":
            asked += 1
            raise Refusal(Code.ACCOUNT_CLOSED, "this account was closed by its person")

    world.hub.refuse = refuse
    world.pass_time(OTHERS_EVERY_MS)
    for _ in range(3):
        world.pass_time(ROUND_MS)
    said = [what.text for what in alice.shown if isinstance(what, Notice) and "account_closed" in what.text]
    assert len(said) == 1 == asked
    assert alice.engine.device.pins.get(bob.user) == pinned and not alice.engine.device.pins.is_closed(bob.user)


def test_who_was_seen_to_end_is_not_looked_up_every_week(world: World) -> None:
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    close(world, bob, alice)
    asked: list[str] = []

    def note(phone: Phone, call: Call) -> None:
        if phone is alice and call.path == "/v1/keylog/lookup":
            asked.append(getattr(call.body, "label", ""))

    world.hub.refuse = note
    world.pass_time(OTHERS_EVERY_MS)
    world.pass_time(ROUND_MS)
    assert asked and f"u:{bob.user}" not in asked
