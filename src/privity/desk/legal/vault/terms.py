# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""For how long an instrument keeps. Pure: the rulebook's deadlines and a time in, the end out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, end_of_day
from privity.desk.legal.rulebook.evaluating import QUARANTINE_HOURS
from privity.desk.legal.rulebook.model import Instrument
from privity.desk.legal.vault.model import Kind

TAKE_MS: Final = 24 * HOUR_MS
"""Within a day of the order the snapshot is there."""
QUARANTINE_MS: Final = QUARANTINE_HOURS * HOUR_MS
BELIEVED_MS: Final = 7 * DAY_MS
"""What one look at the clock believes. A time that is further away counts from where it was found."""
AHEAD_MS: Final = 10 * 60_000
"""A clock that was set back by less than this was right enough."""


@dataclass(frozen=True, slots=True)
class Term:
    """How one instrument keeps."""

    kind: Kind
    days: int | None = None
    renew_days: int = 0
    """0 where it cannot be renewed; it never is more than once."""
    within_ms: int = TAKE_MS


QUARANTINE: Final = Term(Kind.QUARANTINE)


def of_instrument(instrument: Instrument, *, rejected: bool) -> Term | None:
    """None where it keeps nothing. One that keeps for days keeps nothing once it is rejected."""
    days = _number(instrument, "preserve_days")
    if days is not None and not rejected:
        renew = _number(instrument, "renew_days") if _number(instrument, "max_renewals") else None
        hours = _number(instrument, "preserve_within_hours")
        return Term(Kind.TERM, days, renew or 0, TAKE_MS if hours is None else hours * HOUR_MS)
    keeps = instrument.keeping.on_reject if rejected else instrument.keeping.on_receipt
    return Term(Kind.UNTIL_WITHDRAWN) if keeps else None


def begins(received_ms: int, ordered_ms: int) -> int:
    """From when a term is counted: from receipt, if that is a time within the week before the order.

    An older one is a wrong clock or a slow desk, and nobody can tell which: what is kept is kept longer.
    """
    return min(max(received_ms, ordered_ms - BELIEVED_MS), ordered_ms)


def end_ms(kind: Kind, from_ms: int, days: int | None, renew_days: int = 0) -> int | None:
    """The first moment at which it is over. The day of receipt is day 0, and day N (UTC) is kept to its end."""
    match kind:
        case Kind.QUARANTINE:
            return from_ms + QUARANTINE_MS
        case Kind.TERM:
            return end_of_day(from_ms, (days or 0) + renew_days)
        case Kind.UNTIL_WITHDRAWN:
            return None


def believable(ordered_ms: int, seen_ms: int) -> bool:
    """Whether the time of an order can be right, if a believed clock found it there at this time."""
    return seen_ms - BELIEVED_MS <= ordered_ms <= seen_ms + AHEAD_MS


def _number(instrument: Instrument, name: str) -> int | None:
    found = instrument.deadlines.get(name)
    return found if isinstance(found, int) else None
