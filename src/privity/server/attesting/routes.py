# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/franks/attest`."""

from __future__ import annotations

from aiohttp import web

from privity.server.attesting import service
from privity.server.context import HubContext
from privity.server.franking.model import Franker
from privity.server.web import answer, body, session_of
from privity.wire.attest import Attest


def routes(context: HubContext, franker: Franker) -> list[web.RouteDef]:
    async def attest(request: web.Request) -> web.Response:
        asked = await body(request, Attest)
        return answer(await service.attest(context, franker, session_of(request).user_uri, asked))

    return [web.post("/v1/franks/attest", attest)]
