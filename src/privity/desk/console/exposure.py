# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much of what hurts to see or hear one person takes in: so many views a day, and a pause after some without one.

A view is counted, and said in the audit log, before anything is decrypted. A blurred picture costs nothing: nothing can
be made out in it, and it is what a person should look at first. A still of a film is a view like a picture; of a sound,
each `VIEW_S` seconds are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.config import Budget
from privity.desk.console.errors import ExposureSpent, PauseNeeded
from privity.desk.db.transaction import Db, transaction

DAY_MS: Final = 86_400_000
VIEW_S: Final = 20
"""Seconds of a sound that count as one view: as long as a picture stands on its page."""
HEARD: Final = "heard"
"""What stands in the place of a stage where something was heard."""


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
    report: int | None
    """None where it is the picture of a profile; then `position` is which copy of it."""
    position: int
    part: int
    evidence: int
    """The record that holds its bytes."""
    stage: Stage
    reason: str
    still: int | None = None
    """Which still of a film; None where it is a picture."""

    @property
    def costs(self) -> int:
        return 0 if self.stage is Stage.BLURRED else 1

    @property
    def how(self) -> dict[str, str | int]:
        """How much of it, for the audit log."""
        return {"stage": self.stage.value} | ({} if self.still is None else {"still": self.still})


@dataclass(frozen=True, slots=True)
class Hearing:
    """A part of a sound to come."""

    case: int
    report: int
    position: int
    part: int
    evidence: int
    from_s: int
    seconds: int
    reason: str

    @property
    def costs(self) -> int:
        return -(-self.seconds // VIEW_S)

    @property
    def how(self) -> dict[str, str | int]:
        return {"stage": HEARD, "from_s": self.from_s, "seconds": self.seconds}


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
    """Where this person stands now. What a clock that was ahead dates into the future makes nobody wait until then."""
    rows = db.execute(
        "SELECT at_ms FROM exposure WHERE who = ? AND at_ms <= ? ORDER BY at_ms DESC, n DESC", (who, now_ms)
    ).fetchall()
    return spent(budget, [at for (at,) in rows], now_ms)


def view(db: Db, who: str, budget: Budget, item: View | Hearing, now_ms: int) -> Spent:
    """Count a view and say it in the audit log; both are on the disk when this returns.

    Raises ExposureSpent or PauseNeeded, and then nothing is counted.
    """
    with transaction(db):
        if item.costs:
            _check(standing(db, who, budget, now_ms), item.costs, budget, now_ms)
            db.executemany(
                "INSERT INTO exposure (who, at_ms, stage) VALUES (?, ?, ?)",
                [(who, now_ms, item.how["stage"])] * item.costs,
            )
        _add(db, who, Act.MEDIA_VIEWED, item, now_ms, **item.how, reason=item.reason)
        return standing(db, who, budget, now_ms)


def in_part(db: Db, who: str, item: View, shown: str, now_ms: int) -> None:
    """Say that a view which was counted as one of a picture showed only this of the file: it is none of all of it."""
    if item.costs:
        _add(db, who, Act.MEDIA_IN_PART, item, now_ms, stage=item.stage.value, shown=shown)


def heard_whole(db: Db, who: str, item: Hearing, now_ms: int) -> None:
    """Say that somebody says to have heard all of a sound."""
    _add(db, who, Act.MEDIA_HEARD, item, now_ms, seconds=item.seconds, reason=item.reason)


def _add(db: Db, who: str, act: Act, item: View | Hearing, now_ms: int, **said: Said) -> None:
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=act,
        about=f"evidence:{item.evidence}",
        case=item.case,
        report=item.report,
        position=item.position,
        part=item.part,
        **said,
    )


def _check(now: Spent, costs: int, budget: Budget, now_ms: int) -> None:
    if now.left < costs and now.left:
        raise ExposureSpent(
            f"this counts as {costs} views, and {now.left} of today's {budget.views_a_day} are left to you; "
            "hear a shorter part, or release the case so that a colleague can go on"
        )
    if now.left == 0:
        raise ExposureSpent(
            f"you have had {budget.views_a_day} views today, which is the most for one person and day; "
            "release the case so that a colleague can go on"
        )
    if now.pause_until_ms is not None:
        minutes = -((now_ms - now.pause_until_ms) // 60_000)
        raise PauseNeeded(
            f"you have had {budget.in_a_row} views in a row; the next one in {minutes} "
            f"{'minute' if minutes == 1 else 'minutes'}"
        )
