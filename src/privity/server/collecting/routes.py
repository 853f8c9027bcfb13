# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /staff/v1/collect`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from privity.server.collecting import service
from privity.server.context import HubContext
from privity.server.web import answer, decode
from privity.wire.collect import Collect

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Signed = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def routes(context: HubContext, signed: Callable[[Signed], Handler]) -> list[web.RouteDef]:
    """`signed` holds a request to the desk's signature before its handler sees it."""

    async def collect(request: web.Request, body: bytes) -> web.Response:
        return answer(await service.answer(context, decode(body, Collect)))

    return [web.post("/staff/v1/collect", signed(collect))]
