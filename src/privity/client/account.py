# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The devices of this account, the key that signs their list, and taking the account back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from privity.client.adding import Offered
from privity.client.device_lists import fetch_list
from privity.client.engine import inputs, own_devices
from privity.client.host import Host
from privity.identity.recovery import root_of

GIVEN_S = 30.0
GIVEN_POLL_S = 0.02
"""How long a device waits to be given the account key, and how often it looks."""


class Account:
    """What changes the list is signed with the account key, or with the recovery phrase where a verb says so."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    async def offered(self, code: str) -> Offered:
        """The new device behind a code that `Device.link` gave. Compare its `check`, then `accept` or `decline`.

        Raises CommandRefused on a device that waits for the account key, LinkRefused, WrongOpening, Refusal,
        HubUnreachable.
        """
        own = self._host.engine.device.own.user_uri
        return await Offered.answer(self._host, lambda: fetch_list(self._host, own), code)

    async def remove_device(self, client_uri: str) -> None:
        """Sign the list without another device of this account, under a new account key; it leaves every conversation.

        Raises CommandRefused.
        """
        await self._host.do(lambda n: inputs.RemoveDevice(n, client_uri))

    @property
    def holds_key(self) -> bool:
        """Whether this device has the account key in force, as every device of the account has a moment after it was
        linked, or after another one changed the key. Without it, it can change no list but by the recovery phrase.
        """
        return own_devices.holds_account_key(self._host.engine.device)

    async def given_key(self, limit_s: float = GIVEN_S) -> bool:
        """Wait until another device of the account has given this one the account key. Whether it has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not self.holds_key:
                    await asyncio.sleep(GIVEN_POLL_S)
        return self.holds_key

    def reset_pending_until(self, user_uri: str | None = None) -> int | None:
        """When a reset of this or another account takes effect unless it is cancelled (ms), as seen last; or None."""
        device = self._host.engine.device
        account = device.pins.account(user_uri or device.own.user_uri)
        return None if account is None or account.newest.closes else account.in_force_at_ms

    async def cancel_reset(self) -> None:
        """Say no to a reset or the closing of this account. Raises CommandRefused without one, or without the key."""
        await self._host.do(inputs.CancelReset)

    async def recover(self, phrase: str, remove: tuple[str, ...] = ()) -> None:
        """Make a new account key on this device, by the recovery phrase; drop devices with it.

        Whoever held the account key until now, on a stolen device perhaps, signs nothing more. It also cancels a reset.
        Raises BadPhrase, WrongPhrase, CommandRefused.
        """
        recovery_private = root_of(phrase).recovery_private()
        await self._host.do(lambda n: inputs.RecoverAccount(n, recovery_private, remove))
