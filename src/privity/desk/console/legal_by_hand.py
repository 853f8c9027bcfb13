# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key of whoever asks on paper: written down, read back to another person, and the package for it on a medium.

Whoever calls is shown neither the key nor its fingerprint before: they write down what they hear.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.legal_release import office_of
from privity.desk.console.legal_request import ONE
from privity.desk.console.legal_vault import given
from privity.desk.console.pages import Page, page
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.releasing import handing, looking
from privity.desk.legal.releasing import service as releasing
from privity.desk.legal.releasing.model import Stage
from privity.desk.legal.requests import recipients
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Came, ReadBack
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

_PATH: Final = f"{ONE}/recipient"
CAME: Final = {
    Came.LETTER: "in a letter of the authority",
    Came.READ_OUT: "somebody of the authority read it out",
}


class Naming(Form, frozen=True):
    recipient: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    came: Came


class Calling(Form, frozen=True):
    dialled: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    read_back: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    confirmed_by: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


async def _one(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    request = requests.of(asked.db, number)
    found = recipients.of_request(asked.db, number)
    current = found[-1] if found and found[-1].ended_ms is None else None
    made = releasing.made_of(asked.db, acting, number)
    return asked.html(
        "legal-by-hand.html",
        request=request,
        agency=None if request.agency is None else agencies.of(asked.db, request.agency),
        all=found,
        current=current,
        knows=current is not None and (current.confirmed_ms is not None or current.named_by == acting.who),
        mine=current is not None and current.named_by == acting.who,
        spoken="" if current is None else recipients.spoken(current.recipient),
        came=CAME,
        ready=next((each for each in made if each.stage is Stage.READY and each.gone_ms is None), None),
        handed=[(each.number, out) for each in made if (out := handing.of(asked.db, each.number)) is not None],
        works=Right.WORK_LEGAL in acting.rights,
        confirms=Right.CONFIRM_AGENCIES in acting.rights,
        releases=Right.RELEASE_LEGAL in acting.rights,
    )


async def _name(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Naming), asked.number("number")
    recipients.name(asked.db, acting, number, form.recipient, form.came, asked.now_ms)
    return _back(asked)


async def _confirm(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Calling), asked.number("number")
    asked.fresh(f"confirm the key of request {number}")
    said = ReadBack(form.dialled, form.read_back, form.confirmed_by)
    recipients.confirm(asked.db, asked.keys.evidence, acting, number, said, asked.now_ms, asked.random)
    return _back(asked)


async def _end(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    recipients.end(asked.db, acting, asked.number("number"), asked.now_ms)
    return _back(asked)


async def _hand_out(asked: Asked, acting: Acting) -> web.Response:
    """The sealed file, this once."""
    asked.form(Nothing)
    number = asked.number("production")
    if looking.of(asked.db, number).request != asked.number("number"):
        raise PageUnknown("nothing was made under this number of this request")
    asked.fresh(f"take package {number} on a medium")
    package = handing.hand_out(asked.db, office_of(asked), acting, number, asked.now_ms)
    return given(package.data, package.name)


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/legal/{asked.number('number')}/recipient")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", _PATH, Right.SEE_LEGAL, _one),
    page("POST", f"{_PATH}/name", Right.WORK_LEGAL, _name),
    page("POST", f"{_PATH}/confirm", Right.CONFIRM_AGENCIES, _confirm),
    page("POST", f"{_PATH}/end", Right.WORK_LEGAL, _end),
    page("POST", f"{_PATH}/{{production:[0-9]+}}/hand-out", Right.RELEASE_LEGAL, _hand_out),
)
