# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub breaks with its key log: nobody crashes, waits for ever or accuses others over what it shows, or hides."""

from __future__ import annotations

import os
from contextlib import suppress
from random import Random

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine import watch
from privity.client.engine.calls import Call
from privity.client.engine.flow import EXPECTED
from privity.client.engine.shown import AccountReset, LogAlarm
from privity.client.engine.watch import OTHERS_EVERY_MS
from privity.client.errors import LogNotFresh
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_user_uri
from privity.keylog.labels import user_label
from privity.keylog.verify import verify_kept
from privity.mls.crypto import generate_signature_key
from privity.wire import keylog, rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Inbox, InboxKind
from tests.attacks.test_be_the_ghost import of
from tests.client.fake_hub import HOST, SUITE, Phone, World
from tests.client.hostile_hub import Answers, notices, settle_within
from tests.client.test_key_log import forked_for, ghost_list

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World()


# Crashes and loops


def test_a_flood_behind_a_welcome_that_waits_crashes_nothing(world: World) -> None:
    """What piled up while the log was silent is dealt with when it speaks again."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    first = len(world.hub.inboxes[alice.client]) + 1
    stranger = new_user_uri(HOST, world.random.randbytes).encode()
    for number in [*range(first + 1, first + 1_500), first]:
        frame = Inbox(number, InboxKind.DEVICE_LIST_CHANGED, "", 0, stranger)
        alice.inbox.append(i.Received(frame))
    world.settle()
    bob.say(room, "still here")
    assert alice.texts(room)[-1] == "still here"
    assert alice.engine.idle


class Growing(Answers):
    """The log grows, and this device sees it, whenever it waits for a lookup."""

    def __init__(self, world: World, victim: Phone) -> None:
        super().__init__(world)
        self.on = True
        self._world, self._victim = world, victim

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        if self.on and phone is self._victim and isinstance(call.body, keylog.Lookup):
            published, log = self._world.hub.log, phone.engine.device.log
            published.cut(self._world.hub.now_ms)
            proof = published.checkpoint_proof(log.size)
            log.remember(*log.check_checkpoint(proof.encode()), proof.note)
        return honest


def test_a_history_whose_log_grows_all_the_time_ends(world: World) -> None:
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    growing = Growing(world, alice)
    with pytest.raises(LogNotFresh):
        alice.do(lambda n: i.KeyHistory(n, bob.user))
    assert len(growing.calls) < 20


def test_a_lookup_that_others_overtake_accuses_nobody(world: World) -> None:
    """The log grows faster than Alice can look somebody up, so that a commit waits; its committer did nothing wrong."""
    alice, carol, dave = world.person(), world.person(), world.person()
    room = carol.create_group()
    carol.invite(room, alice)
    growing = Growing(world, alice)
    carol.invite(room, dave)
    assert world.hub.notices == []
    growing.on = False
    world.pass_time(2 * 60_000)
    carol.say(room, "all here")
    assert alice.texts(room) == ["all here"]


def test_long_proofs_stay_on_disk(world: World) -> None:
    """A hub that dates every version of its own inventions makes proofs of megabytes, one for each person met."""
    alice, bob = world.person(), world.person()
    label, current = user_label(bob.user), world.hub.account(bob.user).newest
    assert bob.own.account_private is not None
    for _ in range(40):
        current = DeviceList.sign(bob.user, current.devices, bob.own.account_private, previous=current)
        world.hub.publish(bob.user, current.encode())
    honest = world.hub.lookup
    world.hub.lookup = lambda body: honest(  # type: ignore[method-assign]  # the hub says more than it was asked
        keylog.Lookup(body.label, body.from_version, body.from_size, date_all=body.label == label.decode())
    )
    room = alice.direct(bob)
    pins = alice.engine.device.pins
    assert len(pins.proof(bob.user)) > 20_000
    pin = pins.pin(bob.user)
    assert pin is not None
    assert len(msgspec.msgpack.encode(pin)) < 100
    alice.do(lambda n: i.AcceptReset(n, bob.user))
    alice.restart()
    alice.say(room, "still proven")
    assert verify_kept(alice.engine.device.pins.proof(bob.user), label, world.hub.log.keys).version == 40


# A hub that does not answer


class Silent(Answers):
    """The hub never answers what has this in its path."""

    def __init__(self, world: World, phone: Phone, part: str) -> None:
        super().__init__(world)
        self.on = True
        request = phone.request

        def unanswered(number: int, call: Call) -> None:
            if self.on and part in call.path:
                phone.inbox.append(i.Unanswered(number))
            else:
                request(number, call)

        phone.request = unanswered  # type: ignore[method-assign]  # the hub is silent


def test_a_log_that_is_never_shown_is_said_aloud(world: World) -> None:
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    Silent(world, alice, "keylog")
    for _ in range(30):
        world.pass_time(HOUR_MS)
    assert any("nothing new for a day" in text for text in notices(alice))


def test_people_whom_the_hub_never_shows_keep_nobody_else_from_being_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take fifty accounts of the hub's own, met once and refused since."""
    monkeypatch.setattr(watch, "AT_ONCE", 1)
    alice, *others = (world.person() for _ in range(3))
    for other in others:
        alice.direct(other)
    unseen, victim = sorted(others, key=lambda phone: phone.user)  # in the order of who is asked for first

    def refuse(phone: Phone, call: Call) -> None:
        if isinstance(call.body, keylog.Lookup) and call.body.label == f"u:{unseen.user}":
            raise Refusal(Code.NOT_FOUND, "nobody")

    world.hub.refuse = refuse
    world.hub.publish(victim.user, ghost_list(world, victim, reset=True).encode())
    world.pass_time(OTHERS_EVERY_MS + HOUR_MS)
    world.pass_time(HOUR_MS)
    world.pass_time(HOUR_MS)
    assert [what.user_uri for what in of(alice, AccountReset)] == [victim.user]


