# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every device of an account gets the account key from another one. Nobody else does: removed devices, hubs, ghosts."""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from random import Random

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine import own_devices
from privity.client.engine.account_keys import AGAIN_MS, OWN_WISH, PATIENCE_MS, RELAY_MS, SCOPE, Heard, OwnWish
from privity.client.engine.calls import Call
from privity.client.engine.records import Table
from privity.client.engine.shown import Notice
from privity.client.errors import CommandRefused
from privity.identity.account_key import LABEL, Passed, Wish, decode_letter, open_passed, seal
from privity.identity.choices import is_telling
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.errors import IdentityError
from privity.identity.uris import new_client_uri
from privity.mls.crypto import generate_signature_key, sign_with_label, signature_public_key
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Inbox, InboxKind
from tests.client.fake_hub import Phone, World

WALKS = int(os.environ.get("PRIVITY_PROVE_DEVICE_WALKS", "200"))


@pytest.fixture
def world() -> World:
    return World(11)


def holds(phone: Phone) -> bool:
    return own_devices.holds_account_key(phone.engine.device)


def newest(world: World, phone: Phone) -> DeviceList:
    return DeviceList.decode(world.hub.lists[phone.user][-1])


def has_key(world: World, phone: Phone) -> bool:
    """Whether the key that the account has now is anywhere on this device, whatever list it believes in."""
    known, key = own_devices._held(phone.engine.device), newest(world, phone).account_key
    return any(signature_public_key(SUITE, private) == key for private in known)


def names(devices: DeviceList) -> set[str]:
    return {device.client_uri for device in devices.devices}


def wait(world: World, ms: int) -> None:
    """Time passes, and everybody notices."""
    world.hub.now_ms += ms
    for phone in world.phones:
        if not phone.crashed:
            phone.inbox.append(i.Tick())
    world.settle()


def refused(phone: Phone, word: str) -> bool:
    """Whether the person saw that something was refused, and why."""
    return any(isinstance(shown, Notice) and "refused" in shown.text and word in shown.text for shown in phone.shown)


def letter(world: World, phone: Phone, body: bytes) -> None:
    """Into the inbox of this device, as only a hub can."""
    world.hub.post(phone.client, InboxKind.LETTER, "", 0, body)
    world.settle()


def letters_to(world: World, client: str) -> list[Wish | Passed]:
    """About the account key."""
    letters = [frame.body for frame in world.hub.inboxes[client] if frame.kind is InboxKind.LETTER]
    return [decode_letter(each) for each in letters if not is_telling(each)]


def wish_of(phone: Phone) -> OwnWish:
    value = phone.view.get(Table.OWN, "", OWN_WISH)
    assert value is not None
    return msgspec.msgpack.decode(value, type=OwnWish)


def said(phone: Phone) -> Wish:
    """The wish that stands, as this device has sent it."""
    wish = wish_of(phone)
    return Wish.sign(phone.client, phone.own.signature_private, wish.number, wish.held, wish.private)


# What it is for


def test_a_linked_device_removes_the_first_and_links_a_third(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    assert holds(tablet)
    before = newest(world, phone)
    tablet.do(lambda n: i.RemoveDevice(n, phone.client))
    assert names(newest(world, phone)) == {tablet.client} and newest(world, phone).account_key != before.account_key
    laptop = world.second_device(tablet)
    assert holds(laptop) and names(newest(world, phone)) == {tablet.client, laptop.client}
    phone.do(lambda n: i.FetchDevices(n, phone.user))
    with pytest.raises(CommandRefused, match="given the new one yet"):
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))


