# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The steps by which an agency comes in, and is looked at anew: each code is shown once, and never again."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.agency_door import invited_page
from privity.desk.console.agency_pages import ONE
from privity.desk.console.asked import Asked
from privity.desk.console.case import NoForm
from privity.desk.console.forms import Form
from privity.desk.console.front import Label
from privity.desk.console.pages import Page, page
from privity.desk.legal.agencies import enrolling, people, service
from privity.desk.legal.agencies.model import Found, Step
from privity.desk.limits import MAX_AGENCY_NAME_CHARS, MAX_REASON_CHARS, MAX_SOURCE_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_AGENCY_NAME_CHARS)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Entry(Form, frozen=True):
    """What stands in the register."""

    name: Line
    country: Annotated[str, msgspec.Meta(max_length=2)]
    kind: Line
    domain: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    switchboard: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    register: Line
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SOURCE_CHARS)]


class Asking(Form, frozen=True):
    step: Step


class Mailed(Form, frozen=True):
    code: Code
    sender: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    dmarc: bool = False


class Called(Form, frozen=True):
    code: Code
    dialled: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Named(Form, frozen=True):
    name: Label


class Confirming(Form, frozen=True):
    """`seen`: the hash of what stood on the page."""

    seen: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    despite: Annotated[str, msgspec.Meta(max_length=MAX_REASON_CHARS)] = ""


async def _begin(asked: Asked, acting: Acting) -> web.Response:
    made = enrolling.begin(asked.db, acting, _found(asked.form(Entry)), asked.now_ms)
    return asked.go(f"/agencies/{made.number}")


async def _again(asked: Asked, acting: Acting) -> web.Response:
    """A round begins anew, with what the register says today."""
    number = asked.number("number")
    enrolling.look_again(asked.db, acting, number, _found(asked.form(Entry)), asked.now_ms)
    return _back(asked)


async def _code(asked: Asked, acting: Acting) -> web.Response:
    number, step = asked.number("number"), asked.form(Asking).step
    made = enrolling.ask_back(asked.db, acting, number, step, asked.now_ms, asked.random)
    return asked.html(
        "agency-code.html",
        agency=service.of(asked.db, number),
        code=made.code,
        to=made.to,
        by=step.value,
        expires_ms=made.expires_ms,
    )


async def _mailed(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Mailed), asked.number("number")
    enrolling.answered_mail(asked.db, acting, number, form.code, form.sender, asked.now_ms, dmarc_passed=form.dmarc)
    return _back(asked)


async def _called(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Called), asked.number("number")
    enrolling.answered_call(asked.db, acting, number, form.code, form.dialled, asked.now_ms)
    return _back(asked)


async def _supervisor(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Named), asked.number("number")
    return invited_page(asked, people.name_supervisor(asked.db, acting, number, form.name, asked.now_ms, asked.random))


async def _renew(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    return invited_page(asked, people.renew_code(asked.db, acting, asked.number("person"), asked.now_ms, asked.random))


async def _confirm(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Confirming), asked.number("number")
    asked.fresh(f"confirm agency:{number}")
    enrolling.confirm(asked.db, acting, number, form.seen, asked.now_ms, despite=form.despite)
    return _back(asked)


def _found(form: Entry) -> Found:
    return Found(
        form.name,
        form.country.upper(),
        form.kind,
        form.domain,
        form.switchboard,
        form.register,
        form.source,
    )


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/agencies/{asked.number('number')}")


PAGES: Final[tuple[Page, ...]] = (
    page("POST", "/agencies/found", Right.MANAGE_AGENCIES, _begin),
    page("POST", f"{ONE}/again", Right.MANAGE_AGENCIES, _again),
    page("POST", f"{ONE}/code", Right.MANAGE_AGENCIES, _code),
    page("POST", f"{ONE}/mail", Right.MANAGE_AGENCIES, _mailed),
    page("POST", f"{ONE}/call", Right.MANAGE_AGENCIES, _called),
    page("POST", f"{ONE}/supervisor", Right.MANAGE_AGENCIES, _supervisor),
    page("POST", "/agencies/person/{person:[0-9]+}/code", Right.MANAGE_AGENCIES, _renew),
    page("POST", f"{ONE}/confirm", Right.CONFIRM_AGENCIES, _confirm),
)