@pytest.mark.parametrize("how", ["never", "later", "older"])
def test_a_fork_is_said_aloud_though_the_hub_compares_nothing(world: World, how: str) -> None:
    """Alice and Bob were shown two logs, and the hub keeps every answer back that would show it."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    forked_for(world, alice, ahead=3)
    world.hub.log.cut(world.hub.now_ms)
    bob.do(lambda n: i.FetchDevices(n, alice.user))
    for _ in range(5):
        world.hub.log.cut(world.hub.now_ms)
    if how == "never":
        Silent(world, alice, "keylog/consistency")
    else:
        refusing(world, alice, "keylog/consistency", Code.TOO_MANY if how == "later" else Code.NOT_FOUND)
    bob.say(room, "good morning")
    for _ in range(30):
        world.pass_time(HOUR_MS)
    assert of(alice, LogAlarm)
    assert alice.engine.device.log.alarm is not None
    alice.say(room, "we talk on")


def test_a_day_without_the_hub_is_no_alarm(world: World) -> None:
    """The comparison was under way when the device lost the hub, for days; then all is well."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    world.hub.log.cut(world.hub.now_ms)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    silent = Silent(world, alice, "keylog/consistency")
    bob.say(room, "from an older view")
    assert alice.engine.device.log.doubt is not None
    for restarts in range(3):
        alice.disconnect()
        world.pass_time(30 * HOUR_MS)
        if restarts == 1:
            alice.crash()
            alice.restart()
        else:
            alice.connect()
    assert alice.engine.device.log.alarm is None
    silent.on = False
    alice.restart()
    world.pass_time(HOUR_MS)
    assert alice.engine.device.log.doubt is None
    assert of(alice, LogAlarm) == []


def refusing(world: World, victim: Phone, part: str, code: Code) -> None:
    """The hub refuses this device what has this in its path."""

    def refuse(phone: Phone, call: Call) -> None:
        if phone is victim and part in call.path:
            raise Refusal(code, "not now")

    world.hub.refuse = refuse


def test_a_key_for_reports_that_only_one_device_was_given_is_said_aloud(world: World) -> None:
    """Reports under a key of which the hub's record knows nothing verify nowhere: somebody is to be heard by nobody."""
    _, other = generate_signature_key(SUITE, world.random.randbytes)
    alice = world.person()
    assert of(alice, LogAlarm) == []
    honest, world.hub.frank_key = world.hub.frank_key, other
    bob = world.person()
    world.hub.frank_key = honest
    world.pass_time(7 * HOUR_MS)
    assert len(of(bob, LogAlarm)) == 1


def test_a_clock_that_is_set_back_lets_nobody_in_under_an_old_list(world: World) -> None:
    alice, carol = world.person(), world.person()
    alice.direct(carol)
    pins = alice.engine.device.pins
    assert pins.is_fresh(carol.user)
    alice.skew_ms = -2 * 24 * HOUR_MS
    alice.inbox.append(i.Tick())
    world.settle()
    assert not pins.is_fresh(carol.user)


