# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Coming back to an account with none of its devices: by the phrase, or by a reset with a code of the operator.

The new device's keys and the list that names it are on disk before the hub hears of them. When an answer is lost, the
same call goes on: it looks whether the list was taken before, and sends it again if not. A device of a reset is made at
once and opens after 72 hours, unless a device of the account has said no by then.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from privity.client.apart import apart, close
from privity.client.backup.keys import kept_rows
from privity.client.engine.records import Table
from privity.client.engine.trust import pinned_account
from privity.client.errors import (
    CommandRefused,
    HubUnreachable,
    RecoveryUnfinished,
    RecoveryUnknown,
    ResetWaits,
    StoreExists,
    WrongPhrase,
)
from privity.client.net.connection import JSON, decode, exchange
from privity.client.net.server_info import server_info
from privity.client.own_returns import bring_back_kept
from privity.client.registration import begun_store, checked_hub, forget, own_device
from privity.client.store.database import Store
from privity.identity.account import RESET_PENDING_MS
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.errors import OtherUserUri
from privity.identity.recovery import root_of
from privity.identity.undated import UndatedChain, read_chain
from privity.identity.uris import host_of, new_client_uri, parse_user_uri
from privity.mls.crypto import generate_signature_key, signature_public_key
from privity.wire import rest
from privity.wire.errors import Code, Refusal

Sign = Callable[[UndatedChain, Device, bytes], DeviceList]
"""Makes the list after a chain that names one new device, under this new account key."""

_UNFINISHED_KEY = b"recovery"
_WAITS_KEY = b"reset-waits"

NO: Final = frozenset(
    {
        Code.MALFORMED,
        Code.TOO_LARGE,
        Code.NOT_FOUND,
        Code.CONFLICT,
        Code.DEVICE_LIST_REFUSED,
        Code.BAD_RESET_CODE,
        Code.ACCOUNT_CLOSED,
        Code.TOO_MANY,
    }
)
"""The list was not taken, and was not before either: that was looked for first."""

LOST: Final = (Code.KEYS_LOST, Code.NOT_FOUND)
"""What a hub says of an account that it lost: this device, once its list was published, may have all of it."""


class Asked(msgspec.Struct, frozen=True):
    """What is under way in a folder. `code` makes it a reset, whose new phrase stays here until it can be shown."""

    hub: str
    handle: str
    phrase: str | None = None
    code: str | None = None

    def __repr__(self) -> str:
        return f"<{'Recovery' if self.code is None else 'Reset'} of {self.handle}>"


async def recover(folder: Path, passphrase: str, hub: str, *, handle: str, phrase: str) -> Store:
    """The store of a new device, alone in the account's list, by the recovery phrase.

    Raises WrongPhrase, Refusal or HubUnreachable, and nothing is left; RecoveryUnknown, and the same call goes on.
    """
    recovery_private = root_of(phrase).recovery_private()
    recovery_key = signature_public_key(SUITE, recovery_private)

    def sign(chain: UndatedChain, device: Device, account_private: bytes) -> DeviceList:
        in_force = chain.under(recovery_key)
        if in_force is None:
            raise WrongPhrase("these twelve words are a recovery phrase, but not the one of this account")
        return DeviceList.sign(
            in_force.user_uri,
            (device,),
            account_private,
            recovery_private=recovery_private,
            previous=chain.newest,
            in_force=in_force,
        )

    store, _ = await _run(folder, passphrase, Asked(checked_hub(hub), handle), sign)
    store.save({(Table.OWN, "", _UNFINISHED_KEY): None, **kept_rows(root_of(phrase))})
    return store


async def reset(folder: Path, passphrase: str, hub: str, *, handle: str, phrase: str, code: str) -> int:
    """A new device that opens in 72 hours, with a new phrase; when that is, in ms since 1970.

    Raises what `recover` raises.
    """
    recovery_private = root_of(phrase).recovery_private()

    def sign(chain: UndatedChain, device: Device, account_private: bytes) -> DeviceList:
        return DeviceList.sign(
            chain.newest.user_uri,
            (device,),
            account_private,
            recovery_private=recovery_private,
            previous=chain.newest,
            in_force=chain.candidates[0],
            reset=True,
        )

    store, taken_ms = await _run(folder, passphrase, Asked(checked_hub(hub), handle, phrase, code), sign)
    opens_ms = taken_ms + RESET_PENDING_MS
    try:
        waits = {(Table.OWN, "", _WAITS_KEY): opens_ms.to_bytes(8, "big"), (Table.OWN, "", _UNFINISHED_KEY): None}
        store.save({**waits, **kept_rows(root_of(phrase))})
    finally:
        store.close()
    return opens_ms


def kept_phrase(folder: Path, passphrase: str) -> str | None:
    """The new phrase of a reset in this folder whose answer was lost, or None. Raises StoreError."""
    if not Store.exists(folder):
        return None
    store = Store.open(folder, passphrase)
    try:
        asked = _asked(store)
    finally:
        store.close()
    return None if asked is None else asked.phrase


