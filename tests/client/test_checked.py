# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who compared numbers in person is not talked into another person's keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import pytest

from privity.client.checked import Checked, Trust
from privity.client.engine import checked
from privity.client.engine import inputs as i
from privity.client.engine.engine import Engine
from privity.client.engine.shown import Notice
from privity.client.errors import CheckedKeysChanged, CommandRefused
from privity.client.host import Host
from privity.client.watching import Watching
from privity.identity.account import RESET_PENDING_MS
from privity.identity.safety_number import safety_number
from privity.tlog.quorum import LogPolicy
from privity.wire.errors import Code
from privity.wire.socket import Refused, Submit
from tests.client.fake_hub import Phone, World, plain
from tests.client.test_key_log import ghost_list

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World()


def number(one: Phone, other: Phone) -> str:
    """The digits that one of two people sees."""
    lists = (one.engine.device.pins.get(one.user), one.engine.device.pins.get(other.user))
    assert lists[0] is not None and lists[1] is not None
    return safety_number(one.user, lists[0].recovery_key, other.user, lists[1].recovery_key)


def compared(world: World) -> tuple[str, Phone, Phone]:
    """Alice and Bob talk, and Alice has compared."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    alice.do(lambda n: i.SetChecked(n, bob.user, number(bob, alice)))  # as Bob reads them out
    return room, alice, bob


def reset(world: World, alice: Phone, bob: Phone) -> None:
    """The hub makes Bob's account somebody else's; Alice hears of it, and agrees without comparing."""
    world.hub.publish(bob.user, ghost_list(world, bob, reset=True).encode())
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    world.pass_time(RESET_PENDING_MS + HOUR_MS)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    alice.do(lambda n: i.AcceptReset(n, bob.user))


def submitted(phone: Phone) -> int:
    return sum(isinstance(frame, Submit) for frame in phone.sent)


def test_only_the_number_itself_is_taken_however_it_is_spaced(world: World) -> None:
    _, alice, bob = compared(world)
    digits = number(alice, bob)
    wrong = digits[:-1] + ("0" if digits[-1] != "0" else "1")
    alice.do(lambda n: i.SetChecked(n, bob.user, digits.replace(" ", "")))
    for other in (wrong, "", digits[:30]):
        with pytest.raises(CommandRefused, match="not the safety number"):
            alice.do(lambda n, other=other: i.SetChecked(n, bob.user, other))  # type: ignore[misc]  # a default in a lambda
    record = checked.find(alice.engine.device, bob.user)
    assert record is not None and record.digits == digits and digits not in repr(record)
    assert digits not in repr(i.SetChecked(1, bob.user, digits))


def test_nobody_is_compared_before_they_were_met(world: World) -> None:
    alice, stranger = world.person(), world.person()
    with pytest.raises(CommandRefused, match="has not met"):
        alice.do(lambda n: i.SetChecked(n, stranger.user, "1"))
    assert not checked.is_changed(alice.engine.device, stranger.user)


def test_new_devices_leave_the_number_alone(world: World) -> None:
    room, alice, bob = compared(world)
    world.second_device(bob)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    assert not checked.is_changed(alice.engine.device, bob.user)
    alice.say(room, "still you")


def test_a_changed_number_stops_sending_before_anything_is_queued(world: World) -> None:
    """The hub resets the account of somebody whom Alice has compared; her agreeing to the reset is not enough."""
    room, alice, bob = compared(world)
    reset(world, alice, bob)
    assert checked.is_changed(alice.engine.device, bob.user)
    before = submitted(alice)
    with pytest.raises(CheckedKeysChanged, match="Compare again"):
        alice.say(room, "for Bob's eyes")
    assert alice.engine.rooms[room].outbox.is_empty() and submitted(alice) == before
    restarted = alice.make_engine()
    assert checked.is_changed(restarted.device, bob.user)


def test_a_group_goes_on_without_a_person_who_was_compared(world: World) -> None:
    """One changed number does not let a hub silence everybody: in a group the reset itself is what is asked about."""
    _, alice, bob = compared(world)
    carol = world.person()
    group = alice.create_group()
    alice.invite(group, carol)
    reset(world, alice, bob)
    alice.say(group, "without Bob")
    assert carol.texts(group) == ["without Bob"]


@pytest.mark.parametrize("again", [True, False])
def test_what_waits_is_sent_once_the_number_is_compared_again_or_taken_back(world: World, again: bool) -> None:
    room, alice, bob = compared(world)
    postpone(world, alice, i.Send(77, room, plain("written before")))
    world.hub.publish(bob.user, ghost_list(world, bob, reset=True).encode())
    world.hub.now_ms += RESET_PENDING_MS + HOUR_MS
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    alice.do(lambda n: i.AcceptReset(n, bob.user))
    bob.asleep = True
    world.hub.propose_removal(room, bob.client)  # nothing else holds the message back now
    for _ in range(3):
        world.pass_time(60_000)
    assert 77 not in alice.done and not alice.engine.rooms[room].outbox.is_empty()
    said = [what.text for what in alice.shown if isinstance(what, Notice) and "you compared" in what.text]
    assert len(said) == 1 and bob.user in said[0]
    digits = number(alice, bob) if again else None
    alice.do(lambda n: i.SetChecked(n, bob.user, digits))
    assert 77 in alice.done
    alice.say(room, "and on")
    assert not checked.is_changed(alice.engine.device, bob.user)
    assert (checked.find(alice.engine.device, bob.user) is not None) == again


def postpone(world: World, phone: Phone, send: i.Send) -> None:
    """The hub is too busy for a message, for an hour."""
    del world.hub.online[phone.client]
    phone.step(send)
    world.hub.online[phone.client] = phone
    submit = phone.sent[-1]
    assert isinstance(submit, Submit)
    phone.step(i.Received(Refused(submit.ref, Code.TOO_MANY, "too many", retry_after_ms=HOUR_MS)))


@dataclass(frozen=True, slots=True)
class Holding:
    """All that is asked of a host here."""

    engine: Engine


def trust(phone: Phone, other: Phone) -> Trust:
    host = cast(Host, Holding(phone.engine))
    return Checked(host, Watching(host)).trust(other.user)


def test_how_well_a_person_is_known_is_said_in_three_words(world: World) -> None:
    _, alice, bob = compared(world)
    carol = world.person()
    alice.do(lambda n: i.FetchDevices(n, carol.user))
    assert (trust(alice, bob), trust(alice, carol)) == (Trust.CHECKED, Trust.LOGGED)
    reset(world, alice, bob)
    assert trust(alice, bob) is Trust.LOGGED, "a number that is another one counts for nothing"
    alice.engine.device.log.raise_alarm("two histories", b"", proven=True)
    assert (trust(alice, bob), trust(alice, carol)) == (Trust.UNAUDITED, Trust.UNAUDITED)


def test_nobody_is_called_checked_in_a_log_that_nobody_watches(world: World) -> None:
    _, alice, bob = compared(world)
    keys = alice.engine.device.log.keys
    alone = replace(keys, policy=LogPolicy(keys.policy.log, (), 0))
    alice.do(lambda n: i.TrustLog(n, alone, forget=False))
    assert trust(alice, bob) is Trust.UNAUDITED
