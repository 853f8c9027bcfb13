# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much of what hurts to see one person sees: so many views a day, and a pause after some without one.

A view is counted, and said in the audit log, before anything is decrypted. A blurred picture costs nothing: nothing can
be made out in it, and it is what a person should look at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.config import Budget
from privity.desk.console.errors import ExposureSpent, PauseNeeded
from privity.desk.db.transaction import Db, transaction

DAY_MS: Final = 86_400_000
KEPT_MS: Final = 2 * DAY_MS
"""How long a view is remembered for this; the audit log keeps it for ever."""


class Stage(StrEnum):
    """How much of a picture is shown. Each is asked for by itself."""

    BLURRED = "blurred"
    SMALL = "small"
    LARGER = "larger"


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a person stands: views left today, and when the pause is over that is due (None: none is)."""

    left: int
    pause_until_ms: int | None


@dataclass(frozen=True, slots=True)
class View:
    """One view to come: of which file of which message, how much of it, and why."""

    case: int
    report: int
    position: int
    part: int
    evidence: int
    """The record that holds its bytes."""
    stage: Stage
    reason: str


def spent(budget: Budget, views_ms: Sequence[int], now_ms: int) -> Spent:
    """`views_ms` are the times of a person's latest views, newest first, at least those of today."""
    today = sum(1 for at in views_ms if at // DAY_MS == now_ms // DAY_MS)
    run = 0
    later = now_ms
    for at in views_ms:
        if later - at >= budget.pause_ms:
            break
        run, later = run + 1, at
    pause_until = views_ms[0] + budget.pause_ms if run >= budget.in_a_row else None
    return Spent(max(0, budget.views_a_day - today), pause_until)


def standing(db: Db, who: str, budget: Budget, now_ms: int) -> Spent:
    """Where this person stands now."""
    rows = db.execute(
        "SELECT at_ms FROM exposure WHERE who = ? ORDER BY n DESC LIMIT ?",
        (who, max(budget.views_a_day, budget.in_a_row)),
    ).fetchall()
    return spent(budget, [at for (at,) in rows], now_ms)


def view(db: Db, who: str, budget: Budget, item: View, now_ms: int) -> Spent:
    """Count a view and say it in the audit log; both are on the disk when this returns.

    Raises ExposureSpent or PauseNeeded, and then nothing is counted.
    """
    with transaction(db):
        if item.stage is not Stage.BLURRED:
            _check(standing(db, who, budget, now_ms), budget, now_ms)
            db.execute("INSERT INTO exposure (who, at_ms, stage) VALUES (?, ?, ?)", (who, now_ms, item.stage.value))
            db.execute("DELETE FROM exposure WHERE at_ms < ?", (now_ms - KEPT_MS,))
        log.add(
            db,
            at_ms=now_ms,
            who=who,
            act=Act.MEDIA_VIEWED,
            about=f"evidence:{item.evidence}",
            case=item.case,
            report=item.report,
            position=item.position,
            part=item.part,
            stage=item.stage.value,
            reason=item.reason,
        )
        return standing(db, who, budget, now_ms)


def _check(now: Spent, budget: Budget, now_ms: int) -> None:
    if now.left == 0:
        raise ExposureSpent(
            f"you have seen {budget.views_a_day} pictures today, which is the most for one person and day; "
            "release the case so that a colleague can go on"
        )
    if now.pause_until_ms is not None:
        minutes = -((now_ms - now.pause_until_ms) // 60_000)
        raise PauseNeeded(
            f"you have seen {budget.in_a_row} pictures in a row; the next one in {minutes} "
            f"{'minute' if minutes == 1 else 'minutes'}"
        )
