# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every feature that a rule may read, in the order in which its values are handed over.

A rule is asked about one account, because of one event: something that it did, or something that was done to it (the
kinds of `events.py`). `_1h`, `_24h` and `_7d` say how far a count looks back. There are two sorts:

- Numbers of different people, rooms or targets, whole: nobody counts twice within the time. Exact up to 64, an
  estimate beyond (`counters.distinct`).
- Sums, with decay: what was a whole time ago counts for 0.37 of itself. A steady stream gives what a window would give;
  a burst counts in full when it happens (`counters.decayed`).
"""

from __future__ import annotations

from typing import Final

from privity.desk.signals.features.labels import LABELS
from privity.desk.signals.language.catalogue import Feature
from privity.desk.signals.language.types import Bounds, Type

MOST: Final = 1_000_000
"""Whatever a feature counts is cut here."""
MOST_SECONDS: Final = 10_000_000_000
"""Of an account's age."""

_SUM: Final = 4
_COUNT: Final = 6
_RATIO: Final = 25
"""What it costs to look at a sum with decay, at a number of different people, and at what two of these make together,
in steps of a rule: rules come to them when what is cheaper held."""
_PERIODS: Final = {"1h": "within an hour", "24h": "within 24 hours", "7d": "within seven days"}


def _text(name: str, says: str) -> Feature:
    return Feature(name, Type.TEXT, says)


def _truth(name: str, says: str) -> Feature:
    return Feature(name, Type.TRUTH, says)


def _whole(name: str, says: str, unit: str = "", most: int = MOST, cost: int = 1) -> Feature:
    return Feature(name, Type.WHOLE, says, Bounds(0, most), unit, cost)


def _share(name: str, says: str) -> Feature:
    return Feature(name, Type.REAL, says, Bounds(0, 1), cost=_RATIO)


def _different(name: str, says: str, *periods: str) -> tuple[Feature, ...]:
    return tuple(_whole(f"{name}_{period}", f"{says} {_PERIODS[period]}", cost=_COUNT) for period in periods)


def _sums(name: str, says: str, *periods: str) -> tuple[Feature, ...]:
    return tuple(
        Feature(f"{name}_{period}", Type.REAL, f"{says} {_PERIODS[period]}, with decay", Bounds(0, MOST), cost=_SUM)
        for period in periods
    )


FEATURES: Final[tuple[Feature, ...]] = (
    # The event itself.
    _text("kind", "what happened; of what others did to the account: was_accepted, was_blocked, was_reported, invited"),
    _text("age", "what the account says of its person's age: unknown, minor or adult"),
    _text("other_age", "what the other person says of theirs; unknown where there is no other"),
    _whole("mutual", "contacts that both have; of a first contact alone", most=9),
    _truth("together", "both are in a group; of a first contact alone"),
    _whole("count", "messages since it was told of last, or people brought in; 1 otherwise"),
    _whole("people", "others whom these messages reached"),
    _whole("rooms", "different rooms of these messages"),
    _whole("largest", "size of the largest of these messages as a power of two", most=64),
    # The account.
    _whole("account_seconds", "how old the account is", "s", MOST_SECONDS),
    _whole("account_hours", "how old the account is", "h", MOST_SECONDS // 3600),
    _whole("account_days", "how old the account is", "days", MOST_SECONDS // 86_400),
    _truth("came_invited", "somebody invited it, in the last seven days"),
    Feature(
        "old_ties", Type.REAL,
        "people whose account was a month old when they accepted it, over a quarter, with decay",
        Bounds(0, MOST),
    ),
    # What it sends.
    _whole("messages_15s", "messages within 15 seconds, up to nine earlier ones among them; 0 of other events"),
    *_sums("messages", "messages", "1h", "24h", "7d"),
    *_sums("reached", "people reached, each counted once in 15 seconds or more,", "1h", "24h"),
    *_sums("rooms_written", "rooms written into, each counted once in 15 seconds or more,", "1h", "24h"),
    # Groups.
    *_sums("groups_made", "groups made", "1h", "24h"),
    *_sums("people_added", "people brought into groups", "1h", "24h"),
    *_different("knocks", "different rooms knocked at", "1h", "24h"),
    # First contacts. A stranger is somebody with whom it shares no contact and no group.
    *_different("asked", "different people asked for a first contact", "1h", "24h", "7d"),
    *_different("strangers_asked", "different strangers asked for a first contact", "1h", "24h", "7d"),
    *_different("minors_asked", "different people who say they are minors asked for a first contact", "24h", "7d"),
    *_different("minor_strangers", "different minors asked who were strangers", "1h", "24h", "7d"),
    *_different("accepted", "different people who accepted it", "24h", "7d"),
    *_different("minors_accepted", "different minors who accepted it", "7d"),
    _whole("answerable_7d", "people asked in seven days who had an hour to answer, or did answer", cost=2 * _COUNT),
    _share("acceptance_lower", "smallest share of those who would accept it that fits what was seen (Wilson, 95 %)"),
    _share("acceptance_upper", "largest share of those who would accept it that fits what was seen (Wilson, 95 %)"),
    _whole("long_answerable_7d", "people asked in seven days who had six hours to answer, or did", cost=2 * _COUNT),
    _share("long_acceptance_upper", "the same largest share, of people who had six hours to answer"),
    # What those asked do who do not want it. Whoever says yes is not in it: accounts of one's own change nothing.
    _whole("refused_7d", "different people whom it asked in seven days, and who blocked it", cost=_RATIO),
    _whole("unwilling_7d", "these, and those of the people asked who did not accept within an hour", cost=_RATIO),
    _share("refusal_lower", "smallest share of these who would block it that fits what was seen (Wilson, 95 %)"),
    _whole("minors_refused_7d", "different minors whom it asked in seven days, and who blocked it", cost=_RATIO),
    _whole("minors_unwilling_7d", "these, and those of the minors asked who did not accept in an hour", cost=_RATIO),
    # What others do about it.
    *_different("blocked_by", "different people who blocked it", "1h", "24h", "7d"),
    *_different("blocked_by_minors", "different minors who blocked it", "7d"),
    *_different("reported_by", "different people who reported it", "1h", "24h", "7d"),
    *_different("reported_by_new", "different people who reported it in the first day of their account", "24h"),
    *_different("reported_by_minors", "different minors who reported it", "7d"),
    *_sums("report_weight", "reports about it, each weighing what its reporter's earlier reports were worth,", "24h"),
    # What it does about others.
    *_different("blocks", "different people whom it blocked", "24h"),
    *_different("reports_made", "different people whom it reported", "1h", "24h"),
    _whole("reports_closed", "reports of it that people decided, older ones counting less"),
    _whole("reports_upheld", "those of them that were right, older ones counting less"),
    _share("upheld_lower", "smallest share of its reports that are right and fits what was seen (Wilson, 95 %)"),
    _share("upheld_upper", "largest share of its reports that are right and fits what was seen (Wilson, 95 %)"),
    # Where it came from. The network's name is known for a day.
    *_sums("network_registered", "accounts made from the network that it was made from", "1h", "24h"),
    *_sums("invited", "accounts made by its invites", "24h", "7d"),
    *_sums("inviter_invited", "accounts made by the invites of who invited it", "24h", "7d"),
    # What it shows.
    *_sums("shown", "changes of what it shows to everybody", "1h", "24h"),
    # What the desk knows.
    _truth("election", "election mode is on: friction comes earlier"),
    *(_truth(f"labelled_{word}", f"the desk's label: {says}") for word, says in LABELS.items()),
)  # fmt: skip
"""All of them. Decisions quote the catalogue's digest: a feature that means something new gets a new name."""
