# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom a person froze on one device is frozen on all, also on a new one; nobody else makes it so, or hears of it."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine.account_keys import OWN_WISH, OwnWish
from privity.client.engine.calls import Call
from privity.client.engine.choices import About, all_choices, choice_of, row_of
from privity.client.engine.records import Table
from privity.client.engine.shown import ChoicesChanged, Notice
from privity.client.engine.telling import LATELY_MS, PERIOD_MS, QUIET_MS, SCOPE
from privity.client.strangers.elsewhere import Elsewhere
from privity.identity import choices
from privity.identity.account_key import sealing_key
from privity.identity.uris import new_client_uri, new_user_uri
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from tests.client.fake_hub import HOST, Phone, World

MINUTE_MS = 60_000


@pytest.fixture
def world() -> World:
    return World(50)


def choose(phone: Phone, user: str, about: About = About.FROZEN, detail: str = "", *, holds: bool = True) -> None:
    """As the person does, beside the engine."""
    known = choice_of(phone.view, user, about, detail)
    change, value = row_of(known.made(phone.world.hub.now_ms) if holds else known.undone())
    phone.view.save({change: value})


def frozen(phone: Phone, user: str) -> bool:
    return choice_of(phone.view, user, About.FROZEN).holds


def wait(world: World, ms: int) -> None:
    """Time passes, minute by minute while it is short, and everybody notices."""
    step = min(ms, MINUTE_MS if ms <= LATELY_MS else ms)
    for _ in range(ms // step):
        world.hub.now_ms += step
        for phone in world.phones:
            if not phone.crashed:
                phone.inbox.append(i.Tick())
        world.settle()


def tellings(world: World, client: str) -> list[bytes]:
    letters = [frame.body for frame in world.hub.inboxes.get(client, []) if frame.kind is InboxKind.LETTER]
    return [each for each in letters if choices.is_telling(each)]


def post(world: World, phone: Phone, body: bytes) -> None:
    world.hub.post(phone.client, InboxKind.LETTER, "", 0, body)
    world.settle()


def wish_private(phone: Phone) -> bytes:
    value = phone.view.get(Table.OWN, "", OWN_WISH)
    assert value is not None
    return msgspec.msgpack.decode(value, type=OwnWish).private


def made(sender: Phone, to: Phone, *chosen: choices.Choice, number: int, client: str = "", key: bytes = b"") -> bytes:
    """What a device could tell another."""
    public = sealing_key(wish_private(to))
    content = choices.Content(number, choices.digest(chosen), chosen)
    own, signing = client or sender.client, key or sender.own.signature_private
    return choices.seal(own, signing, to.client, public, content).encode()


def refused(phone: Phone, word: str) -> bool:
    return any(isinstance(each, Notice) and word in each.text for each in phone.shown)


# What it is for


def test_whom_one_device_freezes_every_device_freezes_and_a_new_one_too(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    wait(world, PERIOD_MS)
    choose(phone, mallory.user)
    choose(phone, mallory.user, About.PUT_AWAY, "extortion")
    choose(tablet, mallory.user, About.HEEDED)
    assert not frozen(tablet, mallory.user)
    wait(world, PERIOD_MS)
    assert frozen(tablet, mallory.user) and choice_of(tablet.view, mallory.user, About.PUT_AWAY, "extortion").holds
    assert choice_of(phone.view, mallory.user, About.HEEDED).holds
    assert ChoicesChanged((mallory.user,)) in tablet.shown
    laptop = world.second_device(tablet)
    assert frozen(laptop, mallory.user) and choice_of(laptop.view, mallory.user, About.HEEDED).holds
    choose(laptop, mallory.user, holds=False)
    wait(world, PERIOD_MS)
    assert not any(frozen(each, mallory.user) for each in (phone, tablet, laptop))


def test_what_was_frozen_before_devices_told_each_other_is_told(world: World) -> None:
    phone, mallory = world.person(), world.person()
    phone.view.save({(Table.OWN, About.FROZEN, mallory.user.encode()): b""})
    assert frozen(phone, mallory.user)
    assert frozen(world.second_device(phone), mallory.user)


def test_of_two_devices_that_do_not_hear_of_each_other_the_one_that_froze_wins(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    choose(phone, mallory.user)
    wait(world, PERIOD_MS)
    tablet.disconnect()
    choose(tablet, mallory.user, holds=False)
    choose(phone, mallory.user, holds=False)
    world.hub.now_ms += MINUTE_MS
    choose(phone, mallory.user)
    tablet.connect()
    wait(world, PERIOD_MS)
    assert frozen(phone, mallory.user) and frozen(tablet, mallory.user)


def test_more_than_has_room_comes_in_turn(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    people = [new_user_uri(HOST, world.random.randbytes) for _ in range(45)]
    for each in people:
        choose(phone, each)
        world.hub.now_ms += 1
    wait(world, PERIOD_MS)
    assert 8 <= sum(frozen(tablet, each) for each in people) < 45
    for _ in range(5):
        wait(world, PERIOD_MS)
    assert all(frozen(tablet, each) for each in people)
    assert phone.engine.teller.knows() == {tablet.client: True}
    assert len({len(each) for each in tellings(world, tablet.client)}) == 1


def test_a_device_knows_which_others_know(world: World) -> None:
    phone, mallory = world.person(), world.person()
    assert phone.engine.teller.knows() == {}
    tablet, laptop = world.second_device(phone), world.second_device(phone)
    wait(world, PERIOD_MS)
    laptop.disconnect()
    choose(phone, mallory.user)
    wait(world, 2 * PERIOD_MS)
    assert phone.engine.teller.knows() == {tablet.client: True, laptop.client: False}
    assert "1 of 2 said so yet" in Elsewhere(2, 1).sentence()
    laptop.connect()
    wait(world, PERIOD_MS)
    assert set(phone.engine.teller.knows().values()) == {True}


# When


def test_a_device_that_is_away_is_told_once_a_day_and_at_once_when_it_is_back(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    wait(world, PERIOD_MS)
    tablet.disconnect()
    wait(world, LATELY_MS)
    before = len(tellings(world, tablet.client))
    for _ in range(3):
        wait(world, QUIET_MS)
    assert len(tellings(world, tablet.client)) - before == 3
    choose(phone, mallory.user)
    world.hub.now_ms += LATELY_MS
    tablet.connect()
    assert frozen(tablet, mallory.user)


def test_a_device_alone_tells_nobody(world: World) -> None:
    phone, mallory = world.person(), world.person()
    choose(phone, mallory.user)
    wait(world, PERIOD_MS)
    assert tellings(world, phone.client) == [] and phone.view.scan(Table.OWN, SCOPE) == []


def test_a_letter_that_the_hub_refuses_is_followed_by_the_next(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    wait(world, PERIOD_MS)
    choose(phone, mallory.user)

    def full(by: Phone, call: Call) -> None:
        if isinstance(call.body, rest.SendLetter):
            raise Refusal(Code.TOO_MANY, "a device has been away for too long", limit="inbox")

    world.hub.refuse = full
    wait(world, PERIOD_MS)
    assert not frozen(tablet, mallory.user) and not refused(phone, "told")
    world.hub.refuse = lambda by, call: None
    wait(world, PERIOD_MS)
    assert frozen(tablet, mallory.user)


# Attacks


def test_a_hub_that_replays_or_withholds_thaws_nobody(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    choose(phone, mallory.user)
    wait(world, PERIOD_MS)
    choose(phone, mallory.user, holds=False)
    wait(world, PERIOD_MS)
    assert not frozen(tablet, mallory.user)
    recorded = tellings(world, tablet.client)
    choose(tablet, mallory.user)
    for letter in [*recorded, *reversed(recorded)]:
        post(world, tablet, letter)
    assert frozen(tablet, mallory.user)
    before = phone.engine.teller.knows()
    post(world, phone, tellings(world, phone.client)[0])
    assert phone.engine.teller.knows() == before == {tablet.client: False}, "it has not heard of the freeze yet"
    choose(phone, mallory.user)
    phone.asleep = True
    wait(world, PERIOD_MS)
    assert phone.engine.teller.knows() == {tablet.client: False}, "a hub that withholds is not taken for a yes"


def test_a_removed_device_thaws_nobody(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet, stolen = world.second_device(phone), world.second_device(phone)
    choose(phone, mallory.user)
    wait(world, PERIOD_MS)
    assert frozen(tablet, mallory.user) and frozen(stolen, mallory.user)
    thawed = choice_of(stolen.view, mallory.user, About.FROZEN).undone()
    phone.do(lambda n: i.RemoveDevice(n, stolen.client))
    number = world.hub.now_ms + PERIOD_MS
    post(world, tablet, made(stolen, tablet, thawed, number=number))
    assert frozen(tablet, mallory.user) and refused(tablet, "does not name")
    post(world, tablet, made(phone, tablet, thawed, number=number))
    assert not frozen(tablet, mallory.user), "else the refusal says nothing"
    assert tablet.view.get(Table.OWN, SCOPE, stolen.client.encode()) is None


def test_neither_the_hub_nor_another_account_tells_anything(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    choose(phone, mallory.user)
    wait(world, PERIOD_MS)
    thawed = choice_of(tablet.view, mallory.user, About.FROZEN).undone()
    number = world.hub.now_ms + PERIOD_MS
    for letter, word in (
        (made(mallory, tablet, thawed, number=number), "is no device of"),
        (made(phone, tablet, thawed, number=number, key=world.random.randbytes(32)), "did not sign"),
        (
            made(phone, tablet, thawed, number=number, client=new_client_uri(phone.user, world.random.randbytes)),
            "does not name",
        ),
        (made(phone, tablet, thawed, number=number)[:-1], "has 1024 bytes"),
    ):
        assert not refused(tablet, word)
        post(world, tablet, letter)
        assert frozen(tablet, mallory.user) and refused(tablet, word)


def test_what_is_unknown_or_about_oneself_is_passed_over(world: World) -> None:
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    odd = (
        choices.Choice(phone.user, "frozen", 5),
        choices.Choice(mallory.user, "pinned", 5),
        choices.Choice(mallory.user, "frozen:twice", 5),
        choices.Choice(mallory.user, "put away", 5),
    )
    kept = all_choices(tablet.view, HOST)
    post(world, tablet, made(phone, tablet, *odd, number=world.hub.now_ms + 1))
    assert all_choices(tablet.view, HOST) == kept == []


def traffic(chooses: bool) -> list[tuple[int, str, str, int]]:
    """All that a hub sees of two devices over two hours: when, from whom, what kind of request, how long."""
    world = World(51)
    phone, mallory = world.person(), world.person()
    tablet = world.second_device(phone)
    seen: list[tuple[int, str, str, int]] = []

    def note(by: Phone, call: Call) -> None:
        size = len(call.body.letter) if isinstance(call.body, rest.SendLetter) else 0
        seen.append((world.hub.now_ms, by.client, f"{call.method} {call.path}", size))

    world.hub.refuse = note
    for minute in range(100):
        if chooses and minute % 7 == 3:
            choose(phone, mallory.user, holds=minute % 2 == 0)
            choose(tablet, new_user_uri(HOST, Random(minute).randbytes))
        if minute in (20, 60):
            tablet.disconnect()
        if minute in (45, 65):
            tablet.connect()
        wait(world, MINUTE_MS)
    wait(world, PERIOD_MS)
    assert frozen(tablet, mallory.user) == frozen(phone, mallory.user) == chooses
    return seen


def test_a_hub_sees_the_same_whether_somebody_was_frozen_or_not() -> None:
    quiet, busy = traffic(chooses=False), traffic(chooses=True)
    assert quiet == busy and len([each for each in quiet if each[3] == choices.LETTER_BYTES]) >= 8
