# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house as data: what each forbids, which reasons point to it, what follows, how long it counts.

A default is offered to whoever decides and never taken by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.decisions.actions import Action
from privity.message.report import Reason


class PolicyName(StrEnum):
    """The value stands in the database and the audit log: a name is never reused for something else."""

    SPAM = "spam"
    HARASSMENT = "harassment"
    THREAT = "threat"
    FRAUD = "fraud"
    CHILD_SAFETY = "child_safety"
    SELF_HARM = "self_harm"
    ILLEGAL_GOODS = "illegal_goods"
    HATE = "hate"
    INTIMATE_IMAGERY = "intimate_imagery"
    IMPERSONATION = "impersonation"
    BAN_EVASION = "ban_evasion"
    ABUSE_OF_REPORTING = "abuse_of_reporting"


@dataclass(frozen=True, slots=True)
class Step:
    """What is offered from this many strikes on."""

    strikes: int
    action: Action
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule."""

    title: str
    rule: str
    """What everybody may read, and what a statement of reasons quotes."""
    reasons: frozenset[Reason]
    ladder: tuple[Step, ...]
    """From no strikes upwards."""
    weight: int
    """Strikes that a breach counts."""
    counts_days: int
    """For how long they count."""
    refer: bool = False
    """Whether a report to a clearinghouse or an authority belongs to it, whatever else is decided."""


_MILD: Final = (Step(0, Action.WARN), Step(1, Action.LIMIT, 7), Step(2, Action.SUSPEND, 7), Step(4, Action.BAN))
_FIRM: Final = (Step(0, Action.LIMIT, 14), Step(2, Action.SUSPEND, 30), Step(4, Action.BAN))
_HARD: Final = (Step(0, Action.SUSPEND, 30), Step(3, Action.BAN))
_LAST: Final = (Step(0, Action.BAN),)

POLICIES: Final[Mapping[PolicyName, Policy]] = {
    PolicyName.SPAM: Policy(
        "Unwanted bulk messages",
        "Nobody may send the same or automated messages to people who did not ask for them.",
        frozenset({Reason.SPAM}),
        _MILD,
        1,
        90,
    ),
    PolicyName.HARASSMENT: Policy(
        "Harassment",
        "Nobody may insult, stalk or wear down another person, or call on others to do so.",
        frozenset({Reason.HARASSMENT}),
        _MILD,
        1,
        180,
    ),
    PolicyName.THREAT: Policy(
        "Threats of violence",
        "Nobody may threaten to hurt or kill, or plan with others to do so.",
        frozenset({Reason.THREAT}),
        _HARD,
        3,
        365,
        refer=True,
    ),
    PolicyName.FRAUD: Policy(
        "Fraud and extortion",
        "Nobody may get money, secrets or access out of another person by deceit or pressure.",
        frozenset({Reason.FRAUD}),
        _HARD,
        2,
        365,
    ),
    PolicyName.CHILD_SAFETY: Policy(
        "Safety of children",
        "Nobody may sexualise, exploit or groom a child, or keep or pass on pictures of such abuse.",
        frozenset({Reason.CHILD_SAFETY}),
        _LAST,
        4,
        3650,
        refer=True,
    ),
    PolicyName.SELF_HARM: Policy(
        "Urging self-harm",
        "Nobody may urge others to hurt or kill themselves, or show them how. Speaking of one's own need is free.",
        frozenset({Reason.SELF_HARM}),
        _FIRM,
        2,
        365,
    ),
    PolicyName.ILLEGAL_GOODS: Policy(
        "Illegal goods and services",
        "Nobody may offer or buy here what the law forbids to trade.",
        frozenset({Reason.ILLEGAL_GOODS}),
        _FIRM,
        2,
        180,
    ),
    PolicyName.HATE: Policy(
        "Hate",
        "Nobody may demean or threaten people for what they are, or call for hatred of them.",
        frozenset({Reason.HATE}),
        _FIRM,
        2,
        365,
    ),
    PolicyName.INTIMATE_IMAGERY: Policy(
        "Intimate pictures without consent",
        "Nobody may pass on, or threaten to pass on, intimate pictures of somebody who has not agreed, real or not.",
        frozenset({Reason.INTIMATE_IMAGERY}),
        _HARD,
        3,
        365,
    ),
    PolicyName.IMPERSONATION: Policy(
        "Pretending to be somebody else",
        "Nobody may pass as another person or organisation to deceive people. Plain parody is free.",
        frozenset({Reason.IMPERSONATION}),
        (Step(0, Action.REMOVE_PUBLIC), Step(1, Action.SUSPEND, 14), Step(3, Action.BAN)),
        1,
        180,
    ),
    PolicyName.BAN_EVASION: Policy(
        "Coming back after a ban",
        "Whoever was banned may not go on with what they were banned for under another account.",
        frozenset(),
        (Step(0, Action.SUSPEND, 90), Step(3, Action.BAN)),
        3,
        365,
    ),
    PolicyName.ABUSE_OF_REPORTING: Policy(
        "Abuse of reporting",
        "Nobody may report people again and again for what plainly did not happen.",
        frozenset(),
        (Step(0, Action.WARN), Step(1, Action.LIMIT, 14), Step(3, Action.SUSPEND, 14)),
        1,
        180,
    ),
}


def pointed_to(reason: Reason) -> tuple[PolicyName, ...]:
    """The rules that a reporter's reason points to; whoever decides may find another one broken."""
    return tuple(name for name, policy in POLICIES.items() if reason in policy.reasons)


def offered(policy: PolicyName, strikes: int) -> Step:
    """What is offered to whoever decides about an account with so many strikes."""
    return [step for step in POLICIES[policy].ladder if step.strikes <= strikes][-1]
