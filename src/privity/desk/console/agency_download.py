# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an officer fetches a package: with their passkey, for exactly this package and this time, as one sealed file.

Whoever has no such passkey sees one page, whatever there is or was under a name.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.front import Nothing
from privity.desk.console.legal_vault import given
from privity.desk.console.pages import Open, Page, page
from privity.desk.legal.releasing import delivering
from privity.desk.legal.releasing.errors import NotOffered
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import DOWNLOADS
from privity.desk.staff.acting import Acting

_PATH: Final = "/agency/download/{name}"


async def _offered(asked: Asked, acting: Acting) -> web.Response:
    name, office = asked.parts["name"], _office(asked)
    if office is None:
        return _nothing(asked)
    try:
        found, officer = delivering.named(asked.db, name, asked.now_ms)
        options = delivering.ask(asked.db, office, officer, found.number, asked.now_ms)
    except NotOffered:
        return _nothing(asked)
    return asked.html("agency_download.html", name=found.name, options=options, downloads=DOWNLOADS)


async def _fetched(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    office = _office(asked)
    if office is None:
        return _nothing(asked)
    try:
        found, officer = delivering.named(asked.db, asked.parts["name"], asked.now_ms)
    except NotOffered:
        return _nothing(asked)
    package = delivering.fetch(asked.db, office, officer, found.number, asked.answer, asked.now_ms)
    return given(package.data, package.name)


def _office(asked: Asked) -> Office | None:
    return None if asked.console.legal is None else asked.console.legal.office


def _nothing(asked: Asked) -> web.Response:
    return asked.html("agency_download.html", 404, name="", options="", downloads=DOWNLOADS)


PAGES: Final[tuple[Page, ...]] = (
    page("GET", _PATH, Open.TO_EVERYBODY, _offered),
    page("POST", _PATH, Open.TO_EVERYBODY, _fetched),
)
