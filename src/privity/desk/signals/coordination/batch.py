# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The look through everything that is kept, every few hours: reading in small parts, counting in a thread beside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.coordination import service, store
from privity.desk.signals.coordination.enough import ENOUGH
from privity.desk.signals.coordination.model import DAY_MS, HOUR_MS, Acts, Cluster
from privity.wire.observed import Observed

EVERY_MS: Final = 6 * HOUR_MS
LOOK_S: Final = 600.0
"""Between two looks whether it is time."""
BACK_MS: Final = 7 * DAY_MS
ENOUGH_ELECTION: Final = 3.0
"""The common logarithm of how unlikely a cluster must be in election mode: people look at more. `ENOUGH` otherwise."""

Since = Callable[[Db, int], Iterator[list[Observed]]]
"""Observations from a time on, the newest first, in parts after each of which others may go on."""
Election = Callable[[Db, int], bool]

log: Final = structlog.get_logger()


@dataclass(slots=True)
class Coordination:
    """One desk's looks (`intake.loop.Work`)."""

    db: Db = field(repr=False)
    since: Since
    election: Election
    slow: service.Slow
    now_ms: Callable[[], int]
    random: Callable[[int], bytes] = field(repr=False)

    async def step(self) -> int:
        """Look through, where it is time. Always 0: the next look is not due at once."""
        now_ms = self.now_ms()
        last_ms = store.ran_ms(self.db)
        if last_ms is not None and 0 <= now_ms - last_ms < EVERY_MS:
            return 0
        from privity.desk.signals.coordination.gathering import Gathering  # NumPy and SciPy, for when a look is due

        gathering = Gathering()
        for part in self.since(self.db, now_ms - BACK_MS):
            gathering.take(part)
            await asyncio.sleep(0)
            if gathering.full:
                log.warning("desk.coordination_full", acts=gathering.most)
                break
        election = self.election(self.db, now_ms)
        acts = await asyncio.to_thread(gathering.acts)
        del gathering  # as large as the acts, which are all that is needed from here on
        found = await self._found(acts, ENOUGH_ELECTION if election else ENOUGH)
        opened = service.keep(self.db, found, self.slow, election=election, now_ms=now_ms)
        with transaction(self.db):
            store.ran(self.db, now_ms, acts.size, len(acts.accounts), len(found))
        if found:
            log.info("desk.coordination_looked", acts=acts.size, clusters=len(found), opened=opened)
        return 0

    async def _found(self, acts: Acts, enough: float) -> list[Cluster]:
        """In a thread, which ends soon after nobody waits for it any more."""
        from privity.desk.signals.coordination.finding import find

        over, seed = threading.Event(), int.from_bytes(self.random(8), "big")
        try:
            return await asyncio.to_thread(find, acts, seed, enough, lambda: not over.is_set())
        finally:
            over.set()
