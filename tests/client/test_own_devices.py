# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account seen from its own devices: who holds the key, what a crash leaves, and the no to a reset."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine import own_devices
from privity.client.engine.calls import Call
from privity.client.engine.key_log import KEYS
from privity.client.engine.own_lists import DRAFT_KEY, Draft
from privity.client.engine.records import MemoryView, Table
from privity.client.engine.state import OWN_KEY
from privity.client.engine.trust import unproven
from privity.client.errors import CommandRefused, WrongPhrase
from privity.identity.account import RESET_PENDING_MS, Account
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.errors import BadPreviousSignature
from privity.identity.uris import new_client_uri, parse_client_uri
from privity.mls.crypto import generate_signature_key, signature_public_key
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from tests.client.fake_hub import Phone, World
from tests.identity.forging import following, resigned

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World(7)


def newest(world: World, phone: Phone) -> DeviceList:
    return DeviceList.decode(world.hub.lists[phone.user][-1])


def names(devices: DeviceList) -> list[str]:
    return [device.client_uri for device in devices.devices]


def put(phone: Phone, call: Call) -> bool:
    return call.path == "/v1/account/device-list"


def without_key(world: World, phone: Phone) -> Phone:
    """A linked device, while the hub withholds what devices send each other."""

    def withheld(caller: Phone, call: Call) -> None:
        if isinstance(call.body, rest.SendLetter):
            raise Refusal(Code.UNAVAILABLE, "no letters today")

    world.hub.refuse = withheld
    return world.second_device(phone)


def reset(world: World, phone: Phone) -> DeviceList:
    """Somebody at the hub resets the account to a device of theirs."""
    private, public = generate_signature_key(SUITE, world.random.randbytes)
    paper, _ = generate_signature_key(SUITE, world.random.randbytes)
    ghost = Device(new_client_uri(phone.user, world.random.randbytes), public, world.hub.now_ms)
    account = world.hub.account(phone.user)
    forged = DeviceList.sign(
        phone.user,
        (ghost,),
        private,
        recovery_private=paper,
        previous=account.newest,
        in_force=account.in_force,
        reset=True,
    )
    world.hub.publish(phone.user, forged.encode())
    return forged


def holds(phone: Phone) -> bool:
    return own_devices.holds_account_key(phone.engine.device)


def test_removing_a_device_rotates_the_account_key_and_the_device_goes_on_with_it(world: World) -> None:
    phone = world.person()
    tablet, laptop = world.second_device(phone), world.second_device(phone)
    before = newest(world, phone)
    phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    after = newest(world, phone)
    assert names(after) == sorted((phone.client, laptop.client))
    assert after.account_key != before.account_key and after.recovery_key == before.recovery_key
    assert after.prev_sig is not None
    phone.crash()
    phone.restart()
    phone.do(lambda n: i.RemoveDevice(n, laptop.client))
    assert names(newest(world, phone)) == [phone.client]
    kept = [value for (_, _, key), value in phone.view.rows.items() if key == DRAFT_KEY]
    assert holds(phone) and not kept


@pytest.mark.parametrize("taken", [True, False], ids=["the hub took it", "the hub never heard of it"])
def test_a_crash_while_the_key_rotates_leaves_a_device_that_goes_on(world: World, taken: bool) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    sent: list[bytes] = []

    def dies(caller: Phone, call: Call) -> None:
        if put(caller, call):
            body = call.body.value  # type: ignore[union-attr]  # a PutDeviceList
            kept = [value for (_, _, key), value in caller.view.rows.items() if key == DRAFT_KEY]
            assert kept and body in kept[0], "the list and its key were on disk before they left"
            sent.append(body)
            if taken:
                world.hub.publish(caller.user, body)
            caller.crash()
            raise Refusal(Code.UNAVAILABLE, "nobody hears this any more")

    world.hub.refuse = dies
    phone.command(lambda n: i.RemoveDevice(n, tablet.client))
    world.settle()
    world.hub.refuse = lambda caller, call: None
    phone.restart()
    assert not taken or holds(phone), "the kept key is the account's as soon as the list is seen"
    if taken:
        with pytest.raises(CommandRefused, match="is no device"):
            phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    else:
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    assert newest(world, phone).encode() == sent[0] and len(sent) == 1
    assert holds(phone)
    another = world.second_device(phone)
    assert another.client in names(newest(world, phone))


