# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/reports`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from privity.server.context import HubContext
from privity.server.reports import service
from privity.server.web import answer, body, session_of
from privity.wire.rest import ReportReceived, SealedReport


def routes(context: HubContext) -> list[web.RouteDef]:
    async def submit(request: web.Request) -> web.Response:
        report = await body(request, SealedReport)
        return answer(ReportReceived(await service.submit(context, session_of(request).user_uri, report.sealed)))

    return [web.post("/v1/reports", submit)]


def stop_waiting(context: HubContext) -> Callable[[web.Application], Awaitable[None]]:
    """For `on_shutdown`: a desk that waits for reports is answered now."""

    async def stop(app: web.Application) -> None:
        context.arrivals.stop()

    return stop
