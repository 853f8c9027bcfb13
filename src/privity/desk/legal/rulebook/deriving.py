# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Facts that are worked out from others, from the profile and from the day; absent where what they need is."""

from __future__ import annotations

from datetime import date

from privity.desk.legal.rulebook.facts import Days, Facts, Value
from privity.desk.legal.rulebook.profile import Profile


def received(facts: Facts, today: date) -> date:
    """The day to which ages count: that of receipt, or today where it is not told or has not come.

    Today is never the earlier of the two, so an instrument never becomes fresher by leaving the day of receipt out.
    """
    return min(facts.day("received_on") or today, today)


def completed(facts: Facts, profile: Profile, today: date) -> Facts:
    """The facts with those that follow from them."""
    worked: dict[str, Value] = {}
    targets = facts.targets()
    if targets:
        worked["target_kinds"] = frozenset(target.kind for target in targets)
        worked["target_count"] = len(targets)
    asked = facts.get("time_range")
    if isinstance(asked, Days):
        worked["range_days"] = asked.count
    expires = facts.day("expires_on")
    if expires is not None:
        worked["expired"] = expires < today
    ordered = facts.day("order_date")
    if ordered is not None:
        worked["months_since_order"] = max(0, _whole_months(ordered, received(facts, today)))
    country = facts.text("issuing_country")
    if country is not None:
        worked["from_own_state"] = country in {*profile.established_in, profile.designated_state}
    return facts.with_(worked)


def _whole_months(first: date, last: date) -> int:
    """Months that have passed: a month that begins with the 31st is over on the 31st, or on the 1st after."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if last.day >= first.day else months - 1
