# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clocks that run: started and stopped beside what they are about, and found by what is due first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.requests.clocks import Clock, Due
from privity.desk.legal.requests.model import Running

PAGE: Final = 500
_RUNNING: Final = "SELECT request, clock, from_ms, due_ms, warn_ms, page_ms FROM legal_clock WHERE stopped_ms IS NULL"
OVERDUE: Final = _RUNNING + " AND due_ms <= ? ORDER BY due_ms, n LIMIT ?"
NEXT: Final = _RUNNING + " AND due_ms > ? ORDER BY due_ms, n LIMIT ?"


def overdue(db: Db, now_ms: int, limit: int = PAGE) -> tuple[Running, ...]:
    """The clocks that are over and were not stopped, the one that waits longest first."""
    return _found(db.execute(OVERDUE, (now_ms, limit)).fetchall())


def next(db: Db, now_ms: int, limit: int) -> tuple[Running, ...]:
    """The clocks that are over next."""
    return _found(db.execute(NEXT, (now_ms, limit)).fetchall())


def over(db: Db, clock: Clock, now_ms: int, limit: int = PAGE) -> tuple[int, ...]:
    """The requests whose clock of this kind is over."""
    rows = db.execute(
        "SELECT request FROM legal_clock WHERE stopped_ms IS NULL AND due_ms <= ? AND clock = ? ORDER BY due_ms, n"
        " LIMIT ?",
        (now_ms, clock.value, limit),
    )
    return tuple(int(row[0]) for row in rows.fetchall())


def running(db: Db, request: int) -> Mapping[Clock, Running]:
    """The clocks of one request."""
    rows = db.execute(_RUNNING + " AND request = ?", (request,)).fetchall()
    return {Clock(found.clock): found for found in _found(rows)}


def start(db: Db, request: int, clock: Clock, due: Due) -> None:
    """Begin a clock; one of its kind that runs already goes on only if it is over at the same moment."""
    with transaction(db):
        before = running(db, request).get(clock)
        if before is not None:
            if before.due_ms == due.due_ms:
                return
            stop(db, request, (clock,), max(due.from_ms, before.from_ms))
        db.execute(
            "INSERT INTO legal_clock (request, clock, from_ms, due_ms, warn_ms, page_ms) VALUES (?, ?, ?, ?, ?, ?)",
            (request, clock.value, due.from_ms, due.due_ms, due.warn_ms, due.page_ms),
        )


def stop(db: Db, request: int, clocks: Iterable[Clock], now_ms: int) -> None:
    """What was due has happened, or nobody waits for it any more. Clocks that do not run stay as they are."""
    db.executemany(
        "UPDATE legal_clock SET stopped_ms = ? WHERE request = ? AND clock = ? AND stopped_ms IS NULL",
        [(now_ms, request, clock.value) for clock in clocks],
    )


def _found(rows: Sequence[Sequence[Any]]) -> tuple[Running, ...]:
    return tuple(Running(*row) for row in rows)
