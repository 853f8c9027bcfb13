# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/staff/v1/effects`, `/staff/v1/account` and `/staff/v1/profile`: what the desk does, and asks about an account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from privity.server.context import HubContext
from privity.server.rooms.departures import Proposer
from privity.server.staff import effects, facts
from privity.server.web import answer, decode
from privity.wire.staff import AskAccount, AskProfile, Effect

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Signed = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def routes(context: HubContext, proposer: Proposer, signed: Callable[[Signed], Handler]) -> list[web.RouteDef]:
    """`signed` holds a request to the desk's signature before its handler sees it."""

    async def apply(request: web.Request, body: bytes) -> web.Response:
        return answer(await effects.apply(context, proposer, decode(body, Effect)))

    async def account(request: web.Request, body: bytes) -> web.Response:
        return answer(await facts.account(context, decode(body, AskAccount)))

    async def profile(request: web.Request, body: bytes) -> web.Response:
        return answer(await facts.profile(context, decode(body, AskProfile)))

    return [
        web.post("/staff/v1/effects", signed(apply)),
        web.post("/staff/v1/account", signed(account)),
        web.post("/staff/v1/profile", signed(profile)),
    ]
