# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Finding out who asks, on the page of a request: a passkey's answer, what came on paper, the call back."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.case import NoForm
from privity.desk.console.forms import Form
from privity.desk.console.legal_request import ONE
from privity.desk.console.pages import Page, page
from privity.desk.legal.requests import checking, signed
from privity.desk.legal.requests.checking import MAX_CHECKED
from privity.desk.limits import MAX_NUMBER, MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON_CHARS)]
Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]


class Paper(Form, frozen=True):
    checked: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CHECKED)]
    agency: Number | None = None
    officer: Number | None = None


class Call(Form, frozen=True):
    dialled: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    read_back: Line
    confirmed_by: Line


async def _begin(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number = asked.number("number")
    checking.begin(asked.db, acting, number, asked.now_ms)
    return asked.go(f"/legal/{number}")


async def _answer(asked: Asked, acting: Acting) -> web.Response:
    """Have the answer that came beside it checked. It is of the officer, and nobody of the house can give it."""
    asked.form(NoForm)
    acting.must(Right.WORK_LEGAL)
    number, key = asked.number("number"), asked.keys.evidence
    answer, seen = signed.came(asked.db, key, number)
    place = asked.legal.door.place
    checking.by_assertion(asked.db, key, place, acting, number, answer, seen, asked.now_ms, asked.random)
    return asked.go(f"/legal/{number}")


async def _paper(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Paper), asked.number("number")
    checking.on_paper(
        asked.db,
        asked.keys.evidence,
        acting,
        number,
        form.agency,
        form.officer,
        form.checked,
        asked.now_ms,
        asked.random,
    )
    return asked.go(f"/legal/{number}")


async def _call(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Call), asked.number("number")
    checking.call_back(
        asked.db,
        asked.keys.evidence,
        acting,
        number,
        form.dialled,
        form.read_back,
        form.confirmed_by,
        asked.now_ms,
        asked.random,
    )
    return asked.go(f"/legal/{number}")


async def _verified(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number = asked.number("number")
    checking.verified(asked.db, asked.keys.evidence, asked.legal.rules, acting, number, asked.now_ms)
    return asked.go(f"/legal/{number}")


PAGES: Final[tuple[Page, ...]] = (
    page("POST", f"{ONE}/verify", Right.WORK_LEGAL, _begin),
    page("POST", f"{ONE}/answer", Right.WORK_LEGAL, _answer),
    page("POST", f"{ONE}/paper", Right.WORK_LEGAL, _paper),
    page("POST", f"{ONE}/call", Right.WORK_LEGAL, _call),
    page("POST", f"{ONE}/verified", Right.WORK_LEGAL, _verified),
)
