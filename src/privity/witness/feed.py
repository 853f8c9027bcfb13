# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an auditor gets the epochs of a log: from the hub, within bounds, and trusting nothing of it."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

import aiohttp

from privity.witness.errors import FeedMissing
from privity.witness.limits import FETCH_S, MAX_PAUSE_S, MAX_UPDATE, TRIES

_TIMEOUT: Final = aiohttp.ClientTimeout(total=FETCH_S)


class Feed(Protocol):
    """The epochs of one log."""

    async def update(self, index: int) -> bytes:
        """The encoded AuditUpdate of an epoch. Raises FeedMissing."""


class HubFeed:
    """The feed of a hub. The session belongs to the caller."""

    def __init__(self, session: aiohttp.ClientSession, hub_url: str) -> None:
        self._session = session
        self._hub_url = hub_url

    async def update(self, index: int) -> bytes:
        url = f"{self._hub_url}/v1/keylog/audit/{index}"
        try:
            for _ in range(TRIES):
                async with self._session.get(url, allow_redirects=False, timeout=_TIMEOUT) as response:
                    if response.status == 200:
                        return await _limited(response, index)
                    if response.status != 429:
                        raise FeedMissing(f"the hub answers {response.status} when asked for epoch {index}")
                    pause_s = _pause_s(response)
                await asyncio.sleep(pause_s)
            raise FeedMissing(f"the hub says {TRIES} times that epoch {index} was asked for too fast")
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            raise FeedMissing(f"the hub does not answer when asked for epoch {index}: {type(err).__name__}") from None


def _pause_s(response: aiohttp.ClientResponse) -> int:
    asked = response.headers.get("Retry-After", "")
    return min(int(asked), MAX_PAUSE_S) if asked.isascii() and asked.isdigit() else 1


async def _limited(response: aiohttp.ClientResponse, index: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(1 << 16):
        size += len(part)
        if size > MAX_UPDATE:
            raise FeedMissing(f"epoch {index} is larger than {MAX_UPDATE} bytes")
        parts.append(part)
    return b"".join(parts)
