# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`PUT /v1/account/age`."""

from __future__ import annotations

from aiohttp import web

from privity.server.ages import service
from privity.server.context import HubContext
from privity.server.web import answer, body, session_of
from privity.wire.contacts import SetAge


def routes(context: HubContext) -> list[web.RouteDef]:
    async def put(request: web.Request) -> web.Response:
        wanted = await body(request, SetAge)
        return answer(await service.set_own(context, session_of(request).user_uri, wanted.band))

    return [web.put("/v1/account/age", put)]
