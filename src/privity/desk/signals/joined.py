# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Counters, rules and what follows from them, joined to one loop of the desk's process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from privity.desk.counting_at import CountingAt
from privity.desk.db.transaction import Db
from privity.desk.intake.loop import Work
from privity.desk.keys import read_key
from privity.desk.signals.counters.accounts import MOST
from privity.desk.signals.driver import check_driver
from privity.desk.signals.features.known import Known
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.ladder.known import Filling
from privity.desk.signals.ladder.protection import LOOKS_AT
from privity.desk.signals.ladder.sink import RulesSink
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.running.in_desk import InDesk
from privity.desk.signals.running.loop import Asking
from privity.desk.signals.running.runner import Runner
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.setting_aside import Aside
from privity.desk.signals.running.taken import Taken
from privity.desk.signals.taking.service import Taking
from privity.identity.uris import Random
from privity.wire.observed import Observed, ObservedKind


def counting(
    at: CountingAt,
    db: Db,
    taking: Taking,
    compiled: Compiled,
    now_ms: Callable[[], int],
    believed_ms: Callable[[], int | None],
    random: Random,
) -> Work:
    """The loop by which rules are asked: here, or in other processes where `[desk.signals]` names a store. There
    something is deleted by `believed_ms` alone.

    Raises DriverMissing or KeysInvalid.
    """
    if at.store is None:
        return asking(db, taking.more, compiled, now_ms, random, at.accounts)
    check_driver()
    from privity.desk.signals.spread import Spread  # needs the driver

    sealing = Sealing(read_key(at.key, made_by="privity desk signals make-key"), random)
    sink = RulesSink(db, compiled, Ladder(random, now_ms))
    return Spread(db, at.store, at.partitions, sealing, sink, compiled, taking.more, now_ms, believed_ms, random)


def asking(
    db: Db,
    more: Callable[[float], Awaitable[None]],
    compiled: Compiled,
    now_ms: Callable[[], int],
    random: Random,
    most: int = MOST,
) -> Asking:
    """Asks the rules that are in force about whatever is taken, and hands what they find to the ladder. `more` waits
    until there is something new, or so many seconds."""
    known, driver, aside = Known(), InDesk(db, most), Aside()
    filling = Filling(known)

    def before(page: Sequence[Observed]) -> None:
        filling.fill(db, now_ms(), {one.account for one in page if one.kind is ObservedKind.REPORTED})

    runner = Runner(
        source=Taken(db),
        keeper=driver,
        sink=RulesSink(db, compiled, Ladder(random, now_ms), aside),
        in_force=lambda: compiled.now(db),
        known=known,
        marks=driver.marks(random),
        now_ms=now_ms,
        always=LOOKS_AT,
        before=before,
        aside=aside,
    )
    return Asking(runner, more)
