# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/keylog/lookup` and `/returns`; for anybody `GET /v1/keylog/checkpoint`, `/consistency`, `/audit/INDEX`,
`/evidence` and `POST /v1/keylog/own-returns`.
"""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.keylog import returns, service
from privity.server.limits import MAX_OWN_RETURNS_BYTES
from privity.server.sessions.requests import caller_address, read_of_stranger
from privity.server.web import answer, body, decode, query_number, session_of
from privity.wire.keylog import BringBack, BringBackOwn, BroughtBack, Lookup


def routes(context: HubContext) -> list[web.RouteDef]:
    async def look_up(request: web.Request) -> web.Response:
        return answer(await service.look_up(context, session_of(request).user_uri, await body(request, Lookup)))

    async def bring_back(request: web.Request) -> web.Response:
        asked = await body(request, BringBack)
        return answer(BroughtBack(await returns.bring_back(context, session_of(request).user_uri, asked)))

    async def bring_back_own(request: web.Request) -> web.Response:
        asked = decode(await read_of_stranger(request, context, MAX_OWN_RETURNS_BYTES), BringBackOwn)
        taken = await returns.bring_back_own(context, asked, caller_address(request, context.config))
        return answer(BroughtBack(taken))

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
        web.post("/v1/keylog/returns", bring_back),
        web.post("/v1/keylog/own-returns", bring_back_own),
        web.get("/v1/keylog/checkpoint", checkpoint),
        web.get("/v1/keylog/consistency", consistency),
        web.get("/v1/keylog/audit/{index:[0-9]{1,15}}", audit),
        web.get("/v1/keylog/evidence", evidence),
    ]
