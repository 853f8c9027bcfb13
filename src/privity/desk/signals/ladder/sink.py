# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Takes what counters and rules found, and hands it to the ladder."""

from __future__ import annotations

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.running.hits import Hit


class RulesSink:
    """A `running.joints.Sink`. What was found by a version that has ended meanwhile comes to nothing."""

    def __init__(self, db: Db, compiled: Compiled, ladder: Ladder) -> None:
        self._db = db
        self._compiled = compiled
        self._ladder = ladder

    def take(self, hit: Hit) -> None:
        """In the transaction that is open, or in one of its own."""
        with transaction(self._db):
            for running in self._compiled.now(self._db):
                if running.number == hit.version:
                    self._ladder.take(self._db, running, hit.account, hit.at_ms, hit.hits, hit.values)
