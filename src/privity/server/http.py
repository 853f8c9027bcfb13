# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""HTTP below the routes: bytes that are no request, what aiohttp would unpack or wait for, and its answers by name."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, cast

import msgspec
from aiohttp import web

from privity.server.handshakes import Spoken, TlsServer
from privity.server.limits import Limits, address_key
from privity.server.logs import quiet_logger
from privity.server.peers import Peers
from privity.server.web import log_bug, refused
from privity.wire.errors import STATUS, Code, ErrorBody, Refusal

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
IDLE_S: Final = 60.0
"""How long a connection may take to say a whole request head, the first or the next one."""


BACKLOG: Final = 1024
"""Connections that the system takes before the hub has looked at them: an event loop that is busy loses none."""


class Site(web.TCPSite):
    """A TCPSite with a backlog of its own; under TLS one that counts connections before their handshake."""

    async def start(self) -> None:
        await web.BaseSite.start(self)
        listening = self._runner.server
        if self._ssl_context is not None and isinstance(listening, _Server):
            taking = listening.tls(self._bound(), self._ssl_context)
            self._server = cast("asyncio.AbstractServer", taking)  # it is asked for its sockets and closed, no more
            return
        assert listening is not None
        self._server = await asyncio.get_running_loop().create_server(
            listening,
            self._host,
            self._port,
            backlog=BACKLOG,
            reuse_address=self._reuse_address,
            reuse_port=self._reuse_port,
        )

    def _bound(self) -> socket.socket:
        """Listens on an IP address, and does not wait where nobody comes."""
        host = self._host or "127.0.0.1"
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
        made = socket.create_server(
            (host, self._port), family=family, backlog=BACKLOG, reuse_port=bool(self._reuse_port)
        )
        made.setblocking(False)
        return made


class Runner(web.AppRunner):
    """An AppRunner whose server refuses by name also what never becomes a request."""

    def __init__(
        self, app: web.Application, drain_s: float, peers: Peers | None = None, limits: Limits | None = None
    ) -> None:
        """`peers` counts the connections, `limits` holds TLS handshakes to a pace; None for a listener of this machine
        alone.
        """
        self._peers = peers
        self._limits = limits
        super().__init__(
            app,
            access_log=None,
            logger=quiet_logger(),
            shutdown_timeout=drain_s,
            keepalive_timeout=IDLE_S,
            tcp_keepalive=False,  # whoever is silent is let go of long before the system would ask
            auto_decompress=False,  # a body is what came, or a few bytes could become many
        )

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            _named(made.request_handler),
            request_factory=made.request_factory,
            loop=made._loop,
            peers=self._peers,
            limits=self._limits,
            **made._kwargs,
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
    def __init__(self, handler: Handler, *, peers: Peers | None, limits: Limits | None, **kwargs: Any) -> None:
        super().__init__(handler, **kwargs)
        self._peers = peers
        self._limits = limits

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, self._peers, loop=self._loop, **self._kwargs)

    def tls(self, bound: socket.socket, context: ssl.SSLContext) -> TlsServer:
        """Takes TLS connections of a socket that listens."""

        def protocol_of(address: str | None) -> Spoken:
            made = _Protocol(self, self._peers, address, loop=self._loop, **self._kwargs)
            return made, made.give_back

        return TlsServer(bound, context, protocol_of, self._peers, self._limits)


class _Protocol(web.RequestHandler):
    """One connection. aiohttp's own answer would be prose that repeats what came."""

    __slots__ = ("_address", "_peers")

    def __init__(self, manager: web.Server, peers: Peers | None, address: str | None = None, **kwargs: Any) -> None:
        """`address` of a connection that is counted already."""
        super().__init__(manager, **kwargs)
        self._peers = peers
        self._address = address
        """Under which it is counted."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._peers is not None and self._address is None:
            pipe = cast("asyncio.Transport", transport)  # uvloop's is no subclass
            peer = transport.get_extra_info("peername")
            address = address_key(peer[0] if peer else None)
            try:
                self._peers.enter(address)
            except Refusal as refusal:
                pipe.write(_whole_answer(refusal.body))
                pipe.close()
                return
            self._address = address
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """aiohttp hears nothing more once it is told to end: a request whose body was on its way would wait for the
        rest until it is cut off."""
        asked, told = self._current_request, (self._close, self._force_close)
        if told == (False, False) or asked is None or asked.content.is_eof():
            super().data_received(data)
            return
        self._close = self._force_close = False
        try:
            super().data_received(data)
        finally:
            self._close, self._force_close = told

    def connection_lost(self, exc: BaseException | None) -> None:
        self.give_back()
        super().connection_lost(exc)

    def give_back(self) -> None:
        """It is not counted any more."""
        if self._peers is not None and self._address is not None:
            self._peers.leave(self._address)
            self._address = None

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


def _whole_answer(error: ErrorBody) -> bytes:
    """An answer for a connection of which nothing is read."""
    status, body = STATUS[error.code], msgspec.json.encode(error)
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Retry-After: {-(-(error.retry_after_ms or 0) // 1000)}",
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
