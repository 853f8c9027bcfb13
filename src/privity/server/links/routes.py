# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/links`, `GET /v1/links/CODE`, and `PUT` of its `answer`, `opening`, `verdict` and `outcome`."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web

from privity.server.context import HubContext
from privity.server.limits import MAX_LINK_BYTES
from privity.server.links import service
from privity.server.links.model import Link
from privity.server.sessions.requests import caller_address, read_of_stranger
from privity.server.web import LINK_CODE, answer, body, decode, session_of
from privity.wire import rest

T = TypeVar("T")


def routes(context: HubContext) -> list[web.RouteDef]:
    async def offer(request: web.Request) -> web.Response:
        wanted = await _public_body(context, request, rest.OfferLink)
        link = await service.offer(context, wanted, caller_address(request, context.config))
        return answer(rest.LinkOffered(link.code, link.expires_ms))

    async def get(request: web.Request) -> web.Response:
        return answer(_shown(await service.find(context, _code(request), caller_address(request, context.config))))

    async def put_answer(request: web.Request) -> web.Response:
        said = await body(request, rest.AnswerLink)
        await service.answer(context, session_of(request).user_uri, _code(request), said)
        return answer(rest.Done())

    async def put_opening(request: web.Request) -> web.Response:
        said = await _public_body(context, request, rest.OpenLink)
        await service.open_(context, _code(request), said, caller_address(request, context.config))
        return answer(rest.Done())

    async def put_verdict(request: web.Request) -> web.Response:
        said = await _public_body(context, request, rest.JudgeLink)
        await service.judge(context, _code(request), said, caller_address(request, context.config))
        return answer(rest.Done())

    async def put_outcome(request: web.Request) -> web.Response:
        said = await body(request, rest.FinishLink)
        await service.finish(context, session_of(request).user_uri, _code(request), said)
        return answer(rest.Done())

    path = f"/v1/links/{{code:{LINK_CODE}}}"
    return [
        web.post("/v1/links", offer),
        web.get(path, get, allow_head=False),
        web.put(f"{path}/answer", put_answer),
        web.put(f"{path}/opening", put_opening),
        web.put(f"{path}/verdict", put_verdict),
        web.put(f"{path}/outcome", put_outcome),
    ]


async def _public_body(context: HubContext, request: web.Request, kind: type[T]) -> T:
    return decode(await read_of_stranger(request, context, MAX_LINK_BYTES), kind)


def _code(request: web.Request) -> str:
    return request.match_info["code"]


def _shown(link: Link) -> rest.Link:
    return rest.Link(link.state, link.commitment, link.expires_ms, link.answer, link.opening, link.device_list)
