# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/v1/rooms` and what is below it."""

from __future__ import annotations

from aiohttp import web

from privity.identity.errors import BadUri
from privity.identity.uris import make_room_uri
from privity.server.context import HubContext
from privity.server.rooms import commits, service
from privity.server.rooms.departures import Proposer
from privity.server.web import ID, answer, body, session_of
from privity.wire import rest
from privity.wire.errors import Code, Refusal


def routes(context: HubContext, proposer: Proposer) -> list[web.RouteDef]:
    async def create(request: web.Request) -> web.Response:
        asked = await body(request, rest.CreateRoom)
        return answer(await service.create(context, proposer, session_of(request), asked))

    async def list_rooms(request: web.Request) -> web.Response:
        return answer(await service.list_rooms(context, session_of(request)))

    async def group_state(request: web.Request) -> web.Response:
        return answer(await service.group_state(context, proposer, session_of(request), room_in(context, request)))

    async def tree(request: web.Request) -> web.Response:
        room_uri, seq = room_in(context, request), int(request.match_info["seq"])
        return answer(await service.tree(context, session_of(request), room_uri, seq))

    async def commit(request: web.Request) -> web.Response:
        asked = await body(request, rest.Commit)
        room_uri = room_in(context, request)
        with context.metrics.commit_timed():
            return answer(await commits.commit(context, proposer, session_of(request), room_uri, asked))

    async def leave(request: web.Request) -> web.Response:
        return answer(await service.leave(context, proposer, session_of(request), room_in(context, request)))

    async def broken(request: web.Request) -> web.Response:
        asked = await body(request, rest.Broken)
        room_uri = room_in(context, request)
        return answer(await service.broken(context, proposer, session_of(request), room_uri, asked))

    one = f"/v1/rooms/{{id:{ID}}}"
    return [
        web.post("/v1/rooms", create),
        web.get("/v1/rooms", list_rooms),
        web.get(f"{one}/group", group_state),
        web.get(f"{one}/trees/{{seq:[0-9]{{1,15}}}}", tree),
        web.post(f"{one}/commit", commit),
        web.post(f"{one}/leave", leave),
        web.post(f"{one}/broken", broken),
    ]


def room_in(context: HubContext, request: web.Request) -> str:
    """The room that a path names, or a NOT_FOUND Refusal."""
    try:
        return make_room_uri(context.config.host, request.match_info["id"])
    except BadUri as err:
        raise Refusal(Code.NOT_FOUND, str(err)) from None
