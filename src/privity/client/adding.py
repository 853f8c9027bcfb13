# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The old device's side of a link (spec/linking.md): it answers once, compares, and only then signs.

It keeps the commitment that it saw before it answered. An opening that does not fit ends the link, whoever sent it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

from privity.client.engine import inputs, own_devices
from privity.client.engine.calls import Call
from privity.client.errors import ClientError, HubUnreachable, LinkRefused
from privity.client.host import Host
from privity.client.mailbox import Mailbox, typed_code
from privity.identity.device_list import DeviceList
from privity.identity.errors import LinkError
from privity.identity.linking import NONCE_BYTES, HubView, Meeting, Opening, check_opening
from privity.wire import rest
from privity.wire.errors import Refusal
from privity.wire.rest import LinkState

REPEATS = 15
REPEAT_S = 2.0
"""How often and how fast the outcome is told again when the connection breaks just then."""
PASSED_ON_S = 15.0
PASSED_ON_POLL_S = 0.05
"""How long a program that ends after a link stays until the new device has the account key, and how often it looks."""
UNTOLD = "the device was added but could not be told; it finds out by itself, or else remove it with `privity devices`"


Newest = Callable[[], Awaitable[DeviceList]]


class Offered:
    """A new device that wants to join. Show `check`; then `accept` or `decline`."""

    def __init__(self, host: Host, newest: Newest, mailbox: Mailbox, meeting: Meeting) -> None:
        self._host = host
        self._newest = newest
        self._mailbox = mailbox
        self._meeting = meeting
        self.check = meeting.check()
        self.client_uri = str(meeting.client_uri)

    @classmethod
    async def answer(cls, host: Host, newest: Newest, code: str) -> Self:
        """Answer the link with this code, and wait until the new device has opened.

        `newest` fetches and verifies the own list. Raises CommandRefused on a device that cannot sign, LinkRefused,
        WrongOpening, Refusal.
        """
        device = host.engine.device
        own_devices.require_any_key(device)
        own = device.own
        mailbox = Mailbox(host.connected().http, host.base, typed_code(code))
        first = await mailbox.look()
        if first.state is not LinkState.OFFERED:
            raise LinkRefused(f"this link is {first.state.value} already, by whomever; begin anew on the new device")
        devices = await newest()
        own_devices.require_can_add(device)
        nonce = os.urandom(NONCE_BYTES)
        await _put(host, mailbox, "answer", rest.AnswerLink(nonce, devices.encode(), own.handle, own.intake_key))
        opened = (await mailbox.wait(LinkState.OPENED)).opening
        try:
            if opened is None:
                raise LinkRefused("the hub says that the new device has opened, and shows nothing")
            opening = Opening(opened.key, opened.device_id, opened.nonce)
            check_opening(first.commitment, opening)
            log = device.log.keys
            hub = HubView(
                own.hub_host,
                own.hub_key,
                own.franking_key,
                log.policy.log.public,
                log.vrf_public,
                own.intake_key,
            )
            return cls(host, newest, mailbox, Meeting(hub, devices, own.handle, nonce, opening))
        except (LinkRefused, LinkError):
            await _refuse(host, mailbox)
            raise

    async def accept(self) -> None:
        """The digits are the same: wait for the new device's yes, sign the list with it, publish it, and say so.

        Raises LinkDeclined, LinkExpired, LinkRefused; nothing was signed then, unless its sentence says so.
        """
        await self._mailbox.wait(LinkState.AGREED)
        if await self._newest() != self._meeting.devices:
            await self.decline()
            raise LinkRefused("the account's devices have changed meanwhile; begin anew")
        key = self._meeting.opening.key
        following = await self._host.do(lambda n: inputs.ConfirmDevice(n, self.client_uri, key))
        if not isinstance(following, DeviceList):
            raise ClientError("the engine signed a device without giving its list")
        await self._tell(rest.FinishLink(following.encode()))

    async def passed_on(self, limit_s: float = PASSED_ON_S) -> bool:
        """Stay connected until the new device has been given the account key. Whether it was: if not, it is later."""
        account_keys = self._host.engine.account_keys
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not account_keys.has_been_given(self.client_uri):
                    await asyncio.sleep(PASSED_ON_POLL_S)
        return account_keys.has_been_given(self.client_uri)

    async def decline(self) -> None:
        """The digits differ, or nobody asked for this device. Nothing is signed."""
        await _refuse(self._host, self._mailbox)

    async def _tell(self, body: rest.FinishLink) -> None:
        """The list is published; if the new device does not hear of it, it finds out when the link is over."""
        for _ in range(REPEATS):
            try:
                await _put(self._host, self._mailbox, "outcome", body)
            except HubUnreachable:
                await asyncio.sleep(REPEAT_S)
            except Refusal as refusal:
                raise LinkRefused(f"{UNTOLD} ({refusal})") from None
            else:
                return
        raise LinkRefused(UNTOLD)


async def _refuse(host: Host, mailbox: Mailbox) -> None:
    """Tell the new device no, if the hub still takes it; without an outcome the link is over in minutes anyway."""
    with suppress(Refusal, HubUnreachable):
        await _put(host, mailbox, "outcome", rest.FinishLink(None))


async def _put(host: Host, mailbox: Mailbox, part: str, body: rest.Body) -> None:
    await host.connected().call(Call("PUT", f"{mailbox.path}/{part}", rest.Done, body))