def test_a_change_that_waits_for_the_log_is_sent_again_and_no_other_takes_its_place(world: World) -> None:
    phone = world.person()
    tablet, laptop = world.second_device(phone), world.second_device(phone)

    def delayed(caller: Phone, call: Call) -> None:
        if put(caller, call):
            raise Refusal(Code.KEYLOG_DELAYED, "the witnesses are slow")

    world.hub.refuse = delayed
    with pytest.raises(Refusal):
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    with pytest.raises(Refusal):
        phone.do(lambda n: i.RemoveDevice(n, laptop.client))
    world.hub.refuse = lambda caller, call: None
    phone.do(lambda n: i.RemoveDevice(n, laptop.client))
    chain = [names(DeviceList.decode(value)) for value in world.hub.lists[phone.user]]
    assert chain[-2:] == [sorted((phone.client, laptop.client)), [phone.client]]
    assert holds(phone)


def test_two_changes_at_once_come_one_after_the_other(world: World) -> None:
    """Both look at the account before either is sent: the second may not overwrite the key of the first."""
    phone = world.person()
    tablet, laptop = world.second_device(phone), world.second_device(phone)
    commands = [phone.command(lambda n, gone=gone: i.RemoveDevice(n, gone)) for gone in (tablet.client, laptop.client)]  # type: ignore[misc]
    world.settle()
    assert all(command in phone.done for command in commands)
    chain = [names(DeviceList.decode(value)) for value in world.hub.lists[phone.user]]
    assert chain[-2:] == [sorted((phone.client, laptop.client)), [phone.client]]
    assert holds(phone)


