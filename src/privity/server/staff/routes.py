# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/staff/v1`: each request is signed by the desk (`wire.staff`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from privity.server.blobs.routes import send
from privity.server.context import HubContext
from privity.server.delivery.log import Outlet
from privity.server.franking import service as franking
from privity.server.franking.model import Franker
from privity.server.keylog import service as keylog
from privity.server.limits import MAX_STAFF_BYTES
from privity.server.reports import service as reports
from privity.server.rooms import service as rooms
from privity.server.sessions.requests import read_of_stranger
from privity.server.staff import service
from privity.server.staff.model import Nonces
from privity.server.web import answer, decode
from privity.wire import staff
from privity.wire.keylog import Lookup
from privity.wire.rest import Done

Signed = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def routes(context: HubContext, outlet: Outlet, franker: Franker) -> list[web.RouteDef]:
    nonces = Nonces(context.now_ms())

    def signed(handler: Signed) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def checked(request: web.Request) -> web.StreamResponse:
            body = await read_of_stranger(request, context, MAX_STAFF_BYTES)
            key, now_ms = context.config.staff_public_key, context.now_ms()
            service.authenticate(key, nonces, request.headers, request.method, request.raw_path, body, now_ms)
            return await handler(request, body)

        return checked

    async def relayed(request: web.Request, body: bytes) -> web.Response:
        found = await reports.oldest(context)
        listed = [staff.RelayedReport(r.reporter_uri, r.received_ms, r.sealed, r.receipt) for r in found]
        return answer(staff.RelayedReports(listed))

    async def forget(request: web.Request, body: bytes) -> web.Response:
        await reports.forget(context, decode(body, staff.ForgetReports).receipts)
        return answer(Done())

    async def verify(request: web.Request, body: bytes) -> web.Response:
        asked = decode(body, staff.VerifyFrank)
        outcome = franking.verify(franker, asked, context.now_ms(), await context.db.read(rooms.agents))
        return answer(staff.FrankVerified(outcome))

    async def participation(request: web.Request, body: bytes) -> web.Response:
        found = await service.participation(context, decode(body, staff.Participation))
        return answer(staff.Participated(found))

    async def omitted(request: web.Request, body: bytes) -> web.Response:
        return answer(staff.OmittedCount(await service.omitted(context, decode(body, staff.Omitted))))

    async def tell(request: web.Request, body: bytes) -> web.Response:
        await service.tell(context, outlet, decode(body, staff.TellReporter))
        return answer(Done())

    async def look_up(request: web.Request, body: bytes) -> web.Response:
        return answer(await keylog.look_up(context, "staff", decode(body, Lookup)))

    async def blob(request: web.Request, body: bytes) -> web.StreamResponse:
        return await send(context, request)

    return [
        web.get("/staff/v1/reports", signed(relayed)),
        web.post("/staff/v1/reports/forget", signed(forget)),
        web.post("/staff/v1/verify-frank", signed(verify)),
        web.post("/staff/v1/participation", signed(participation)),
        web.post("/staff/v1/omitted", signed(omitted)),
        web.post("/staff/v1/tell", signed(tell)),
        web.post("/staff/v1/keylog/lookup", signed(look_up)),
        web.get("/staff/v1/blobs/{sha256:[0-9a-f]{64}}", signed(blob)),
    ]
