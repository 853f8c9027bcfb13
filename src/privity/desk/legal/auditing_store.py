# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of what the database has counted of each entry as it was written. No decisions here."""

from __future__ import annotations

from dataclasses import dataclass

from privity.desk.db.transaction import Db

ALL = 0
"""In place of a request: of all of them together."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the log says of one request, without who did what."""

    request: int
    state: str
    first_ms: int
    last_ms: int
    entries: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something stands in the log."""

    request: int
    what: str
    who: str
    name: str
    count: int


def states(db: Db) -> dict[str, int]:
    return dict(db.execute("SELECT state, count(*) FROM legal_story GROUP BY state").fetchall())


def stories(db: Db, after: int, limit: int) -> list[Story]:
    """Of the requests with a number above `after`, in order."""
    rows = db.execute(
        "SELECT request, state, first_ms, last_ms, entries FROM legal_story WHERE request > ? ORDER BY request LIMIT ?",
        (after, limit),
    )
    return [Story(*row) for row in rows.fetchall()]


def tallies(db: Db, first: int, last: int) -> list[Tally]:
    """Of these requests, both included."""
    rows = db.execute(
        "SELECT request, what, who, name, count FROM legal_tally WHERE request BETWEEN ? AND ?"
        " ORDER BY request, what, who, name",
        (first, last),
    )
    return [Tally(*row) for row in rows.fetchall()]
