# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The legal requests: what is due first, what has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.legal_facts import words
from privity.desk.console.pages import Page, page
from privity.desk.legal import overseeing
from privity.desk.legal.requests import listing
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock, Due
from privity.desk.legal.requests.errors import RequestUnknown
from privity.desk.legal.requests.listing import Late, Place, Waits, Wanted
from privity.desk.legal.requests.model import Running, State
from privity.desk.legal.rulebook.model import Rulebook
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

ROWS: Final = 50
"""Requests on one page."""
OPEN: Final = tuple(state for state in State if state not in (State.CLOSED, State.PURGED))

CLOCKS: Final = {
    Clock.ACKNOWLEDGE: "acknowledge it",
    Clock.FIRST_LOOK: "look at it for the first time",
    Clock.FIRST_LOOK_EMERGENCY: "look at it for the first time: an emergency",
    Clock.PRODUCE: "answer it",
    Clock.FRESH: "the order grows too old, and a fresh one is asked for",
    Clock.TAKE: "keep the data apart",
    Clock.ENFORCING: "the enforcing authority may refuse until then",
    Clock.OBJECTION: "a conflict with another law can be raised until then",
    Clock.CLARIFICATION: "their answer to our question is awaited until then",
    Clock.ANSWER: "look at their answer to our question",
    Clock.NOTICE: "whoever is concerned may object until then",
    Clock.GAG_REVIEW: "look again at the bar of the notice",
    Clock.DOWNLOAD: "they may fetch it until then",
    Clock.PURGE: "what is kept of it is shredded then",
    Clock.DRAFT: "a draft that nobody hands in ends then",
}
"""What is to have happened, or ends, when a clock is over."""

STATES: Final = {
    State.DRAFT: "a draft that nobody has handed in",
    State.SUBMITTED: "came in; nobody has looked at it",
    State.VERIFYING: "it is being found out who asks",
    State.VERIFIED: "it is known who asks; nobody has judged it",
    State.TRIAGED: "judged; data are kept apart, and nothing leaves",
    State.REJECTED: "refused",
    State.CLARIFY: "a question was put to the agency",
    State.CHALLENGED: "challenged before whoever issued it",
    State.REFERRED: "with counsel",
    State.SCOPED: "accepted; waits to be collected",
    State.COLLECTED: "collected; waits for a review of what would leave",
    State.REVIEWED: "reviewed; waits for two approvals",
    State.APPROVED: "approved; waits for its notice",
    State.NOTICE_DONE: "approved, and the notice is settled; waits for its release",
    State.RELEASED: "released; the agency may fetch it",
    State.DELIVERED: "fetched by the agency",
    State.CLOSED: "ended",
    State.PURGED: "ended, and what was kept of it is shredded",
}
"""Where a request stands, in words."""


class Asking(Form, frozen=True):
    """Which of the open requests, and after which row. `clock` and `due`: of that row."""

    state: State | None = None
    emergency: bool = False
    held: bool = False
    late: Late | None = None
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    due: Annotated[int, Meta(ge=0)] | None = None
    after: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] | None = None


class Before(Form, frozen=True):
    before: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] | None = None


class Named(Form, frozen=True):
    text: Annotated[str, Meta(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a clock stands, as a word and as what looks like it."""

    word: str
    style: str
    clock: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Row:
    """A request as a list says it."""

    found: Waits
    state: str
    instrument: str
    mark: Mark | None


def mark_of(running: Running, now_ms: int) -> Mark:
    """How a clock of a request stands."""
    return mark(running, CLOCKS[Clock(running.clock)], now_ms)


def mark(found: Running | Due, what: str, now_ms: int) -> Mark:
    """Half and four fifths of the time are where somebody is reminded and alarmed."""
    if now_ms >= found.due_ms:
        return Mark("overdue", "overdue", what, found.due_ms)
    if now_ms >= found.page_ms:
        return Mark("nearly due: four fifths of the time are gone", "nearly", what, found.due_ms)
    if now_ms >= found.warn_ms:
        return Mark("half of the time is gone", "half", what, found.due_ms)
    return Mark("in time", "in-time", what, found.due_ms)


async def _open(asked: Asked, acting: Acting) -> web.Response:
    rulebook, wanted = asked.legal.rules.rulebook, asked.query(Asking)
    after = None if wanted.after is None else Place(wanted.due, wanted.after)
    narrowed = Wanted(wanted.state, wanted.emergency, wanted.held, wanted.late, wanted.country or "")
    found = listing.waiting(asked.db, acting, narrowed, after, ROWS, asked.now_ms)
    return asked.html(
        "legal.html",
        rows=[_row(each, rulebook, asked.now_ms) for each in found.rows],
        counts=listing.counts(asked.db, asked.now_ms),
        wanted=wanted,
        states=[(state.value, STATES[state]) for state in OPEN],
        late=[(each.value, name) for each, name in _LATE.items()],
        next="" if found.after is None else _next(wanted, found.after),
        works=Right.WORK_LEGAL in acting.rights,
        unseen=overseeing.waits(asked.db),
    )


async def _closed(asked: Asked, acting: Acting) -> web.Response:
    rulebook = asked.legal.rules.rulebook
    found = listing.ended(asked.db, acting, asked.query(Before).before, ROWS)
    return asked.html(
        "legal-closed.html",
        rows=[_row(each, rulebook, asked.now_ms) for each in found.rows],
        next="" if found.after is None else f"/legal/closed?before={found.after.number}",
    )


async def _find(asked: Asked, acting: Acting) -> web.Response:
    """To a request by its number here, or by the name that the outside knows."""
    acting.must(Right.SEE_LEGAL)
    text = asked.query(Named).text.strip()
    if text.isascii() and text.isdigit() and len(text) < 16:
        found = requests.of(asked.db, int(text))
    elif text:
        found = requests.by_pseudonym(asked.db, text.upper())
    else:
        raise RequestUnknown("expected the number of a request, or its name such as LP-2026-K7QXM2R4TD")
    return asked.go(f"/legal/{found.number}")


def _row(each: Waits, rulebook: Rulebook, now_ms: int) -> Row:
    instrument = rulebook.instruments.get(each.instrument)
    return Row(
        each,
        STATES[each.request.state],
        words(each.instrument) if instrument is None else instrument.title,
        None if each.due is None else mark_of(each.due, now_ms),
    )


def _next(wanted: Asking, after: Place) -> str:
    kept = {
        "state": wanted.state and wanted.state.value,
        "emergency": "true" if wanted.emergency else None,
        "held": "true" if wanted.held else None,
        "late": wanted.late and wanted.late.value,
        "country": wanted.country,
        "due": after.due_ms,
        "after": after.number,
    }
    return f"/legal?{urlencode({name: value for name, value in kept.items() if value is not None})}"


_LATE: Final = {
    Late.HALF: "half of the time is gone, or more",
    Late.NEARLY: "nearly due, or overdue",
    Late.OVERDUE: "overdue",
}

PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/legal", Right.SEE_LEGAL, _open),
    page("GET", "/legal/closed", Right.SEE_LEGAL, _closed),
    page("GET", "/legal/find", Right.SEE_LEGAL, _find),
)
