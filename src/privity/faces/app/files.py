# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files between the page and a device: raw bytes with the page's secret, and never shown by the browser by itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

import msgspec
from aiohttp import web

from privity.client.errors import FileTooLarge
from privity.client.saving import safe_name
from privity.faces.app.conversations import known
from privity.faces.app.errors import Malformed
from privity.faces.app.headers import SANDBOXED
from privity.faces.app.house import House
from privity.faces.app.limits import MAX_FILE, MAX_FILES_UNDER_WAY, PREVIEWS_AT_ONCE
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import Sent
from privity.faces.app.port.envelopes import Answered, Failed
from privity.faces.app.port.happened import Progress
from privity.faces.app.problems import FORESEEN, problem_of
from privity.faces.commands.showing import files_of, size_of
from privity.preview.errors import NotAPicture
from privity.preview.limits import MAX_PICTURE
from privity.preview.making import make

HARMLESS: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "text/plain"})
"""Types that keep their name. Of everything else the browser only knows that it is bytes."""
STEP: Final = 1 << 18
"""Bytes between two words about how far a file has come."""
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


class Files:
    """Takes and gives files, few at once: each is whole in memory."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._room = asyncio.Semaphore(MAX_FILES_UNDER_WAY)
        self._children = asyncio.Semaphore(PREVIEWS_AT_ONCE)

    async def take(self, request: web.Request) -> web.Response:
        """A file of the page, sent into a conversation."""
        opened, room_uri = self._named(request)
        token, filename = request.query.get("token", ""), request.query.get("filename", "")
        answered = request.query.get("in_reply_to")
        in_reply_to = None if answered is None else _id(answered)
        kind = request.content_type if _TYPE.fullmatch(request.content_type) else None
        try:
            async with self._room:
                data = await read_body(request, MAX_FILE)

                async def send() -> bytes:
                    return await opened.device.attach(
                        room_uri,
                        data,
                        filename=filename,
                        content_type=kind,
                        caption=request.query.get("caption", ""),
                        in_reply_to=in_reply_to,
                        progress=_telling(opened, token),
                        token=token,
                    )

                sent = Sent(message_id=await opened.do(opened.sent_once(room_uri, token, send)))
        except FORESEEN as err:
            return as_json(Failed(number=0, problem=problem_of(err)), 409)
        return as_json(Answered(number=0, result=sent), 200)

    async def give(self, request: web.Request) -> web.Response:
        """The file of a message, to be saved."""
        opened, room_uri = self._named(request)
        message_id, part = _id(request.match_info["message_id"]), int(request.match_info["part"])
        async with self._room:
            file = await opened.do(opened.device.fetch(room_uri, message_id, part))
        name = safe_name(file.filename)
        kind = file.content_type.partition(";")[0].strip().lower()
        return web.Response(
            body=file.plaintext,
            content_type=kind if kind in HARMLESS else "application/octet-stream",
            headers={**SANDBOXED, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
        )

    async def preview(self, request: web.Request) -> web.Response:
        """A picture of a message, made anew: a small PNG."""
        opened, room_uri = self._named(request)
        message_id, part = _id(request.match_info["message_id"]), int(request.match_info["part"])
        key = (room_uri, message_id, part)
        made = opened.previews.find(key)
        if made is None:
            _check_size(opened, room_uri, message_id, part)
            async with self._room:
                file = await opened.do(opened.device.fetch(room_uri, message_id, part))
            async with self._children:
                made = await opened.do(make(file.plaintext))
            opened.previews.keep(key, made)
        return web.Response(body=made, content_type="image/png", headers=SANDBOXED)

    def _named(self, request: web.Request) -> tuple[Opened, str]:
        opened = self._house.opened(request.match_info["account"])
        self._house.touch()
        return opened, known(opened.device, request.match_info["room"])


async def read_body(request: web.Request, most: int) -> bytes:
    """The whole body. Raises FileTooLarge as soon as it is."""
    if (request.content_length or 0) > most:
        raise FileTooLarge(f"the file has more than {most >> 20} MiB")
    data = bytearray()
    async for piece in request.content.iter_chunked(1 << 16):
        data += piece
        if len(data) > most:
            raise FileTooLarge(f"the file has more than {most >> 20} MiB")
    return bytes(data)


def routes(files: Files, check: Callable[[web.Request], None]) -> list[web.RouteDef]:
    """Each checks the page's secret before anything else."""

    async def take(request: web.Request) -> web.Response:
        check(request)
        return await files.take(request)

    async def give(request: web.Request) -> web.Response:
        check(request)
        return await files.give(request)

    async def preview(request: web.Request) -> web.Response:
        check(request)
        return await files.preview(request)

    return [
        web.post("/files/{account}/{room}", take),
        web.get("/files/{account}/{room}/{message_id}/{part:[0-9]{1,4}}", give),
        web.get("/previews/{account}/{room}/{message_id}/{part:[0-9]{1,4}}", preview),
    ]


def _check_size(opened: Opened, room_uri: str, message_id: bytes, part_index: int) -> None:
    """Raise NotAPicture before anything is fetched that is too large to be decoded."""
    item = opened.device.host.engine.room(room_uri).timeline.item(message_id)
    for index, part in [] if item is None else files_of(item):
        if index == part_index and size_of(part) > MAX_PICTURE:
            raise NotAPicture(f"the picture has more than {MAX_PICTURE >> 20} MiB")


def _telling(opened: Opened, token: str) -> Callable[[int, int], None]:
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done - told >= STEP or done == total:
            told = done
            opened.announce(Progress(account=opened.name, token=token, done=done, total=total))

    return progress


def _id(text: str) -> bytes:
    """A message id in hex. Raises Malformed."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Malformed("the id of a message is hex") from None


def as_json(value: msgspec.Struct, status: int) -> web.Response:
    """What the page reads beside its WebSocket."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
