# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a reviewer makes of a request: asks the rulebook, and takes its verdict or less. No click makes it more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.case import NoForm
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form
from privity.desk.console.legal_facts import targets_in
from privity.desk.console.legal_request import ONE
from privity.desk.console.legal_view import MAX_TICKS, targets_of
from privity.desk.console.pages import Page, page
from privity.desk.legal.requests import judging, naming
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import midnight
from privity.desk.legal.requests.errors import NotJudged, Wider
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Ground, Outcome, ScopeLine
from privity.desk.legal.rulebook.facts import Target
from privity.desk.limits import MAX_NUMBER, MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.classes import Releasable

Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
Why = Annotated[str, msgspec.Meta(max_length=MAX_REASON_CHARS)]
Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Deciding(Form, frozen=True, kw_only=True):
    """What stood on the page."""

    verdict: Number
    decision: Number | None = None
    """The decision that counted; None where nobody had decided."""


class Accepting(Deciding, frozen=True):
    """All that the verdict releases."""

    words: Why = ""
    named: list[Releasable] = msgspec.field(default_factory=list)
    named_why: Why = ""


class NarrowingTo(Deciding, frozen=True):
    """What stays. Boxes that are not ticked, targets that are not written down and days outside stay out."""

    words: Why
    classes: list[Releasable] = msgspec.field(default_factory=list)
    target: list[Annotated[int, msgspec.Meta(ge=0, lt=MAX_TICKS)]] = msgspec.field(default_factory=list)
    targets: str = ""
    """Written down, one a line, where there are too many for boxes."""
    first: Day | None = None
    last: Day | None = None
    grounds: list[Ground] = msgspec.field(default_factory=list)
    named: list[Releasable] = msgspec.field(default_factory=list)
    named_why: Why = ""


class Refusing(Deciding, frozen=True):
    outcome: Outcome
    words: Why
    grounds: list[Ground] = msgspec.field(default_factory=list)


async def _evaluate(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number = asked.number("number")
    judging.triage(asked.db, asked.keys.evidence, asked.legal.rules, acting, number, asked.now_ms, asked.random)
    return asked.go(f"/legal/{number}#verdict")


async def _accept(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Accepting)
    named = frozenset(form.named)
    ruling = Ruling(form.verdict, Outcome.ACCEPT, words=form.words, named=named, named_why=form.named_why)
    return _judged(asked, acting, form, ruling)


async def _narrow(asked: Asked, acting: Acting) -> web.Response:
    """Less, and never more: what is not part of what the verdict releases is refused, whoever sends it."""
    form = asked.form(NarrowingTo)
    whole = judging.widest(asked.db, _seen(asked, form.verdict))
    scope = judging.narrower(
        whole,
        classes=_classes(whole, form),
        targets=_targets(whole, form),
        since_ms=None if form.first is None else midnight(_day(form.first)),
        until_ms=None if form.last is None else midnight(_day(form.last) + timedelta(days=1)),
    )
    if not scope:
        raise Wider("nothing is left of what the verdict releases; to let nothing leave, refuse it")
    named = frozenset(form.named)
    ruling = Ruling(form.verdict, Outcome.NARROW, tuple(form.grounds), form.words, scope, named, form.named_why)
    return _judged(asked, acting, form, ruling)


async def _refuse(asked: Asked, acting: Acting) -> web.Response:
    """Whatever leaves nothing: a question, a challenge, counsel, a refusal, or that data are kept apart."""
    form = asked.form(Refusing)
    if form.outcome in (Outcome.ACCEPT, Outcome.NARROW):
        raise FormInvalid("this form lets nothing leave; to accept or to narrow has a form of its own")
    return _judged(asked, acting, form, Ruling(form.verdict, form.outcome, tuple(form.grounds), form.words))


async def _naming(asked: Asked, acting: Acting) -> web.Response:
    """The second person has read in the order, too, that others are to be named."""
    asked.form(NoForm)
    number = asked.number("number")
    asked.fresh(f"name others for request {number}, decision {requests.of(asked.db, number).decision}")
    naming.confirm(asked.db, acting, number, asked.now_ms)
    return asked.go(f"/legal/{number}")


def _judged(asked: Asked, acting: Acting, form: Deciding, ruling: Ruling) -> web.Response:
    """Once for each page: a form that is sent again, or was open while somebody else decided, decides nothing."""
    number = asked.number("number")
    if requests.of(asked.db, number).decision != form.decision:
        raise NotJudged(f"request {number} was decided since this page was made; look at what counts now")
    judging.judge(asked.db, asked.keys.evidence, acting, number, ruling, asked.now_ms, asked.random)
    return asked.go(f"/legal/{number}")


def _seen(asked: Asked, verdict: int) -> int:
    """The verdict, if it is the newest of the request in the address."""
    number = asked.number("number")
    if judging.newest(asked.db, number) != verdict:
        raise NotJudged(f"request {number} has another verdict than the one that was looked at; look at the newest")
    return verdict


def _classes(whole: tuple[ScopeLine, ...], form: NarrowingTo) -> frozenset[Releasable]:
    wanted = frozenset(form.classes)
    if wanted - {line.data_class for line in whole}:
        raise Wider("one of these classes is not among those that the verdict releases")
    return wanted


def _targets(whole: tuple[ScopeLine, ...], form: NarrowingTo) -> frozenset[Target]:
    known = targets_of(whole)
    if len(known) > MAX_TICKS:
        try:
            written = targets_in(form.targets)
        except ValueError as err:
            raise FormInvalid(f"targets: {err}") from None
        if written - set(known):
            raise Wider("one of these targets is not among those that the verdict is about")
        return written or frozenset(known)
    if any(place >= len(known) for place in form.target):
        raise Wider("one of these targets is not among those that the verdict is about")
    return frozenset(known[place] for place in form.target)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormInvalid(f"expected a day such as 2026-01-31, got {text}") from None


PAGES: Final[tuple[Page, ...]] = (
    page("POST", f"{ONE}/evaluate", Right.JUDGE_LEGAL, _evaluate),
    page("POST", f"{ONE}/accept", Right.JUDGE_LEGAL, _accept),
    page("POST", f"{ONE}/narrow", Right.JUDGE_LEGAL, _narrow),
    page("POST", f"{ONE}/refuse", Right.JUDGE_LEGAL, _refuse),
    page("POST", f"{ONE}/naming", Right.RELEASE_LEGAL, _naming),
)
