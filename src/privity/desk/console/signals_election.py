# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Election mode: whether friction comes earlier now, until when, who asked for it and who agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.console.signals_acts import Nothing, Why, Words
from privity.desk.signals.lifecycle import election
from privity.desk.signals.lifecycle.election import DAY_MS, MOST_DAYS, WAITS_MS
from privity.desk.signals.lifecycle.election_store import Election
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

PATH: Final = "/rules/election"


class Asking(Form, frozen=True):
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)]
    words: Words = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One time for which it was asked, and how it stands in words."""

    found: Election
    stands: str


async def _election(asked: Asked, acting: Acting) -> web.Response:
    found = election.shown(asked.db, acting, asked.now_ms)
    return asked.html(
        "election.html",
        on=found.on,
        waiting=found.waiting,
        until_agreed_ms=None if found.waiting is None else found.waiting.asked_ms + WAITS_MS,
        rows=[Row(each, _stands(each, asked.now_ms)) for each in found.all],
        own=found.waiting is not None and found.waiting.asked_by == acting.who,
        can_write=Right.WRITE_RULES in acting.rights,
        can_agree=Right.AGREE_RULES in acting.rights,
        most_days=MOST_DAYS,
    )


def _stands(found: Election, now_ms: int) -> str:
    if found.ended_ms is not None:
        return "ended early" if found.agreed_ms is not None else "taken back before anybody agreed"
    if found.agreed_ms is None:
        return "waits for a second person" if found.asked_ms + WAITS_MS > now_ms else "nobody agreed in time"
    return "on" if found.until_ms > now_ms else "over"


async def _ask(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Asking)
    election.ask(asked.db, acting, asked.now_ms + form.days * DAY_MS, form.words, asked.now_ms)
    return asked.go(PATH)


async def _agree(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    asked.form(Nothing)
    asked.fresh(f"agree election:{number}")
    election.agree(asked.db, acting, number, asked.now_ms)
    return asked.go(PATH)


async def _end(asked: Asked, acting: Acting) -> web.Response:
    election.end(asked.db, acting, asked.number("number"), asked.form(Why).words, asked.now_ms)
    return asked.go(PATH)


PAGES: Final[tuple[Page, ...]] = (
    page("GET", PATH, Right.SEE_RULES, _election),
    page("POST", f"{PATH}/ask", Right.WRITE_RULES, _ask),
    page("POST", f"{PATH}/{{number}}/agree", Right.AGREE_RULES, _agree),
    page("POST", f"{PATH}/{{number}}/end", Right.WRITE_RULES, _end),
)
