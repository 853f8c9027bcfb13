# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/users/ID/device-lists` and `PUT /v1/account/device-list`."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts.model import user_uri
from privity.server.context import HubContext
from privity.server.devices import service
from privity.server.web import ID, answer, body, query_number, session_of
from privity.wire.rest import DeviceLists, Done, PutDeviceList


def routes(context: HubContext) -> list[web.RouteDef]:
    async def get(request: web.Request) -> web.Response:
        target = user_uri(context.config.host, request.match_info["id"])
        version = query_number(request, "from")
        return answer(DeviceLists(await service.lists_from(context, session_of(request).user_uri, target, version)))

    async def put(request: web.Request) -> web.Response:
        wanted = await body(request, PutDeviceList)
        await service.put_list(context, session_of(request).user_uri, wanted.value)
        return answer(Done())

    return [web.get(f"/v1/users/{{id:{ID}}}/device-lists", get), web.put("/v1/account/device-list", put)]
