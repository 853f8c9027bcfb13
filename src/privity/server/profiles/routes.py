# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET` and `PUT /v1/profile`, `GET /v1/users/ID/profile`."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts.model import user_uri
from privity.server.context import HubContext
from privity.server.profiles import service
from privity.server.web import ID, answer, body, session_of
from privity.wire.contacts import PutProfile


def routes(context: HubContext) -> list[web.RouteDef]:
    async def own(request: web.Request) -> web.Response:
        return answer(await service.own(context, session_of(request).user_uri))

    async def put(request: web.Request) -> web.Response:
        wanted = await body(request, PutProfile)
        return answer(await service.put(context, session_of(request).user_uri, wanted))

    async def of(request: web.Request) -> web.Response:
        target = user_uri(context.config.host, request.match_info["id"])
        return answer(await service.of(context, session_of(request).user_uri, target))

    return [
        web.get("/v1/profile", own),
        web.put("/v1/profile", put),
        web.get(f"/v1/users/{{id:{ID}}}/profile", of),
    ]
