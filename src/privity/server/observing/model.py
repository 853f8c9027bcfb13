# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a slice says that an account did, and what is held in memory about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.server.observing.networks import Networks
from privity.server.observing.tally import Tally
from privity.server.reports.model import Arrivals
from privity.wire.observed import ObservedKind


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that an account did, as `wire.observed.Observed` says it; ages are looked up when it is stored."""

    at_ms: int
    kind: ObservedKind
    account: str
    other: str = ""
    mutual: int = 0
    together: bool = False
    room: str = ""
    count: int = 1
    people: int = 0
    rooms: int = 0
    largest: int = 0
    network: str = ""


@dataclass(frozen=True, slots=True)
class Observing:
    """One for each process of the hub."""

    networks: Networks = field(default_factory=Networks)
    tally: Tally = field(default_factory=Tally)
    arrivals: Arrivals = field(default_factory=Arrivals)
    """Wakes the desk's request, where it waits at this process."""
