# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom a rule alone does not restrict: people whom others have long known, and people for what others did to them.

An attacker can make a rule hold for an innocent person: many accounts report or block them. So what others did leads to
people who look, never by itself to a restriction of a minor; and an account that is half a
year old and that people with accounts of their own age have accepted is restricted by two rules that agree, or by none:
each of them looks at something that the other does not (`evidence`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from privity.desk.signals.features.events import EventKind
from privity.wire.age import AgeBand

LOOKS_AT: Final = frozenset({"account_days", "old_ties", "age", "kind"})
"""Features that are worked out for this, whether a rule looks at them or not."""

KNOWN_DAYS: Final = 180
KNOWN_TIES: Final = 5
"""An account of at least so many days, whom at least so many people have accepted who were no newcomers (decayed)."""

DONE_TO_IT: Final = frozenset(
    {EventKind.WAS_BLOCKED, EventKind.WAS_REPORTED, EventKind.WAS_ACCEPTED, EventKind.INVITED}
)


def long_known(values: Mapping[str, Any]) -> bool:
    """Whether one rule alone never restricts this account."""
    return bool(values["account_days"] >= KNOWN_DAYS and values["old_ties"] >= KNOWN_TIES)


def minor_acted_upon(values: Mapping[str, Any]) -> bool:
    """Whether this is about something that was done to a minor. Who has said nothing counts as one (`policy.age`)."""
    return bool(values["kind"] in DONE_TO_IT and values["age"] != AgeBand.ADULT)
