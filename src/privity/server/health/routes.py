# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /health`: for whoever watches the hub from outside; on the listener for metrics with figures."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.health import service
from privity.server.limits import address_key
from privity.server.sessions.requests import caller_address
from privity.server.web import answer
from privity.wire.errors import STATUS, Code


def routes(context: HubContext) -> list[web.RouteDef]:
    async def health(request: web.Request) -> web.Response:
        context.limits.take("health.get", address_key(caller_address(request, context.config)))
        return answer(await service.check(context))

    return [web.get("/health", health)]


def figures_routes(context: HubContext) -> list[web.RouteDef]:
    """On this machine only."""

    async def figures(request: web.Request) -> web.Response:
        found = await service.figures(context)
        return answer(found, 200 if found.ok else STATUS[Code.UNAVAILABLE])

    return [web.get("/health", figures)]