def test_a_welcome_outlives_a_hub_that_is_busy(world: World) -> None:
    """Lookups are limited: a Welcome to a room of many strangers waits, and no message after it is lost."""
    alice, carol = world.person(), world.person()
    room = carol.create_group()
    busy = True

    def refuse(phone: Phone, call: Call) -> None:
        if busy and phone is alice and "lookup" in call.path:
            raise Refusal(Code.TOO_MANY, "later")

    world.hub.refuse = refuse
    carol.invite(room, alice)
    carol.say(room, "welcome")
    assert room not in alice.engine.rooms
    busy = False
    world.pass_time(2 * 60_000)
    assert alice.texts(room) == ["welcome"]


def test_a_welcome_that_waits_outlives_restarts_and_clocks_that_jump(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    room = carol.create_group()
    carol.invite(room, bob)
    refusing(world, alice, "lookup", Code.CONFLICT)  # for Alice the log is older than what she has seen
    carol.invite(room, alice)
    carol.say(room, "one")
    alice.restart()
    world.pass_time(30 * HOUR_MS)
    bob.say(room, "two")
    for jump in (-10 * 24, 400 * 24, 0):
        alice.skew_ms = jump * HOUR_MS
        world.pass_time(60_000)
    alice.disconnect()
    carol.say(room, "three")
    alice.connect()
    world.hub.refuse = lambda phone, call: None
    world.pass_time(3 * 60_000)
    assert alice.texts(room) == ["one", "two", "three"]
    alice.say(room, "four")
    assert bob.texts(room)[-1] == "four"


def test_a_commit_that_waits_outlives_restarts_and_clocks_that_jump(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    room = carol.create_group()
    carol.invite(room, alice)
    refusing(world, alice, "lookup", Code.CONFLICT)
    carol.invite(room, bob)
    bob.say(room, "one")
    alice.say(room, "of Alice")
    alice.restart()
    for jump in (-10 * 24, 400 * 24, 0):
        alice.skew_ms = jump * HOUR_MS
        world.pass_time(60_000)
    world.hub.refuse = lambda phone, call: None
    world.pass_time(3 * 60_000)
    assert alice.texts(room) == ["one", "of Alice"]
    assert bob.texts(room) == ["one", "of Alice"]
    assert world.hub.notices == []


# Answers out of thin air


class Garbled(Answers):
    """The hub's answers about its log, each bent in some way; sometimes honest, so that things go on."""

    def __init__(self, world: World, seed: int) -> None:
        super().__init__(world)
        self.random = Random(seed)

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        if self.random.random() < 0.4:
            return honest
        match honest:
            case keylog.Looked():
                return keylog.Looked(self._bent(honest.proof), self._values(honest.values))
            case keylog.CheckpointAnswer():
                return keylog.CheckpointAnswer(self._bent(honest.proof))
            case keylog.Consistency():
                return keylog.Consistency(self._values(honest.hashes))
            case _:
                return honest

    def _values(self, values: list[bytes]) -> list[bytes]:
        match self.random.randrange(5):
            case 0:
                return []
            case 1:
                return [*values, *values]
            case 2:
                return [self._bent(value) for value in values]
            case 3:
                return values[:-1]
            case _:
                return values

    def _bent(self, value: bytes) -> bytes:
        at = self.random.randrange(len(value) + 1)
        match self.random.randrange(4):
            case 0:
                return value
            case 1:
                return value[:at]
            case 2:
                return value[:at] + self.random.randbytes(self.random.randrange(1, 40)) + value[at:]
            case _:
                return value[:at] + bytes([self.random.randrange(256)]) + value[at + 1 :]


def garbled_talk(seed: int) -> None:
    world = World(seed)
    alice, bob, carol = world.person(), world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    lying = Garbled(world, seed)
    for number in range(12):
        world.pass_time(lying.random.choice((1_000, 2 * HOUR_MS, 30 * HOUR_MS)))
        for person in (alice, bob):
            with suppress(*EXPECTED):
                person.say(room, f"{number}")
        with suppress(*EXPECTED):
            alice.invite(room, carol)
        with suppress(*EXPECTED):
            bob.do(lambda n: i.KeyHistory(n, alice.user))
        for client in (alice.client, bob.client):
            world.hub.post(
                client, InboxKind.DEVICE_LIST_CHANGED, "", 0, lying.random.choice((alice, bob)).user.encode()
            )
        if number % 4 == 3:
            bob.restart()
    lying.change = lambda phone, call, honest: honest  # type: ignore[method-assign]  # honest again
    for phone in world.phones:
        phone.restart()
        settle_within(world)


def test_no_answer_about_the_log_ends_a_device() -> None:
    for seed in range(2):
        garbled_talk(seed)


@pytest.mark.prove
def test_no_answer_about_the_log_ends_a_device_at_length() -> None:
    for seed in range(int(os.environ.get("PRIVITY_PROVE_GARBLED_LOGS", "200"))):
        garbled_talk(seed)
