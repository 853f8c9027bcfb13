# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lost what its key log published: devices bring it back by themselves, and a lie about it gains nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.hub_record import kept_record
from privity.client.engine.own_lists import DRAFT_KEY, SCOPE
from privity.client.engine.records import Table
from privity.client.engine.returns import AGAIN_MS
from privity.client.engine.shown import LogAlarm
from privity.client.engine.watch import OTHERS_EVERY_MS, OWN_EVERY_MS
from privity.client.errors import KeysLost, LogRefused
from privity.identity.device_list import DeviceList
from privity.identity.errors import Rollback
from privity.identity.server_record import ServerRecord
from privity.keylog.labels import server_label
from privity.mls.codec import u64
from privity.wire import keylog, rest
from privity.wire.errors import Code, Refusal
from tests.client.fake_hub import HOST, Phone, World
from tests.client.hostile_hub import Answers, notices

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World(11)


def label_of(phone: Phone) -> str:
    return f"u:{phone.user}"


def kept(phone: Phone) -> list[bytes]:
    return [value for _, value in phone.view.scan(Table.PIN, SCOPE)]


def look(phone: Phone, other: Phone) -> object:
    return phone.do(lambda n: i.FetchDevices(n, other.user))


def brought(answers: Answers, phone: Phone | None = None) -> list[keylog.BringBack]:
    bodies = [call.body for caller, call in answers.calls if phone is None or caller is phone]
    return [body for body in bodies if isinstance(body, keylog.BringBack)]


def only(code: Code, which: Callable[[Call], bool]) -> Callable[[Phone, Call], None]:
    """A hub that answers these requests with this code and no others."""

    def refuse(caller: Phone, call: Call) -> None:
        if which(call):
            raise Refusal(code, "says the hub")

    return refuse


def asks(label: str) -> Callable[[Call], bool]:
    return lambda call: isinstance(call.body, keylog.Lookup) and call.body.label == label


def change_devices(world: World, phone: Phone, times: int) -> list[bytes]:
    """The account gets so many new lists; all of them."""
    for _ in range(times):
        world.second_device(phone).asleep = True
    return list(world.hub.lists[phone.user])


# Own lists


def test_a_device_keeps_every_list_of_its_account(world: World) -> None:
    phone = world.person()
    lists = change_devices(world, phone, 2)
    assert kept(phone) == lists
    phone.restart()
    assert kept(phone) == lists


def test_a_linked_device_fetches_the_lists_from_before_its_time(world: World) -> None:
    phone = world.person()
    world.second_device(phone)
    tablet = world.second_device(phone)
    assert kept(tablet) == world.hub.lists[phone.user], "from version 0 on, each verified"
    assert tablet.engine.device.pins.own_lists.is_whole
    del tablet.view.rows[Table.PIN, SCOPE, u64(0)]
    tablet.restart()
    assert kept(tablet) == world.hub.lists[phone.user], "a link shows the newest only"
    before = Answers(world)
    world.pass_time(OWN_EVERY_MS)
    whole = [call for caller, call in before.calls if isinstance(call.body, keylog.Lookup) and call.body.date_all]
    assert whole == [], "once is enough"


def test_an_account_whose_newest_lists_are_lost_gets_them_back_from_its_device(world: World) -> None:
    phone, friend = world.person(), world.person()
    lists = change_devices(world, phone, 3)
    look(friend, phone)
    world.hub.lose(label_of(phone), 2)
    answers = Answers(world)
    assert look(phone, phone) == DeviceList.decode(lists[-1])
    assert world.hub.lists[phone.user] == lists and not world.hub.lost
    assert [body.values for body in brought(answers)] == [lists]
    assert look(friend, phone) == DeviceList.decode(lists[-1])
    assert phone.engine.device.log.alarm is None and notices(phone) == []


def test_what_is_lost_comes_back_when_its_device_connects_again(world: World) -> None:
    """The hub was stopped to continue its log, so that everybody connects again."""
    phone = world.person()
    lists = change_devices(world, phone, 1)
    world.hub.lose(label_of(phone))
    phone.disconnect()
    world.pass_time(HOUR_MS)
    phone.connect()
    assert world.hub.lists[phone.user] == lists and not world.hub.lost


def test_a_list_that_was_published_before_its_device_saw_that_comes_back_from_the_draft(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)

    def dies(caller: Phone, call: Call) -> None:
        if isinstance(call.body, rest.PutDeviceList):
            world.hub.publish(caller.user, call.body.value)
            caller.crash()
            raise Refusal(Code.UNAVAILABLE, "nobody hears this any more")

    world.hub.refuse = dies
    phone.command(lambda n: i.RemoveDevice(n, tablet.client))
    world.settle()
    world.hub.refuse = lambda caller, call: None
    lists = list(world.hub.lists[phone.user])
    world.hub.lose(label_of(phone))
    answers = Answers(world)
    phone.restart()
    assert world.hub.lists[phone.user] == lists
    assert [body.values for body in brought(answers, phone)] == [lists[:-1], lists]
    phone.do(lambda n: i.FetchDevices(n, phone.user))
    assert phone.engine.device.pins.get(phone.user) == DeviceList.decode(lists[-1])


