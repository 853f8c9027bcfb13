# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deleting for oneself: it is gone here and nowhere else, and whatever comes later about it does no harm."""

from __future__ import annotations

import pytest

from privity.client.engine import inputs as i
from privity.client.engine import safety_inputs
from privity.client.engine.evidence import GRACE_MS
from privity.client.engine.records import Table
from privity.client.engine.shown import RoomChanged
from privity.client.errors import CommandRefused
from privity.message.content import REACTION, NullPart, SinglePart
from privity.message.receipts import Status
from privity.message.report import Reason
from privity.wire.socket import Submit
from tests.client.fake_hub import Phone, World, plain


@pytest.fixture
def world() -> World:
    return World()


def pair(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    return alice.direct(bob), alice, bob


def forget(phone: Phone, room: str, message_id: bytes) -> None:
    phone.do(lambda n: i.Forget(n, room, message_id))


def test_a_message_is_gone_here_and_nobody_hears_of_it(world: World) -> None:
    room, alice, bob = pair(world)
    first, _ = alice.say(room, "an unkind word"), alice.say(room, "and another")
    sent = sum(isinstance(frame, Submit) for frame in bob.sent)
    bob.shown.clear()
    forget(bob, room, first)
    assert bob.texts(room) == ["and another"]
    assert alice.texts(room) == ["an unkind word", "and another"]
    assert sum(isinstance(frame, Submit) for frame in bob.sent) == sent
    assert RoomChanged(room) in bob.shown
    with pytest.raises(CommandRefused):
        forget(bob, room, first)


def test_it_can_be_reported_for_three_days_and_then_nothing_is_left(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "an unkind word")
    alice.do(lambda n: i.Send(n, room, plain("a more unkind word"), replaces=first))
    (second,) = (item.version_id for item in bob.items(room) if item.message_id == first)
    forget(bob, room, first)
    bob.do(lambda n: safety_inputs.Report(n, room, (first,), Reason.HARASSMENT, ""))
    assert b"an unkind word" in world.open_report(world.hub.reports[-1]).messages[0].data
    world.pass_time(GRACE_MS + 1_000)
    values = b"".join(bob.view.rows.values())
    assert b"unkind" not in values and second not in {key for _, _, key in bob.view.rows if _ is Table.EVIDENCE}
    assert b"unkind" in b"".join(alice.view.rows.values())


def test_what_comes_later_about_it_does_no_harm(world: World) -> None:
    """An edit, a reaction, a receipt, a reply and a delete of a message that its reader took out."""
    room, alice, bob = pair(world)
    bob.say(room, "hello")
    first = alice.say(room, "first")
    like = SinglePart("text/plain", "🎉".encode(), REACTION)
    liked = alice.do(lambda n: i.Send(n, room, like, in_reply_to=first))
    assert isinstance(liked, bytes)
    forget(bob, room, first)
    alice.do(lambda n: i.Send(n, room, plain("edited"), replaces=first))
    alice.do(lambda n: i.Send(n, room, like, in_reply_to=first))
    alice.do(lambda n: i.Send(n, room, NullPart(REACTION), in_reply_to=first, replaces=liked))
    alice.say(room, "a reply", in_reply_to=first)
    alice.do(lambda n: i.Send(n, room, NullPart(), replaces=first))
    assert bob.texts(room) == ["hello", "a reply"]
    assert bob.hidden(room) == 0
    assert bob.do(lambda n: i.SendReceipts(n, room, Status.READ, (first,))) is None


def test_an_own_message_taken_out_here_stays_with_the_others(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "mine")
    tablet = world.second_device(alice)
    forget(alice, room, first)
    assert (alice.texts(room), bob.texts(room)) == ([], ["mine"])
    tablet.say(room, "from the other device")
    assert alice.texts(room) == ["from the other device"]


def test_it_does_not_come_back_with_the_next_start(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "gone")
    forget(bob, room, first)
    bob.disconnect()
    bob.engine = bob.make_engine()
    bob.connect()
    alice.say(room, "later")
    assert bob.texts(room) == ["later"]
