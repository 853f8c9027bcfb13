# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/blobs`, `GET /v1/blobs/SHA256HEX` and `GET /v1/blobs/SHA256HEX/stored`."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from privity.server import downloads
from privity.server.blobs import service
from privity.server.context import HubContext
from privity.server.limits import BODY_PACE, BODY_S
from privity.server.web import answer, session_of
from privity.wire.errors import Code, Refusal
from privity.wire.rest import BlobStored

BLOB: Final = "/v1/blobs/{sha256:[0-9a-f]{64}}"
PARTIAL: Final = ("Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
"""What aiohttp would answer with no body, or with a part that no hash fits."""


def routes(context: HubContext) -> list[web.RouteDef]:
    async def put(request: web.Request) -> web.Response:
        blob = await service.put(context, session_of(request).user_uri, await request.read())
        return answer(BlobStored(blob.sha256, blob.size))

    async def get(request: web.Request) -> web.StreamResponse:
        caller = session_of(request).user_uri
        context.limits.take("blob.get", caller)
        return await send(context, request, caller)

    async def stored(request: web.Request) -> web.Response:
        context.limits.take("blob.get", session_of(request).user_uri)
        blob, _ = await service.find(context, bytes.fromhex(request.match_info["sha256"]))
        return answer(BlobStored(blob.sha256, blob.size))

    return [web.post("/v1/blobs", put), web.get(BLOB, get), web.get(f"{BLOB}/stored", stored)]


class Sent(web.FileResponse):
    """A file that is sent where its route says so, and not once more by aiohttp when the route is done."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None if self.prepared else await super().prepare(request)


async def send(context: HubContext, request: web.Request, caller: str) -> web.StreamResponse:
    """The bytes as what they are: nothing a browser may interpret. Who reads them too slowly is let go.

    Raises ConnectionResetError then: an answer has begun, and no refusal can be said any more.
    """
    asked = [name for name in PARTIAL if name in request.headers]
    if asked:
        raise Refusal(Code.MALFORMED, f"a blob is served whole, without {asked[0]}")
    blob, path = await service.find(context, bytes.fromhex(request.match_info["sha256"]))
    response = Sent(path, headers={"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff"})
    with context.downloads.hold(caller, 1) as held:
        if request.method == "GET":  # of a HEAD only the length is told
            downloads.take(context, request, blob.size)
        try:
            async with held.reading(BODY_S + blob.size / BODY_PACE):
                await response.prepare(request)
                await response.write_eof()
        except Refusal:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("the blob was not read") from None
    return response
