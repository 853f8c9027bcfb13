# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/blocks`, `PUT` and `DELETE /v1/blocks/ID`."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts.model import user_uri
from privity.server.blocks import service
from privity.server.context import HubContext
from privity.server.web import ID, answer, session_of
from privity.wire.rest import Blocked, Done


def routes(context: HubContext) -> list[web.RouteDef]:
    async def list_blocked(request: web.Request) -> web.Response:
        return answer(Blocked(await service.list_blocked(context, session_of(request).user_uri)))

    async def block(request: web.Request) -> web.Response:
        await service.block(context, session_of(request).user_uri, _target(context, request))
        return answer(Done())

    async def unblock(request: web.Request) -> web.Response:
        await service.unblock(context, session_of(request).user_uri, _target(context, request))
        return answer(Done())

    return [
        web.get("/v1/blocks", list_blocked),
        web.put(f"/v1/blocks/{{id:{ID}}}", block),
        web.delete(f"/v1/blocks/{{id:{ID}}}", unblock),
    ]


def _target(context: HubContext, request: web.Request) -> str:
    return user_uri(context.config.host, request.match_info["id"])
