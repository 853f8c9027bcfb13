# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /metrics`, and `GET /health` with figures: on a listener of this machine only (`metrics` in privity.toml)."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from privity.server.context import HubContext
from privity.server.health.routes import figures_routes
from privity.server.metrics import service
from privity.server.web import errors


def metrics_app(context: HubContext) -> web.Application:
    """An application with this page, and how the hub is."""

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=await service.page(context), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(middlewares=[errors(context.metrics)])
    app.add_routes([web.get("/metrics", metrics), *figures_routes(context)])
    return app
