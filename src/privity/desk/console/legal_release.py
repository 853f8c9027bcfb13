# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Releases: what would leave exactly, two people's passkeys over its hash, and what became of it since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console import legal_release_view as views
from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.legal_lists import STATES
from privity.desk.console.page_text import words_of
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import runs
from privity.desk.legal.releasing import looking, seeing
from privity.desk.legal.releasing import service as releasing
from privity.desk.legal.releasing.errors import NotReady, Superseded
from privity.desk.legal.releasing.model import Production
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import DOWNLOADS
from privity.desk.legal.requests import service as requests
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.model import Kind

Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
_PATH: Final = "/legal/{number:[0-9]+}/release"
_MADE: Final = _PATH + "/{production:[0-9]+}"


class Wanted(Form, frozen=True):
    made: Number | None = None
    """One that was made; the newest where nothing is said."""


class Looking(Form, frozen=True):
    kind: Kind
    supersedes: Number | None = None
    hold: Number | None = None


class Reading(Form, frozen=True):
    path: Annotated[str, msgspec.Meta(max_length=1024)]


async def _release(asked: Asked, acting: Acting) -> web.Response:
    wanted = asked.query(Wanted).made
    made = releasing.made_of(asked.db, acting, requests.of(asked.db, asked.number("number")).number)
    found = next((each for each in reversed(made) if wanted in (None, each.number)), None)
    if wanted is not None and found is None:
        raise PageUnknown("nothing was made under this number of this request")
    return _page(asked, acting, found, "", 200)


async def _review(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Looking)
    made = looking.review(
        asked.db,
        office_of(asked),
        acting,
        number,
        form.kind,
        asked.now_ms,
        supersedes=form.supersedes,
        hold=form.hold,
    )
    return _back(asked, made)


async def _approve(asked: Asked, acting: Acting) -> web.Response:
    """With the right of whoever's turn it is: the service knows whose."""
    asked.form(Nothing)
    found, office = _found(asked), office_of(asked)
    return _unless_changed(
        asked,
        acting,
        found,
        lambda: releasing.approve(asked.db, office, acting, found.number, asked.answer, asked.now_ms),
    )


async def _leave(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    found, office = _found(asked), office_of(asked)
    asked.fresh(f"release package {found.number}")
    return _unless_changed(
        asked, acting, found, lambda: releasing.release(asked.db, office, acting, found.number, asked.now_ms)
    )


def _unless_changed(asked: Asked, acting: Acting, found: Production, act: Callable[[], Production]) -> web.Response:
    """Where anything is another than what was looked at, the page itself says so, and what is left to do."""
    try:
        return _back(asked, act())
    except Superseded as err:
        return _page(asked, acting, looking.of(asked.db, found.number), f"{err}", 409)


async def _withdraw(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    found = _found(asked)
    releasing.withdraw(asked.db, acting, found.number, asked.now_ms)
    return _back(asked, found)


async def _file(asked: Asked, acting: Acting) -> web.Response:
    found, path = _found(asked), asked.form(Reading).path
    data = seeing.read(asked.db, office_of(asked), acting, found.number, path, asked.now_ms)
    readable = path.endswith(views.READ_HERE)
    text = "" if not readable else words_of(data) if path.endswith(".html") else data.decode("utf-8", "replace")
    return asked.html(
        "legal_file.html",
        back=f"{_here(asked)}?made={found.number}",
        title=f"{path} of package {found.number}",
        size=len(data),
        readable=readable,
        text=runs(text, views.SHOWN),
    )


def _page(asked: Asked, acting: Acting, found: Production | None, said: str, status: int) -> web.Response:
    number = asked.number("number")
    office = office_of(asked)
    view = None if found is None else views.view(asked.db, office, acting, found, asked.now_ms)
    may = views.Asked()
    if view is not None and view.seen is not None and not view.changed:
        may = views.asked(asked.db, office, acting, view.seen, asked.now_ms)
    request = requests.of(asked.db, number)
    made = releasing.made_of(asked.db, acting, number)
    return asked.html(
        "legal_release.html",
        status,
        request=request,
        stands=STATES[request.state],
        made=made,
        view=view,
        may=may,
        said=said,
        choices=views.choices(asked.db, request, made) if Right.JUDGE_LEGAL in acting.rights else (),
        turns=views.TURNS,
        downloads=DOWNLOADS,
        judges=Right.JUDGE_LEGAL in acting.rights,
        releases=Right.RELEASE_LEGAL in acting.rights,
        mine=acting.number,
        readable=views.READ_HERE,
    )


def office_of(asked: Asked) -> Office:
    """Raises OfficeMissing, or NotReady where the configuration says nothing of releases."""
    office = asked.legal.office
    if office is None:
        raise NotReady("there is no [desk.legal.releasing] in the configuration: this house releases nothing")
    return office


def _found(asked: Asked) -> Production:
    """What the path names. Raises ProductionUnknown or PageUnknown."""
    found = looking.of(asked.db, asked.number("production"))
    if found.request != asked.number("number"):
        raise PageUnknown("nothing was made under this number of this request")
    return found


def _here(asked: Asked) -> str:
    return f"/legal/{asked.number('number')}/release"


def _back(asked: Asked, made: Production) -> web.Response:
    return asked.go(f"{_here(asked)}?made={made.number}")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", _PATH, Right.SEE_LEGAL, _release),
    page("POST", _PATH + "/review", Right.JUDGE_LEGAL, _review),
    page("POST", _MADE + "/approve", Right.APPROVE_LEGAL, _approve),
    page("POST", _MADE + "/second", Right.RELEASE_LEGAL, _approve),
    page("POST", _MADE + "/leave", Right.RELEASE_LEGAL, _leave),
    page("POST", _MADE + "/withdraw", Right.JUDGE_LEGAL, _withdraw),
    page("POST", _MADE + "/file", Right.SEE_LEGAL, _file),
)
