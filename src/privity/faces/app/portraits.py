# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of profiles: small squares, made anew where a decoder can do no harm, of strangers' as of one's own."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Final

from aiohttp import web

from privity.client.sdk import Device
from privity.faces.app.errors import Malformed
from privity.faces.app.files import read_body
from privity.faces.app.headers import SANDBOXED
from privity.faces.app.house import House
from privity.faces.app.limits import PREVIEWS_AT_ONCE
from privity.faces.app.opened import Opened
from privity.identity.uris import parse_user_uri
from privity.preview.errors import PreviewRefused
from privity.preview.limits import MAX_PICTURE
from privity.preview.making import make_square
from privity.wire.errors import Code, Refusal

MOST: Final = 100
"""Percent."""


class Portraits:
    """Gives pictures of people, and shapes one of one's own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._children = asyncio.Semaphore(PREVIEWS_AT_ONCE)

    async def give(self, request: web.Request) -> web.Response:
        """The picture of somebody's profile, or nothing where they show none to this account.

        What a page shows by itself keeps nothing from being locked.
        """
        opened = self._house.opened(request.match_info["account"])
        user_uri = parse_user_uri(request.match_info["user"])
        picture = await opened.do(picture_of(opened.device, user_uri))
        if picture is None:
            return web.Response(status=204)
        async with self._children:
            made = await opened.do(kept_square(opened, user_uri, picture))
        return _png(made)

    async def shape(self, request: web.Request) -> web.Response:
        """A square out of a picture from the page, as it would go out. It goes nowhere."""
        opened = self._house.opened(request.match_info["account"])
        self._house.touch()
        along, close = _percent(request, "along"), _percent(request, "close")
        picture = await read_body(request, MAX_PICTURE)
        async with self._children:
            return _png(await opened.do(make_square(picture, along, close)))


async def picture_of(device: Device, user_uri: str) -> bytes | None:
    """The picture that somebody chose, as it came."""
    try:
        return (await device.profiles.of(user_uri)).picture
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND:
            raise
        return None


async def kept_square(opened: Opened, user_uri: str, picture: bytes) -> bytes:
    """The square of a picture, which is made once while the account is open. Raises PreviewRefused."""
    key = (user_uri, hashlib.sha256(picture).digest(), 0)
    made = opened.previews.find(key)
    if made is None:
        made = await make_square(picture)
        opened.previews.keep(key, made)
    return made


async def own_picture(opened: Opened, picture: bytes | None) -> bytes | None:
    """One's own, as the hub gave it back: it could be anything by then, and then there is none."""
    try:
        return None if picture is None else await kept_square(opened, opened.device.user_uri, picture)
    except PreviewRefused:
        return None


def routes(portraits: Portraits, check: Callable[[web.Request], None]) -> list[web.RouteDef]:
    """Each checks the page's secret before anything else."""

    async def give(request: web.Request) -> web.Response:
        check(request)
        return await portraits.give(request)

    async def shape(request: web.Request) -> web.Response:
        check(request)
        return await portraits.shape(request)

    return [web.get("/portraits/{account}/{user}", give), web.post("/portraits/{account}", shape)]


def _percent(request: web.Request, name: str) -> int:
    said = request.query.get(name, "")
    if not said.isascii() or not said.isdigit() or int(said[:4]) > MOST:
        raise Malformed(f"{name} is a number from 0 to {MOST}")
    return int(said)


def _png(made: bytes) -> web.Response:
    return web.Response(body=made, content_type="image/png", headers=SANDBOXED)
