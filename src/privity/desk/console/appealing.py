# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Appeals: who disagrees with what, their words on a click, and the answer of somebody who had no part in it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.plain import Run, runs
from privity.desk.decisions import service as decisions
from privity.desk.decisions.model import MAX_REASON
from privity.desk.decisions.policies import POLICIES
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


class Reading(Form, frozen=True):
    words: Annotated[str, msgspec.Meta(max_length=MAX_REASON_CHARS)] = ""


class Answering(Form, frozen=True):
    outcome: Answer
    words: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""


async def _appeals(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("appeals.html", waiting=appeals.listed(asked.db, acting))


async def _appeal(asked: Asked, acting: Acting) -> web.Response:
    return _page(asked, acting, ())


async def _words(asked: Asked, acting: Acting) -> web.Response:
    reason = asked.form(Reading).words
    text = appeals.words_of(asked.db, acting, asked.keys.evidence, asked.number("number"), reason, asked.now_ms)
    return _page(asked, acting, runs(text))


async def _answer(asked: Asked, acting: Acting) -> web.Response:
    number, said = asked.number("number"), asked.form(Answering)
    appeals.answer(asked.db, acting, number, said.outcome, said.words, asked.now_ms, asked.random)
    return asked.go(f"/appeal/{number}")


def _page(asked: Asked, acting: Acting, text: tuple[Run, ...]) -> web.Response:
    found = appeals.shown(asked.db, acting, asked.number("number"))
    made = decisions.decision(asked.db, acting, found.decision)
    return asked.html(
        "appeal.html",
        appeal=found,
        made=made,
        policy=POLICIES[made.policy],
        statement=decisions.statement_of(asked.db, acting, made.number, asked.now_ms),
        text=text,
        may=appeals.may_answer(asked.db, acting, found),
        too_little=appeals.finds_too_little(asked.db, found),
    )


PAGES: Final = (
    page("GET", "/appeals", Right.SEE_APPEALS, _appeals),
    page("GET", "/appeal/{number}", Right.SEE_APPEALS, _appeal),
    page("POST", "/appeal/{number}/words", Right.SEE_APPEALS, _words),
    page("POST", "/appeal/{number}/answer", Right.ANSWER_APPEAL, _answer),
)
