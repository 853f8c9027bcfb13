# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making an account: its keys are on disk before the hub hears of it.

The hub takes it: the store is a device. It surely refuses: the store is deleted, and the same can be tried again. Its
answer is lost: the keys stay, and the same call goes on, since the hub answers a repeat as it did the first time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from privity.client.apart import apart, close
from privity.client.backup.keys import kept_rows
from privity.client.engine.contact_book import age_row
from privity.client.engine.key_log import KEYS
from privity.client.engine.own_lists import fresh_rows
from privity.client.engine.records import Table
from privity.client.engine.state import OWN_KEY, Own
from privity.client.engine.trust import pinned_account, unproven
from privity.client.errors import (
    CommandRefused,
    HubUnreachable,
    PlaintextRefused,
    RegistrationUnfinished,
    RegistrationUnknown,
    StoreExists,
)
from privity.client.net.connection import JSON, decode, exchange
from privity.client.net.server_info import log_keys, server_info
from privity.client.own_returns import bring_back_kept
from privity.client.store.database import Store
from privity.client.store.header import Cost
from privity.identity.account import Account
from privity.identity.device_list import Device, DeviceList
from privity.identity.recovery import root_of
from privity.identity.uris import new_client_uri, new_user_uri, user_of
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire import rest
from privity.wire.age import AgeBand
from privity.wire.contacts import Age
from privity.wire.errors import Code, Refusal
from privity.wire.hub_url import BadHubUrl, PlaintextUrl, check_hub_url

HUB_KEY = b"hub"
_UNFINISHED_KEY = b"registration"

NO_TO_A_REPEAT: Final = frozenset({Code.BAD_INVITE, Code.HANDLE_TAKEN})
"""Decided after the hub has looked whether it took this very registration before: then the account does not exist."""
NO: Final = NO_TO_A_REPEAT | {Code.MALFORMED, Code.TOO_LARGE, Code.DEVICE_LIST_REFUSED, Code.TOO_MANY}
"""Of a first attempt. A repeat that meets one of these says nothing about the attempt before it."""


class Unfinished(msgspec.Struct, frozen=True):
    """A registration whose answer has not come. The phrase is here, in the encrypted store, until it can be shown."""

    hub: str
    handle: str
    phrase: str

    def __repr__(self) -> str:
        return f"<Unfinished registration of {self.handle}>"


async def register(
    folder: Path,
    passphrase: str,
    hub: str,
    *,
    handle: str,
    phrase: str,
    invite: str | None = None,
    age: AgeBand = AgeBand.UNKNOWN,
    listed: bool = False,
    cost: Cost | None = None,
) -> Store:
    """The store of a new device, whose account the hub has taken. `cost` is that of its passphrase.

    Raises Refusal or HubUnreachable, and nothing is left; RegistrationUnknown, and the same call goes on.
    """
    asked = Unfinished(checked_hub(hub), handle, phrase)
    async with aiohttp.ClientSession() as http:
        store, final = await apart(lambda: _begun(folder, passphrase, asked), close), NO_TO_A_REPEAT
        if store is None:
            info = await server_info(http, asked.hub)
            store = await apart(
                lambda: _prepared(folder, passphrase, asked, info, cost), lambda made: forget(made, folder)
            )
            final = NO
        with ExitStack() as undo:
            undo.callback(store.close)
            try:
                await _send(http, store, asked, invite, age, listed)
            except HubUnreachable as err:
                raise _unknown(err, folder) from None
            except Refusal as refusal:
                if refusal.code not in final:
                    raise _unknown(refusal, folder) from None
                undo.pop_all()
                forget(store, folder)
                raise
            said = age_row(Age(age, None, False))
            store.save({(Table.OWN, "", _UNFINISHED_KEY): None, **kept_rows(root_of(phrase)), **said})
            undo.pop_all()
    return store


def kept_phrase(folder: Path, passphrase: str) -> str | None:
    """The recovery phrase of a registration in this folder whose answer was lost, or None. Raises StoreError."""
    if not Store.exists(folder):
        return None
    store = Store.open(folder, passphrase)
    try:
        unfinished = _unfinished(store)
    finally:
        store.close()
    return None if unfinished is None else unfinished.phrase


def require_finished(store: Store) -> None:
    """Raise RegistrationUnfinished when the hub's answer has not come yet."""
    unfinished = _unfinished(store)
    if unfinished is not None:
        raise RegistrationUnfinished(
            f"the registration of {unfinished.handle} at {unfinished.hub} is not finished: run the same"
            " `privity register` again"
        )


def _begun(folder: Path, passphrase: str, asked: Unfinished) -> Store | None:
    """The store of this very registration, begun before. None when there is nothing to go on with."""
    if not Store.exists(folder):
        return None
    with ExitStack() as undo:
        store = Store.open(folder, passphrase)
        undo.callback(store.close)
        if not store.scan(Table.OWN, "", limit=1):  # ended before anything was written
            undo.pop_all()
            forget(store, folder)
            return None
        _check_same(_unfinished(store), asked, folder)
        undo.pop_all()
    return store


