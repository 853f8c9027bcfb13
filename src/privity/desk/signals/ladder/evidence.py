# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a rule rests on, so that the same thing seen twice is not taken for two.

Two rules agree where each looks at something that the other does not. "Asked many" and "asked many, after it was found
that it asks many" are one; "asked many who do not want it" and "was reported by many" are two.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from privity.desk.signals.language.rule import Rule


class Signal(StrEnum):
    """One thing that can be seen about an account, however many features measure it."""

    SENDING = "sending"
    GROUPS = "groups"
    KNOCKING = "knocking"
    ASKING = "asking"
    """Whom it asks, and how many of them want it."""
    BLOCKED = "blocked"
    REPORTED = "reported"
    BLOCKING = "blocking"
    REPORTING = "reporting"
    ORIGIN = "origin"
    SHOWING = "showing"
    TOGETHER = "together"
    """People found that it acts together with others."""


SIGNALS: Final[Mapping[Signal, tuple[str, ...]]] = {
    Signal.SENDING: ("count", "people", "rooms", "largest", "messages", "reached", "rooms_written"),
    Signal.GROUPS: ("groups_made", "people_added"),
    Signal.KNOCKING: ("knocks",),
    Signal.ASKING: (
        "mutual", "together", "asked", "strangers_asked", "minors_asked", "minor_strangers", "accepted",
        "minors_accepted", "answerable", "acceptance_lower", "acceptance_upper", "long_answerable",
        "long_acceptance_upper", "unwilling", "minors_unwilling",
    ),
    Signal.BLOCKED: ("blocked_by", "blocked_by_minors", "refused", "refusal_lower", "minors_refused"),
    Signal.REPORTED: ("reported_by", "reported_by_new", "reported_by_minors", "report_weight"),
    Signal.BLOCKING: ("blocks",),
    Signal.REPORTING: ("reports_made", "reports_closed", "reports_upheld", "upheld_lower", "upheld_upper"),
    Signal.ORIGIN: ("network_registered", "invited", "inviter_invited", "came_invited"),
    Signal.SHOWING: ("shown",),
    Signal.TOGETHER: ("labelled_coordinated",),
}  # fmt: skip
"""Names of features without the time that they look back."""

NONE: Final = frozenset(
    {"kind", "age", "other_age", "account_seconds", "account_hours", "account_days", "old_ties", "election"}
    | {f"labelled_{word}" for word in ("watched", "bulk_sender", "unwelcome", "risky_to_minors")}
    | {f"labelled_{word}" for word in ("brigaded", "report_abuser", "reviewed_benign")}
)
"""What says nothing against anybody by itself; and labels, which other rules put there for what these had seen."""

_OF: Final = {name: signal for signal, names in SIGNALS.items() for name in names}
_PERIODS: Final = ("_15s", "_1h", "_24h", "_7d")


def signal_of(feature: str) -> Signal | None:
    """Of which signal a feature is a measure; None for what is of none. One that nobody sorted raises KeyError."""
    name = next((feature.removesuffix(period) for period in _PERIODS if feature.endswith(period)), feature)
    return None if name in NONE else _OF[name]


def signals_of(rule: Rule) -> frozenset[Signal]:
    """What a rule rests on."""
    return frozenset(signal for name in rule.features if (signal := signal_of(name)) is not None)


def differ(one: frozenset[Signal], other: frozenset[Signal]) -> bool:
    """Whether each of the two has something that the other has not."""
    return bool(one - other) and bool(other - one)


def agree(one: Rule, other: Rule) -> bool:
    """Whether the two say different things about the same account."""
    return differ(signals_of(one), signals_of(other))
