# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/v1/device/report-key`, `/v1/rooms/ID/moderators` and `/v1/rooms/ID/reports`."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.room_reports import service
from privity.server.rooms.departures import Proposer
from privity.server.rooms.routes import room_in
from privity.server.web import ID, answer, body, session_of
from privity.wire import rest


def routes(context: HubContext, proposer: Proposer) -> list[web.RouteDef]:
    async def put_key(request: web.Request) -> web.Response:
        asked = await body(request, rest.PutReportKey)
        return answer(await service.put_key(context, session_of(request), asked))

    async def moderators(request: web.Request) -> web.Response:
        return answer(await service.moderators(context, proposer, session_of(request), room_in(context, request)))

    async def report(request: web.Request) -> web.Response:
        asked, room_uri = await body(request, rest.RoomReport), room_in(context, request)
        return answer(await service.report(context, proposer, session_of(request), room_uri, asked))

    one = f"/v1/rooms/{{id:{ID}}}"
    return [
        web.put("/v1/device/report-key", put_key),
        web.get(f"{one}/moderators", moderators),
        web.post(f"{one}/reports", report),
    ]
