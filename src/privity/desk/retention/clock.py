# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the time is believed. A clock that jumps must not delete everything at once.

One look believes that a week has passed since the one before, and no more; and never against the hub. That the clock is
doubted stands in the audit log and on the page of what needs somebody, and nothing is deleted until the clock is right
again or the operator has said that it is right.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.periods import DAY_MS
from privity.desk.retention import store
from privity.desk.retention.errors import ClockDoubted, ClockJumped, ClocksApart, ClockWentBack

MAX_STEP_MS: Final = 7 * DAY_MS
"""A desk that was off over the holidays goes on by itself; a clock with a wrong year does not get further than this."""
MAX_BACK_MS: Final = 10 * 60_000
"""Clocks are set back by seconds; a minute more is a slow one that was set right."""
MAX_APART_MS: Final = 10 * 60_000
"""Machines that set their clocks stay within seconds."""
MARK_EVERY_MS: Final = DAY_MS
"""Periods are counted in days."""
DESK: Final = "desk"
SURE: Final = "look at the clocks of desk and hub; if they are right: privity desk retention --i-am-sure"

Apart = Callable[[], int | None]
"""How far the hub's clock was ahead of this one when it answered last, in milliseconds; None before it has answered."""


def check(now_ms: int, believed_ms: int, apart_ms: int | None) -> None:
    """Raise ClockDoubted unless this may be the time. Pure."""
    if apart_ms is not None and abs(apart_ms) > MAX_APART_MS:
        raise ClocksApart(f"this clock says {_day(now_ms)}, the hub's {_day(now_ms + apart_ms)}; {SURE}")
    if now_ms - believed_ms > MAX_STEP_MS:
        raise ClockJumped(
            f"the clock says {_day(now_ms)}, the last look was at {_day(believed_ms)}, more than"
            f" {MAX_STEP_MS // DAY_MS} days before; {SURE}"
        )
    if believed_ms - now_ms > MAX_BACK_MS:
        raise ClockWentBack(f"the clock says {_day(now_ms)}, and it was {_day(believed_ms)} already; {SURE}")


def look(db: Db, now_ms: int, apart_ms: int | None) -> None:
    """Believe the time, or raise ClockDoubted; either is kept. The first look of a desk believes what it sees."""
    known = store.clock(db)
    try:
        check(now_ms, now_ms if known is None else known.believed_ms, apart_ms)
    except ClockDoubted as err:
        _doubt(db, known, err, now_ms)
        raise
    with transaction(db):
        if known is not None and known.alarm:
            log.add(db, at_ms=now_ms, who=DESK, act=Act.RETENTION_RESUMED)
        _believe(db, now_ms if known is None else max(now_ms, known.believed_ms))


def sure(db: Db, now_ms: int) -> None:
    """The operator has looked: this is the time, however far it is from the last one."""
    with transaction(db):
        known = store.clock(db)
        before = None if known is None else known.believed_ms
        log.add(db, at_ms=now_ms, who="command:retention", act=Act.RETENTION_CONFIRMED, before_ms=before)
        store.drop_marks_after(db, now_ms)
        _believe(db, now_ms)


def believed_ms(db: Db) -> int | None:
    """The last time that was believed; it goes on with the hourly look. None before the first one."""
    known = store.clock(db)
    return None if known is None else known.believed_ms


def alarm(db: Db) -> str:
    """Why nothing is deleted now; empty where the clock is believed."""
    known = store.clock(db)
    return "" if known is None else known.alarm


def _believe(db: Db, now_ms: int) -> None:
    newest = store.newest_mark_ms(db)
    if newest is None or now_ms - newest >= MARK_EVERY_MS:
        store.add_mark(db, now_ms)
    store.believe(db, now_ms)


def _doubt(db: Db, known: store.Clock | None, err: ClockDoubted, now_ms: int) -> None:
    """Said once for each kind of doubt: an hourly look does not fill the log."""
    name = type(err).__name__
    with transaction(db):
        if known is None:
            store.believe(db, now_ms)
        if known is None or not known.alarm.startswith(f"{name}: "):
            log.add(db, at_ms=now_ms, who=DESK, act=Act.RETENTION_STOPPED, why=name)
        store.doubt(db, f"{name}: {err}", now_ms)


def _day(at_ms: int) -> str:
    """For people; a clock may show any year."""
    try:
        return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        return f"{at_ms} ms"
