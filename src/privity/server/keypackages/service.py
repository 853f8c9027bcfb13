# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Uploading and claiming KeyPackages: what was handed out once is never handed out again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from privity.policy.standing import Deed
from privity.server.accounts.unknown import nobody
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.devices import service as devices
from privity.server.devices.model import Device
from privity.server.invitations import service as consents
from privity.server.keypackages import store
from privity.server.keypackages.check import check
from privity.server.keypackages.model import Checked, HandedOut, Stock
from privity.server.limits import KEY_PACKAGES_PER_DEVICE
from privity.server.rooms import store as rooms
from privity.server.standing import service as decisions
from privity.wire.errors import Code, Refusal
from privity.wire.rest import PutKeyPackages

MARGIN_MS: Final = 60_000
"""What is handed out must still be good when it is used."""
MAX_SUITES: Final = 16


async def put(context: HubContext, client_uri: str, wanted: PutKeyPackages) -> list[Stock]:
    """Check and store all of them, or none. Ones that were uploaded before are passed over."""
    context.limits.take("key_package.put", client_uri, len(wanted.key_packages) + 1)
    if len(wanted.key_packages) > KEY_PACKAGES_PER_DEVICE:
        raise Refusal(Code.TOO_MANY, f"at most {KEY_PACKAGES_PER_DEVICE} at once", limit="key_package.stock")
    if wanted.last_resort is not None:
        context.limits.take("key_package.last_resort", client_uri)
    device = await context.db.read(lambda reader: devices.find(reader, client_uri))
    if device is None:
        raise Refusal(Code.UNAUTHENTICATED, "the device was removed")
    now_ms = context.now_ms()
    checked = await asyncio.to_thread(_check_all, wanted, device, now_ms)

    def write(tx: Tx) -> list[Stock]:
        if devices.find(tx, client_uri) != device:
            raise Refusal(Code.UNAUTHENTICATED, "the device was removed")
        store.remove_expired(tx, now_ms)
        for package in checked:
            if not store.seen(tx, package.reference):
                if package.last_resort:
                    store.remove_last_resort(tx, client_uri, package.suite)
                store.add(tx, client_uri, package)
        left = store.stock(tx, client_uri, now_ms)
        kept = sum(of.left for of in left)
        if kept > KEY_PACKAGES_PER_DEVICE:
            raise Refusal(
                Code.TOO_MANY,
                f"the device would have {kept} KeyPackages, at most {KEY_PACKAGES_PER_DEVICE} are kept",
                limit="key_package.stock",
            )
        return left

    return await context.db.write(write)


async def left(context: HubContext, client_uri: str) -> list[Stock]:
    now_ms = context.now_ms()
    return await context.db.read(lambda reader: store.stock(reader, client_uri, now_ms))


async def claim(
    context: HubContext, caller_uri: str, target_uri: str, suites: Sequence[int], room_uri: str = ""
) -> list[HandedOut]:
    """One KeyPackage of each device of the target, of the first of `suites` it has one for. Last resorts come last.

    The target has agreed to be in that room with the caller, or to talk to them; or looks like nobody. A device whose
    inbox is full has nothing: its Welcome would be refused.
    """
    if not 1 <= len(suites) <= MAX_SUITES:
        raise Refusal(Code.MALFORMED, f"a claim names 1 to {MAX_SUITES} suites, got {len(suites)}")
    if not all(0 <= number < 1 << 16 for number in suites):
        raise Refusal(Code.MALFORMED, "a suite is a number of 16 bits")
    context.limits.take("key_package.claim", caller_uri)
    context.limits.take("key_package.claim_target", f"{caller_uri} {target_uri}")
    now_ms = context.now_ms()
    usable_ms = now_ms + MARGIN_MS

    def write(tx: Tx) -> list[HandedOut]:
        if target_uri != caller_uri:  # whoever brings in their own devices brings in nobody
            decisions.check(tx, caller_uri, Deed.INVITE, now_ms)
        room = rooms.find(tx, room_uri) if room_uri else None
        if room_uri and room is None and caller_uri != target_uri:
            raise nobody(tx)
        consents.check_addition(tx, room, caller_uri, target_uri, now_ms)
        return [
            HandedOut(
                device.client_uri,
                None if log.inbox_is_full(tx, device.client_uri) else _take(tx, device.client_uri, suites, usable_ms),
            )
            for device in devices.of_user(tx, target_uri)
        ]

    return await context.db.write(write)


def _take(tx: Tx, client_uri: str, suites: Sequence[int], usable_ms: int) -> bytes | None:
    for number in suites:
        value = store.take_oldest(tx, client_uri, number, usable_ms)
        if value is not None:
            return value
    for number in suites:
        value = store.last_resort(tx, client_uri, number, usable_ms)
        if value is not None:
            return value
    return None


def _check_all(wanted: PutKeyPackages, device: Device, now_ms: int) -> list[Checked]:
    checked = [check(value, device, last_resort=False, now_ms=now_ms) for value in wanted.key_packages]
    if wanted.last_resort is not None:
        checked.append(check(wanted.last_resort, device, last_resort=True, now_ms=now_ms))
    return checked
