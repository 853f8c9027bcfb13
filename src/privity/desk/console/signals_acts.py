# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people do to a version of rules: look back, watch, ask, agree, take back, end; budgets, pauses."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.signals.lifecycle import keeping_in, service
from privity.desk.signals.lifecycle.keeping_in import MOST_BUDGET
from privity.desk.signals.lifecycle.words import MAX_WORDS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MOST_DAYS: Final = 7
"""Observations are kept for so long."""
Words = Annotated[str, Meta(max_length=2 * MAX_WORDS)]
RuleName = Annotated[str, Meta(min_length=1, max_length=200)]


class Nothing(Form, frozen=True):
    """A form that only says that its button was pressed."""


class Far(Form, frozen=True):
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = MOST_DAYS


class Why(Form, frozen=True):
    words: Words = ""


class Budget(Form, frozen=True):
    rule: RuleName
    most: Annotated[int, Meta(ge=0, le=MOST_BUDGET)]


class OfRule(Form, frozen=True):
    rule: RuleName
    words: Words = ""


async def _look_back(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Far)
    asked.console.looks.begin(asked.db, acting, number, form.days, asked.console.now_ms)
    return asked.go(f"/rules/{number}/looking")


async def _looking(asked: Asked, acting: Acting) -> web.Response:
    """How far it is; back to the version where it has ended."""
    number = asked.number("number")
    version = service.version(asked.db, acting, number)
    look = asked.console.looks.now
    if look is None or look.version != number:
        return asked.go(f"/rules/{number}")
    return asked.html("rules-looking.html", version=version, look=look, left_ms=look.left_ms(asked.now_ms))


async def _shadow(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    service.shadow(asked.db, acting, asked.number("number"), asked.now_ms)
    return _back(asked)


async def _propose(asked: Asked, acting: Acting) -> web.Response:
    service.propose(asked.db, acting, asked.number("number"), asked.form(Why).words, asked.now_ms)
    return _back(asked)


async def _agree(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Why)
    asked.fresh(f"agree rules:{number}")
    service.agree(asked.db, acting, number, form.words, asked.now_ms)
    return _back(asked)


async def _withdraw(asked: Asked, acting: Acting) -> web.Response:
    service.withdraw(asked.db, acting, asked.number("number"), asked.form(Why).words, asked.now_ms)
    return _back(asked)


async def _end(asked: Asked, acting: Acting) -> web.Response:
    service.end(asked.db, acting, asked.number("number"), asked.form(Why).words, asked.now_ms)
    return _back(asked)


async def _budget(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Budget)
    keeping_in.set_budget(asked.db, acting, asked.number("number"), form.rule, form.most, asked.now_ms)
    return _back(asked)


async def _pause(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(OfRule)
    keeping_in.pause(asked.db, acting, asked.number("number"), form.rule, form.words, asked.now_ms)
    return _back(asked)


async def _resume(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(OfRule)
    keeping_in.resume(asked.db, acting, asked.number("number"), form.rule, form.words, asked.now_ms)
    return _back(asked)


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/rules/{asked.number('number')}")


PAGES: Final[tuple[Page, ...]] = (
    page("POST", "/rules/{number}/look-back", Right.WRITE_RULES, _look_back),
    page("GET", "/rules/{number}/looking", Right.SEE_RULES, _looking),
    page("POST", "/rules/{number}/shadow", Right.WRITE_RULES, _shadow),
    page("POST", "/rules/{number}/propose", Right.WRITE_RULES, _propose),
    page("POST", "/rules/{number}/agree", Right.AGREE_RULES, _agree),
    page("POST", "/rules/{number}/withdraw", Right.WRITE_RULES, _withdraw),
    page("POST", "/rules/{number}/end", Right.WRITE_RULES, _end),
    page("POST", "/rules/{number}/budget", Right.WRITE_RULES, _budget),
    page("POST", "/rules/{number}/pause", Right.WRITE_RULES, _pause),
    page("POST", "/rules/{number}/resume", Right.AGREE_RULES, _resume),
)
