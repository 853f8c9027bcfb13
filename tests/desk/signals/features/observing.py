# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Observations for tests, quiet where nothing is said."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.features.moment import Moment
from privity.desk.signals.features.reading import READERS, Value
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

AT = 1_780_000_000_000
BORN = AT - 400 * DAY_MS
_numbers = count(1)


def uri(name: str) -> str:
    return f"mimi://hub.example/u/{name}"


def seen(kind: ObservedKind, account: str, other: str = "", **given: Any) -> Observed:
    """One observation, of accounts called by short names."""
    quiet: dict[str, Any] = {"number": next(_numbers), "at_ms": AT, "born_ms": BORN, "age": AgeBand.ADULT}
    return Observed(kind=kind, account=uri(account), other=uri(other) if other else "", **(quiet | given))


class Watch:
    """Counts observations, and reads any feature of the last event of an account."""

    def __init__(self) -> None:
        self.known = Known()
        self.counting = Counting(Accounts(), Commons(), Marks(b"k" * 32), self.known)
        self.last: dict[str, Moment] = {}

    def saw(self, *observed: Observed) -> list[Moment]:
        """Count; the events that come of them."""
        moments = [moment for one in observed for moment in self.counting.count(one)]
        self.last.update({moment.account: moment for moment in moments})
        return moments

    def value(self, account: str, feature: str) -> Value:
        """Of the account's last event."""
        return READERS[feature](self.last[uri(account)])

    def values(self, account: str, features: Iterable[str]) -> list[Value]:
        return [self.value(account, feature) for feature in features]
