# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The thin layer between aiohttp and the wire types: bodies in, answers out, every failure an `ErrorBody`."""

from __future__ import annotations

import re
import traceback
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Final, TypeVar

import msgspec
import structlog
from aiohttp import ClientPayloadError, web
from aiohttp.typedefs import Middleware

from privity.server import nul
from privity.server.metrics.model import Metrics
from privity.server.sessions.model import Session
from privity.wire.errors import STATUS, Code, ErrorBody, Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")

SESSION: Final = web.RequestKey("privity_session", Session)
ID: Final = "[a-z2-7]{25}[aeimquy4]"
"""Pattern of an ID in a path, for route patterns such as `f"/v1/users/{{id:{ID}}}"`."""

LINK_CODE: Final = "[a-z2-7]{8}"
"""Pattern of the code of a link in a path."""

_HTTP_CODES: Final = {
    403: Code.NOT_ALLOWED,
    404: Code.NOT_FOUND,
    405: Code.NOT_FOUND,
    413: Code.TOO_LARGE,
}
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_log = structlog.get_logger("privity.hub")


def session_of(request: web.Request) -> Session:
    """The session whose MAC this request carried. Every route but the public ones has one."""
    return request[SESSION]


async def body(request: web.Request, kind: type[T]) -> T:
    """The JSON body as a wire type, or a MALFORMED Refusal."""
    return decode(await request.read(), kind)


def decode(data: bytes, kind: type[T]) -> T:
    try:
        decoded = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        raise Refusal(Code.MALFORMED, f"the body is not a {kind.__name__}: {err}") from None
    nul.check_json(data)
    return decoded


def answer(value: msgspec.Struct, status: int = 200) -> web.Response:
    """A wire type as JSON."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def refused(error: ErrorBody) -> web.Response:
    response = answer(error, STATUS[error.code])
    if error.retry_after_ms is not None:
        response.headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
    return response


def query_number(request: web.Request, name: str, default: int = 0) -> int:
    """A decimal query parameter, or a MALFORMED Refusal."""
    text = request.query.get(name)
    if text is None:
        return default
    if _NUMBER.fullmatch(text) is None:
        raise Refusal(Code.MALFORMED, f"the query parameter {name} must be a decimal number of at most 15 digits")
    return int(text)


def errors(metrics: Metrics) -> Middleware:
    """The outermost layer: whatever goes wrong inside leaves as an `ErrorBody`, and no more than that leaves."""

    def refuse(error: ErrorBody) -> web.Response:
        metrics.refused(error.code)
        return refused(error)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            nul.check_url(request.raw_path)
            return await handler(request)
        except Refusal as refusal:
            return refuse(refusal.body)
        except web.HTTPException as err:
            code = _HTTP_CODES.get(err.status, Code.MALFORMED)
            return refuse(ErrorBody(code, f"the request ended with HTTP status {err.status}"))
        except (ConnectionError, ClientPayloadError, web.RequestPayloadError) as err:
            return refuse(ErrorBody(Code.MALFORMED, f"the connection broke: {type(err).__name__}"))
        except Exception as err:  # noqa: BLE001  # where a bug ends: the caller learns that there was one, and no more
            log_bug(err)
            return refuse(ErrorBody(Code.INTERNAL, "a bug of the hub; nothing was acknowledged"))

    return middleware


def log_bug(err: BaseException) -> None:
    """Where it happened and which class it was. Never its message, which may hold what a caller sent."""
    frames = traceback.extract_tb(err.__traceback__)[-4:]
    where = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]
    _log.error("bug", error=type(err).__name__, where=where)