def test_a_hub_that_says_yes_and_publishes_nothing_costs_no_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its yes may still come true: the key that it would bring is kept, and no other takes its place."""
    phone = world.person()
    tablet, laptop = world.second_device(phone), world.second_device(phone)
    swallowed: list[bytes] = []
    with monkeypatch.context() as lying:
        lying.setattr(world.hub, "publish", lambda user, value: swallowed.append(value))
        for gone in (tablet, laptop):
            with pytest.raises(CommandRefused):
                phone.do(lambda n, gone=gone: i.RemoveDevice(n, gone.client))  # type: ignore[misc]  # a default
    assert len(set(swallowed)) == 1
    world.hub.publish(phone.user, swallowed[0])
    phone.do(lambda n: i.RemoveDevice(n, laptop.client))
    assert names(newest(world, phone)) == [phone.client] and holds(phone)


def test_a_list_that_the_account_will_never_take_is_forgotten(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)

    def refused(caller: Phone, call: Call) -> None:
        if put(caller, call):
            raise Refusal(Code.CONFLICT, "another came first")

    world.hub.refuse = refused
    with pytest.raises(Refusal):
        phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    world.hub.refuse = lambda caller, call: None
    phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    assert names(newest(world, phone)) == [phone.client]


def test_what_a_person_cannot_do_to_their_devices_is_refused(world: World) -> None:
    phone, stranger = world.person(), world.person()
    tablet = without_key(world, phone)
    for make in (
        lambda n: i.RemoveDevice(n, phone.client),
        lambda n: i.RemoveDevice(n, stranger.client),
        i.CancelReset,
        lambda n: i.RecoverAccount(n, world.recovery[phone.user], (phone.client,)),
        lambda n: i.RecoverAccount(n, world.recovery[phone.user], (stranger.client,)),
    ):
        with pytest.raises(CommandRefused):
            phone.do(make)
    for make in (lambda n: i.RemoveDevice(n, phone.client), i.CancelReset):
        with pytest.raises(CommandRefused, match="given the account key yet"):
            tablet.do(make)
    with pytest.raises(WrongPhrase):
        tablet.do(lambda n: i.RecoverAccount(n, world.recovery[stranger.user], (phone.client,)))
    assert len(world.hub.lists[phone.user]) == 2


def test_a_stolen_device_is_dropped_by_the_phrase_on_a_device_without_the_key(world: World) -> None:
    """The thief has the device with the account key and rotates it; the owner has a tablet and the paper."""
    stolen, friend = world.person(), world.person()
    tablet = world.second_device(stolen)
    friend.direct(stolen)
    thief_key, _ = generate_signature_key(SUITE, world.random.randbytes)
    assert stolen.own.account_private is not None
    last = newest(world, stolen)
    rotated = DeviceList.sign(
        stolen.user, last.devices, thief_key, previous=last, previous_account_private=stolen.own.account_private
    )
    world.hub.publish(stolen.user, rotated.encode())
    tablet.do(lambda n: i.RecoverAccount(n, world.recovery[stolen.user], (stolen.client,)))
    recovered = newest(world, stolen)
    assert names(recovered) == [tablet.client] and holds(tablet)
    stolen.do(lambda n: i.FetchDevices(n, stolen.user))
    with pytest.raises(CommandRefused, match="has changed"):
        stolen.do(lambda n: i.RemoveDevice(n, tablet.client))
    assert friend.do(lambda n: i.FetchDevices(n, stolen.user)) == recovered
    back = Device(parse_client_uri(stolen.client), world.random.randbytes(32), 9)
    private, _ = generate_signature_key(SUITE, world.random.randbytes)
    later = resigned(following(recovered, devices=(*recovered.devices, back)), private, previous=thief_key)
    world.hub.publish(stolen.user, later)
    with pytest.raises(BadPreviousSignature):
        friend.do(lambda n: i.FetchDevices(n, stolen.user))


def test_a_reset_that_nobody_here_asked_for_is_seen_and_cancelled(world: World) -> None:
    phone, friend = world.person(), world.person()
    friend.do(lambda n: i.FetchDevices(n, phone.user))
    before = newest(world, phone)
    reset(world, phone)
    phone.do(lambda n: i.FetchDevices(n, phone.user))
    account = phone.engine.device.pins.account(phone.user)
    assert account is not None and account.in_force == before
    assert account.in_force_at_ms == world.hub.now_ms + RESET_PENDING_MS
    assert friend.do(lambda n: i.FetchDevices(n, phone.user)) == before
    world.hub.now_ms += 71 * HOUR_MS
    phone.do(i.CancelReset)
    after = newest(world, phone)
    assert (names(after), after.account_key, after.version) == (names(before), before.account_key, before.version + 2)
    world.hub.now_ms += 2 * HOUR_MS
    assert friend.do(lambda n: i.FetchDevices(n, phone.user)) == after
    known = friend.engine.device.pins.account(phone.user)
    assert known is not None and (known.resets, known.pending_since_ms) == (0, None)


def test_the_phrase_cancels_a_reset_on_a_device_without_the_key(world: World) -> None:
    phone = world.person()
    tablet = without_key(world, phone)
    reset(world, phone)
    with pytest.raises(CommandRefused, match="account key"):
        tablet.do(i.CancelReset)
    tablet.do(lambda n: i.RecoverAccount(n, world.recovery[phone.user]))
    account = world.hub.account(phone.user)
    assert account.pending_since_ms is None and account.resets == 0
    assert names(account.in_force) == sorted((phone.client, tablet.client))
    assert holds(tablet)


def test_no_device_is_added_while_a_reset_is_pending_and_removing_one_cancels_it(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    reset(world, phone)
    _, key = generate_signature_key(SUITE, world.random.randbytes)
    another = new_client_uri(phone.user, world.random.randbytes)
    with pytest.raises(CommandRefused, match="pending"):
        phone.do(lambda n: i.ConfirmDevice(n, another, key))
    phone.do(lambda n: i.RemoveDevice(n, tablet.client))
    account = world.hub.account(phone.user)
    assert (account.pending_since_ms, names(account.in_force)) == (None, [phone.client])


def test_after_72_hours_the_old_devices_have_no_say(world: World) -> None:
    phone = world.person()
    forged = reset(world, phone)
    world.hub.now_ms += RESET_PENDING_MS
    assert world.hub.account(phone.user).in_force == forged
    with pytest.raises(CommandRefused, match="has changed"):
        phone.do(i.CancelReset)
    with pytest.raises(WrongPhrase):
        phone.do(lambda n: i.RecoverAccount(n, world.recovery[phone.user]))
    assert newest(world, phone) == forged


def test_the_device_of_a_reset_stands_after_72_hours_and_not_before(world: World) -> None:
    phone = world.person()
    private, public = generate_signature_key(SUITE, world.random.randbytes)
    before = newest(world, phone)
    listed = Device(new_client_uri(phone.user, world.random.randbytes), public, world.hub.now_ms)
    own_list = DeviceList.sign(
        phone.user, (listed,), private, recovery_private=world.random.randbytes(32), previous=before, reset=True
    )
    world.hub.publish(phone.user, own_list.encode())
    own = msgspec.structs.replace(
        phone.own,
        client_uri=listed.client_uri,
        signature_private=private,
        signature_public=public,
        account_private=private,
    )
    rows = {
        (Table.OWN, "", OWN_KEY): own.encode(),
        (Table.LOG, "", KEYS): world.hub.log.keys.encode(),
        (Table.PIN, "", phone.user.encode()): unproven(Account.of(own_list)),
    }
    world.hub.now_ms += RESET_PENDING_MS
    made = Phone(world, own, MemoryView(rows))
    world.phones.append(made)
    world.hub.inboxes.setdefault(made.client, [])
    made.connect()
    assert made.do(lambda n: i.FetchDevices(n, phone.user)) == own_list
    assert holds(made)
    second = world.second_device(made)
    assert names(newest(world, phone)) == sorted((made.client, second.client))


def test_secrets_of_the_account_are_in_no_repr() -> None:
    private = bytes(range(32))
    shown = repr(i.RecoverAccount(1, private)) + repr(Draft(b"value", private))
    assert repr(private) not in shown and private.hex() not in shown
    assert signature_public_key(SUITE, private).hex() not in shown
