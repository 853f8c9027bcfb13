# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of the last days, once more through counters and features: what rules are asked when looking back.

Features come one event at a time, because each depends on all before it, so the compiled function of a set of rules is
asked at once: to make columns of them first would cost more than NumPy saves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.features.values import values_of
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.wire.observed import Observed

ANY_KEY = bytes(32)
"""Marks of people are forgotten with the look back: nobody needs a secret for them."""


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """One event about which rules are asked."""

    subject: str
    at_ms: int
    values: Sequence[Any]


@dataclass(slots=True)
class Replayed:
    """Events out of observations, and how far that is."""

    observations: Iterable[Observed]
    used: frozenset[str]
    known: Known = field(default_factory=Known)
    count: int = 0
    first_ms: int = 0
    last_ms: int = 0

    def events(self) -> Iterator[AskedAbout]:
        """In the order of the observations."""
        counting = Counting(Accounts(), Commons(), Marks(ANY_KEY), self.known)
        values = values_of(CATALOGUE, self.used)
        for seen in self.observations:
            self.first_ms = self.first_ms or seen.at_ms
            self.last_ms = max(self.last_ms, seen.at_ms)
            self.count += 1
            for moment in counting.count(seen):
                yield AskedAbout(moment.account, moment.at_ms, values(moment))
