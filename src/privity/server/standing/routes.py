# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/standing`."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.standing import service
from privity.server.web import answer, session_of


def routes(context: HubContext) -> list[web.RouteDef]:
    async def own(request: web.Request) -> web.Response:
        return answer(await service.own(context, session_of(request).user_uri))

    return [web.get("/v1/standing", own)]
