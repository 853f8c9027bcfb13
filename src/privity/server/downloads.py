# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What leaves the hub when somebody fetches: counted in bytes, of the account, and of the address whoever that is.

Files count before they are sent, other answers once it is known how long they are, and what a device is brought from
the log as it is read. What changes something is not refused for its answer, which is short.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from privity.server.context import HubContext
from privity.server.limits import address_key
from privity.server.sessions.requests import STAFF_PREFIX, caller_address
from privity.server.web import SESSION

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KIB: Final = 1024
"""The limits count in these; what is begun counts."""


def counted(context: HubContext) -> Middleware:
    """The layer around every route: it knows who asked, and the answer before any of it is sent."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.method == "GET" and isinstance(response, web.Response):
            take(context, request, response.content_length or 0)
        return response

    return middleware


def take(context: HubContext, request: web.Request, size: int) -> None:
    """Count bytes that are about to be sent, or raise a TOO_MANY Refusal: nothing is sent then. The desk, which takes
    what was sealed to it, is not counted.
    """
    if request.path.startswith(STAFF_PREFIX):
        return
    session = request.get(SESSION)
    if session is not None:
        take_of_account(context, session.user_uri, size)
    address = address_key(caller_address(request, context.config))
    context.limits.take("download.address", address, -(-size // KIB))


def take_of_account(context: HubContext, user_uri: str, size: int) -> None:
    """The same for what a connection is brought, which was counted by its address when it was opened."""
    context.limits.take("download.account", user_uri, -(-size // KIB))
