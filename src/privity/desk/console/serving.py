# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages on an address of this machine: until the desk ends, quietly, and with their headers even for garbage."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from privity.desk.console.errors import CannotListen
from privity.desk.console.headers import HEADERS

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
DRAIN_S: Final = 2.0
"""How long a page that is being made may take when the desk ends."""
IDLE_S: Final = 60.0
"""How long a connection may take to say a whole request, the first or the next one."""


@asynccontextmanager
async def listening(app: web.Application, address: str, port: int) -> AsyncIterator[int]:
    """Serve; yields the port. At the end nothing new is taken. Raises CannotListen."""
    runner = _Runner(
        app,
        access_log=None,
        logger=_quiet(),
        shutdown_timeout=DRAIN_S,
        keepalive_timeout=IDLE_S,
        auto_decompress=False,  # a form is what came, or a few bytes could become many
    )
    try:
        await runner.setup()
        site = web.TCPSite(runner, address, port)
        try:
            await site.start()
        except OSError as err:
            raise CannotListen(
                f"cannot listen on {address}:{port} for the pages ({err.strerror or type(err).__name__});"
                " stop what has the port, or change listen under [desk]"
            ) from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


class _Runner(web.AppRunner):
    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            _plain(made.request_handler), request_factory=made.request_factory, loop=made._loop, **made._kwargs
        )


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(web.RequestHandler):
    """One connection. aiohttp's own answer to garbage would repeat it, and would lack our headers."""

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
        response = _unread(status)
        response.force_close()
        return response


def _plain(handler: Handler) -> Handler:
    """The application refuses an unknown Expect before its first layer."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as err:
            return _unread(err.status)

    return handle


def _unread(status: int) -> web.Response:
    return web.Response(status=status, text="The request cannot be read.\n", headers=HEADERS)


def _quiet() -> logging.Logger:
    """For aiohttp, whose own lines carry addresses and what was sent."""
    logger = logging.getLogger("privity.desk.aiohttp")
    logger.disabled = True
    return logger
