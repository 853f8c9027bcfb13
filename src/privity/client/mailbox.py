# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One link's mailbox at the hub as both devices see it: its code, what stands in it, waiting for the other side."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

import aiohttp
import msgspec

from privity.client.errors import CommandRefused, HubUnreachable, LinkDeclined, LinkExpired
from privity.client.net.connection import JSON, decode, exchange
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.rest import LinkState

FIRST_POLL_S = 0.2
LONGEST_POLL_S = 2.0
LONGEST_WAIT_S = 15 * 60
"""A hub that says for ever that the other side has not spoken yet is not believed: codes last ten minutes."""
MAX_FAILURES = 15
"""Times in a row that the hub may not answer, about half a minute: it may start anew meanwhile."""

_CODE = re.compile(r"[a-z2-7]{8}")
_ORDER = (LinkState.OFFERED, LinkState.ANSWERED, LinkState.OPENED, LinkState.AGREED, LinkState.LISTED)


def typed_code(text: str) -> str:
    """A code as a person typed it: capitals, spaces and dashes do not matter. Raises CommandRefused."""
    code = "".join(text.lower().replace("-", " ").split())
    if _CODE.fullmatch(code) is None:
        raise CommandRefused("a code has eight letters a-z and digits 2-7, such as k3x7-m2qa")
    return code


def shown_code(code: str) -> str:
    """The code as people read it."""
    return f"{code[:4]}-{code[4:]}"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`base` is the hub's address, `code` one of its links."""

    http: aiohttp.ClientSession
    base: str
    code: str

    @property
    def path(self) -> str:
        return f"/v1/links/{self.code}"

    async def look(self) -> rest.Link:
        """What stands in it now. Raises LinkExpired when the hub knows no such code (any more)."""
        try:
            return decode(await exchange(self.http, "GET", self.base + self.path, b"", {}), rest.Link)
        except Refusal as refusal:
            if refusal.code is Code.NOT_FOUND:
                raise LinkExpired("the code is unknown, or its ten minutes are over; begin anew") from None
            raise

    async def say(self, part: str, body: rest.Body) -> None:
        """What a new device says, without a session. Raises Refusal, HubUnreachable."""
        url = f"{self.base}{self.path}/{part}"
        decode(await exchange(self.http, "PUT", url, msgspec.json.encode(body), JSON), rest.Done)

    async def wait(self, wanted: LinkState) -> rest.Link:
        """What stands in it once it has come so far. Raises LinkDeclined, LinkExpired, HubUnreachable."""
        deadline = time.monotonic() + LONGEST_WAIT_S
        failures, pause = 0, FIRST_POLL_S
        while time.monotonic() < deadline:
            delay = pause
            try:
                link = await self.look()
            except HubUnreachable:
                failures += 1
                if failures > MAX_FAILURES:
                    raise
            except Refusal as refusal:
                if refusal.code is not Code.TOO_MANY:
                    raise
                delay = max(pause, (refusal.body.retry_after_ms or 0) / 1000)
            else:
                failures = 0
                if _reached(link.state, wanted):
                    return link
            await asyncio.sleep(delay)
            pause = min(LONGEST_POLL_S, pause * 1.5)
        raise LinkExpired("the other device did not go on; begin anew")


def _reached(state: LinkState, wanted: LinkState) -> bool:
    if state is LinkState.DECLINED:
        raise LinkDeclined("the link was declined; nothing was added")
    if state is LinkState.EXPIRED:
        raise LinkExpired("the code's ten minutes are over; begin anew")
    return _ORDER.index(state) >= _ORDER.index(wanted)


async def open_mailbox(http: aiohttp.ClientSession, base: str, commitment: bytes) -> Mailbox:
    """A fresh one, for a new device. Raises Refusal, HubUnreachable."""
    body = msgspec.json.encode(rest.OfferLink(commitment))
    offered = decode(await exchange(http, "POST", f"{base}/v1/links", body, JSON), rest.LinkOffered)
    if _CODE.fullmatch(offered.code) is None:
        raise HubUnreachable("the hub's code is not of the form that people can type")
    return Mailbox(http, base, offered.code)
