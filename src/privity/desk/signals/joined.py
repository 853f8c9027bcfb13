# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Counters, rules and what follows from them, joined to one loop of the desk's process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privity.desk.db.transaction import Db
from privity.desk.signals.features.known import Known
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.ladder.known import Filling
from privity.desk.signals.ladder.protection import LOOKS_AT
from privity.desk.signals.ladder.sink import RulesSink
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.running.in_desk import InDesk
from privity.desk.signals.running.loop import Asking
from privity.desk.signals.running.runner import Runner
from privity.desk.signals.taking.service import Kept, Taking
from privity.identity.uris import Random
from privity.wire.observed import Observed, ObservedKind


def asking(db: Db, taking: Taking, compiled: Compiled, now_ms: Callable[[], int], random: Random) -> Asking:
    """Asks the rules that are in force about whatever is taken, and hands what they find to the ladder."""
    known, driver = Known(), InDesk(db)
    filling = Filling(known)

    def before(page: Sequence[Observed]) -> None:
        filling.fill(db, now_ms(), {one.account for one in page if one.kind is ObservedKind.REPORTED})

    runner = Runner(
        source=Kept(db),
        keeper=driver,
        sink=RulesSink(db, compiled, Ladder(random, now_ms)),
        in_force=lambda: compiled.now(db),
        known=known,
        marks=driver.marks(random),
        now_ms=now_ms,
        always=LOOKS_AT,
        before=before,
    )
    return Asking(runner, taking.more)