def require_in_force(store: Store) -> None:
    """Raise RecoveryUnfinished while the hub's answer has not come, ResetWaits before a reset is in force."""
    asked = _asked(store)
    if asked is not None:
        verb = "recover" if asked.code is None else "reset"
        raise RecoveryUnfinished(
            f"the {'recovery' if asked.code is None else 'reset'} of {asked.handle} at {asked.hub} is not finished: run"
            f" the same `privity {verb}` again"
        )
    waits = store.get(Table.OWN, "", _WAITS_KEY)
    if waits is None:
        return
    at_ms = int.from_bytes(waits, "big")
    left_ms = at_ms - time.time_ns() // 1_000_000
    if left_ms > 0:
        when = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()
        raise ResetWaits(
            f"the reset is in force at {when:%Y-%m-%d %H:%M}, in {left_ms // 3_600_000 + 1} hours, unless a device of"
            " the account cancels it"
        )


async def _run(folder: Path, passphrase: str, asked: Asked, sign: Sign) -> tuple[Store, int]:
    """The store, open, whose list the hub has taken, and the hub's time then."""
    async with aiohttp.ClientSession() as http:
        store = await apart(lambda: _begun(folder, passphrase, asked), close)
        with ExitStack() as undo:
            if store is not None:
                undo.callback(store.close)
            info = await server_info(http, asked.hub)
            begun = store is not None
            try:
                user_uri, values = await _chain(http, asked, info.host)
            except Refusal as refusal:
                if store is None or refusal.code not in LOST:
                    raise
                with suppress(Refusal):  # the second look says why not
                    await bring_back_kept(http, asked.hub, store)
                user_uri, values = await _chain(http, asked, info.host)
            if store is None:
                store = await apart(
                    lambda: _prepared(folder, passphrase, asked, info, sign, user_uri, values),
                    lambda made: forget(made, folder),
                )
                undo.callback(store.close)
            value = _own_list(store).encode()
            if not (begun and value in values):
                try:
                    await _send(http, asked, value)
                except HubUnreachable as err:
                    raise _unknown(err, folder) from None
                except Refusal as refusal:
                    if refusal.code not in NO and (begun or refusal.code is not Code.KEYS_LOST):
                        raise _unknown(refusal, folder) from None
                    undo.pop_all()
                    forget(store, folder)
                    raise
            taken_ms = (await server_info(http, asked.hub)).now_ms
            undo.pop_all()
    return store, taken_ms


def _begun(folder: Path, passphrase: str, asked: Asked) -> Store | None:
    """The store of this very recovery, begun before. None when there is nothing to go on with."""
    if not Store.exists(folder):
        return None
    with ExitStack() as undo:
        store = Store.open(folder, passphrase)
        undo.callback(store.close)
        if not store.scan(Table.OWN, "", limit=1):  # ended before anything was written
            undo.pop_all()
            forget(store, folder)
            return None
        kept = _asked(store)
        if kept is None:
            raise StoreExists(f"{folder} holds a device already; choose another folder")
        if kept != asked:
            raise CommandRefused(
                f"{folder} holds an unfinished {kept!r}: go on with that one, or choose another folder"
            )
        undo.pop_all()
    return store


async def _chain(http: aiohttp.ClientSession, asked: Asked, host: str) -> tuple[str, list[bytes]]:
    """The user URI of the handle, which nothing proves yet, and all lists of that account."""
    body = msgspec.json.encode(rest.FindChain(asked.handle))
    found = decode(await exchange(http, "POST", f"{asked.hub}/v1/recovery/lists", body, JSON), rest.ChainFound)
    user_uri = parse_user_uri(found.user_uri)
    if host_of(user_uri) != host:
        raise OtherUserUri(f"the hub calls itself {host} and shows an account of {host_of(user_uri)}")
    return user_uri, found.values


def _prepared(
    folder: Path,
    passphrase: str,
    asked: Asked,
    info: rest.ServerInfo,
    sign: Sign,
    user_uri: str,
    values: Sequence[bytes],
) -> Store:
    """A fresh store with the keys of the device to be, and all lists of its account, the last of which names it."""
    chain = read_chain(values, user_uri)
    account_private, _ = generate_signature_key(SUITE, os.urandom)
    private, public = generate_signature_key(SUITE, os.urandom)
    listed = Device(new_client_uri(user_uri, os.urandom), public, time.time_ns() // 1_000_000)
    devices = sign(chain, listed, account_private)
    own = own_device(info, listed, asked.handle, (private, public), account_private)
    kept = _UNFINISHED_KEY, msgspec.msgpack.encode(asked)
    lists = (*map(DeviceList.decode, values), devices)
    return begun_store(folder, passphrase, info, lists, own, kept, asked.hub)


async def _send(http: aiohttp.ClientSession, asked: Asked, value: bytes) -> None:
    if asked.code is None:
        path, body = "recovery", msgspec.json.encode(rest.Recover(value))
    else:
        path, body = "resets", msgspec.json.encode(rest.Reset(asked.code, value))
    decode(await exchange(http, "POST", f"{asked.hub}/v1/{path}", body, JSON), rest.Done)


def _own_list(store: Store) -> DeviceList:
    ((_, pinned),) = store.scan(Table.PIN, "")
    return pinned_account(pinned).newest


def _asked(store: Store) -> Asked | None:
    kept = store.get(Table.OWN, "", _UNFINISHED_KEY)
    return None if kept is None else msgspec.msgpack.decode(kept, type=Asked)


def _unknown(err: Exception, folder: Path) -> RecoveryUnknown:
    return RecoveryUnknown(
        f"no final answer ({err}): the hub may have taken the new device. Its keys are kept in {folder}; run the same"
        " again to go on"
    )
