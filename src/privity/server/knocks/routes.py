# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/v1/rooms/ID/links` and `/v1/rooms/ID/knocks`."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts.model import user_uri
from privity.server.context import HubContext
from privity.server.knocks import service
from privity.server.rooms.departures import Proposer
from privity.server.rooms.routes import room_in
from privity.server.web import ID, answer, body, session_of
from privity.wire import rest


def routes(context: HubContext, proposer: Proposer) -> list[web.RouteDef]:
    async def allow(request: web.Request) -> web.Response:
        asked, room_uri = await body(request, rest.AllowLink), room_in(context, request)
        return answer(await service.allow(context, proposer, session_of(request), room_uri, asked))

    async def revoke(request: web.Request) -> web.Response:
        link_hash, room_uri = bytes.fromhex(request.match_info["sha256"]), room_in(context, request)
        return answer(await service.revoke(context, proposer, session_of(request), room_uri, link_hash))

    async def knock(request: web.Request) -> web.Response:
        asked, room_uri = await body(request, rest.KnockAt), room_in(context, request)
        return answer(await service.knock(context, proposer, session_of(request), room_uri, asked))

    async def end(request: web.Request) -> web.Response:
        room_uri, who = room_in(context, request), user_uri(context.config.host, request.match_info["user"])
        return answer(await service.end(context, proposer, session_of(request), room_uri, who))

    one = f"/v1/rooms/{{id:{ID}}}"
    return [
        web.post(f"{one}/links", allow),
        web.delete(f"{one}/links/{{sha256:[0-9a-f]{{64}}}}", revoke),
        web.post(f"{one}/knocks", knock),
        web.delete(f"{one}/knocks/{{user:{ID}}}", end),
    ]
