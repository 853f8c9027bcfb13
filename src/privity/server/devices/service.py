# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which devices exist, and how the next list of an account is taken: checked, queued for the key log, waited for.

What a list drops loses everything at once. What it adds counts once everybody can see it (`devices.publication`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privity.identity import account as accounts
from privity.identity.account import Account
from privity.identity.device_list import DeviceList, Kind
from privity.identity.errors import DeviceListError
from privity.identity.uris import host_of
from privity.keylog.labels import user_label
from privity.server.accounts import closed
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import store
from privity.server.devices.model import Device
from privity.server.keylog import lost, queue
from privity.wire.errors import Code, Refusal

KEY_BYTES = 32
"""Device keys are Ed25519: suites 1 and 3 share it, and sessions are proven with it."""

find = store.find
of_user = store.of_user
which = store.which


def label_of(user_uri: str) -> str:
    """Under which the lists of a user stand in the key log."""
    return user_label(user_uri).decode()


def follows_reset(query: Query, user_uri: str, since_ms: int) -> bool:
    """Whether the account was taken over by a reset after that time: whoever holds it now stood in nothing before."""
    last_ms = store.last_reset_ms(query, user_uri)
    return last_ms is not None and last_ms >= since_ms


def verify_first(value: bytes, host: str) -> DeviceList:
    """Version 0 of whichever user of this host it names, or a DEVICE_LIST_REFUSED Refusal."""
    claimed = decode(value)
    try:
        first = accounts.first(value, claimed.user_uri).newest
    except DeviceListError as err:
        raise refused(err) from None
    check_keys(first)
    if host_of(first.user_uri) != host:
        raise Refusal(Code.DEVICE_LIST_REFUSED, f"the list belongs to another host, this is {host}")
    return first


def newest_list(query: Query, context: HubContext, user_uri: str) -> bytes | None:
    """The newest published value, or a KEYS_LOST Refusal."""
    label = label_of(user_uri)
    lost.check_complete(query, context, label)
    newest = queue.newest_published(query, label)
    return None if newest is None else queue.values_from(query, label, newest)[0][1]


async def put_list(context: HubContext, user_uri: str, value: bytes) -> None:
    """Take the next version from a device of the account, and return once it is published. Again is harmless."""
    context.limits.take("device_list.put", user_uri)
    found = decode(value)
    if found.kind is Kind.RESET:
        raise Refusal(Code.DEVICE_LIST_REFUSED, "a reset needs a code of the operator")
    if found.user_uri != user_uri:
        raise Refusal(Code.DEVICE_LIST_REFUSED, "the list belongs to another account than the caller's")
    await take(context, found, value)


async def take(
    context: HubContext, new: DeviceList, value: bytes, also: Callable[[Tx], None] = lambda tx: None
) -> None:
    """Check a list against everything that was accepted before, queue it, and wait until it is published.

    `also` runs in the transaction that queues it, and in none when the list is the newest one that was accepted.
    """
    label = label_of(new.user_uri)

    def look(query: Query) -> tuple[tuple[int, bytes] | None, Account] | None:
        newest = queue.newest_accepted(query, label)
        if newest is None:
            closed.check_open(query, context, new.user_uri)
        lost.check_complete(query, context, label)
        if newest == (new.version, value):
            return None
        before = standing(query, new.user_uri, context.now_ms())
        if before is None:
            closed.check_open(query, context, new.user_uri)
            raise Refusal(Code.NOT_FOUND, "no account has this user URI")
        try:
            after = accounts.advance(before, value, queue.next_time(query, context.now_ms()))
        except DeviceListError as err:
            raise refused(err) from None
        if newest is None or newest[0] != new.version - 1:
            raise Refusal(Code.CONFLICT, "a list that waits is about to be refused; try again", retry_after_ms=1000)
        check_keys(new)
        return newest, after

    found = await context.db.read(look)
    if found is not None:
        newest, after = found

        def write(tx: Tx) -> None:
            if queue.newest_accepted(tx, label) != newest:
                raise Refusal(Code.CONFLICT, f"version {new.version} exists already and differs")
            also(tx)
            queue.add(tx, context, label, new.version, value)
            _drop(tx, context, after.in_force)

        await context.db.write(write)
    await queue.published(context, label, new.version, value)


def standing(query: Query, user_uri: str, now_ms: int) -> Account | None:
    """The account after all lists that were accepted, as if those that wait appeared now."""
    account = store.state(query, user_uri)
    if account is not None:
        return standing_after(query, account, now_ms)
    waiting = queue.changes_of(query, label_of(user_uri))
    return standing_after(query, accounts.first(waiting[0].value, user_uri), now_ms) if waiting else None


def standing_after(query: Query, account: Account, now_ms: int) -> Account:
    """`standing`, from what is published. A list that time has overtaken, and what follows it, count for nothing."""
    at_ms = queue.next_time(query, now_ms)
    try:
        for waiting in queue.changes_of(query, label_of(account.newest.user_uri)):
            if waiting.version > account.newest.version:
                account = accounts.advance(account, waiting.value, at_ms)
    except DeviceListError:  # it is taken out of the queue when its epoch is cut
        return account
    return account


def after(account: Account | None, value: bytes, user_uri: str, at_ms: int) -> Account:
    """The account after one more list. Raises DeviceListError."""
    return accounts.first(value, user_uri) if account is None else accounts.advance(account, value, at_ms)


def gone_from(query: Query, in_force: DeviceList) -> list[str]:
    """Devices that exist and that this list does not name, or names with another key: those are other devices."""
    keys: dict[str, bytes] = {device.client_uri: device.mls_signature_key for device in in_force.devices}
    return [
        device.client_uri
        for device in store.of_user(query, in_force.user_uri)
        if keys.get(device.client_uri) != device.signature_key
    ]


def end_sessions(context: HubContext, client_uris: Sequence[str]) -> None:
    """On the event loop, once their removal is on the disk."""
    for client_uri in client_uris:
        context.sessions.drop(client_uri, "the user's device list no longer names this device")


def decode(value: bytes) -> DeviceList:
    """What the bytes claim, or a DEVICE_LIST_REFUSED Refusal."""
    try:
        return DeviceList.decode(value)
    except DeviceListError as err:
        raise refused(err) from None


def check_keys(found: DeviceList) -> None:
    """This hub takes Ed25519 keys only."""
    for device in found.devices:
        if len(device.mls_signature_key) != KEY_BYTES:
            raise Refusal(
                Code.DEVICE_LIST_REFUSED,
                f"a device key has {len(device.mls_signature_key)} bytes, this hub takes Ed25519 keys of {KEY_BYTES}",
            )


def refused(err: DeviceListError) -> Refusal:
    return Refusal(Code.DEVICE_LIST_REFUSED, f"{type(err).__name__}: {err}")


def listed(in_force: DeviceList) -> list[Device]:
    """The devices of a list as the hub keeps them."""
    return [
        Device(device.client_uri, in_force.user_uri, device.mls_signature_key, in_force.version)
        for device in in_force.devices
    ]


def _drop(tx: Tx, context: HubContext, in_force: DeviceList) -> None:
    """A stolen device must not stay for as long as the witnesses take."""
    gone = gone_from(tx, in_force)
    if gone:
        store.remove_devices(tx, gone)
        if not in_force.closes:  # whose rooms are left once everybody can see why
            context.hooks.devices_removed(tx, in_force.user_uri, gone)
            context.hooks.device_list_changed(tx, in_force.user_uri)
        tx.after_commit(lambda: end_sessions(context, gone))
