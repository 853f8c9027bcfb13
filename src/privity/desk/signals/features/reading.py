# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the value of each feature is found: one short function for each, under the name that the catalogue gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from privity.desk.signals.counters.decayed import Decayed
from privity.desk.signals.counters.distinct import Distinct, estimated
from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS
from privity.desk.signals.features.catalogue import MOST, MOST_SECONDS
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.labels import LABELS
from privity.desk.signals.features.moment import Moment
from privity.desk.signals.language.python_functions import wilson_high, wilson_low

Value = bool | int | float | str
Reader = Callable[[Moment], Value]

LONG_MS: Final = 6 * HOUR_MS
"""Time in which whoever wants to answer does, unless they sleep: half of people's answers come within two hours."""
_TOP: Final = float(MOST)
_NOBODY: Final[frozenset[int]] = frozenset()
_PERIODS: Final = {"1h": HOUR_MS, "24h": DAY_MS, "7d": WEEK_MS}
_SUM: Final[Mapping[str, Callable[[Decayed, int], float]]] = {
    "1h": Decayed.hour,
    "24h": Decayed.day,
    "7d": Decayed.week,
}


def _age_ms(moment: Moment) -> int:
    return max(moment.at_ms - moment.state.born_ms, 0)


def _sum(counter: str, period: str) -> Reader:
    over = _SUM[period]

    def value(moment: Moment) -> float:
        there: Decayed | None = getattr(moment.state, counter)
        return 0.0 if there is None else min(over(there, moment.at_ms), _TOP)

    return value


def _different(counter: str, period: str) -> Reader:
    period_ms = _PERIODS[period]

    def value(moment: Moment) -> int:
        there: Distinct | None = getattr(moment.state, counter)
        return 0 if there is None else min(there.within(period_ms, moment.at_ms), MOST)

    return value


def _all(read: Callable[[str, str], Reader], name: str, counter: str, *periods: str) -> dict[str, Reader]:
    return {f"{name}_{period}": read(counter, period) for period in periods}


def _within(there: Distinct | None, period_ms: int, at_ms: int) -> int:
    return 0 if there is None else there.within(period_ms, at_ms)


def _accepted_of(moment: Moment, time_ms: int = HOUR_MS) -> tuple[int, int]:
    """People who accepted, and people who could have by now: they had so much time, or did."""
    asked, at_ms = moment.state.asked, moment.at_ms
    accepted = _within(moment.state.accepted, WEEK_MS, at_ms)
    had_time = _within(asked, WEEK_MS, at_ms) - _within(asked, time_ms, at_ms)
    return accepted, max(had_time, accepted)


def _refused(moment: Moment, *, minors: bool = False) -> tuple[int, int]:
    """People whom it asked and who blocked it; these and those who had an hour and did not accept it."""
    state, at_ms = moment.state, moment.at_ms
    asked = state.minors if minors else state.asked
    if asked is None:
        return 0, 0
    accepted = state.minors_accepted if minors else state.accepted
    blocked_by = state.blocked_by_minors if minors else state.blocked_by
    there = [one for one in (asked, accepted, blocked_by) if one is not None]
    level = max(one.level for one in there)
    week, hour = asked.marks(WEEK_MS, at_ms, level), asked.marks(HOUR_MS, at_ms, level)
    yes, no = (_NOBODY if one is None else one.marks(WEEK_MS, at_ms, level) for one in (accepted, blocked_by))
    refused, silent = len(week & no), len(week - hour - yes - no)
    return estimated(refused, level), estimated(refused + silent, level)


def _closed(moment: Moment) -> tuple[int, int]:
    """Reports of the account that were right, and all that were decided."""
    upheld, closed = moment.known.agreement(moment.account)
    return int(upheld), int(closed)


def _network(period: str) -> Reader:
    hour = period == "1h"

    def value(moment: Moment) -> float:
        state, at_ms = moment.state, moment.at_ms
        if not state.network or at_ms - state.network_ms >= DAY_MS:
            return 0.0
        sketch = moment.commons.network_hour if hour else moment.commons.network_day
        return min(sketch.of(state.network, at_ms), _TOP)

    return value


def _came_invited(moment: Moment) -> bool:
    return moment.state.inviter != 0 and moment.at_ms - moment.state.inviter_ms < WEEK_MS


def _inviter(period: str) -> Reader:
    day = period == "24h"

    def value(moment: Moment) -> float:
        if not _came_invited(moment):
            return 0.0
        sketch = moment.commons.inviter_day if day else moment.commons.inviter_week
        return min(sketch.of(moment.state.inviter, moment.at_ms), _TOP)

    return value


