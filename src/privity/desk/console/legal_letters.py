# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters about a request: each as it would be sent, and then written, handed to whoever wrote it and logged."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.legal_request import ONE
from privity.desk.console.legal_view import GROUNDS
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import runs
from privity.desk.legal.answers import service as answers
from privity.desk.legal.answers.languages import WORDINGS
from privity.desk.legal.answers.model import Sort
from privity.desk.legal.answers.service import Draft, Written
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Ground
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MAX_REMARKS: Final = 4000
SORTS: Final = {
    Sort.CLARIFICATION: "a question: what is missing",
    Sort.REFUSAL: "a refusal, with the narrower request that would work",
    Sort.CHALLENGE: "a challenge before whoever issued it",
    Sort.FORM_3: "the form of Annex III, for European orders",
    Sort.NOT_HELD: "the statement of what is not held",
}
"""Each letter in the words of the pages."""


class Lettering(Form, frozen=True):
    """What somebody wants to say."""

    sort: Sort
    remarks: Annotated[str, msgspec.Meta(max_length=MAX_REMARKS)] = ""
    grounds: list[Ground] = msgspec.field(default_factory=list)
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")] = "en"


async def _letter(asked: Asked, acting: Acting) -> web.Response:
    """The form, before a letter is chosen."""
    return _page(asked, acting, None, None)


async def _preview(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Lettering), asked.number("number")
    made = answers.preview(asked.db, acting, asked.legal.writing, number, _draft(form))
    return _page(asked, acting, form, made)


async def _write(asked: Asked, acting: Acting) -> web.Response:
    """The letter as a file for whoever hands it over."""
    form, number = asked.form(Lettering), asked.number("number")
    made = answers.write(asked.db, acting, asked.legal.writing, number, _draft(form), asked.now_ms)
    name = f"{requests.of(asked.db, number).pseudonym}-{form.sort.value}.html"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made.page, content_type="application/octet-stream", headers=headers)


def _draft(form: Lettering) -> Draft:
    return Draft(form.sort, tuple(form.grounds), form.remarks, form.language)


def _page(asked: Asked, acting: Acting, form: Lettering | None, made: Written | None) -> web.Response:
    return asked.html(
        "legal-letter.html",
        request=requests.of(asked.db, asked.number("number")),
        form_=form or Lettering(Sort.REFUSAL),
        sorts=[(each.value, words) for each, words in SORTS.items()],
        grounds=[(each.value, words) for each, words in GROUNDS.items()],
        languages=sorted(WORDINGS),
        text=None if made is None else runs(made.text),
        sha256="" if made is None else made.sha256,
        judges=Right.JUDGE_LEGAL in acting.rights,
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", f"{ONE}/letter", Right.SEE_LEGAL, _letter),
    page("POST", f"{ONE}/letter", Right.SEE_LEGAL, _preview),
    page("POST", f"{ONE}/letter/write", Right.JUDGE_LEGAL, _write),
)
