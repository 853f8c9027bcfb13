# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ending the account of a device: at once by the recovery phrase, or after 72 hours in which any device can say no.

What the phrase signs goes to the hub without a session, since the hub ends all sessions of the account before it
answers. Where an answer is lost, the same call again finds out what became of it.
"""

from __future__ import annotations

import aiohttp
import msgspec

from privity.client.engine import inputs
from privity.client.errors import ClientError, WrongPhrase
from privity.client.host import Host
from privity.client.net.connection import JSON, decode, exchange
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.errors import OtherUserUri
from privity.identity.recovery import root_of
from privity.identity.undated import read_chain
from privity.mls.crypto import signature_public_key
from privity.wire import rest
from privity.wire.errors import Code, Refusal


class Leaving:
    """The end of this account, and what is known of that of others."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def pending_until(self, user_uri: str | None = None) -> int | None:
        """When this or another account is closed unless it is cancelled (ms), as seen last; or None."""
        device = self._host.engine.device
        account = device.pins.account(user_uri or device.own.user_uri)
        return account.in_force_at_ms if account is not None and account.newest.closes else None

    def closed(self, user_uri: str | None = None) -> bool:
        """Whether this or another account was closed, as proven last."""
        device = self._host.engine.device
        return device.pins.is_closed(user_uri or device.own.user_uri)

    async def ask(self) -> int:
        """Close the account by its account key, in 72 hours; when that is (ms). `Account.cancel_reset` takes it back.

        Raises CommandRefused without the account key, Refusal, HubUnreachable.
        """
        await self._host.do(inputs.CloseAccount)
        until_ms = self.pending_until()
        if until_ms is None:
            raise ClientError("the hub took the closing list and the key log does not show it; look again")
        return until_ms

    async def at_once(self, phrase: str) -> None:
        """Close the account by its phrase, for good. Needs no connection of the device. Again is harmless.

        Raises BadPhrase, WrongPhrase, Refusal, HubUnreachable.
        """
        own, hub = self._host.engine.device.own, self._host.base
        recovery_private = root_of(phrase).recovery_private()
        async with aiohttp.ClientSession() as http:
            body = msgspec.json.encode(rest.FindChain(own.handle))
            try:
                answer = await exchange(http, "POST", f"{hub}/v1/recovery/lists", body, JSON)
            except Refusal as refusal:
                if refusal.code is Code.ACCOUNT_CLOSED:
                    return
                raise
            found = decode(answer, rest.ChainFound)
            if found.user_uri != own.user_uri:
                raise OtherUserUri(f"the handle {own.handle} belongs to another account at the hub now")
            closing = _closing(found.values, own.user_uri, recovery_private)
            body = msgspec.json.encode(rest.Recover(closing.encode()))
            decode(await exchange(http, "POST", f"{hub}/v1/recovery", body, JSON), rest.Done)


def _closing(values: list[bytes], user_uri: str, recovery_private: bytes) -> DeviceList:
    """The list that ends this chain: the one that does already, or a new one."""
    chain = read_chain(values, user_uri)
    if chain.newest.closes and not chain.newest.waits:
        return chain.newest
    in_force = chain.under(signature_public_key(SUITE, recovery_private))
    if in_force is None:
        raise WrongPhrase("these twelve words are a recovery phrase, but not the one of this account")
    # No list follows whose account key would matter, so the recovery key signs in its place too.
    return DeviceList.sign(
        user_uri, (), recovery_private, recovery_private=recovery_private, previous=chain.newest, in_force=in_force
    )
