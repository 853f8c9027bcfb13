# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/v1/wards/ID`: what a guardian says."""

from __future__ import annotations

from aiohttp import web

from privity.server.accounts.model import user_uri
from privity.server.context import HubContext
from privity.server.guardians import service
from privity.server.web import ID, answer, body, session_of
from privity.wire.contacts import SetWardAge, Vouch
from privity.wire.rest import Done


def routes(context: HubContext) -> list[web.RouteDef]:
    def named(request: web.Request, part: str) -> str:
        return user_uri(context.config.host, request.match_info[part])

    async def vouch(request: web.Request) -> web.Response:
        entry = (await body(request, Vouch)).entry
        await service.vouch(context, session_of(request), named(request, "id"), named(request, "asker"), entry)
        return answer(Done())

    async def refuse(request: web.Request) -> web.Response:
        await service.refuse(context, session_of(request), named(request, "id"), named(request, "asker"))
        return answer(Done())

    async def end(request: web.Request) -> web.Response:
        await service.end(context, session_of(request), named(request, "id"))
        return answer(Done())

    async def set_age(request: web.Request) -> web.Response:
        wanted = await body(request, SetWardAge)
        return answer(await service.set_age(context, session_of(request), named(request, "id"), wanted))

    one = f"/v1/wards/{{id:{ID}}}"
    return [
        web.put(f"{one}/asks/{{asker:{ID}}}", vouch),
        web.delete(f"{one}/asks/{{asker:{ID}}}", refuse),
        web.delete(one, end),
        web.put(f"{one}/age", set_age),
    ]
