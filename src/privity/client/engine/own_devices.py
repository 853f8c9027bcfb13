# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this device signs for its account: devices added and removed, a recovery, its end, the no to an end or a reset.

A signed list and the account key that comes with it are kept before the list leaves, and stay until the account shows
what became of it. So a device that was stopped in between neither loses the key of an account that changed meanwhile
nor signs another list beside the first.
"""

from __future__ import annotations

import hmac

import msgspec

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.inputs import ConfirmDevice, RecoverAccount, RemoveDevice
from privity.client.engine.own_lists import DRAFT_KEY, Draft, kept_draft
from privity.client.engine.records import Table
from privity.client.engine.state import OWN_KEY, Device
from privity.client.errors import CommandRefused, WrongPhrase
from privity.identity.account import Account
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.device_list import Device as ListedDevice
from privity.identity.uris import parse_client_uri
from privity.mls.crypto import generate_signature_key, signature_public_key
from privity.wire import rest
from privity.wire.errors import Code, Refusal

OVERTAKEN = (Code.DEVICE_LIST_REFUSED, Code.CONFLICT)
"""The account went on without this list, and will never take it."""


def key_in_force(device: Device) -> bytes | None:
    """Of the account keys this device has, the one that the list in force names. A draft may be published already."""
    known = device.pins.get(device.own.user_uri)
    for private in _held(device):
        if known is None or signature_public_key(SUITE, private) == known.account_key:
            return private
    return None


def keep_account_key(device: Device, private: bytes) -> None:
    """Take the account key in force in the place of the one before."""
    device.own = msgspec.structs.replace(device.own, account_private=private)
    device.batch.put(Table.OWN, "", OWN_KEY, device.own.encode())


def holds_account_key(device: Device) -> bool:
    """Whether this device can sign the next list: its account key is the one in force."""
    return key_in_force(device) is not None


def require_any_key(device: Device) -> None:
    """Raise CommandRefused on a device that was never given an account key: nothing has to be looked up for that."""
    if not _held(device):
        raise CommandRefused(
            "this device has not been given the account key yet; that happens by itself once another device of the"
            " account is connected. Try again then, use that device, or the recovery phrase"
        )


def require_account_key(device: Device) -> bytes:
    """The private account key in force, or CommandRefused. Look the own account up before."""
    require_any_key(device)
    private = key_in_force(device)
    if private is not None:
        return private
    raise CommandRefused(
        "the account key has changed, and this device has not been given the new one yet; that happens by itself once a"
        " device that has it is connected. Try again then, use that device, or the recovery phrase"
    )


def require_can_add(device: Device) -> bytes:
    """The private account key, if a device may be added now. Raises CommandRefused.

    Not while a reset is pending: the new device could not follow the chain, and its person would not see the reset.
    """
    account = device.pins.account(device.own.user_uri)
    if account is not None and account.pending_since_ms is not None:
        what = "the closing" if account.newest.closes else "a reset"
        raise CommandRefused(f"{what} of this account is pending; cancel it first, then add the device")
    return require_account_key(device)


def confirm_device(device: Device, command: ConfirmDevice) -> Flow[DeviceList]:
    """Sign the own list with one more device and publish it."""
    require_any_key(device)
    client_uri = parse_client_uri(command.client_uri)
    account = yield from _caught_up(device)
    private = require_can_add(device)
    added = ListedDevice(client_uri, command.key, device.now_ms)
    devices = (*account.in_force.devices, added)
    following = DeviceList.sign(device.own.user_uri, devices, private, previous=account.newest)
    return (yield from _publish(device, following, None))


def remove_device(device: Device, command: RemoveDevice) -> Flow[DeviceList]:
    """Sign the own list without another device, under a new account key, and publish it.

    The hub then takes that device out of every room. A pending reset is cancelled by it, as by every list.
    """
    require_any_key(device)
    if command.client_uri == device.own.client_uri:
        raise CommandRefused("a device does not remove itself; do it on another device of the account")
    before = device.pins.account(device.own.user_uri)
    account = yield from _caught_up(device)
    private = require_account_key(device)
    if account.in_force.device(command.client_uri) is None:
        if before is not None and before.in_force.device(command.client_uri) is not None:
            return account.in_force  # an earlier attempt has come through
        raise CommandRefused(f"{command.client_uri} is no device of this account")
    left = _without(account.in_force, (command.client_uri,))
    fresh, _ = generate_signature_key(SUITE, device.random)
    following = DeviceList.sign(
        device.own.user_uri,
        left,
        fresh,
        previous=account.newest,
        in_force=account.in_force,
        previous_account_private=private,
    )
    return (yield from _publish(device, following, fresh))


def close_account(device: Device) -> Flow[DeviceList]:
    """Sign the list that closes the account by the account key alone: it waits, and every device can cancel it."""
    require_any_key(device)
    account = yield from _caught_up(device)
    private = require_account_key(device)
    if account.newest.closes:
        raise CommandRefused("the closing of this account is pending already")
    following = DeviceList.sign(device.own.user_uri, (), private, previous=account.newest, in_force=account.in_force)
    return (yield from _publish(device, following, None))


def cancel_reset(device: Device) -> Flow[DeviceList]:
    """Sign the list in force once more, after the reset or the closing that somebody asked for."""
    account = yield from _caught_up(device)
    private = require_account_key(device)
    if account.pending_since_ms is None:
        raise CommandRefused("no reset and no closing of this account is pending")
    following = DeviceList.sign(
        device.own.user_uri,
        account.in_force.devices,
        private,
        previous=account.newest,
        in_force=account.in_force,
    )
    return (yield from _publish(device, following, None))


def recover_account(device: Device, command: RecoverAccount) -> Flow[DeviceList]:
    """Put an account key of this device in the place of the one in force, by the recovery key; and drop devices.

    Raises WrongPhrase when the recovery key is not the account's.
    """
    own = device.own
    account = yield from _caught_up(device)
    in_force = account.in_force
    recovery_key = signature_public_key(SUITE, command.recovery_private)
    if not hmac.compare_digest(recovery_key, in_force.recovery_key):
        raise WrongPhrase("these twelve words are a recovery phrase, but not the one of this account")
    if own.client_uri in command.dropped:
        raise CommandRefused("this device recovers the account and cannot drop itself")
    for client_uri in (own.client_uri, *command.dropped):
        if in_force.device(client_uri) is None:
            raise CommandRefused(f"{client_uri} is no device of this account")
    fresh, _ = generate_signature_key(SUITE, device.random)
    following = DeviceList.sign(
        own.user_uri,
        _without(in_force, command.dropped),
        fresh,
        recovery_private=command.recovery_private,
        previous=account.newest,
        in_force=in_force,
    )
    return (yield from _publish(device, following, fresh))


def _without(devices: DeviceList, dropped: tuple[str, ...]) -> tuple[ListedDevice, ...]:
    return tuple(listed for listed in devices.devices if listed.client_uri not in dropped)


def _caught_up(device: Device) -> Flow[Account]:
    """The account as it is now. What was signed before and is not published yet comes first: it is sent again."""
    yield from device.pins.refresh(device.own.user_uri)
    draft = kept_draft(device.batch)
    if draft is not None and DeviceList.decode(draft.value).version > _account(device).newest.version:
        try:
            yield from ask(calls.put_device_list(draft.value), rest.Done)
        except Refusal as refusal:
            if refusal.code not in OVERTAKEN:
                raise
            device.batch.delete(Table.OWN, "", DRAFT_KEY)
        yield from device.pins.refresh(device.own.user_uri)
    _settle_draft(device)
    return _account(device)


def _publish(device: Device, following: DeviceList, fresh: bytes | None) -> Flow[DeviceList]:
    """Keep the list and its key, give the list to the hub, and see it published."""
    if kept_draft(device.batch) is not None:
        raise CommandRefused("another change of this account's devices is under way; try again")
    draft = Draft(following.encode(), fresh)
    device.batch.put(Table.OWN, "", DRAFT_KEY, msgspec.msgpack.encode(draft))
    try:
        yield from ask(calls.put_device_list(draft.value), rest.Done)
    except Refusal as refusal:
        if refusal.code in OVERTAKEN:
            device.batch.delete(Table.OWN, "", DRAFT_KEY)
            yield from device.pins.refresh(device.own.user_uri)
            if _account(device).newest.version >= following.version:
                raise CommandRefused(
                    "another device of this account made a change at the same moment; look at them, and try again"
                ) from None
        raise
    yield from device.pins.refresh(device.own.user_uri)
    _settle_draft(device)
    account = _account(device)
    if account.newest.version < following.version:
        raise CommandRefused("the hub took the new device list and does not show it; the same again goes on with it")
    return account.in_force


def _settle_draft(device: Device) -> None:
    """Once the account has come to the draft's version: its key is the account's, or the draft was overtaken."""
    draft = kept_draft(device.batch)
    if draft is None:
        return
    signed, account = DeviceList.decode(draft.value), _account(device)
    if account.newest.version < signed.version:
        return
    if draft.account_private is not None and account.in_force.account_key == signed.account_key:
        keep_account_key(device, draft.account_private)
    device.batch.delete(Table.OWN, "", DRAFT_KEY)


def _held(device: Device) -> list[bytes]:
    draft = kept_draft(device.batch)
    held = (device.own.account_private, None if draft is None else draft.account_private)
    return [private for private in held if private is not None]


def _account(device: Device) -> Account:
    account = device.pins.account(device.own.user_uri)
    if account is None:
        raise CommandRefused("this device knows no list of its own account")
    return account