def _prepared(folder: Path, passphrase: str, asked: Unfinished, info: rest.ServerInfo, cost: Cost | None) -> Store:
    """A fresh store with the keys of the account to be."""
    user_uri = new_user_uri(info.host, os.urandom)
    client_uri = new_client_uri(user_uri, os.urandom)
    account_private, _ = generate_signature_key(suite(1), os.urandom)
    private, public = generate_signature_key(suite(1), os.urandom)
    listed = Device(client_uri, public, time.time_ns() // 1_000_000)
    first = DeviceList.sign(
        user_uri, (listed,), account_private, recovery_private=root_of(asked.phrase).recovery_private()
    )
    own = own_device(info, listed, asked.handle, (private, public), account_private)
    kept = _UNFINISHED_KEY, msgspec.msgpack.encode(asked)
    return begun_store(folder, passphrase, info, (first,), own, kept, asked.hub, cost)


def begun_store(
    folder: Path,
    passphrase: str,
    info: rest.ServerInfo,
    lists: Sequence[DeviceList],
    own: Own,
    unfinished: tuple[bytes, bytes],
    hub: str,
    cost: Cost | None = None,
) -> Store:
    """A fresh store of a device to be: who it is, the hub's log, how to go on (`unfinished`), and its account's lists.

    The newest of them was signed here.
    """
    key, value = unfinished
    store = Store.create(folder, passphrase, cost=cost)
    with ExitStack() as undo:
        undo.callback(forget, store, folder)
        store.save(
            {
                (Table.OWN, "", OWN_KEY): own.encode(),
                (Table.OWN, "", HUB_KEY): hub.encode(),
                (Table.OWN, "", key): value,
                (Table.PIN, "", own.user_uri.encode()): unproven(Account.of(lists[-1])),
                (Table.LOG, "", KEYS): log_keys(info).encode(),
                **fresh_rows(lists),
            }
        )
        undo.pop_all()
    return store


def own_device(
    info: rest.ServerInfo, listed: Device, handle: str, keys: tuple[bytes, bytes], account_private: bytes
) -> Own:
    """This device at this hub, as it will be kept. `keys` are its private and its public key."""
    return Own(
        user_of(listed.client_uri),
        listed.client_uri,
        handle,
        *keys,
        account_private,
        info.host,
        info.external_sender_public_key,
        info.franking_public_key,
        info.intake_public_key,
    )


async def _send(
    http: aiohttp.ClientSession, store: Store, asked: Unfinished, invite: str | None, age: AgeBand, listed: bool
) -> None:
    ((_, account),) = store.scan(Table.PIN, "")
    value = pinned_account(account).newest.encode()
    body = msgspec.json.encode(rest.Register(asked.handle, value, invite, age, listed))

    async def send() -> None:
        decode(await exchange(http, "POST", f"{asked.hub}/v1/accounts", body, JSON), rest.Registered)

    try:
        await send()
    except Refusal as refusal:
        if refusal.code is not Code.KEYS_LOST:
            raise
        await bring_back_kept(http, asked.hub, store)  # it was taken, and then lost
        await send()


def _unfinished(store: Store) -> Unfinished | None:
    kept = store.get(Table.OWN, "", _UNFINISHED_KEY)
    return None if kept is None else msgspec.msgpack.decode(kept, type=Unfinished)


def _check_same(kept: Unfinished | None, asked: Unfinished, folder: Path) -> None:
    if kept is None:
        raise StoreExists(f"{folder} holds a device already; choose another folder")
    if (kept.hub, kept.handle) != (asked.hub, asked.handle):
        raise CommandRefused(
            f"{folder} holds an unfinished registration of {kept.handle} at {kept.hub}: finish that one, or choose"
            " another folder"
        )
    if root_of(kept.phrase) != root_of(asked.phrase):
        raise CommandRefused(
            f"the registration in {folder} was begun with another recovery phrase; go on with that one"
        )


def _unknown(err: Exception, folder: Path) -> RegistrationUnknown:
    return RegistrationUnknown(
        f"no answer to the registration ({err}): the hub may have made the account. Its keys are kept in {folder};"
        " run the same again to go on"
    )


def checked_hub(hub: str) -> str:
    """The hub's address as it was typed. Raises PlaintextRefused, CommandRefused."""
    try:
        return check_hub_url(hub)
    except PlaintextUrl as err:
        raise PlaintextRefused(f"the hub's address {err}") from None
    except BadHubUrl as err:
        raise CommandRefused(f"the hub's address {err}") from None


def forget(store: Store, folder: Path) -> None:
    """Delete a store whose account does not exist, and its folder unless something else is in it."""
    store.discard(folder)
    with suppress(OSError):
        folder.rmdir()
