# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The MAC of each REST request (`wire.session`): checked before any route sees the request."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from privity.server.bodies import Hold
from privity.server.config import HubConfig
from privity.server.context import HubContext
from privity.server.limits import (
    BODY_PACE,
    BODY_S,
    MAX_BLOB_BYTES,
    MAX_BODY_BYTES,
    MAX_REPORT_BODY_BYTES,
    address_key,
)
from privity.server.sessions.model import Session, SignedRequest
from privity.server.standing import deeds
from privity.server.web import LINK_CODE, SESSION, Handler
from privity.wire.errors import Code, Refusal
from privity.wire.session import COUNT_HEADER, MAC_HEADER, SESSION_HEADER, mac_over_digest

PUBLIC: Final = frozenset(
    {
        ("GET", "/health"),
        ("GET", "/v1/server"),
        ("POST", "/v1/accounts"),
        ("GET", "/v1/socket"),
        ("POST", "/v1/recovery/lists"),
        ("POST", "/v1/recovery"),
        ("POST", "/v1/resets"),
        ("GET", "/v1/keylog/checkpoint"),
        ("GET", "/v1/keylog/consistency"),
        ("GET", "/v1/keylog/evidence"),
        ("POST", "/v1/keylog/own-returns"),
        ("GET", "/notice"),
        ("POST", "/notice"),
        ("GET", "/notice/status"),
        ("POST", "/notice/status"),
        ("POST", "/notice/appeal"),
        ("GET", "/notice/style.css"),
    }
)
"""What needs no session. Everything else does, a path that does not exist included."""
_NEW_DEVICE: Final = re.compile(
    rf"POST /v1/links|GET /v1/links/{LINK_CODE}|PUT /v1/links/{LINK_CODE}/(?:opening|verdict)"
)
"""What a device that is not yet in any list says while it is being linked: public too."""
_AUDIT: Final = re.compile(r"GET /v1/keylog/audit/[0-9]{1,15}")
"""Anybody may audit."""
STAFF_PREFIX: Final = "/staff/v1/"
"""Staff routes check a signature of their own (`wire.staff`)."""
LARGE: Final = {"/v1/blobs": MAX_BLOB_BYTES, "/v1/reports": MAX_REPORT_BODY_BYTES}
"""Paths that take more than `MAX_BODY_BYTES`, and how much."""

_COUNT: Final = re.compile(r"[0-9]{1,15}")
_MAC: Final = re.compile(r"[0-9a-f]{64}")


def authenticate(context: HubContext) -> Middleware:
    """The middleware that holds every request to its session."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _is_public(request.method, request.path) or request.path.startswith(STAFF_PREFIX):
            return await handler(request)
        session = await _session(request, context)
        limit = LARGE.get(request.path, MAX_BODY_BYTES)
        _check_length(request, limit)
        length = request.content_length or 0
        if length <= MAX_BODY_BYTES:
            with context.bodies.hold(session.user_uri, length) as held:
                return await _checked(request, handler, context, session, held, limit)
        context.limits.take("body.large", session.user_uri)
        with context.large_bodies.hold(session.user_uri, length) as held:
            return await _checked(request, handler, context, session, held, limit)

    return middleware


def _is_public(method: str, path: str) -> bool:
    asked = f"{method} {path}"
    return (method, path) in PUBLIC or any(public.fullmatch(asked) is not None for public in (_NEW_DEVICE, _AUDIT))


def caller_address(request: web.Request, config: HubConfig) -> str | None:
    """Whom the limits per address count: the connection's peer, or what our own proxy says it is."""
    if config.behind_proxy:
        forwarded = request.headers.getall("X-Forwarded-For", [])
        if forwarded:
            return forwarded[-1].rpartition(",")[2].strip()
    return request.remote


async def _checked(
    request: web.Request, handler: Handler, context: HubContext, session: Session, held: Hold, limit: int
) -> web.StreamResponse:
    count, mac = _count(request), _mac(request)
    body = await read_limited(request, held, limit)
    asked = SignedRequest(session.name, request.method, request.raw_path, count, hashlib.sha256(body).digest(), mac)
    if context.sessions.elsewhere is None or context.sessions.is_own(session.name):
        take(context, session, asked)
    else:
        session = await context.sessions.elsewhere.vouched(asked)
    request[SESSION] = session
    resource = request.match_info.route.resource
    if resource is not None:
        await deeds.check_request(context, session.user_uri, request.method, resource.canonical)
    return await handler(request)


def take(context: HubContext, session: Session, asked: SignedRequest) -> None:
    """Count one request of a session that this process holds. Raises Refusal, also when the session has ended since."""
    expected = mac_over_digest(session.key, asked.method, asked.path, asked.count, asked.body_digest)
    if not hmac.compare_digest(expected, asked.mac):
        raise Refusal(Code.UNAUTHENTICATED, f"{MAC_HEADER} does not match the request")
    if context.sessions.named(session.name) is not session:
        raise Refusal(Code.UNAUTHENTICATED, "the session ended while the request was under way")
    session.counts.take(asked.count)
    context.limits.take("request", session.client_uri)


async def read_limited(request: web.Request, held: Hold, limit: int) -> bytes:
    """The body, or a TOO_LARGE Refusal as soon as it is known to be longer. `request.read()` gives it again."""
    _check_length(request, limit)
    async with held.reading(BODY_S + held.size / BODY_PACE):
        return await request.read()


async def read_of_stranger(request: web.Request, context: HubContext, limit: int) -> bytes:
    """`read_limited` for a caller of whom nothing but the address is known."""
    _check_length(request, limit)
    caller = address_key(caller_address(request, context.config))
    with context.stranger_bodies.hold(caller, request.content_length or 0) as held:
        return await read_limited(request, held, limit)


def _check_length(request: web.Request, limit: int) -> None:
    """Refuse a body that is too long, or that does not say how long it is, before any of it is read."""
    if request.content_length is not None and request.content_length > limit:
        raise Refusal(Code.TOO_LARGE, f"the body has {request.content_length} bytes, at most {limit} are taken")
    if request.content_length is None and request.body_exists:
        raise Refusal(Code.MALFORMED, "a body needs a Content-Length")
    if "Content-Encoding" in request.headers:
        raise Refusal(Code.MALFORMED, "a body is taken as it is, without Content-Encoding")


async def _session(request: web.Request, context: HubContext) -> Session:
    name = request.headers.get(SESSION_HEADER, "")
    session = context.sessions.named(name)
    if session is None and context.sessions.elsewhere is not None and not context.sessions.is_own(name):
        return await context.sessions.elsewhere.whose(name)
    if session is None:
        raise Refusal(Code.UNAUTHENTICATED, f"{SESSION_HEADER} names no session that stands; open the socket first")
    return session


def _count(request: web.Request) -> int:
    text = request.headers.get(COUNT_HEADER, "")
    if _COUNT.fullmatch(text) is None:
        raise Refusal(Code.UNAUTHENTICATED, f"{COUNT_HEADER} must be a decimal number of at most 15 digits")
    return int(text)


def _mac(request: web.Request) -> bytes:
    text = request.headers.get(MAC_HEADER, "")
    if _MAC.fullmatch(text) is None:
        raise Refusal(Code.UNAUTHENTICATED, f"{MAC_HEADER} must be 64 lower-case hex digits")
    return bytes.fromhex(text)