def test_a_change_refused_for_lost_keys_stays_and_is_made_once_they_are_back(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    refusals = [Refusal(Code.KEYS_LOST, "just lost")]

    def lost(caller: Phone, call: Call) -> None:
        if isinstance(call.body, rest.PutDeviceList) and refusals:
            raise refusals.pop()

    world.hub.refuse = lost
    with pytest.raises(Refusal, match="keys_lost"):
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    draft = phone.view.get(Table.OWN, "", DRAFT_KEY)
    assert draft is not None, "it may still be taken: another list must not come beside it"
    phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    assert DeviceList.decode(world.hub.lists[phone.user][-1]).encode() in draft
    assert [each.client_uri for each in world.hub.account(phone.user).in_force.devices] == [phone.client]


def test_an_account_that_stays_lost_is_not_changed_and_its_draft_is_kept(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    world.hub.refuse = only(Code.KEYLOG_DELAYED, lambda call: isinstance(call.body, rest.PutDeviceList))
    with pytest.raises(Refusal):
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    draft = phone.view.get(Table.OWN, "", DRAFT_KEY)
    world.hub.refuse = only(Code.KEYS_LOST, asks(label_of(phone)))
    with pytest.raises(KeysLost, match="its devices cannot be changed"):
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    assert draft is not None and phone.view.get(Table.OWN, "", DRAFT_KEY) == draft


# Others, and the hub


def test_a_contact_brings_back_the_newest_list_and_nothing_else(world: World) -> None:
    """What a hub harvests by this is what it has published itself: one list, which the device holds from it."""
    phone, friend = world.person(), world.person()
    lists = change_devices(world, phone, 2)
    look(friend, phone)
    phone.asleep = True
    world.hub.lose(label_of(phone))
    answers = Answers(world)
    assert look(friend, phone) == DeviceList.decode(lists[-1])
    assert brought(answers) == [keylog.BringBack(label_of(phone), lists[-1:])]
    assert world.hub.lists[phone.user] == lists


def test_who_has_seen_nothing_brings_nothing_and_says_what_helps(world: World) -> None:
    phone, stranger = world.person(), world.person()
    world.hub.lose(label_of(phone))
    answers = Answers(world)
    with pytest.raises(KeysLost, match="A device of theirs") as caught:
        stranger.direct(phone)
    assert isinstance(caught.value, LogRefused) and phone.user in str(caught.value)
    assert brought(answers) == []
    look(phone, phone)
    assert stranger.direct(phone)
    assert any("again" in text for text in notices(stranger))


def test_the_record_of_the_hub_comes_back_from_whoever_has_seen_it(world: World) -> None:
    phone = world.person()
    record = kept_record(phone.engine.device)
    assert record is not None
    world.hub.lose(server_label(HOST).decode())
    world.pass_time(OWN_EVERY_MS)
    assert world.hub.records == [record.encode()] and not world.hub.lost
    assert not [what for what in phone.shown if isinstance(what, LogAlarm)]


def test_a_hub_that_keeps_saying_that_its_record_is_lost_keeps_nobody_from_looking_at_people(world: World) -> None:
    phone, friend = world.person(), world.person()
    look(friend, phone)
    world.hub.refuse = only(Code.KEYS_LOST, asks(server_label(HOST).decode()))
    lists = change_devices(world, phone, 1)
    for _ in range(OTHERS_EVERY_MS // OWN_EVERY_MS + 1):
        world.pass_time(OWN_EVERY_MS)
    assert friend.engine.device.pins.get(phone.user) == DeviceList.decode(lists[-1])
    assert len([text for text in notices(friend) if "record of its own keys" in text]) == 1


# A hub that lies


def test_lost_for_ever_stops_no_conversation_lets_nobody_in_and_is_said_once(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    room, group = alice.direct(bob), alice.create_group()
    alice.invite(group, bob)
    world.hub.refuse = only(Code.KEYS_LOST, asks(label_of(bob)))
    other = alice.create_group()
    for _ in range(3):
        with pytest.raises(KeysLost):
            alice.invite(other, bob)
    for day in range(8):
        for _ in range(60):
            world.pass_time(MINUTE_MS)
        world.pass_time(23 * HOUR_MS)
        alice.say(room, f"day {day}")
        bob.say(group, f"night {day}")
    assert bob.texts(room)[-1] == "day 7" and alice.texts(group)[-1] == "night 7"
    alice.invite(group, carol)
    assert carol.client not in world.hub.rooms[other].first and bob.client not in world.hub.rooms[other].first
    told = [text for text in notices(alice) if "lost" in text]
    assert len(told) == 1 and "conversations go on" in told[0]
    assert not [what for what in alice.shown if isinstance(what, LogAlarm)] and alice.engine.device.log.alarm is None


def test_what_did_not_help_is_not_brought_each_minute(world: World) -> None:
    phone, friend = world.person(), world.person()
    look(friend, phone)
    world.hub.refuse = only(Code.KEYS_LOST, asks(label_of(phone)))
    answers = Answers(world)
    for _ in range(30):
        with pytest.raises(KeysLost):
            look(friend, phone)
        world.hub.now_ms += MINUTE_MS
    assert len(brought(answers, friend)) == 1
    world.hub.now_ms += AGAIN_MS
    with pytest.raises(KeysLost):
        look(friend, phone)
    assert len(brought(answers, friend)) == 2


def test_a_clock_that_went_back_does_not_keep_a_list_from_coming_back(world: World) -> None:
    phone, friend = world.person(), world.person()
    look(friend, phone)
    world.hub.refuse = only(Code.KEYS_LOST, asks(label_of(phone)))
    friend.skew_ms = MINUTE_MS
    with pytest.raises(KeysLost):
        look(friend, phone)
    friend.skew_ms = 0
    world.hub.refuse = lambda caller, call: None
    phone.asleep = True
    world.hub.lose(label_of(phone))
    assert look(friend, phone) is not None


def test_lost_and_then_an_older_version_is_a_rollback_as_ever(world: World) -> None:
    """The hub says thank you and publishes a map without the newest list, cosigned by all: who was dropped is back."""
    phone, friend = world.person(), world.person()
    tablet = world.second_device(phone)
    look(friend, phone)
    before = world.hub.log.fork()
    phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    newest = look(friend, phone)
    phone.asleep = True
    world.hub.lose(label_of(phone))
    thanks = Answers(world)
    thanks.change = lambda phone, call, honest: cut_without(honest)  # type: ignore[method-assign]  # the hub lies

    def cut_without(honest: rest.Answer) -> rest.Answer:
        if isinstance(honest, keylog.BroughtBack):
            world.hub.lists[phone.user].pop()
            world.hub.log.nodes = before.nodes
            world.hub.log._held[label_of(phone).encode()].pop()
            world.hub.log.cut(world.hub.now_ms)
        elif isinstance(honest, keylog.Looked):
            return keylog.Looked(honest.proof, world.hub.lists[phone.user])
        return honest

    with pytest.raises(Rollback):
        look(friend, phone)
    assert len(brought(thanks)) == 1
    assert friend.engine.device.pins.get(phone.user) == newest


def test_a_welcome_among_people_whose_keys_are_lost_holds_nothing_up_and_its_room_comes_later(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    look(alice, bob)
    group, second = alice.create_group(), alice.create_group()
    alice.invite(group, bob)
    world.hub.refuse = lambda caller, call: (
        only(Code.KEYS_LOST, asks(label_of(bob)))(caller, call) if caller is carol else None
    )
    alice.invite(group, carol)
    alice.invite(second, carol)
    alice.say(second, "this one is not held up")
    assert carol.texts(second) == ["this one is not held up"]
    assert group not in carol.engine.rooms or carol.engine.rooms[group].group is None
    alice.say(group, "who is here?")
    world.hub.refuse = lambda caller, call: None
    world.pass_time(3 * MINUTE_MS)
    world.pass_time(3 * MINUTE_MS)
    alice.say(group, "now you are")
    assert carol.texts(group)[-1] == "now you are"
    assert alice.hidden(group) == bob.hidden(group) == 0


def test_a_change_that_brings_somebody_whose_keys_are_lost_waits_and_is_not_taken_for_poison(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    room, group = alice.direct(bob), bob.create_group()
    bob.invite(group, alice)
    world.hub.refuse = lambda caller, call: (
        only(Code.KEYS_LOST, asks(label_of(carol)))(caller, call) if caller is alice else None
    )
    bob.invite(group, carol)
    bob.say(group, "carol is here")
    for _ in range(60):
        world.pass_time(MINUTE_MS)
    bob.say(room, "not held up")
    assert alice.texts(room) == ["not held up"] and alice.texts(group) == []
    assert len([text for text in notices(alice) if "lost" in text]) == 1 and world.hub.notices == []
    world.hub.refuse = lambda caller, call: None
    world.pass_time(2 * MINUTE_MS)
    assert alice.texts(group) == ["carol is here"] and alice.hidden(group) == 0


def test_what_a_device_brings_back_is_refused_by_name_when_it_is_not_what_was_published(world: World) -> None:
    """The device's own copy is another list of that version: nothing of it is taken, and the device goes on."""
    phone = world.person()
    change_devices(world, phone, 1)
    world.hub.lose(label_of(phone))
    first = DeviceList.decode(world.hub.lists[phone.user][0])
    assert phone.own.account_private is not None
    other = DeviceList.sign(phone.user, first.devices, phone.own.account_private, previous=first)
    phone.view.rows[Table.PIN, SCOPE, u64(1)] = other.encode()
    with pytest.raises(KeysLost, match="did not take what this device has"):
        look(phone, phone)
    assert len(world.hub.lists[phone.user]) == 1


def test_a_record_of_the_hub_is_what_was_published_or_nothing(world: World) -> None:
    """The tests' hub is as strict as the real one."""
    world.person()
    label = server_label(HOST).decode()
    world.hub.lose(label)
    other = ServerRecord(HOST, 0, world.random.randbytes(32), world.hub.hub_key, None, None)
    with pytest.raises(Refusal, match="never published"):
        world.hub.bring_back(keylog.BringBack(label, [other.encode()]))
