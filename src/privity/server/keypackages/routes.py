# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST` and `GET /v1/key-packages`, `POST /v1/users/ID/claim`."""

from __future__ import annotations

from aiohttp import web

from privity.policy.room_suites import ORDINARY
from privity.server.accounts.model import user_uri
from privity.server.context import HubContext
from privity.server.keypackages import service
from privity.server.keypackages.model import HandedOut, Stock
from privity.server.web import ID, answer, body, session_of
from privity.wire.rest import Claim, Claimed, ClaimedDevice, ClaimStatus, KeyPackagesLeft, PutKeyPackages, SuiteLeft


def routes(context: HubContext) -> list[web.RouteDef]:
    async def put(request: web.Request) -> web.Response:
        wanted = await body(request, PutKeyPackages)
        return answer(_left(await service.put(context, session_of(request).client_uri, wanted)))

    async def get(request: web.Request) -> web.Response:
        return answer(_left(await service.left(context, session_of(request).client_uri)))

    async def claim(request: web.Request) -> web.Response:
        target = user_uri(context.config.host, request.match_info["id"])
        wanted = await body(request, Claim)
        handed = await service.claim(context, session_of(request).user_uri, target, wanted.suites, wanted.room_uri)
        return answer(Claimed([_claimed(one) for one in handed]))

    return [
        web.post("/v1/key-packages", put),
        web.get("/v1/key-packages", get),
        web.post(f"/v1/users/{{id:{ID}}}/claim", claim),
    ]


def _left(stock: list[Stock]) -> KeyPackagesLeft:
    ordinary = next((of for of in stock if of.suite == ORDINARY.id), Stock(ORDINARY.id, 0, False))
    suites = [SuiteLeft(of.suite, of.left, of.has_last_resort, of.last_resort_used) for of in stock]
    return KeyPackagesLeft(ordinary.left, ordinary.has_last_resort, suites)


def _claimed(one: HandedOut) -> ClaimedDevice:
    status = ClaimStatus.EXHAUSTED if one.value is None else ClaimStatus.SUCCESS
    return ClaimedDevice(one.client_uri, status, one.value)
