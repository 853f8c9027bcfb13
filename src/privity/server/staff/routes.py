# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/staff/v1`: each request is signed by the desk (`wire.staff`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from privity.server.blobs.routes import send
from privity.server.collecting import routes as collect_routes
from privity.server.context import HubContext
from privity.server.delivery.log import Outlet
from privity.server.franking.model import Franker
from privity.server.keylog import service as keylog
from privity.server.limits import MAX_STAFF_BYTES
from privity.server.observing import routes as observing_routes
from privity.server.reports import service as reports
from privity.server.rooms.departures import Proposer
from privity.server.sessions.requests import read_of_stranger
from privity.server.staff import effect_routes, service, verifying
from privity.server.web import answer, decode
from privity.wire import staff
from privity.wire.keylog import Lookup
from privity.wire.rest import Done

Signed = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def routes(context: HubContext, outlet: Outlet, franker: Franker, proposer: Proposer) -> list[web.RouteDef]:
    def signed(handler: Signed) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def checked(request: web.Request) -> web.StreamResponse:
            body = await read_of_stranger(request, context, MAX_STAFF_BYTES)
            await service.authenticate(context, request.headers, request.method, request.raw_path, body)
            return await handler(request, body)

        return checked

    async def relayed(request: web.Request, body: bytes) -> web.Response:
        found = await reports.oldest(context, service.wait_of(request.query))
        listed = [staff.RelayedReport(r.reporter_uri, r.received_ms, r.sealed, r.receipt, r.source) for r in found]
        return answer(staff.RelayedReports(listed))

    async def forget(request: web.Request, body: bytes) -> web.Response:
        await reports.forget(context, decode(body, staff.ForgetReports).receipts)
        return answer(Done())

    async def verify(request: web.Request, body: bytes) -> web.Response:
        asked = decode(body, staff.VerifyReports)
        return answer(staff.ReportsVerified(await verifying.verify(context, franker, asked)))

    async def tell(request: web.Request, body: bytes) -> web.Response:
        await service.tell(context, outlet, decode(body, staff.TellReporter))
        return answer(Done())

    async def look_up(request: web.Request, body: bytes) -> web.Response:
        return answer(await keylog.look_up(context, "staff", decode(body, Lookup)))

    async def blob(request: web.Request, body: bytes) -> web.StreamResponse:
        return await send(context, request, "desk")

    return [
        web.get("/staff/v1/reports", signed(relayed)),
        web.post("/staff/v1/reports/forget", signed(forget)),
        web.post("/staff/v1/verify", signed(verify)),
        web.post("/staff/v1/tell", signed(tell)),
        web.post("/staff/v1/keylog/lookup", signed(look_up)),
        web.get("/staff/v1/blobs/{sha256:[0-9a-f]{64}}", signed(blob)),
        *effect_routes.routes(context, proposer, signed),
        *collect_routes.routes(context, signed),
        *observing_routes.routes(context, signed, lambda request: service.wait_of(request.query)),
    ]
