# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When something is due, when to warn and when to page; pure, and always in UTC.

The day of receipt is day 0. What has N days is due when day N has ended, and what is kept for N days is kept through
day N. No weekend makes anything longer; only the first look at a request waits for a working day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from privity.desk.legal.requests.errors import ClockUndetermined, RenewalRefused
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Instrument

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
WARN_PERCENT: Final = 50
PAGE_PERCENT: Final = 80
_SATURDAY: Final = 5


class Clock(StrEnum):
    """What has to have happened when its clock is over."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_LOOK = "first_look"
    FIRST_LOOK_EMERGENCY = "first_look_emergency"
    PRODUCE = "produce"
    """By the instrument: 10 days, 7 days, 8 hours, or the date that the order itself names."""
    FRESH = "fresh"
    """After it the order is too old, and a fresh one is asked for."""
    TAKE = "take"
    """Data that are to be kept apart have to be, by then."""
    ENFORCING = "enforcing"
    """Until then the enforcing authority may refuse, and nothing leaves; in an emergency it may after the fact."""
    OBJECTION = "objection"
    """Until then a conflict with the law of a third country can be raised."""
    CLARIFICATION = "clarification"
    ANSWER = "answer"
    """Somebody looks at what was answered to a question."""
    NOTICE = "notice"
    """The time that a person has to object before anything leaves."""
    GAG_REVIEW = "gag_review"
    DOWNLOAD = "download"
    PURGE = "purge"
    DRAFT = "draft"
    """A draft that nobody handed in."""


MOMENTS: Final[Mapping[Clock, int]] = {
    Clock.ACKNOWLEDGE: MINUTE_MS,
    Clock.FIRST_LOOK_EMERGENCY: 30 * MINUTE_MS,
    Clock.TAKE: 24 * HOUR_MS,
}
"""Those that run from the very moment, by milliseconds."""

DAYS: Final[Mapping[Clock, int]] = {
    Clock.ENFORCING: 10,
    Clock.OBJECTION: 10,
    Clock.CLARIFICATION: 5,
    Clock.NOTICE: 7,
    Clock.GAG_REVIEW: 90,
    Clock.DOWNLOAD: 14,
    Clock.PURGE: 30,
    Clock.DRAFT: 14,
}
"""Those that run by days."""


@dataclass(frozen=True, slots=True)
class Due:
    """When it began, and when somebody is to be reminded, alarmed, and too late."""

    from_ms: int
    due_ms: int

    @property
    def warn_ms(self) -> int:
        return self._after(WARN_PERCENT)

    @property
    def page_ms(self) -> int:
        return self._after(PAGE_PERCENT)

    def _after(self, percent: int) -> int:
        return self.from_ms + (self.due_ms - self.from_ms) * percent // 100


def due_of(clock: Clock, from_ms: int, until_ms: int | None = None) -> Due:
    """The clock begun at that moment; over at `until_ms` if that is sooner than its own end, or if it has none.

    Raises ClockUndetermined for a clock that ends by a date and was given none.
    """
    ends: list[int] = []
    if clock in MOMENTS:
        ends.append(from_ms + MOMENTS[clock])
    elif clock in DAYS:
        ends.append(end_of_day(from_ms, DAYS[clock]))
    elif clock in (Clock.FIRST_LOOK, Clock.ANSWER):
        ends.append(_end_of_next_working_day(from_ms))
    if until_ms is not None:
        ends.append(max(until_ms, from_ms))
    if not ends:
        raise ClockUndetermined(f"{clock} ends by a date, and none was given")
    return Due(from_ms, min(ends))


def of_instrument(instrument: Instrument, facts: Facts, received_ms: int) -> Mapping[Clock, Due]:
    """The clocks that an instrument sets for a request, by the rulebook's own numbers."""
    found: dict[Clock, Due] = {}
    emergency = facts.shown("emergency")
    produce = _produce_ms(instrument, facts, received_ms, emergency)
    if produce is not None:
        found[Clock.PRODUCE] = Due(received_ms, max(produce, received_ms))
    fresh, made = _number(instrument, "fresh_within_days"), facts.day("issue_date") or facts.day("order_date")
    if fresh is not None and made is not None:
        found[Clock.FRESH] = Due(received_ms, max(end_of_day(midnight(made), fresh), received_ms))
    hours = _number(instrument, "preserve_within_hours")
    if hours is not None:
        found[Clock.TAKE] = Due(received_ms, received_ms + hours * HOUR_MS)
    if facts.shown("enforcing_authority_notified"):
        days, after = _number(instrument, "enforcing_refusal_days"), None
        if emergency:
            after = _number(instrument, "enforcing_refusal_emergency_hours")
        if after is not None:
            found[Clock.ENFORCING] = Due(received_ms, received_ms + after * HOUR_MS)
        elif days is not None:
            found[Clock.ENFORCING] = Due(received_ms, end_of_day(received_ms, days))
    days = _number(instrument, "reasoned_objection_days")
    if days is not None:
        found[Clock.OBJECTION] = Due(received_ms, end_of_day(received_ms, days))
    return found


OF_INSTRUMENT: Final = (Clock.PRODUCE, Clock.FRESH, Clock.TAKE, Clock.ENFORCING, Clock.OBJECTION)
"""The clocks that follow from what the facts say, and change with them."""


def term(instrument: Instrument, taken_ms: int, renewals: int = 0) -> int | None:
    """The moment from which data are not kept apart any more; None where only a withdrawal ends it.

    Raises RenewalRefused where the instrument allows fewer renewals.
    """
    most = _number(instrument, "max_renewals") or 0
    if not 0 <= renewals <= most:
        raise RenewalRefused(f"{instrument.id}: {most} renewals are allowed, got {renewals}")
    days = _number(instrument, "preserve_days")
    if days is None:
        return None
    return end_of_day(taken_ms, days + renewals * (_number(instrument, "renew_days") or 0))


def end_of_day(from_ms: int, days: int) -> int:
    """The midnight at which day `days` ends, counted from the day of `from_ms` as day 0."""
    return from_ms - from_ms % DAY_MS + (days + 1) * DAY_MS


def midnight(day: date) -> int:
    """The first moment of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def time_of(at_ms: int) -> str:
    """A moment, as sentences for staff say it."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d %H:%M} UTC"


def day_of(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms // 1000, UTC).date()


def _produce_ms(instrument: Instrument, facts: Facts, received_ms: int, emergency: bool) -> int | None:
    hours = _number(instrument, "emergency_hours")
    if emergency and hours is not None:
        return received_ms + hours * HOUR_MS
    named = facts.day("return_date")
    days = _number(instrument, "produce_days")
    if named is not None and (days is None or "produce_override" in instrument.deadlines):
        return midnight(named + timedelta(days=1))
    return None if days is None else end_of_day(received_ms, days)


def _number(instrument: Instrument, name: str) -> int | None:
    found = instrument.deadlines.get(name)
    return found if isinstance(found, int) else None


def _end_of_next_working_day(from_ms: int) -> int:
    day = day_of(from_ms) + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return midnight(day + timedelta(days=1))
