# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""HTTP below the routes: bytes that are no request, what aiohttp would unpack or wait for, and its answers by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from privity.server.logs import quiet_logger
from privity.server.web import log_bug, refused
from privity.wire.errors import Code, ErrorBody

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
IDLE_S: Final = 60.0
"""How long a connection may take to say a whole request head, the first or the next one."""


class Runner(web.AppRunner):
    """An AppRunner whose server refuses by name also what never becomes a request."""

    def __init__(self, app: web.Application, drain_s: float) -> None:
        super().__init__(
            app,
            access_log=None,
            logger=quiet_logger(),
            shutdown_timeout=drain_s,
            keepalive_timeout=IDLE_S,
            auto_decompress=False,  # a body is what came, or a few bytes could become many
        )

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            _named(made.request_handler), request_factory=made.request_factory, loop=made._loop, **made._kwargs
        )


def _named(handler: Handler) -> Handler:
    """The application refuses an unknown Expect before its first layer."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as err:
            return refused(ErrorBody(Code.MALFORMED, f"the request ended with HTTP status {err.status}"))

    return handle


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(web.RequestHandler):
    """One connection. aiohttp's own answer would be prose that repeats what came."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Raises ConnectionError when an answer has begun."""
        super().handle_error(request, status, exc, message)
        if status == 500:
            if exc is not None:
                log_bug(exc)
            error = ErrorBody(Code.INTERNAL, "a bug of the hub; nothing was acknowledged")
        else:
            error = ErrorBody(Code.MALFORMED, "expected an HTTP/1.1 request, its head of at most 8190 bytes a line")
        response = refused(error)
        response.force_close()
        return response
