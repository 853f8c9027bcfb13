# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/rooms/ID/invitations`, `PUT` and `DELETE /v1/rooms/ID/invitation`."""

from __future__ import annotations

from aiohttp import web

from privity.identity.uris import make_room_uri
from privity.server.context import HubContext
from privity.server.invitations import service
from privity.server.rooms.groups import GroupCache
from privity.server.web import ID, answer, body, session_of
from privity.wire.contacts import Grant, Invite
from privity.wire.rest import Done


def routes(context: HubContext, cache: GroupCache) -> list[web.RouteDef]:
    def room(request: web.Request) -> str:
        return make_room_uri(context.config.host, request.match_info["id"])

    async def invite(request: web.Request) -> web.Response:
        wanted = await body(request, Invite)
        await service.invite(context, cache, session_of(request), room(request), wanted.entry, wanted.work)
        return answer(Done())

    async def agree(request: web.Request) -> web.Response:
        entry = (await body(request, Grant)).entry
        await service.agree(context, session_of(request), room(request), entry)
        return answer(Done())

    async def decline(request: web.Request) -> web.Response:
        await service.decline(context, session_of(request), room(request))
        return answer(Done())

    one = f"/v1/rooms/{{id:{ID}}}"
    return [
        web.post(f"{one}/invitations", invite),
        web.put(f"{one}/invitation", agree),
        web.delete(f"{one}/invitation", decline),
    ]
