# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One event as features see it."""

from __future__ import annotations

from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.state import AccountState
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.known import Known
from privity.wire.age import AgeBand
from privity.wire.observed import Observed


class Moment:
    """An event, and what is counted now that it has happened.

    Attributes:
        kind: What it is to the account.
        account: User URI of whom the rules are asked about.
        at_ms: When.
        state: What is counted about the account, this event included.
        seen: What the hub observed.
        other_age: What the other person says of theirs.
        commons: What is counted of networks and inviters.
        known: What the desk knows.
    """

    __slots__ = ("account", "at_ms", "commons", "kind", "known", "other_age", "seen", "state")

    def __init__(
        self,
        kind: EventKind,
        account: str,
        at_ms: int,
        state: AccountState,
        seen: Observed,
        other_age: AgeBand,
        commons: Commons,
        known: Known,
    ) -> None:
        self.kind = kind
        self.account = account
        self.at_ms = at_ms
        self.state = state
        self.seen = seen
        self.other_age = other_age
        self.commons = commons
        self.known = known
