# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/account/stored` and `GET /v1/account/stored/TABLE?from=N`."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.stored import service
from privity.server.web import answer, query_number, session_of


def routes(context: HubContext) -> list[web.RouteDef]:
    async def about(request: web.Request) -> web.Response:
        return answer(await service.about(context, session_of(request).user_uri))

    async def rows(request: web.Request) -> web.Response:
        start = query_number(request, "from")
        return answer(await service.rows(context, session_of(request).user_uri, request.match_info["table"], start))

    return [
        web.get("/v1/account/stored", about),
        web.get("/v1/account/stored/{table:[a-z_]{1,40}}", rows),
    ]
