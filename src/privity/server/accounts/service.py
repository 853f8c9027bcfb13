# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Registering accounts and finding them."""

from __future__ import annotations

from privity.identity.device_list import DeviceList
from privity.identity.errors import BadHandle
from privity.identity.handle import Handle, parse_handle
from privity.server.accounts import closed, store
from privity.server.accounts.model import Account
from privity.server.accounts.unknown import nobody, unknown
from privity.server.ages import store as ages
from privity.server.ages.model import StoredAge
from privity.server.contacts import knowing, standing
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import service as devices
from privity.server.invites import service as invites
from privity.server.keylog import lost, queue
from privity.server.keylog.model import Stage
from privity.server.limits import address_key
from privity.server.observing import service as observing
from privity.server.profiles import store as profiles
from privity.server.profiles.model import Shown
from privity.server.standing import service as decisions
from privity.wire.errors import Code, Refusal
from privity.wire.rest import Register


async def register(context: HubContext, wanted: Register, address: str | None) -> Account:
    """Make an account out of a handle and version 0 of a device list, and return once the list is published.

    The same request again gets the same answer.
    """
    context.limits.take("account.register", address_key(address))
    handle = checked_handle(wanted.handle)
    first = devices.verify_first(wanted.device_list, context.config.host)
    account = Account(first.user_uri, handle)
    now_ms = context.now_ms()
    label = devices.label_of(account.user_uri)

    def write(tx: Tx) -> None:
        lost.check_complete(tx, context, label)
        if _is_repeat(tx, context, account, first, wanted.device_list):
            return
        store.add(tx, account, now_ms)
        age = StoredAge(account.user_uri, wanted.age)
        ages.put(tx, age)
        profiles.put(tx, account.user_uri, Shown(listed=wanted.listed and not age.minor(now_ms)))
        if context.config.registration == "invite":
            invites.use(tx, wanted.invite, account.user_uri, now_ms)
        queue.add(tx, context, label, 0, wanted.device_list)
        observing.registered(tx, context, account.user_uri, address, now_ms)

    await context.db.write(write)
    await queue.published(context, label, 0, wanted.device_list)
    return account


def checked_handle(text: str) -> Handle:
    """The text as a handle, or a MALFORMED Refusal."""
    try:
        return parse_handle(text)
    except BadHandle as err:
        raise Refusal(Code.MALFORMED, str(err)) from None


async def find_handle(context: HubContext, caller_uri: str, handle: str) -> Account:
    """The account that a handle points to, or the NOT_FOUND of whoever is not to be found."""
    context.limits.take("handle.find", caller_uri)
    now_ms = context.now_ms()

    def read(query: Query) -> Account:
        found = store.find_handle(query, handle)
        if found is None or not standing.may_find(query, caller_uri, found.user_uri, now_ms):
            raise nobody(query)
        return found

    return await context.db.read(read)


async def find_user(context: HubContext, caller_uri: str, user_uri: str) -> Account:
    """The account with this user URI, or the NOT_FOUND of whoever is not to be found."""
    context.limits.take("handle.tell", caller_uri)
    now_ms = context.now_ms()

    def read(query: Query) -> Account:
        found = store.find(query, user_uri)
        if found is None or not knowing.may_know(query, caller_uri, user_uri, now_ms):
            raise nobody(query)
        return found

    return await context.db.read(read)


def check_exists(query: Query, user_uri: str) -> None:
    """Raise a NOT_FOUND Refusal unless the hub has this account."""
    if store.find(query, user_uri) is None:
        raise unknown(query, "no account has this user URI")


def _is_repeat(tx: Tx, context: HubContext, account: Account, first: DeviceList, value: bytes) -> bool:
    """Whether this very registration was made before and its answer got lost. Raises when it clashes with another."""
    known = store.find(tx, account.user_uri)
    if known is None:
        closed.check_open(tx, context, account.user_uri)
        closed.check_handle_free(tx, context, account.handle)
        decisions.check_may_begin(tx, context, account.handle, first.recovery_key)
        if store.find_handle(tx, account.handle) is not None:
            raise Refusal(Code.HANDLE_TAKEN, "another account has this handle")
        if any(devices.find(tx, device.client_uri) is not None for device in first.devices):
            raise Refusal(Code.CONFLICT, "a device of the list belongs to an account already")
        return False
    if known == account and queue.stage_of(tx, devices.label_of(known.user_uri), 0, value) is not Stage.GONE:
        return True
    raise Refusal(Code.CONFLICT, "the account exists already")
