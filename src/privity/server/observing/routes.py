# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /staff/v1/observed?after=NUMBER&wait=SECONDS`, and the clock that ends the windows of messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from privity.server.context import HubContext
from privity.server.observing import service
from privity.server.web import answer, log_bug, query_number
from privity.wire.errors import Refusal
from privity.wire.observed import WINDOW_MS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Signed = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]
WaitOf = Callable[[web.Request], int]


def routes(context: HubContext, signed: Callable[[Signed], Handler], wait_of: WaitOf) -> list[web.RouteDef]:
    """`signed` holds a request to the desk's signature before its handler sees it."""

    async def observed(request: web.Request, body: bytes) -> web.Response:
        return answer(await service.page(context, query_number(request, "after"), wait_of(request)))

    return [web.get("/staff/v1/observed", signed(observed))]


def ending_windows(context: HubContext) -> Callable[[web.Application], AsyncIterator[None]]:
    """For `cleanup_ctx`: windows end as long as the application runs, and the last one with it."""

    async def run(app: web.Application) -> AsyncIterator[None]:
        if not context.config.observes:
            yield
            return
        task = asyncio.create_task(_end_windows(context))
        yield
        task.cancel()
        await asyncio.wait([task])
        await _end_one(context, last=True)

    return run


def stop_waiting(context: HubContext) -> Callable[[web.Application], Awaitable[None]]:
    """For `on_shutdown`: a desk that waits for observations is answered now."""

    async def stop(app: web.Application) -> None:
        context.observing.arrivals.stop()

    return stop


async def _end_windows(context: HubContext) -> None:
    while True:
        await asyncio.sleep(WINDOW_MS / 1000)
        await _end_one(context)


async def _end_one(context: HubContext, *, last: bool = False) -> None:
    """A window that cannot be stored is let go: messages go on."""
    try:
        await service.flush(context, everything=last)
    except Refusal:
        return
    except Exception as err:  # noqa: BLE001  # the task has no caller: a bug must not end it for ever
        log_bug(err)
