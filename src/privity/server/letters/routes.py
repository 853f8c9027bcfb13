# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/account/letters`."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.delivery.log import Outlet
from privity.server.letters import service
from privity.server.web import answer, body, session_of
from privity.wire.rest import Done, SendLetter


def routes(context: HubContext, outlet: Outlet) -> list[web.RouteDef]:
    async def send(request: web.Request) -> web.Response:
        asked = await body(request, SendLetter)
        session = session_of(request)
        await service.send(context, outlet, session.user_uri, session.client_uri, asked)
        return answer(Done())

    return [web.post("/v1/account/letters", send)]
