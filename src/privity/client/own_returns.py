# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bringing the own account back to a hub that lost it: all its lists, under the signature of this device.

A hub that never lost anything, and dropped this device for good, takes nothing. Whatever it says: what is sent was
published by it once, or given to it to be published.
"""

from __future__ import annotations

import aiohttp
import msgspec

from privity.client.engine.own_lists import OwnLists
from privity.client.engine.records import Batch, Table
from privity.client.engine.state import OWN_KEY, Own
from privity.client.errors import CommandRefused
from privity.client.net.connection import JSON, decode, exchange
from privity.client.store.database import Store
from privity.identity.device_list import DeviceList
from privity.mls.crypto import sign_with_label
from privity.mls.suites import suite
from privity.wire.errors import Refusal
from privity.wire.keylog import BringBackOwn, BroughtBack
from privity.wire.returns import OWN_RETURNS_LABEL, own_returns_tbs


async def bring_back_kept(http: aiohttp.ClientSession, base: str, store: Store) -> int:
    """The same from the store of a device to be, whose hub says KEYS_LOST to what it may have taken once."""
    own = store.get(Table.OWN, "", OWN_KEY)
    if own is None:
        raise CommandRefused("the store holds no device")
    decoded = Own.decode(own)
    return await bring_back_own(http, base, decoded, OwnLists(Batch(store), decoded.user_uri))


async def bring_back_own(http: aiohttp.ClientSession, base: str, own: Own, own_lists: OwnLists) -> int:
    """How many lists the hub had lost and took; none as well where this device does not have them all.

    Raises HubUnreachable, and a Refusal when the hub took none of the attempts.
    """
    refused: Refusal | None = None
    for values in own_lists.to_bring():
        if DeviceList.decode(values[0]).version != 0:
            continue
        tbs = own_returns_tbs(own.hub_host, own.handle, values)
        signature = sign_with_label(suite(1), own.signature_private, OWN_RETURNS_LABEL, tbs)
        body = msgspec.json.encode(BringBackOwn(own.handle, values, own.client_uri, signature))
        try:
            answer = await exchange(http, "POST", f"{base}/v1/keylog/own-returns", body, JSON)
        except Refusal as refusal:
            refused = refusal
        else:
            return decode(answer, BroughtBack).taken
    if refused is not None:
        raise refused
    return 0