def _labelled(word: str) -> Reader:
    return lambda moment: moment.known.labelled(moment.account, word, moment.at_ms)


READERS: Final[Mapping[str, Reader]] = {
    "kind": lambda moment: moment.kind.value,
    "age": lambda moment: moment.state.age.value,
    "other_age": lambda moment: moment.other_age.value,
    "mutual": lambda moment: min(moment.seen.mutual, 9),
    "together": lambda moment: moment.seen.together,
    "count": lambda moment: min(moment.seen.count, MOST),
    "people": lambda moment: min(moment.seen.people, MOST),
    "rooms": lambda moment: min(moment.seen.rooms, MOST),
    "largest": lambda moment: min(moment.seen.largest, 64),
    "account_seconds": lambda moment: min(_age_ms(moment) // 1000, MOST_SECONDS),
    "account_hours": lambda moment: min(_age_ms(moment) // HOUR_MS, MOST_SECONDS // 3600),
    "account_days": lambda moment: min(_age_ms(moment) // DAY_MS, MOST_SECONDS // 86_400),
    "came_invited": _came_invited,
    "old_ties": lambda moment: min(moment.state.ties(moment.at_ms), _TOP),
    "messages_15s": lambda moment: min(moment.seen.count, MOST) if moment.kind is EventKind.SENT else 0,
    **_all(_sum, "messages", "messages", "1h", "24h", "7d"),
    **_all(_sum, "reached", "reached", "1h", "24h"),
    **_all(_sum, "rooms_written", "rooms", "1h", "24h"),
    **_all(_sum, "groups_made", "groups", "1h", "24h"),
    **_all(_sum, "people_added", "added", "1h", "24h"),
    **_all(_different, "knocks", "knocks", "1h", "24h"),
    **_all(_different, "asked", "asked", "1h", "24h", "7d"),
    **_all(_different, "strangers_asked", "strangers", "1h", "24h", "7d"),
    **_all(_different, "minors_asked", "minors", "24h", "7d"),
    **_all(_different, "minor_strangers", "minor_strangers", "1h", "24h", "7d"),
    **_all(_different, "accepted", "accepted", "24h", "7d"),
    **_all(_different, "minors_accepted", "minors_accepted", "7d"),
    "answerable_7d": lambda moment: min(_accepted_of(moment)[1], MOST),
    "acceptance_lower": lambda moment: wilson_low(*_accepted_of(moment)),
    "acceptance_upper": lambda moment: wilson_high(*_accepted_of(moment)),
    "long_answerable_7d": lambda moment: min(_accepted_of(moment, LONG_MS)[1], MOST),
    "long_acceptance_upper": lambda moment: wilson_high(*_accepted_of(moment, LONG_MS)),
    "refused_7d": lambda moment: min(_refused(moment)[0], MOST),
    "unwilling_7d": lambda moment: min(_refused(moment)[1], MOST),
    "refusal_lower": lambda moment: wilson_low(*_refused(moment)),
    "minors_refused_7d": lambda moment: min(_refused(moment, minors=True)[0], MOST),
    "minors_unwilling_7d": lambda moment: min(_refused(moment, minors=True)[1], MOST),
    **_all(_different, "blocked_by", "blocked_by", "1h", "24h", "7d"),
    **_all(_different, "blocked_by_minors", "blocked_by_minors", "7d"),
    **_all(_different, "reported_by", "reported_by", "1h", "24h", "7d"),
    **_all(_different, "reported_by_new", "reported_by_new", "24h"),
    **_all(_different, "reported_by_minors", "reported_by_minors", "7d"),
    **_all(_sum, "report_weight", "weight", "24h"),
    **_all(_different, "blocks", "blocks", "24h"),
    **_all(_different, "reports_made", "reports_made", "1h", "24h"),
    "reports_closed": lambda moment: min(_closed(moment)[1], MOST),
    "reports_upheld": lambda moment: min(_closed(moment)[0], MOST),
    "upheld_lower": lambda moment: wilson_low(*_closed(moment)),
    "upheld_upper": lambda moment: wilson_high(*_closed(moment)),
    **{f"network_registered_{period}": _network(period) for period in ("1h", "24h")},
    **_all(_sum, "invited", "invited", "24h", "7d"),
    **{f"inviter_invited_{period}": _inviter(period) for period in ("24h", "7d")},
    **_all(_sum, "shown", "shown", "1h", "24h"),
    "election": lambda moment: moment.known.election,
    **{f"labelled_{word}": _labelled(word) for word in LABELS},
}
"""By name."""
