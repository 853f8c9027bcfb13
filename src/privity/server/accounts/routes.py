# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`GET /v1/server`, `POST /v1/accounts`, `GET /v1/handles/HANDLE`, `GET /v1/users/ID/handle`."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts import service
from privity.server.accounts.model import user_uri
from privity.server.context import HubContext
from privity.server.keylog.model import origin_of
from privity.server.limits import MAX_BLOB_BYTES, MAX_REGISTER_BYTES
from privity.server.sessions.requests import caller_address, read_of_stranger
from privity.server.version import VERSION
from privity.server.web import ID, answer, decode, session_of
from privity.wire.rest import HandleFound, HandleTold, Register, Registered, ServerInfo, WitnessInfo


def routes(context: HubContext) -> list[web.RouteDef]:
    async def server(request: web.Request) -> web.Response:
        return answer(_server_info(context))

    async def register(request: web.Request) -> web.Response:
        wanted = decode(await read_of_stranger(request, context, MAX_REGISTER_BYTES), Register)
        account = await service.register(context, wanted, caller_address(request, context.config))
        return answer(Registered(account.user_uri, account.handle))

    async def find_handle(request: web.Request) -> web.Response:
        account = await service.find_handle(context, session_of(request).user_uri, request.match_info["handle"])
        return answer(HandleFound(account.user_uri))

    async def tell_handle(request: web.Request) -> web.Response:
        target = user_uri(context.config.host, request.match_info["id"])
        account = await service.find_user(context, session_of(request).user_uri, target)
        return answer(HandleTold(account.handle))

    return [
        web.get("/v1/server", server),
        web.post("/v1/accounts", register),
        web.get("/v1/handles/{handle}", find_handle),
        web.get(f"/v1/users/{{id:{ID}}}/handle", tell_handle),
    ]


def _server_info(context: HubContext) -> ServerInfo:
    config = context.config
    return ServerInfo(
        host=config.host,
        version=VERSION,
        registration=config.registration,
        franking_public_key=context.keys.franking_public,
        external_sender_public_key=context.keys.external_sender_public,
        intake_public_key=config.intake_public_key,
        report_window_days=config.report_window_days,
        max_blob_bytes=MAX_BLOB_BYTES,
        now_ms=context.now_ms(),
        keylog_key=context.keys.log_verifier(origin_of(config.host)).encode(),
        vrf_public_key=context.keys.vrf_public,
        witnesses=[WitnessInfo(one.key.encode(), one.audits, one.url) for one in config.witnesses],
        quorum=config.quorum,
        help=list(config.help),
    )
