# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is told of a request and how it reads, what bars it and until when, and what people object."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.legal_lists import STATES
from privity.desk.console.legal_release_view import notice_stands
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import Run, runs
from privity.desk.decisions.model import MAX_REASON
from privity.desk.legal.errors import LegalError
from privity.desk.legal.notices import service as notices
from privity.desk.legal.notices.errors import GagIsAWish
from privity.desk.legal.notices.model import MAX_BASIS, Answer, BarKind, Objection
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import DAY_MS, day_of, midnight
from privity.desk.legal.requests.model import State
from privity.desk.limits import MAX_NUMBER, MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
Basis = Annotated[str, msgspec.Meta(max_length=MAX_BASIS)]
Words = Annotated[str, msgspec.Meta(max_length=MAX_REASON)]
ANSWERS: Final = {
    Answer.GOES_ON: "it goes on: the objection changes nothing",
    Answer.NARROWED: "it was right in part: less leaves than was announced",
    Answer.STOPPED: "it was right: nothing leaves by this decision",
}
_WAITS: Final = frozenset({State.COLLECTED, State.REVIEWED, State.APPROVED})
"""Where it is known whom a request reaches, and something about notices can stand against a release."""
_BEFORE: Final = (State.DRAFT, State.SUBMITTED, State.VERIFYING, State.VERIFIED, State.TRIAGED, State.SCOPED)
_PATH: Final = "/legal/{number:[0-9]+}/notice"


class Barring(Form, frozen=True):
    kind: BarKind
    basis: Basis = ""
    until: date | None = None
    """The last day on which it bars."""


class Saying(Form, frozen=True):
    basis: Basis = ""


class LookingAt(Form, frozen=True):
    bar: Number
    words: Words = ""


class Lifting(Form, frozen=True):
    bar: Number
    basis: Basis = ""
    since: date | None = None
    """The first day on which it bars no more."""


class Lifted(Form, frozen=True):
    """`lift`: what was said of the bar, as it stood on the page."""

    bar: Number
    lift: Number


class Nobody(Form, frozen=True):
    notice: Number
    words: Words = ""


class Reading(Form, frozen=True):
    objection: Number
    words: Annotated[str, msgspec.Meta(max_length=MAX_REASON_CHARS)] = ""


class Answering(Form, frozen=True):
    objection: Number
    outcome: Answer
    words: Words = ""


async def _notice(asked: Asked, acting: Acting) -> web.Response:
    return _page(asked, acting, {})


async def _bar(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Barring)
    until_ms = None if form.until is None else midnight(form.until) + DAY_MS
    notices.bar(asked.db, acting, number, form.kind, form.basis, until_ms, asked.now_ms)
    return _back(asked)


