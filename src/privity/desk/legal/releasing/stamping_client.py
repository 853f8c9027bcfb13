# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The line to a time-stamping authority (RFC 3161 over HTTP): no redirects, answers under a byte cap.

What it answers is believed only as far as its token verifies, so plain http, which most authorities speak, gives nobody
anything. What they see is a hash.
"""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp

from privity.desk.legal.releasing.errors import NotStamped
from privity.production.timestamping import MAX_RESPONSE, Stamping

ASKS: Final = "application/timestamp-query"
ANSWERS: Final = "application/timestamp-reply"
TIMEOUT: Final = aiohttp.ClientTimeout(total=60.0, connect=10.0, sock_read=30.0)


class StampingClient:
    """One authority."""

    def __init__(self, session: aiohttp.ClientSession, url: str, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        self._session = session
        self._url = url
        self._timeout = timeout

    def from_a_thread(self) -> Stamping:
        """For a thread that finishes a package while the loop of the desk goes on: that loop asks, the thread waits."""
        loop = asyncio.get_running_loop()

        def stamping(request: bytes) -> bytes:
            return asyncio.run_coroutine_threadsafe(self.ask(request), loop).result()

        return stamping

    async def ask(self, request: bytes) -> bytes:
        """The answer to a request. Raises NotStamped."""
        try:
            async with self._session.post(
                self._url,
                data=request,
                headers={"Content-Type": ASKS, "Accept": ANSWERS, "Accept-Encoding": "identity"},
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                if response.status != 200 or response.content_type != ANSWERS:
                    raise NotStamped(f"the authority answered {response.status} with {response.content_type!a}")
                answer = b""
                async for part in response.content.iter_chunked(MAX_RESPONSE):
                    answer += part
                    if len(answer) > MAX_RESPONSE:
                        raise NotStamped(f"an answer has at most {MAX_RESPONSE} bytes; nothing of this one is believed")
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            raise NotStamped(f"the authority does not answer: {type(err).__name__}") from None
        return answer
