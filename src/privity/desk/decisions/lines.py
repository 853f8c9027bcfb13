# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What whoever reported is told: that something was decided, never what was done to whom."""

from __future__ import annotations

from collections.abc import Callable

from privity.desk.cases.joined import reporters
from privity.desk.db.transaction import Db
from privity.desk.decisions import outbox
from privity.desk.decisions.actions import Action
from privity.desk.decisions.model import Decision
from privity.desk.decisions.statement import day
from privity.wire.staff import EffectParams, Verb

ACTED = (
    "We looked at what you reported, found a rule broken, and did something about it. What it was we tell only whom it"
    " concerns. If you find that it was not enough, you can say so until {until}, beside this report, once. It costs"
    " nothing, and somebody answers who had no part in the decision."
)
DISMISSED = (
    "We looked at what you reported and found no rule broken. If you do not agree, you can say so until {until}, beside"
    " this report. It costs nothing, and somebody answers who had no part in the decision."
)
AGAIN = "What was decided about your report was taken back. We look at it again."
MORE = "Somebody who reported the same found that too little was done. We look at it again."
TAKEN_BACK = "What was decided about your report was taken back after an appeal."


def of_decision(decision: Decision, now_ms: int) -> str:
    """What reporters are told when it takes effect."""
    words = DISMISSED if decision.action is Action.DISMISS else ACTED
    return words.format(until=day(decision.appeal_ends_ms(now_ms)))


def tell_reporters(db: Db, random: Callable[[int], bytes], decision: Decision, text: str, now_ms: int) -> None:
    """The same line about each report of the case. The caller owns the transaction."""
    for one in reporters(db, decision.case):
        tell(db, random, one.reporter_uri, one.receipt, text, decision, now_ms)


def tell(
    db: Db,
    random: Callable[[int], bytes],
    reporter_uri: str,
    receipt: str,
    text: str,
    decision: Decision | None,
    now_ms: int,
) -> None:
    """A line about one report or notice, to whom the hub names as its author."""
    outbox.add(
        db,
        random,
        Verb.TELL,
        reporter_uri,
        EffectParams(text=text, receipt=receipt),
        case=None if decision is None else decision.case,
        decision=None if decision is None else decision.number,
        now_ms=now_ms,
    )
