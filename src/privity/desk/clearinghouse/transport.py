# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The line to a destination: TLS verified, no redirects, answers under a byte cap, credentials added and never kept."""

from __future__ import annotations

import base64
from typing import Final, Protocol

import aiohttp

from privity.desk.clearinghouse.documents.answers import MAX_ANSWER
from privity.desk.clearinghouse.drivers.steps import HttpAnswer, Request
from privity.desk.clearinghouse.errors import NoAnswer

TOTAL_S: Final = 300.0
"""For one request and its answer: the largest file over a slow line. Leases last longer."""
CONNECT_S: Final = 10.0
SILENT_S: Final = 60.0


class Transport(Protocol):
    async def send(self, request: Request) -> HttpAnswer:
        """Raises NoAnswer."""
        ...


class HttpTransport:
    """`authorization` is the whole header. It stands in no repr, log or kept request."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, authorization: str, *, total_s: float = TOTAL_S
    ) -> None:
        self._session = session
        self._url = url
        self._authorization = authorization
        self._timeout = aiohttp.ClientTimeout(total=total_s, connect=CONNECT_S, sock_read=SILENT_S)

    async def send(self, request: Request) -> HttpAnswer:
        headers = {"Authorization": self._authorization, "Accept": request.accept, "Accept-Encoding": "identity"}
        if request.content_type:
            headers["Content-Type"] = request.content_type
        try:
            async with self._session.request(
                request.method,
                self._url + request.path,
                data=request.body or None,
                headers=headers,
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                body = await _capped(response)
                return HttpAnswer(response.status, body, _retry_after(response.headers.get("Retry-After")))
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            raise NoAnswer(
                f"no answer to {request.method} {request.path.split('/')[1]}: {type(err).__name__}"
            ) from None


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def bearer(token: str) -> str:
    return f"Bearer {token}"


async def _capped(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(1 << 16):
        size += len(part)
        if size > MAX_ANSWER:
            raise NoAnswer(f"the answer is over {MAX_ANSWER} bytes; nothing of it is believed")
        parts.append(part)
    return b"".join(parts)


def _retry_after(said: str | None) -> float | None:
    if said is None or not said.isascii() or not said.isdigit() or len(said) > 6:
        return None
    return float(said)
