# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is refused first when the writer cannot keep up: whoever is not here yet, then who looks for something, then
files and what can be done in a minute. Never what keeps a conversation and its people safe, and never what was
acknowledged.

How far behind the writer is, is counted in transactions that wait. Messages wait in a queue of their own, share one
transaction and are refused by its bound alone (`delivery.service`); their number counts here for others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from privity.server.context import HubContext
from privity.wire.errors import Code, Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rank(IntEnum):
    """The higher, the longer it is served."""

    NEWCOMER = 1
    """Nobody here waits for it: registration, linking, pages for anybody, audits."""
    LOOKUP = 2
    """Finding people and beginning something with them."""
    BULK = 3
    """Files and what devices keep in stock or in order: they ask again by themselves."""
    CONVERSATION = 4
    """Rooms go on, people leave, block, report and take away a stolen device: never refused here."""


WAITING: Final[Mapping[Rank, int]] = MappingProxyType({Rank.NEWCOMER: 200, Rank.LOOKUP: 400, Rank.BULK: 800})
"""From how many waiting transactions on a rank is refused. 512 make one batch, which a slow disk takes a second for."""
RETRY_MS: Final[Mapping[Rank, int]] = MappingProxyType({Rank.NEWCOMER: 10_000, Rank.LOOKUP: 4_000, Rank.BULK: 2_000})

RANKS: Final[Mapping[tuple[str, str], Rank]] = MappingProxyType(
    {
        ("POST", "/v1/accounts"): Rank.NEWCOMER,
        ("POST", "/v1/links"): Rank.NEWCOMER,
        ("GET", "/v1/links/{code}"): Rank.NEWCOMER,
        ("PUT", "/v1/links/{code}/answer"): Rank.NEWCOMER,
        ("PUT", "/v1/links/{code}/opening"): Rank.NEWCOMER,
        ("PUT", "/v1/links/{code}/verdict"): Rank.NEWCOMER,
        ("PUT", "/v1/links/{code}/outcome"): Rank.NEWCOMER,
        ("POST", "/v1/keylog/own-returns"): Rank.NEWCOMER,
        ("GET", "/v1/keylog/evidence"): Rank.NEWCOMER,
        ("GET", "/notice"): Rank.NEWCOMER,
        ("POST", "/notice"): Rank.NEWCOMER,
        ("GET", "/notice/status"): Rank.NEWCOMER,
        ("POST", "/notice/status"): Rank.NEWCOMER,
        ("POST", "/notice/appeal"): Rank.NEWCOMER,
        ("GET", "/notice/style.css"): Rank.NEWCOMER,
        ("GET", "/v1/handles/{handle}"): Rank.LOOKUP,
        ("GET", "/v1/users/{id}/handle"): Rank.LOOKUP,
        ("GET", "/v1/users/{id}/profile"): Rank.LOOKUP,
        ("POST", "/v1/users/{id}/claim"): Rank.LOOKUP,
        ("GET", "/v1/account/stored"): Rank.LOOKUP,
        ("GET", "/v1/account/stored/{table}"): Rank.LOOKUP,
        ("POST", "/v1/contacts/requests"): Rank.LOOKUP,
        ("POST", "/v1/contacts/codes"): Rank.LOOKUP,
        ("POST", "/v1/contacts/codes/find"): Rank.LOOKUP,
        ("POST", "/v1/contacts/codes/use"): Rank.LOOKUP,
        ("POST", "/v1/rooms"): Rank.LOOKUP,
        ("POST", "/v1/rooms/{id}/invitations"): Rank.LOOKUP,
        ("POST", "/v1/rooms/{id}/links"): Rank.LOOKUP,
        ("POST", "/v1/rooms/{id}/knocks"): Rank.LOOKUP,
        ("POST", "/v1/franks/attest"): Rank.LOOKUP,
        ("POST", "/v1/blobs"): Rank.BULK,
        ("GET", "/v1/blobs/{sha256}"): Rank.BULK,
        ("GET", "/v1/blobs/{sha256}/stored"): Rank.BULK,
        ("POST", "/v1/key-packages"): Rank.BULK,
        ("GET", "/v1/key-packages"): Rank.BULK,
        ("POST", "/v1/keylog/returns"): Rank.BULK,
        ("GET", "/v1/profile"): Rank.BULK,
        ("PUT", "/v1/profile"): Rank.BULK,
        ("PUT", "/v1/device/report-key"): Rank.BULK,
        ("PUT", "/v1/account/age"): Rank.BULK,
        ("POST", "/v1/account/letters"): Rank.BULK,
        ("PUT", "/v1/contacts/{id}"): Rank.BULK,
        ("PUT", "/v1/rooms/{id}/invitation"): Rank.BULK,
        ("PUT", "/v1/wards/{id}/asks/{asker}"): Rank.BULK,
    }
)
"""By method and pattern; whatever is not here is `CONVERSATION`."""


def rank_of(method: str, pattern: str) -> Rank:
    return RANKS.get(("GET" if method == "HEAD" else method, pattern), Rank.CONVERSATION)


def shedding(context: HubContext) -> Middleware:
    """The layer before anything of a request but its head was read."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        waiting = context.load.beside(context.db.waiting)
        if waiting >= WAITING[Rank.NEWCOMER]:
            resource = request.match_info.route.resource
            _check(rank_of(request.method, "" if resource is None else resource.canonical), waiting)
        return await handler(request)

    return middleware


def _check(rank: Rank, waiting: int) -> None:
    """Raise an UNAVAILABLE Refusal where so much waits that this has to wait outside."""
    if rank in WAITING and waiting >= WAITING[rank]:
        raise Refusal(
            Code.UNAVAILABLE,
            f"{waiting} changes wait to be stored, from {WAITING[rank]} on this one is asked to come later",
            retry_after_ms=RETRY_MS[rank],
        )
