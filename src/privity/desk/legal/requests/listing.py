# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The requests that are open, what is due first before all others, a page at a time; and those that have ended.

What a request is about stays sealed here. Its instrument and its country are those that the log tells of it since it
was verified who asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from privity.desk.audit import log
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db
from privity.desk.legal.requests import store
from privity.desk.legal.requests.clocks import Clock
from privity.desk.legal.requests.model import LegalRequest, Running, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

BY_ITSELF: Final = (Clock.DRAFT, Clock.DOWNLOAD, Clock.PURGE)
"""Clocks at whose end the desk does what is to be done: nobody waits for a person there."""
_DUE: Final = (
    "SELECT c.due_ms, c.n, c.request, c.clock, c.from_ms, c.warn_ms, c.page_ms FROM legal_clock AS c"
    " JOIN legal_request AS r ON r.n = c.request"
    " WHERE c.stopped_ms IS NULL AND c.clock NOT IN ('draft', 'download', 'purge') AND (c.due_ms, c.n) > (:due, :n)"
    " AND NOT EXISTS (SELECT 1 FROM legal_clock AS e WHERE e.request = c.request AND e.stopped_ms IS NULL"
    " AND e.clock NOT IN ('draft', 'download', 'purge') AND (e.due_ms, e.n) < (c.due_ms, c.n))"
)
_NOT_DUE: Final = (
    "SELECT r.n FROM legal_request AS r WHERE r.n > :n AND NOT EXISTS (SELECT 1 FROM legal_clock AS e"
    " WHERE e.request = r.n AND e.stopped_ms IS NULL AND e.clock NOT IN ('draft', 'download', 'purge'))"
)
_COUNTED: Final = "SELECT count(*) FROM legal_request WHERE state NOT IN ('closed', 'purged')"
_OVERDUE: Final = (
    "SELECT count(DISTINCT request) FROM legal_clock"
    " WHERE stopped_ms IS NULL AND clock NOT IN ('draft', 'download', 'purge') AND due_ms <= ?"
)
_FIRST: Final = (
    "SELECT due_ms FROM legal_clock WHERE stopped_ms IS NULL AND clock NOT IN ('draft', 'download', 'purge')"
    " ORDER BY due_ms, n LIMIT 1"
)
_ENDED: Final = "SELECT n FROM legal_request WHERE state IN ('closed', 'purged') AND n < ? ORDER BY n DESC LIMIT ?"


class Late(StrEnum):
    """How much of its time is gone, at least."""

    HALF = "half"
    NEARLY = "nearly"
    OVERDUE = "overdue"


_COLUMN: Final = {Late.HALF: "warn_ms", Late.NEARLY: "page_ms", Late.OVERDUE: "due_ms"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the open requests. What is not said narrows nothing."""

    state: State | None = None
    emergency: bool = False
    held: bool = False
    """Only those that wait because who asks is not active any more."""
    late: Late | None = None
    country: str = ""
    """Of the agency that was verified."""


@dataclass(frozen=True, slots=True)
class Place:
    """After which row a page begins. `due_ms` None: after one for which nothing is due."""

    due_ms: int | None
    number: int
    """Of the clock, or of the request where nothing is due."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A request, what is due first, and its codes as the log has them."""

    request: LegalRequest
    due: Running | None
    instrument: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and after which place the next one begins."""

    rows: tuple[Waits, ...]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are open, and when the first of them is due."""

    open: int
    overdue: int
    first_ms: int | None


def waiting(db: Db, acting: Acting, wanted: Wanted, after: Place | None, limit: int, now_ms: int) -> Found:
    """Open requests, what is due first at the top, and at the end those for which nothing is due."""
    acting.must(Right.SEE_LEGAL)
    rows: list[tuple[Place, Waits]] = []
    if after is None or after.due_ms is not None:
        rows = _due(db, wanted, after or Place(-1, -1), limit + 1, now_ms)
        after = None
    if len(rows) <= limit and wanted.late is None:
        rows += _not_due(db, wanted, -1 if after is None else after.number, limit + 1 - len(rows))
    shown = rows[:limit]
    return Found(tuple(row for _, row in shown), shown[-1][0] if len(rows) > limit else None)


def ended(db: Db, acting: Acting, before: int | None, limit: int) -> Found:
    """Requests that have ended, the newest first."""
    acting.must(Right.SEE_LEGAL)
    numbers = db.execute(_ENDED, (1 << 62 if before is None else before, limit + 1)).fetchall()
    rows = tuple(_row(db, int(number), None) for (number,) in numbers[:limit])
    return Found(rows, Place(None, rows[-1].request.number) if len(numbers) > limit else None)


def counts(db: Db, now_ms: int) -> Counts:
    """For the places on every page; tells nothing of any request."""
    (there,) = db.execute(_COUNTED).fetchone()
    (late,) = db.execute(_OVERDUE, (now_ms,)).fetchone()
    first = db.execute(_FIRST).fetchone()
    return Counts(int(there), int(late), None if first is None else int(first[0]))


def _due(db: Db, wanted: Wanted, after: Place, limit: int, now_ms: int) -> list[tuple[Place, Waits]]:
    narrow, values = _narrow(wanted)
    if wanted.late is not None:
        narrow += f" AND c.{_COLUMN[wanted.late]} <= :now"
    values |= {"due": after.due_ms, "n": after.number, "limit": limit, "now": now_ms}
    found = db.execute(f"{_DUE}{narrow} ORDER BY c.due_ms, c.n LIMIT :limit", values).fetchall()
    return [
        (
            Place(int(due_ms), int(n)),
            _row(db, int(request), Running(request, clock, from_ms, due_ms, warn_ms, page_ms)),
        )
        for due_ms, n, request, clock, from_ms, warn_ms, page_ms in found
    ]


def _not_due(db: Db, wanted: Wanted, after: int, limit: int) -> list[tuple[Place, Waits]]:
    narrow, values = _narrow(wanted)
    values |= {"n": after, "limit": limit}
    found = db.execute(f"{_NOT_DUE}{narrow} ORDER BY r.n LIMIT :limit", values).fetchall()
    return [(Place(None, int(number)), _row(db, int(number), None)) for (number,) in found]


def _narrow(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """What is wanted, as conditions; values come apart from them."""
    found = ["r.state NOT IN ('closed', 'purged')"]
    if wanted.state is not None:
        found.append("r.state = :state")
    if wanted.emergency:
        found.append("r.emergency = 1")
    if wanted.held:
        found.append("r.on_hold = 1")
    if wanted.country:
        found.append("r.agency IN (SELECT n FROM agency WHERE country = :country)")
    state = None if wanted.state is None else wanted.state.value
    return "".join(f" AND {each}" for each in found), {"state": state, "country": wanted.country}


def _row(db: Db, number: int, due: Running | None) -> Waits:
    request = store.find(db, number)
    assert request is not None  # a clock belongs to a request, and none is ever removed
    said = _told(db, number)
    return Waits(request, due, str(said.get("instrument", "")), str(said.get("country", "")))


def _told(db: Db, number: int) -> dict[str, Any]:
    """What the log says of it since it was last verified who asks; nothing before."""
    entries = [move.audit_n for move in store.moves(db, number) if move.new is State.VERIFIED]
    found: Iterable[bytes] = log.entries(db, entries[-1], entries[-1] + 1) if entries else ()
    return next((dict(Entry.decode(data).said) for data in found), {})
