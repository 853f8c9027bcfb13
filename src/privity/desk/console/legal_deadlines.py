# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that is due at the legal desk, over all requests: what is over first, and how far each clock has run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.legal_lists import Mark, mark, mark_of
from privity.desk.console.pages import Page, page
from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.model import Agency, State
from privity.desk.legal.notices import service as notices
from privity.desk.legal.releasing import looking
from privity.desk.legal.releasing import service as releasing
from privity.desk.legal.releasing.model import Stage
from privity.desk.legal.releasing.rules import TOGETHER_MS
from privity.desk.legal.requests import due, naming
from privity.desk.legal.requests.clocks import Due, end_of_day
from privity.desk.legal.vault import service as vault
from privity.desk.limits import AGENCY_IDLE_DAYS, AGENCY_YEAR_DAYS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

NEXT: Final = 200
"""Clocks that are not over yet, and holds, on one page; what is over is there whole, up to `due.PAGE`."""

COUNTED: Final = (("overdue", "overdue"), ("nearly", "nearly due"), ("half", "half gone"), ("in-time", "in time"))
"""How a clock looks, and the word for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is due."""

    name: str
    path: str
    mark: Mark


async def _deadlines(asked: Asked, acting: Acting) -> web.Response:
    now_ms, telling = asked.now_ms, asked.legal.telling
    lines = [
        *_clocks(asked.db, now_ms),
        *_holds(asked.db, acting, now_ms),
        *_packages(asked.db, acting, now_ms),
        *_agencies(asked.db, acting, now_ms),
    ]
    lines.sort(key=lambda line: (line.mark.due_ms, line.path, line.mark.clock))
    return asked.html(
        "legal_deadlines.html",
        lines=lines,
        counts=[(words, sum(line.mark.style == style for line in lines)) for style, words in COUNTED],
        waiting=notices.waiting(asked.db, acting, telling, now_ms),
        unconfirmed=naming.waiting(asked.db, acting),
        stuck=[each for each in releasing.waiting(asked.db, acting) if each.stage is Stage.LOGGED and each.stuck],
    )


def _clocks(db: Db, now_ms: int) -> list[Line]:
    found = (*due.overdue(db, now_ms), *due.next(db, now_ms, NEXT))
    return [Line(f"Request {each.request}", f"/legal/{each.request}", mark_of(each, now_ms)) for each in found]


def _holds(db: Db, acting: Acting, now_ms: int) -> list[Line]:
    return [
        Line(
            f"Hold {each.number}",
            f"/legal/vault/{each.number}",
            mark(
                Due(each.from_ms, each.until_ms),
                f"what is kept for request {each.request} is shredded then",
                now_ms,
            ),
        )
        for each in vault.live(db, acting, NEXT)
        if each.until_ms is not None
    ]


def _packages(db: Db, acting: Acting, now_ms: int) -> list[Line]:
    lines = []
    for each in releasing.waiting(db, acting):
        first_ms = looking.first_approval_ms(db, each.number)
        if each.stage is not Stage.LOGGED and first_ms is not None:
            found = mark(Due(first_ms, first_ms + TOGETHER_MS), "its approvals count together until then", now_ms)
            lines.append(Line(f"Package {each.number}", f"/legal/{each.request}/release?made={each.number}", found))
    return lines


def _agencies(db: Db, acting: Acting, now_ms: int) -> list[Line]:
    return [
        Line(each.name, f"/agencies/{each.number}", mark(Due(from_ms, end_of_day(from_ms, days)), what, now_ms))
        for each in agencies.listed(db, acting)
        if each.state is State.ACTIVE
        for from_ms, days, what in _lapses(each)
    ]


def _lapses(agency: Agency) -> list[tuple[int, int, str]]:
    """What it lapses by: since when, after how many days, in words."""
    found = [
        (agency.used_ms, AGENCY_IDLE_DAYS, "idle until then, it files nothing before it was looked at anew"),
        (agency.attested_ms, AGENCY_YEAR_DAYS, "not attested by then, it files nothing before it was looked at anew"),
    ]
    return [(from_ms, days, what) for from_ms, days, what in found if from_ms is not None]


PAGES: Final[tuple[Page, ...]] = (page("GET", "/legal/deadlines", Right.SEE_LEGAL, _deadlines),)
