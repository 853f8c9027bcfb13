# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters about a request: each as it would be sent, then written and offered to its officer, and what became of it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.legal_request import ONE
from privity.desk.console.legal_vault import given
from privity.desk.console.legal_view import GROUNDS, LETTERS
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import runs
from privity.desk.legal.answers import handing
from privity.desk.legal.answers import service as answers
from privity.desk.legal.answers.languages import WORDINGS
from privity.desk.legal.answers.model import Sort
from privity.desk.legal.answers.service import Draft, Written
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Ground
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MAX_REMARKS: Final = 4000


class Lettering(Form, frozen=True):
    """What somebody wants to say."""

    sort: Sort
    remarks: Annotated[str, msgspec.Meta(max_length=MAX_REMARKS)] = ""
    grounds: list[Ground] = msgspec.field(default_factory=list)
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")] = "en"
    instead: Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)] | None = None
    """A letter that it takes the place of."""


async def _letter(asked: Asked, acting: Acting) -> web.Response:
    """The form, before a letter is chosen."""
    return _page(asked, acting, None, None)


async def _preview(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Lettering), asked.number("number")
    made = answers.preview(asked.db, acting, asked.legal.writing, number, _draft(form))
    return _page(asked, acting, form, made)


async def _write(asked: Asked, acting: Acting) -> web.Response:
    """The letter is offered to the officer of the request, and comes as a file for whoever hands it over on paper."""
    form, number = asked.form(Lettering), asked.number("number")
    made = answers.write(asked.db, acting, asked.legal.writing, number, _draft(form), asked.now_ms, asked.random)
    return given(made.page, f"{requests.of(asked.db, number).pseudonym}-{form.sort.value}.html")


async def _read(asked: Asked, acting: Acting) -> web.Response:
    """A letter that was written, to be looked at or printed."""
    asked.form(Nothing)
    found = handing.read(asked.db, asked.keys.evidence, acting, _number(asked, acting), asked.now_ms)
    return given(found.page, found.name)


async def _handed(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    handing.hand_over(asked.db, acting, _number(asked, acting), asked.now_ms)
    return asked.go(f"/legal/{asked.number('number')}/letter")


def _number(asked: Asked, acting: Acting) -> int:
    """The letter that the path names, if it is one about this request. Raises PageUnknown."""
    wanted = asked.number("letter")
    if wanted not in {each.number for each in handing.of_request(asked.db, acting, asked.number("number"))}:
        raise PageUnknown("there is no such letter about this request")
    return wanted


def _draft(form: Lettering) -> Draft:
    return Draft(form.sort, tuple(form.grounds), form.remarks, form.language, form.instead)


def _page(asked: Asked, acting: Acting, form: Lettering | None, made: Written | None) -> web.Response:
    return asked.html(
        "legal-letter.html",
        request=requests.of(asked.db, asked.number("number")),
        form_=form or Lettering(Sort.REFUSAL),
        sorts=[(each.value, words) for each, words in LETTERS.items()],
        grounds=[(each.value, words) for each, words in GROUNDS.items()],
        languages=sorted(WORDINGS),
        text=None if made is None else runs(made.text),
        sha256="" if made is None else made.sha256,
        judges=Right.JUDGE_LEGAL in acting.rights,
        works=Right.WORK_LEGAL in acting.rights,
        letters=handing.of_request(asked.db, acting, asked.number("number")),
        names=LETTERS,
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", f"{ONE}/letter", Right.SEE_LEGAL, _letter),
    page("POST", f"{ONE}/letter", Right.SEE_LEGAL, _preview),
    page("POST", f"{ONE}/letter/write", Right.JUDGE_LEGAL, _write),
    page("POST", f"{ONE}/letter/{{letter:[0-9]+}}/read", Right.SEE_LEGAL, _read),
    page("POST", f"{ONE}/letter/{{letter:[0-9]+}}/handed", Right.WORK_LEGAL, _handed),
)
