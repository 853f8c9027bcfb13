# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/keylog/lookup`; for anybody `GET /v1/keylog/checkpoint`, `/consistency`, `/audit/INDEX`, `/evidence`."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.keylog import service
from privity.server.sessions.requests import caller_address
from privity.server.web import answer, body, query_number, session_of
from privity.wire.keylog import Lookup


def routes(context: HubContext) -> list[web.RouteDef]:
    async def look_up(request: web.Request) -> web.Response:
        return answer(await service.look_up(context, session_of(request).user_uri, await body(request, Lookup)))

    async def checkpoint(request: web.Request) -> web.Response:
        address = caller_address(request, context.config)
        return answer(await service.checkpoint(context, query_number(request, "from"), address))

    async def consistency(request: web.Request) -> web.Response:
        address = caller_address(request, context.config)
        old, new = query_number(request, "from"), query_number(request, "to")
        return answer(await service.consistency(context, old, new, address))

    async def audit(request: web.Request) -> web.Response:
        address = caller_address(request, context.config)
        found = await service.audit_update(context, int(request.match_info["index"]), address)
        return web.Response(body=found, content_type="application/octet-stream")

    async def evidence(request: web.Request) -> web.Response:
        return answer(await service.evidence(context, caller_address(request, context.config)))

    return [
        web.post("/v1/keylog/lookup", look_up),
        web.get("/v1/keylog/checkpoint", checkpoint),
        web.get("/v1/keylog/consistency", consistency),
        web.get("/v1/keylog/audit/{index:[0-9]{1,15}}", audit),
        web.get("/v1/keylog/evidence", evidence),
    ]
