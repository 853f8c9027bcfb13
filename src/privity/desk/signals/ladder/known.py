# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules know beside what was observed, out of the desk's tables: labels, reporters, elections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from privity.desk.cases import benign
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder import agreement, store
from privity.desk.signals.lifecycle import election

BENIGN_MS: Final = 30 * 86_400_000
"""For so long an account at which people looked and found nothing wrong counts as that."""

MINUTE_MS: Final = 60_000


class Knowing(Protocol):
    """Whoever is told: `features.known.Known`, or what tells those in other processes."""

    election: bool

    def label(self, account: str, word: str, until_ms: int) -> None: ...

    def agreed(self, account: str, upheld: float, closed: float) -> None: ...


class Filling:
    """Keeps a `Known` as the tables are. Ask it before each page of observations."""

    def __init__(self, known: Knowing) -> None:
        self._known = known
        self._seen_ms = 0
        self._reviewed_ms = -MINUTE_MS

    def fill(self, db: Db, now_ms: int, reporters: Iterable[str] = ()) -> None:
        """`reporters`: who reports somebody in what is coming."""
        with transaction(db):
            self._fill(db, now_ms, reporters)

    def _fill(self, db: Db, now_ms: int, reporters: Iterable[str]) -> None:
        self._known.election = election.on(db, now_ms)
        for label in store.labels_changed(db, self._seen_ms):
            self._known.label(label.subject, label.word, label.until_ms)
        if now_ms - self._reviewed_ms >= MINUTE_MS:
            self._reviewed_ms = now_ms
            for subject in benign.reviewed(db, now_ms - BENIGN_MS):
                self._known.label(subject, "reviewed_benign", now_ms + BENIGN_MS)
        for reporter in reporters:
            self._known.agreed(reporter, *agreement.of(db, reporter, now_ms))
        self._seen_ms = now_ms
