# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What may follow from a rule. Each ends by itself within days: what has no end is a person's decision."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from privity.desk.cases.priority import HIGHEST, LOWEST
from privity.desk.decisions.policies import PolicyName
from privity.desk.signals.features.labels import LABELS
from privity.desk.signals.language.catalogue import EffectKind, Parameter
from privity.desk.signals.language.types import Bounds
from privity.message.report import Reason


class EffectName(StrEnum):
    """As rules write them, from the mildest to the hardest."""

    LABEL = "Label"
    REVIEW = "Review"
    CHALLENGE = "Challenge"
    SLOW = "Slow"
    DEMOTE = "Demote"
    REMOVE = "Remove"


REASONS: Final[Mapping[PolicyName, Reason]] = {
    PolicyName.SPAM: Reason.SPAM,
    PolicyName.HARASSMENT: Reason.HARASSMENT,
    PolicyName.FRAUD: Reason.FRAUD,
    PolicyName.CHILD_SAFETY: Reason.CHILD_SAFETY,
    PolicyName.BAN_EVASION: Reason.OTHER,
    PolicyName.IMPERSONATION: Reason.IMPERSONATION,
    PolicyName.ABUSE_OF_REPORTING: Reason.OTHER,
}
"""The rules of the house that behaviour alone may point to, and what a case that follows is about."""

ONLY_FRICTION: Final = frozenset({EffectName.LABEL, EffectName.REVIEW, EffectName.CHALLENGE, EffectName.SLOW})
"""All that may follow from a rule that asks whether an election is on."""

REMOVED_HOURS: Final = 72
"""So long a removal by a rule lasts; a person decides meanwhile whether it stays."""
REMOVED_PRIORITY: Final = 1
"""Of the case that asks them."""
MOST_CHALLENGE_DAYS: Final = 7
MOST_SLOW_HOURS: Final = 72
MOST_DEMOTE_DAYS: Final = 14
MOST_LABEL_DAYS: Final = 90

_ABOUT: Final = Parameter("about", words=tuple(policy.value for policy in REASONS))

EFFECTS: Final[tuple[EffectKind, ...]] = (
    EffectKind(
        EffectName.LABEL,
        (Parameter("word", words=tuple(LABELS)), Parameter("days", Bounds(1, MOST_LABEL_DAYS))),
        False,
        "The desk notes a word about the account for some days. Other rules may ask for it; it takes nothing.",
    ),
    EffectKind(
        EffectName.REVIEW,
        (_ABOUT, Parameter("priority", Bounds(HIGHEST, LOWEST))),
        False,
        "People look at the account, in a case. It takes nothing.",
    ),
    EffectKind(
        EffectName.CHALLENGE,
        (_ABOUT, Parameter("days", Bounds(1, MOST_CHALLENGE_DAYS))),
        True,
        "For some days a device of the account works a little while before it asks a stranger, or invites or knocks.",
    ),
    EffectKind(
        EffectName.SLOW,
        (_ABOUT, Parameter("hours", Bounds(1, MOST_SLOW_HOURS))),
        True,
        "For some hours the account asks nobody for contact, makes no conversation, invites nobody, and sends slowly.",
    ),
    EffectKind(
        EffectName.DEMOTE,
        (_ABOUT, Parameter("days", Bounds(1, MOST_DEMOTE_DAYS))),
        True,
        "For some days nobody finds the account who is not in a conversation with it.",
    ),
    EffectKind(
        EffectName.REMOVE,
        (_ABOUT,),
        True,
        f"For {REMOVED_HOURS} hours what everybody could see of the account is hidden, and a person looks at once.",
    ),
)
