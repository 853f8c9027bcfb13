# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`PUT /v1/account/device-list`, and for who has no device left `POST /v1/recovery/lists`, `/recovery`, `/resets`."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext
from privity.server.devices import recovery, service
from privity.server.limits import MAX_REGISTER_BYTES
from privity.server.sessions.requests import caller_address, read_of_stranger
from privity.server.web import answer, body, decode, session_of
from privity.wire.rest import ChainFound, Done, FindChain, PutDeviceList, Recover, Reset


def routes(context: HubContext) -> list[web.RouteDef]:
    async def put(request: web.Request) -> web.Response:
        wanted = await body(request, PutDeviceList)
        await service.put_list(context, session_of(request).user_uri, wanted.value)
        return answer(Done())

    async def find_chain(request: web.Request) -> web.Response:
        asked = decode(await read_of_stranger(request, context, MAX_REGISTER_BYTES), FindChain)
        found = await recovery.find_chain(context, asked.handle, caller_address(request, context.config))
        return answer(ChainFound(*found))

    async def recover(request: web.Request) -> web.Response:
        asked = decode(await read_of_stranger(request, context, MAX_REGISTER_BYTES), Recover)
        await recovery.recover(context, asked.device_list, caller_address(request, context.config))
        return answer(Done())

    async def reset(request: web.Request) -> web.Response:
        asked = decode(await read_of_stranger(request, context, MAX_REGISTER_BYTES), Reset)
        await recovery.reset(context, asked.code, asked.device_list, caller_address(request, context.config))
        return answer(Done())

    return [
        web.put("/v1/account/device-list", put),
        web.post("/v1/recovery/lists", find_chain),
        web.post("/v1/recovery", recover),
        web.post("/v1/resets", reset),
    ]
