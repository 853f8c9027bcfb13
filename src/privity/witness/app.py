# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The witness over HTTP (C2SP tlog-witness): four routes, each refusal by name and with its status."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePath

import msgspec
import structlog
from aiohttp import ClientPayloadError, web

from privity.tlog.add_checkpoint import MAX_REQUEST, PATH, SIZE_TYPE, AddCheckpoint
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import MalformedCheckpoint, MalformedRequest
from privity.witness.errors import Malformed, Refused, SizeConflict, TooLarge, UnknownLog
from privity.witness.limits import BODY_S
from privity.witness.state import origin_hash
from privity.witness.watch import Watch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RETRY_S = 1
"""When a log may ask again after a 503."""

_log = structlog.get_logger("privity.witness")


def build_app(watches: Mapping[str, Watch]) -> web.Application:
    """The application for these logs, by origin."""
    by_hash = {origin_hash(origin): watch for origin, watch in watches.items()}

    async def add_checkpoint(request: web.Request) -> web.Response:
        claimed: Checkpoint | None = None
        try:
            asked = await _asked(request)
            claimed = _claimed(asked)
            watch = watches.get(claimed.origin)
            if watch is None:
                raise UnknownLog("this witness does not watch the log of the checkpoint")
            cosignature = await watch.add(asked)
        except Refused as refused:
            about = {} if claimed is None else {"origin": claimed.origin, "size": claimed.size}
            _log.warning("refused", reason=type(refused).__name__, why=str(refused), **about)
            raise
        _log.info("cosigned", origin=claimed.origin, size=claimed.size)
        return web.Response(body=cosignature.line(), content_type="text/plain", charset="utf-8")

    async def checkpoint(request: web.Request) -> web.Response:
        return web.Response(body=watched(request).latest().encode(), content_type="text/plain", charset="utf-8")

    async def evidence(request: web.Request) -> web.Response:
        return web.Response(body=msgspec.json.encode(watched(request).evidence()), content_type="application/json")

    async def update(request: web.Request) -> web.Response:
        found = await watched(request).update(int(request.match_info["index"]))
        return web.Response(body=found, content_type="application/octet-stream")

    def watched(request: web.Request) -> Watch:
        watch = by_hash.get(request.match_info["log"])
        if watch is None:
            raise UnknownLog("this witness does not watch the log of this hash")
        return watch

    app = web.Application(middlewares=[_refusals], client_max_size=MAX_REQUEST)
    app.router.add_post(PATH, add_checkpoint)
    app.router.add_get("/{log:[0-9a-f]{64}}/checkpoint", checkpoint)
    app.router.add_get("/{log:[0-9a-f]{64}}/evidence", evidence)
    app.router.add_get("/{log:[0-9a-f]{64}}/audit/{index:[0-9]{1,15}}", update)
    return app


async def _asked(request: web.Request) -> AddCheckpoint:
    try:
        async with asyncio.timeout(BODY_S):
            return AddCheckpoint.decode(await request.read())
    except MalformedRequest as err:
        raise Malformed(str(err)) from None
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge(f"a request has at most {MAX_REQUEST} bytes") from None
    except TimeoutError:
        raise Malformed(f"the body did not come within {BODY_S} s") from None
    except (ConnectionError, ClientPayloadError, web.RequestPayloadError) as err:
        raise Malformed(f"the body broke off: {type(err).__name__}") from None


def _claimed(asked: AddCheckpoint) -> Checkpoint:
    """What the request says it is about; nobody has verified it."""
    try:
        return Checkpoint.decode(asked.note.text)
    except MalformedCheckpoint as err:
        raise Malformed(str(err)) from None


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost layer: whoever asks learns the name of what was wrong, and of a bug only that there was one."""
    try:
        return await handler(request)
    except SizeConflict as conflict:
        answer = web.Response(body=b"%d\n" % conflict.size, status=conflict.status)
        answer.headers["Content-Type"] = SIZE_TYPE  # as the document has it, without a charset
        return answer
    except Refused as refused:
        answer = web.Response(text=f"{type(refused).__name__}: {refused}\n", status=refused.status)
        if refused.status == 503:
            answer.headers["Retry-After"] = str(RETRY_S)
        return answer
    except web.HTTPException as err:
        return web.Response(text=f"the request ended with HTTP status {err.status}\n", status=err.status)
    except Exception as err:  # noqa: BLE001  # where a bug ends: the caller learns that there was one, and no more
        frames = traceback.extract_tb(err.__traceback__)[-4:]
        where = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]
        _log.error("bug", error=type(err).__name__, where=where)
        return web.Response(text="a bug of the witness; nothing was cosigned\n", status=500)
