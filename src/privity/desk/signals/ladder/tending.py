# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What goes on by itself beside the rules: what is over ends, words that were undone go, rules that err stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import by_rule
from privity.desk.signals.ladder import confirmed, store
from privity.desk.signals.lifecycle import keeping_in
from privity.desk.signals.lifecycle.running import Compiled
from privity.identity.uris import Random

PAUSE_S: Final = 30.0


class Tending:
    """Steps until the desk ends."""

    def __init__(self, db: Db, now_ms: Callable[[], int], random: Random, compiled: Compiled) -> None:
        self._db = db
        self._now_ms = now_ms
        self._random = random
        self._compiled = compiled

    async def step(self) -> int:
        """How many restrictions ended; the next step comes at once where there were any."""
        now_ms = self._now_ms()
        with transaction(self._db):
            ended = by_rule.end_over(self._db, now_ms, self._random)
            store.end_labels_undone(self._db, now_ms)
            running = self._compiled.now(self._db)
            confirmed.end_undone(self._db, running, now_ms)
            keeping_in.stop_overturned(self._db, running, now_ms)
        return ended