def test_a_third_device_is_linked_by_the_second_while_the_first_is_away(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    phone.crash()
    laptop = world.second_device(tablet)
    assert holds(laptop)
    laptop.do(lambda n: i.RemoveDevice(n, phone.client))
    assert names(newest(world, phone)) == {tablet.client, laptop.client}
    assert holds(tablet) and holds(laptop)


def test_every_device_cancels_what_waits_and_asks_for_the_end(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    tablet.do(i.CloseAccount)
    assert world.hub.account(phone.user).newest.closes
    phone.do(i.CancelReset)
    phone.do(i.CloseAccount)
    tablet.do(i.CancelReset)
    assert world.hub.account(phone.user).pending_since_ms is None


def test_a_device_that_was_away_while_the_key_changed_has_the_new_one_though_its_maker_never_returns(
    world: World,
) -> None:
    phone = world.person()
    tablet, laptop = world.second_device(phone), world.second_device(phone)
    tablet.disconnect()
    phone.do(lambda n: i.RemoveDevice(n, laptop.client))
    phone.crash()
    tablet.connect()
    assert holds(tablet)
    tablet.do(lambda n: i.RemoveDevice(n, phone.client))
    assert names(newest(world, phone)) == {tablet.client}


def test_the_phrase_on_one_device_gives_the_others_the_new_key_and_not_the_dropped_one(world: World) -> None:
    stolen = world.person()
    tablet, laptop = world.second_device(stolen), world.second_device(stolen)
    tablet.do(lambda n: i.RecoverAccount(n, world.recovery[stolen.user], (stolen.client,)))
    assert holds(tablet) and holds(laptop) and not has_key(world, stolen)


def test_whoever_lacks_the_key_is_told_that_it_comes(world: World) -> None:
    phone = world.person()

    def kept_back(caller: Phone, call: Call) -> None:
        if isinstance(call.body, rest.SendLetter):
            raise Refusal(Code.UNAVAILABLE, "no letters today", retry_after_ms=1000)

    world.hub.refuse = kept_back
    tablet = world.second_device(phone)
    with pytest.raises(CommandRefused, match="given the account key yet"):
        tablet.do(lambda n: i.RemoveDevice(n, phone.client))
    world.hub.refuse = lambda caller, call: None
    wait(world, 10_000)
    wait(world, 10_000)
    assert holds(tablet)


# Who must not get it


def test_a_removed_device_that_asks_and_replays_gets_nothing(world: World) -> None:
    """Through a hub that is on its side: its letters come, and those of before its removal come again."""
    phone = world.person()
    tablet, thief = world.second_device(phone), world.second_device(phone)
    assert holds(thief)
    early = [body for body in letters_to(world, phone.client) if isinstance(body, Wish)]
    phone.do(lambda n: i.RemoveDevice(n, thief.client))
    key = newest(world, phone).account_key
    thief.crash()
    private = world.random.randbytes(32)
    fresh = Wish.sign(thief.client, thief.own.signature_private, world.hub.now_ms + 1, b"", private)
    for device in (phone, tablet):
        for body in (*early, fresh):
            letter(world, device, body.encode())
        assert refused(device, "does not name")
        assert device.view.get(Table.OWN, SCOPE, thief.client.encode()) is None
    wait(world, RELAY_MS + AGAIN_MS)
    to_thief = [found for found in letters_to(world, thief.client) if isinstance(found, Passed)]
    assert all(found.account_key != key for found in to_thief)
    everything = [found for client in world.hub.inboxes for found in letters_to(world, client)]
    for found in everything:
        if isinstance(found, Passed) and found.account_key == key:
            for own in (private, wish_of(thief).private):
                with pytest.raises(IdentityError):
                    open_passed(found, own, newest(world, phone))
    assert holds(phone) and holds(tablet) and not has_key(world, thief)


def test_a_wish_that_stood_before_the_removal_is_not_fulfilled_after_it(world: World) -> None:
    """The dropped device was away from the key all the time: its wish lies with the others, open."""
    phone = world.person()
    tablet = world.second_device(phone)
    thief = world.second_device(phone)
    stale = Wish.sign(thief.client, thief.own.signature_private, wish_of(thief).number + 1, b"", bytes(range(32)))
    tablet.view.save({(Table.OWN, SCOPE, thief.client.encode()): msgspec.msgpack.encode(Heard(stale.encode()))})
    tablet.do(lambda n: i.RemoveDevice(n, thief.client))
    key = newest(world, phone).account_key
    assert all(found.account_key != key for found in letters_to(world, thief.client) if isinstance(found, Passed))
    assert tablet.view.get(Table.OWN, SCOPE, thief.client.encode()) is None


def test_a_device_that_the_hub_offers_is_refused_by_name(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    private, _ = generate_signature_key(SUITE, world.random.randbytes)
    later = world.hub.now_ms + 1
    ghost = Wish.sign(new_client_uri(phone.user, world.random.randbytes), private, later, b"", bytes(range(32)))
    masked = Wish.sign(tablet.client, private, later, b"", bytes(range(32)))
    stranger = Wish.sign(world.person().client, private, later, b"", bytes(range(32)))
    before = len(letters_to(world, tablet.client))
    for wish, word in ((ghost, "does not name"), (masked, "did not sign"), (stranger, "is no device of")):
        letter(world, phone, wish.encode())
        assert refused(phone, word), word
    wait(world, RELAY_MS)
    assert len(letters_to(world, tablet.client)) == before and holds(tablet)


def test_a_key_of_the_hubs_is_refused_by_name_and_burns_no_wish(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    own = tablet.engine.device.own.account_private
    letter(world, tablet, seal(said(tablet), world.random.randbytes(32)).encode())
    assert refused(tablet, "not the account key of version")
    letter(world, tablet, b"no letter at all")
    assert refused(tablet, "not a letter between devices")
    assert tablet.engine.device.own.account_private == own and holds(tablet)
    phone.do(lambda n: i.RemoveDevice(n, world.second_device(phone).client))
    assert holds(tablet)


def test_a_hub_that_fills_the_key_it_withholds_with_another_is_refused_by_name(world: World) -> None:
    """The tablet lacks the key in force; what comes names that key and is another, or does not open."""
    phone = world.person()
    tablet, gone = world.second_device(phone), world.second_device(phone)
    tablet.disconnect()
    phone.do(lambda n: i.RemoveDevice(n, gone.client))
    world.hub.inboxes[tablet.client] = [
        withheld(frame, seal(said(tablet), world.random.randbytes(32)), newest(world, phone))
        for frame in world.hub.inboxes[tablet.client]
    ]
    phone.asleep = True
    tablet.connect()
    assert refused(tablet, "does not open under this device's wish") and not holds(tablet)
    phone.asleep = False
    wait(world, PATIENCE_MS)
    assert holds(tablet)


def withheld(frame: Inbox, other: Passed, devices: DeviceList) -> Inbox:
    about_key = frame.kind is InboxKind.LETTER and not is_telling(frame.body)
    if not about_key or not isinstance(decode_letter(frame.body), Passed):
        return frame
    body = Passed(other.client_uri, devices.account_key, other.public, other.sealed).encode()
    return Inbox(frame.seq, frame.kind, frame.room_uri, frame.room_seq, body)


def test_an_unusable_wish_of_an_own_device_keeps_nothing_from_the_others(world: World) -> None:
    phone = world.person()
    tablet, laptop, gone = (world.second_device(phone) for _ in range(3))
    bad = sorted((tablet, laptop), key=lambda each: each.client)[0]
    spoiled = resigned(bad, replace(said(bad), number=said(bad).number + 1, public=bytes(32)))
    bad.crash()
    letter(world, phone, spoiled.encode())
    phone.do(lambda n: i.RemoveDevice(n, gone.client))
    assert holds(laptop if bad is tablet else tablet)


def resigned(phone: Phone, wish: Wish) -> Wish:
    return replace(wish, signature=sign_with_label(SUITE, phone.own.signature_private, LABEL, wish.tbs()))


# Races and crashes


def test_a_hub_that_holds_back_the_new_list_delays_the_key_and_no_more(world: World) -> None:
    """The letter comes while the log still shows the list before: refused by name, and wished for once it shows."""
    phone = world.person()
    tablet, gone = world.second_device(phone), world.second_device(phone)
    tablet.disconnect()
    old_log, old_lists = copy.deepcopy(world.hub.log), copy.deepcopy(world.hub.lists)
    phone.do(lambda n: i.RemoveDevice(n, gone.client))
    new_log, new_lists = world.hub.log, world.hub.lists
    phone.asleep = True
    world.hub.log, world.hub.lists = old_log, old_lists
    tablet.connect()
    assert refused(tablet, "not the account key of version")
    assert holds(tablet), "for all it can know, the key before is in force"
    world.hub.log, world.hub.lists = new_log, new_lists
    tablet.do(lambda n: i.FetchDevices(n, phone.user))
    assert not holds(tablet)
    with pytest.raises(CommandRefused, match="given the new one yet"):
        tablet.do(lambda n: i.RemoveDevice(n, phone.client))
    phone.asleep = False
    wait(world, PATIENCE_MS)
    assert holds(tablet)


def test_a_hub_that_loses_letters_delays_the_key_by_a_day_at_most(world: World) -> None:
    phone = world.person()
    lost = True

    def losing(client: str, kind: InboxKind, room_uri: str, room_seq: int, body: bytes) -> None:
        if not (lost and kind is InboxKind.LETTER):
            post(client, kind, room_uri, room_seq, body)

    post, world.hub.post = world.hub.post, losing  # type: ignore[method-assign]  # a hub that loses
    tablet = world.second_device(phone)
    wait(world, PATIENCE_MS)
    assert not holds(tablet)
    lost = False
    wait(world, AGAIN_MS)
    assert holds(tablet)


def test_two_devices_that_change_the_key_at_once_both_go_on(world: World) -> None:
    """One list wins in the key log; the device of the other is given the key of that one, and tries again."""
    phone = world.person()
    tablet, one, other = (world.second_device(phone) for _ in range(3))
    commands = [
        (phone, phone.command(lambda n: i.RemoveDevice(n, one.client))),
        (tablet, tablet.command(lambda n: i.RemoveDevice(n, other.client))),
    ]
    world.settle()
    done = [number in device.done for device, number in commands]
    assert sorted(done) == [False, True], "the hub took one list and refused the other"
    assert holds(phone) and holds(tablet)
    failed = [str(device.failed[number]) for device, number in commands if number in device.failed]
    assert len(failed) == 1 and "at the same moment" in failed[0]
    loser, gone = (tablet, other) if done[0] else (phone, one)
    loser.do(lambda n: i.RemoveDevice(n, gone.client))
    assert names(newest(world, phone)) == {phone.client, tablet.client}
    assert holds(phone) and holds(tablet) and not has_key(world, one) and not has_key(world, other)


def test_two_devices_that_remove_each_other_leave_the_one_whose_list_came_first(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    phone.command(lambda n: i.RemoveDevice(n, tablet.client))
    tablet.command(lambda n: i.RemoveDevice(n, phone.client))
    world.settle()
    left = names(newest(world, phone))
    assert left in ({phone.client}, {tablet.client})
    assert [has_key(world, phone), has_key(world, tablet)] == [left == {phone.client}, left == {tablet.client}]


@pytest.mark.parametrize("at", ["before the list is seen", "before the first letter", "after the first letter"])
def test_a_device_that_is_killed_between_list_and_passing_passes_on_when_it_returns(world: World, at: str) -> None:
    phone = world.person()
    tablet, laptop, gone = (world.second_device(phone) for _ in range(3))
    sent: list[str] = []

    def dies(caller: Phone, call: Call) -> None:
        if caller is not phone or caller.crashed:
            return
        published = isinstance(call.body, rest.PutDeviceList) and at == "before the list is seen"
        if published:
            world.hub.publish(caller.user, call.body.value)  # type: ignore[union-attr]  # a PutDeviceList
        if isinstance(call.body, rest.SendLetter) and isinstance(decode_letter(call.body.letter), Passed):
            sent.append(call.body.client_uri)
        if published or len(sent) == (1 if at == "before the first letter" else 2):
            caller.crash()
            raise Refusal(Code.UNAVAILABLE, "nobody hears this any more")

    world.hub.refuse = dies
    phone.command(lambda n: i.RemoveDevice(n, gone.client))
    world.settle()
    assert phone.crashed and names(newest(world, phone)) == {phone.client, tablet.client, laptop.client}
    world.hub.refuse = lambda caller, call: None
    phone.restart()
    wait(world, PATIENCE_MS)
    assert holds(phone) and holds(tablet) and holds(laptop) and not has_key(world, gone)


def test_a_device_that_is_killed_when_the_key_comes_has_it_or_gets_it_again(world: World) -> None:
    phone = world.person()
    tablet, gone = world.second_device(phone), world.second_device(phone)
    tablet.asleep = True
    phone.do(lambda n: i.RemoveDevice(n, gone.client))
    tablet.asleep = False
    while tablet.inbox and not has_key(world, tablet):
        tablet.step(tablet.inbox.popleft())
    tablet.crash()
    tablet.restart()
    assert holds(tablet)


def test_whoever_was_given_the_key_gives_it_on_where_its_maker_is_gone(world: World) -> None:
    """The maker dies after one letter. The one who has it serves the other, after a minute."""
    phone = world.person()
    tablet, laptop, gone = (world.second_device(phone) for _ in range(3))
    sent: list[str] = []

    def dies(caller: Phone, call: Call) -> None:
        if caller is phone and isinstance(call.body, rest.SendLetter):
            if isinstance(decode_letter(call.body.letter), Passed):
                sent.append(call.body.client_uri)
            if len(sent) == 2:
                caller.crash()
                raise Refusal(Code.UNAVAILABLE, "nobody hears this any more")

    world.hub.refuse = dies
    phone.command(lambda n: i.RemoveDevice(n, gone.client))
    world.settle()
    lucky, other = (tablet, laptop) if sent[0] == tablet.client else (laptop, tablet)
    assert holds(lucky) and not holds(other)
    wait(world, RELAY_MS)
    assert holds(other) and not has_key(world, gone)


# What is kept, and what is not said


def test_each_key_is_wished_for_under_a_fresh_one_and_the_one_before_is_gone(world: World) -> None:
    phone = world.person()
    tablet, gone = world.second_device(phone), world.second_device(phone)
    before = wish_of(tablet)
    phone.do(lambda n: i.RemoveDevice(n, gone.client))
    assert holds(tablet)
    assert wish_of(tablet).private != before.private and wish_of(tablet).number > before.number
    assert all(before.private not in value for value in tablet.view.rows.values())


def test_an_older_wish_takes_no_newer_ones_place(world: World) -> None:
    phone = world.person()
    tablet, gone = world.second_device(phone), world.second_device(phone)
    before = phone.view.get(Table.OWN, SCOPE, tablet.client.encode())
    assert before is not None
    old = Wish.sign(tablet.client, tablet.own.signature_private, 1, b"", bytes(range(32)))
    letter(world, phone, old.encode())
    assert phone.view.get(Table.OWN, SCOPE, tablet.client.encode()) == before
    phone.do(lambda n: i.RemoveDevice(n, gone.client))
    assert holds(tablet)


def test_a_device_alone_says_and_keeps_nothing_of_it(world: World) -> None:
    phone = world.person()
    wait(world, AGAIN_MS)
    assert phone.view.get(Table.OWN, "", OWN_WISH) is None and not phone.view.scan(Table.OWN, SCOPE)


def test_a_quiet_account_sends_no_letters(world: World) -> None:
    """Once all have the key: whatever time passes, whoever reconnects."""
    phone = world.person()
    devices = [phone, *(world.second_device(phone) for _ in range(3))]
    count = sum(len(letters_to(world, each.client)) for each in devices)
    for _ in range(3):
        wait(world, AGAIN_MS)
    for each in devices:
        each.disconnect()
        each.connect()
    assert sum(len(letters_to(world, each.client)) for each in devices) == count


def test_its_secrets_are_in_no_repr() -> None:
    private = bytes(range(32))
    wish = OwnWish(1, private, b"", b"", 0, b"", 0)
    shown = repr(wish) + repr(Heard(b"wish"))
    assert repr(private) not in shown and private.hex() not in shown


# At random


def walk(seed: int) -> None:
    """Devices come, go, sleep, crash and are removed; in the end all that are left have the key, and nobody else."""
    random = Random(seed)
    world = World(seed)
    phone = world.person()
    devices, dropped = [phone], list[Phone]()
    for _ in range(12):
        up = [each for each in devices if each.client in world.hub.online and not each.crashed]
        match random.choice(("link", "remove", "remove", "away", "back", "kill", "time")):
            case "link" if len(devices) < 5 and any(holds(each) for each in up):
                devices.append(world.second_device(random.choice([each for each in up if holds(each)])))
            case "remove" if len(devices) > 1 and up:
                actor = random.choice(up)
                gone = random.choice([each for each in devices if each is not actor])
                try:
                    actor.do(lambda n, gone=gone: i.RemoveDevice(n, gone.client))  # type: ignore[misc]  # a default
                except (CommandRefused, Refusal):
                    continue
                devices.remove(gone)
                dropped.append(gone)
            case "away" if up:
                random.choice(up).disconnect()
            case "back":
                for each in devices:
                    if each.client not in world.hub.online and not each.crashed:
                        each.connect()
            case "kill" if up:
                victim = random.choice(up)
                victim.crash()
                victim.restart()
            case _:
                wait(world, random.choice((1_000, PATIENCE_MS, RELAY_MS)))
    for each in devices:
        if each.client not in world.hub.online:
            each.connect()
    for ms in (PATIENCE_MS, RELAY_MS, AGAIN_MS, PATIENCE_MS):
        wait(world, ms)
    assert names(newest(world, phone)) == {each.client for each in devices}, seed
    assert all(holds(each) and has_key(world, each) for each in devices), seed
    assert not any(has_key(world, each) for each in dropped), seed


def test_a_few_walks() -> None:
    for seed in range(4):
        walk(seed)


@pytest.mark.prove
def test_many_walks() -> None:
    for seed in range(WALKS):
        walk(1_000 + seed)
