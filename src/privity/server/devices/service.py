# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which devices exist: first lists, their successors, and what a dropped device loses at once."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from privity.identity import device_list as lists
from privity.identity.device_list import DeviceList
from privity.identity.errors import DeviceListError
from privity.mls.errors import CredentialRefused
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import store
from privity.server.devices.model import Device
from privity.wire.errors import Code, Refusal

KEY_BYTES = 32
"""Device keys are Ed25519: suites 1 and 3 share it, and sessions are proven with it."""

find = store.find
of_user = store.of_user
list_version = store.list_version
newest_list = store.newest_list


def check_device(query: Query, user_uri: str, client_uri: str, signature_key: bytes) -> None:
    """Raise CredentialRefused unless the user's newest list names this device with this key (for `RoomRules`)."""
    device = store.find(query, client_uri)
    if device is None or device.user_uri != user_uri:
        raise CredentialRefused("the newest device list of the user does not name this device")
    if not hmac.compare_digest(device.signature_key, signature_key):
        raise CredentialRefused("the newest device list of the user names another key for this device")


def verify_first(value: bytes) -> DeviceList:
    """Version 0 of whichever user it names, or a DEVICE_LIST_REFUSED Refusal."""
    try:
        claimed = DeviceList.decode(value)
        first = lists.verify_first(value, claimed.user_uri)
    except DeviceListError as err:
        raise _refused(err) from None
    _check_keys(first)
    return first


def add_first(tx: Tx, first: DeviceList, value: bytes, now_ms: int) -> None:
    """Store a verified first list of an account that was just made."""
    store.add_list(tx, first.user_uri, 0, value, now_ms)
    for device in _devices(first):
        store.add_device(tx, device)


async def lists_from(context: HubContext, caller_uri: str, user_uri: str, version: int) -> list[bytes]:
    """The signed values from a version on, or a NOT_FOUND Refusal when there is no such user."""
    context.limits.take("device_list.get", caller_uri)

    def read(query: Query) -> list[bytes]:
        if store.newest_list(query, user_uri) is None:
            raise Refusal(Code.NOT_FOUND, "no account has this user URI")
        return store.lists_from(query, user_uri, version)

    return await context.db.read(read)


async def put_list(context: HubContext, user_uri: str, value: bytes) -> None:
    """Take the next version. What it drops leaves rooms, loses its KeyPackages and its session. Again is harmless."""
    context.limits.take("device_list.put", user_uri)
    newest = await context.db.read(lambda reader: store.newest_list(reader, user_uri))
    if newest is None:
        raise Refusal(Code.NOT_FOUND, "no account has this user URI")
    known_version, known_value = newest
    if value == known_value:
        return
    try:
        new = lists.verify_successor(DeviceList.decode(known_value), value)
    except DeviceListError as err:
        raise _refused(err) from None
    _check_keys(new)
    now_ms = context.now_ms()

    def write(tx: Tx) -> None:
        if store.newest_list(tx, user_uri) != (known_version, known_value):
            raise Refusal(Code.CONFLICT, f"version {new.version} exists already and differs")
        _replace(context, tx, new, value, now_ms)

    await context.db.write(write)


def _replace(context: HubContext, tx: Tx, new: DeviceList, value: bytes, now_ms: int) -> None:
    """A device whose key changed (a reset may do that) is another device: it goes and comes."""
    before = {device.client_uri: device for device in store.of_user(tx, new.user_uri)}
    after = {device.client_uri: device for device in _devices(new)}
    gone = [uri for uri, old in before.items() if uri not in after or after[uri].signature_key != old.signature_key]
    store.add_list(tx, new.user_uri, new.version, value, now_ms)
    store.remove_devices(tx, gone)
    for uri, device in after.items():
        if uri not in before or uri in gone:
            store.add_device(tx, device)
    if gone:
        context.hooks.devices_removed(tx, new.user_uri, gone)
    context.hooks.device_list_changed(tx, new.user_uri)
    tx.after_commit(lambda: _end_sessions(context, gone))


def _end_sessions(context: HubContext, client_uris: Sequence[str]) -> None:
    for client_uri in client_uris:
        context.sessions.drop(client_uri, "the user's device list no longer names this device")


def _devices(found: DeviceList) -> list[Device]:
    return [
        Device(device.client_uri, found.user_uri, device.mls_signature_key, found.version) for device in found.devices
    ]


def _check_keys(found: DeviceList) -> None:
    for device in found.devices:
        if len(device.mls_signature_key) != KEY_BYTES:
            raise Refusal(
                Code.DEVICE_LIST_REFUSED,
                f"a device key has {len(device.mls_signature_key)} bytes, this hub takes Ed25519 keys of {KEY_BYTES}",
            )


def _refused(err: DeviceListError) -> Refusal:
    return Refusal(Code.DEVICE_LIST_REFUSED, f"{type(err).__name__}: {err}")
