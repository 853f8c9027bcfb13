# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Large files between page and daemon, piece by piece: what an errand has made, and what the page brings for one.

How long a file is stands before its first byte, so that a browser takes no part of it for the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from aiohttp import web

from privity.faces.app.errors import AccountLocked, NotThere
from privity.faces.app.files import as_json
from privity.faces.app.headers import SANDBOXED
from privity.faces.app.house import House
from privity.faces.app.opened import Opened
from privity.faces.app.port.envelopes import Answered, Failed
from privity.faces.app.port.errands import Brought
from privity.faces.app.port.happened import Progress
from privity.faces.app.problems import FORESEEN, problem_of

PIECE: Final = 1 << 18
STEP: Final = 8 << 20
"""Bytes between two words about how far a file has come in."""


class LargeFiles:
    def __init__(self, house: House) -> None:
        self._house = house

    async def take(self, request: web.Request) -> web.Response:
        """A backup or an export for an errand that is still to be asked for."""
        self._house.touch()
        progress = self._telling(request.query.get("account", ""), request.query.get("token", ""))
        pieces = request.content.iter_chunked(PIECE)
        try:
            name = await self._house.brought.keep(
                request.query.get("kind", ""), request.content_length, pieces, progress
            )
        except FORESEEN as err:
            return as_json(Failed(number=0, problem=problem_of(err)), 409)
        return as_json(Answered(number=0, result=Brought(name=name)), 200)

    async def give(self, request: web.Request) -> web.StreamResponse:
        """What an errand has made, once."""
        opened, number = self._house.opened(request.match_info["account"]), int(request.match_info["number"])
        self._house.touch()
        file, filename = opened.errands.made(number)
        response = web.StreamResponse(
            headers={**SANDBOXED, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}"}
        )
        response.content_type = "application/octet-stream"
        response.content_length = file.seek(0, 2)
        try:
            await opened.do(self._send(opened, number, request, response))
        except (AccountLocked, NotThere):
            if not response.prepared:
                raise
            response.force_close()
            if request.transport is not None:
                request.transport.abort()  # it was promised longer than it came: nobody takes it for whole
        return response

    async def _send(self, opened: Opened, number: int, request: web.Request, response: web.StreamResponse) -> None:
        await response.prepare(request)
        at, size = 0, response.content_length or 0
        while at < size:
            file, _ = opened.errands.made(number)  # a lock, or the next errand, has dropped it meanwhile
            file.seek(at)
            piece = file.read(PIECE)
            at += len(piece)
            await response.write(piece)
        await response.write_eof()
        opened.errands.fetched(number)

    def _telling(self, account: str, token: str) -> Callable[[int, int], None]:
        told = 0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if done - told >= STEP or done == total:
                told = done
                self._house.announce(Progress(account=account, token=token, done=done, total=total))

        return progress


def routes(large: LargeFiles, check: Callable[[web.Request], None]) -> list[web.RouteDef]:
    """Each checks the page's secret before anything else."""

    async def take(request: web.Request) -> web.Response:
        check(request)
        return await large.take(request)

    async def give(request: web.Request) -> web.StreamResponse:
        check(request)
        return await large.give(request)

    return [web.post("/brought", take), web.get("/errands/{account}/{number:[0-9]{1,9}}", give)]