async def _look(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(LookingAt)
    _must_be_of(asked, form.bar in {each.number for each in notices.bars(asked.db, acting, asked.number("number"))})
    notices.look_at_bar(asked.db, acting, form.bar, form.words, asked.now_ms)
    return _back(asked)


async def _lift(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Lifting)
    _must_be_of(asked, form.bar in {each.number for each in notices.bars(asked.db, acting, number)})
    from_ms = None if form.since is None else midnight(form.since)
    notices.lift(asked.db, acting, number, form.bar, form.basis, from_ms, asked.now_ms)
    return _back(asked)


async def _lifted(asked: Asked, acting: Acting) -> web.Response:
    """The second person: from now on, or from the day that was said, people are told."""
    number, form = asked.number("number"), asked.form(Lifted)
    _must_be_of(asked, form.bar in {each.number for each in notices.bars(asked.db, acting, number)})
    asked.fresh(f"lift bar {form.bar} as {form.lift} says")
    notices.lift_confirmed(asked.db, acting, number, form.bar, form.lift, asked.now_ms)
    return _back(asked)


async def _informs(asked: Asked, acting: Acting) -> web.Response:
    notices.authority_informs(asked.db, acting, asked.number("number"), asked.form(Saying).basis, asked.now_ms)
    return _back(asked)


async def _tell(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    notices.tell(asked.db, acting, asked.legal.telling, asked.number("number"), asked.now_ms)
    return _back(asked)


async def _nobody(asked: Asked, acting: Acting) -> web.Response:
    form, found = asked.form(Nobody), notices.notices(asked.db, acting, asked.number("number"))
    _must_be_of(asked, form.notice in {each.number for each in found})
    notices.nobody(asked.db, acting, form.notice, form.words, asked.now_ms)
    return _back(asked)


async def _words(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Reading)
    _must_be_of(asked, form.objection in {each.number for each in _objections(asked, acting)})
    text = notices.words_of(asked.db, acting, asked.keys.evidence, form.objection, form.words, asked.now_ms)
    return _page(asked, acting, {form.objection: runs(text)})


async def _answer(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Answering)
    _must_be_of(asked, form.objection in {each.number for each in _objections(asked, acting)})
    notices.answer(asked.db, acting, form.objection, form.outcome, form.words, asked.now_ms, asked.random)
    return _back(asked)


def _page(asked: Asked, acting: Acting, opened: dict[int, tuple[Run, ...]]) -> web.Response:
    number = asked.number("number")
    request = requests.of(asked.db, number)
    found = notices.notices(asked.db, acting, number)
    ready_ms, why = notice_stands(asked.db, number, asked.now_ms)
    basis, until, wish = _cited(asked, number)
    return asked.html(
        "legal_notice.html",
        request=request,
        stands=STATES[request.state],
        notices=[each for each in found if each.decision == request.decision],
        older=[each for each in found if each.decision != request.decision],
        read=notices.as_read(asked.db, acting, asked.legal.telling, number, asked.now_ms),
        bars=notices.bars(asked.db, acting, number),
        lifts={each.bar: each for each in notices.lifts(asked.db, acting, number)},
        objections=_objections(asked, acting),
        opened=opened,
        ready_ms=ready_ms,
        why=why,
        cited_basis=basis,
        cited_until=until,
        wish=wish,
        waits=request.state in _WAITS,
        before=request.state in _BEFORE,
        kinds=(BarKind.LAW, BarKind.ORDER),
        answers=ANSWERS,
        judges=Right.JUDGE_LEGAL in acting.rights,
        releases=Right.RELEASE_LEGAL in acting.rights,
        who=acting.who,
    )


def _cited(asked: Asked, number: int) -> tuple[str, str, str]:
    """The basis and the last day that the request cites for its secrecy; or why what it asks is only a wish."""
    try:
        facts = requests.facts_of(asked.db, asked.keys.evidence, number)
    except LegalError:
        return "", "", ""
    if not facts.shown("gag_requested") and facts.get("gag_basis") is None and facts.get("gag_until") is None:
        return "", "", ""
    try:
        basis, until_ms = notices.cited(facts)
    except GagIsAWish as err:
        return facts.text("gag_basis") or "", "", str(err)
    return basis, day_of(until_ms - 1).isoformat(), ""


def _objections(asked: Asked, acting: Acting) -> tuple[Objection, ...]:
    return notices.objections(asked.db, acting, asked.number("number"))


def _must_be_of(asked: Asked, there: bool) -> None:
    if not there:
        raise PageUnknown(f"request {asked.number('number')} has nothing of this number")


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/legal/{asked.number('number')}/notice")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", _PATH, Right.SEE_LEGAL, _notice),
    page("POST", _PATH + "/bar", Right.JUDGE_LEGAL, _bar),
    page("POST", _PATH + "/look", Right.JUDGE_LEGAL, _look),
    page("POST", _PATH + "/lift", Right.JUDGE_LEGAL, _lift),
    page("POST", _PATH + "/lifted", Right.RELEASE_LEGAL, _lifted),
    page("POST", _PATH + "/informs", Right.JUDGE_LEGAL, _informs),
    page("POST", _PATH + "/tell", Right.JUDGE_LEGAL, _tell),
    page("POST", _PATH + "/nobody", Right.JUDGE_LEGAL, _nobody),
    page("POST", _PATH + "/words", Right.JUDGE_LEGAL, _words),
    page("POST", _PATH + "/answer", Right.JUDGE_LEGAL, _answer),
)
