# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/v1/contacts` and what is below it."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts.model import user_uri
from privity.server.contacts import codes, overview, service
from privity.server.context import HubContext
from privity.server.web import ID, answer, body, session_of
from privity.wire import contacts as wire
from privity.wire.rest import Done


def routes(context: HubContext) -> list[web.RouteDef]:
    async def get(request: web.Request) -> web.Response:
        return answer(await overview.of(context, session_of(request)))

    async def ask(request: web.Request) -> web.Response:
        wanted = await body(request, wire.Ask)
        return answer(wire.ContactMade(await service.ask(context, session_of(request), wanted.entry, wanted.work)))

    async def withdraw(request: web.Request) -> web.Response:
        await service.withdraw(context, session_of(request), request.match_info["target"])
        return answer(Done())

    async def agree(request: web.Request) -> web.Response:
        entry = (await body(request, wire.Grant)).entry
        made = await service.agree(context, session_of(request), _other(context, request), entry)
        return answer(wire.ContactMade(made))

    async def end(request: web.Request) -> web.Response:
        await service.end(context, session_of(request), _other(context, request))
        return answer(Done())

    async def make_code(request: web.Request) -> web.Response:
        return answer(await codes.make(context, session_of(request), await body(request, wire.MakeCode)))

    async def find_code(request: web.Request) -> web.Response:
        wanted = await body(request, wire.FindCode)
        return answer(await codes.find(context, session_of(request), wanted.code_hash))

    async def use_code(request: web.Request) -> web.Response:
        wanted = await body(request, wire.UseCode)
        return answer(wire.ContactMade(await codes.use(context, session_of(request), wanted)))

    one = f"/v1/contacts/{{id:{ID}}}"
    return [
        web.get("/v1/contacts", get),
        web.post("/v1/contacts/requests", ask),
        web.delete("/v1/contacts/requests/{target}", withdraw),
        web.put(one, agree),
        web.delete(one, end),
        web.post("/v1/contacts/codes", make_code),
        web.post("/v1/contacts/codes/find", find_code),
        web.post("/v1/contacts/codes/use", use_code),
    ]


def _other(context: HubContext, request: web.Request) -> str:
    return user_uri(context.config.host, request.match_info["id"])
