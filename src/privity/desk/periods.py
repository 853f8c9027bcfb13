# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`[desk.retention]`: how long what the desk keeps is kept, each period with its reason and its bounds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import msgspec

from privity.desk.errors import ConfigInvalid

DAY_MS: Final = 86_400_000


class RetentionSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.retention]`, in days."""

    dismissed: int = 90
    decided: int = 180
    unopened: int = 90
    notices: int = 180
    marks: int = 365
    reporters: int = 730
    referrals: int = 366


@dataclass(frozen=True, slots=True)
class Rule:
    """One period: what is over when, and why so long."""

    name: str
    what: str
    begins: str
    why: str
    fewest: int
    most: int


RULES: Final = (
    Rule(
        "dismissed",
        "evidence of a case whose reports were dismissed",
        "after the last thing that happened in the case, and never before its appeals are over",
        "nothing was found; what may still be disputed is kept until it cannot be",
        1,
        3650,
    ),
    Rule(
        "decided",
        "evidence of a case in which something was decided, and the words of appeals",
        "after the last day on which anybody could appeal",
        "whoever was restricted may go to a court or a body for disputes after the last appeal",
        30,
        3650,
    ),
    Rule(
        "unopened",
        "a report that is in no case: it did not open, or names nobody",
        "after it was recorded",
        "a lost key may be found again; nobody can decide about it meanwhile",
        14,
        730,
    ),
    Rule(
        "notices",
        "a public notice with the name and address of whoever wrote it",
        "after the last thing that happened in the case, and never before its appeals are over",
        "they are told the outcome and may object; then nobody needs to reach them",
        1,
        3650,
    ),
    Rule(
        "marks",
        "marks by which the same words are known again",
        "after the last thing that happened in their case",
        "who writes the same to many does so within weeks",
        30,
        1095,
    ),
    Rule(
        "reporters",
        "who reported, and how somebody's reports ended",
        "after their last report, and of each case after the last thing that happened in it",
        "a word that weighed little two years ago should not weigh little for ever",
        180,
        3650,
    ),
    Rule(
        "referrals",
        "snapshots, documents, requests and answers of a referral",
        "after it was finished or withdrawn",
        "the law asks for a year, so there can be no less",
        366,
        3650,
    ),
)


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of one desk, in milliseconds."""

    dismissed: int = RetentionSection().dismissed * DAY_MS
    decided: int = RetentionSection().decided * DAY_MS
    unopened: int = RetentionSection().unopened * DAY_MS
    notices: int = RetentionSection().notices * DAY_MS
    marks: int = RetentionSection().marks * DAY_MS
    reporters: int = RetentionSection().reporters * DAY_MS
    referrals: int = RetentionSection().referrals * DAY_MS

    def days(self, name: str) -> int:
        """A period by its name in the configuration."""
        return int(getattr(self, name)) // DAY_MS


def check_periods(section: RetentionSection) -> Periods:
    """The section as the desk uses it. Raises ConfigInvalid."""
    for rule in RULES:
        days = getattr(section, rule.name)
        if not rule.fewest <= days <= rule.most:
            raise ConfigInvalid(f"retention.{rule.name} must be {rule.fewest} to {rule.most} days, got {days}")
    return Periods(**{field.name: getattr(section, field.name) * DAY_MS for field in fields(Periods)})
