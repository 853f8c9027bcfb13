# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The style and the scripts of the pages, read once into memory, so that no request names a file."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.pages import Open, Page, page
from privity.desk.staff.acting import Acting

_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOUND: Final = {
    file.name: (file.read_bytes(), _TYPES[suffix])
    for file in files("privity.desk.console").joinpath("static").iterdir()
    for suffix in _TYPES
    if file.name.endswith(suffix)
}


async def _static(asked: Asked, acting: Acting) -> web.Response:
    name = asked.parts["name"]
    if name not in _FOUND:
        raise PageUnknown("there is no such page")
    body, kind = _FOUND[name]
    return web.Response(body=body, content_type=kind, charset="utf-8")


PAGES: Final[tuple[Page, ...]] = (page("GET", "/static/{name}", Open.TO_EVERYBODY, _static),)
