# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an officer fetches a package: with their passkey, for exactly this package and this time, as one sealed file.

Whoever has no such passkey sees one page and gets one refusal, whatever there is or was under a name.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.forms import Form
from privity.desk.console.legal_vault import given
from privity.desk.console.pages import Open, Page, page
from privity.desk.legal.releasing import delivering
from privity.desk.legal.releasing.errors import NotOffered
from privity.desk.legal.releasing.rules import DOWNLOADS
from privity.desk.staff.acting import Acting

_PATH: Final = "/agency/download/{name}"
_NAME: Final = re.compile(r"LP-[0-9]{4}-[A-Z0-9]{1,20}(-[0-9]{1,6})?")
"""How packages are called. What is no such name is none of any package, and says nothing of one."""


class Fetching(Form, frozen=True):
    """What the page asked, in hex."""

    question: Annotated[str, msgspec.Meta(max_length=200)] = ""


async def _offered(asked: Asked, acting: Acting) -> web.Response:
    name = _name(asked)
    question, options = delivering.ask_by_name(asked.legal.door, name, asked.browser, asked.now_ms)
    return _page(asked, name, question, options)


async def _fetched(asked: Asked, acting: Acting) -> web.Response:
    question, name, legal = asked.form(Fetching).question, _name(asked), asked.legal
    try:
        if legal.office is None:
            raise NotOffered("this house releases nothing")
        package = delivering.fetch_by_name(
            asked.db, legal.office, legal.door, name, question, asked.answer, asked.browser, asked.now_ms
        )
    except NotOffered:
        return _page(asked, name, status=403)
    return given(package.data, package.name)


def _name(asked: Asked) -> str:
    name = asked.parts["name"]
    if _NAME.fullmatch(name) is None:
        raise PageUnknown("there is no such page: packages have names such as LP-2026-K7QXM2R4TD")
    return name


def _page(asked: Asked, name: str, question: str = "", options: str = "", status: int = 200) -> web.Response:
    return asked.html(
        "agency_download.html", status, name=name, question=question, options=options, downloads=DOWNLOADS
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", _PATH, Open.TO_EVERYBODY, _offered),
    page("POST", _PATH, Open.TO_EVERYBODY, _fetched),
)
