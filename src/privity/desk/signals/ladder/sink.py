# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Takes what counters and rules found, and hands it to the ladder."""

from __future__ import annotations

from privity.desk.db.transaction import Db, part, transaction
from privity.desk.errors import DeskError
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.lifecycle.running import Compiled, Running
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.setting_aside import CHOKES, Aside
from privity.desk.signals.taking import service as observations


class RulesSink:
    """A `running.joints.Sink`. What was found by a version that has ended meanwhile comes to nothing, and so does what
    was found of an account that is closed.

    A hit from which nothing can follow, by a fault of ours, is named in `aside` and leaves nothing behind.
    """

    def __init__(self, db: Db, compiled: Compiled, ladder: Ladder, aside: Aside | None = None) -> None:
        self.aside = Aside() if aside is None else aside
        self._db = db
        self._compiled = compiled
        self._ladder = ladder

    def take(self, hit: Hit) -> None:
        """In the transaction that is open, or in one of its own."""
        with transaction(self._db):
            if observations.is_closed(self._db, hit.account):
                return
            for running in self._compiled.now(self._db):
                if running.number != hit.version:
                    continue
                try:
                    with part(self._db):
                        self._follow(running, hit)
                except (*CHOKES, DeskError) as err:
                    self.aside.put("hit", type(err).__name__, hit.number)

    def _follow(self, running: Running, hit: Hit) -> None:
        self._ladder.take(self._db, running, hit.account, hit.at_ms, hit.hits, hit.values)
