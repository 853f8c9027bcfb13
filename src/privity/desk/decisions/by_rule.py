# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A decision that follows from a rule about behaviour: a restriction for hours or days, and nothing else.

It is a decision like any other: with a statement of reasons, with an appeal, in the audit log, and told to the hub
through the same outbox. It counts no strikes, ends no case, and never stands against what a person decides.
The caller owns the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.transaction import Db
from privity.desk.decisions import store
from privity.desk.decisions.actions import ACTIONS, Action
from privity.desk.decisions.errors import NotByRule
from privity.desk.decisions.model import ByRule, Decision, Proposal, State
from privity.desk.decisions.policies import PolicyName
from privity.desk.decisions.taking_effect import existing, noted, take_back, take_effect
from privity.desk.intake.findings import Level
from privity.identity.uris import Random, new_id

DESK: Final = "desk"

MOST_HOURS: Final[Mapping[Action, int]] = MappingProxyType(
    {Action.CHALLENGE: 7 * 24, Action.LIMIT: 72, Action.REMOVE_PUBLIC: 14 * 24}
)
"""What a rule may do, and for how long at the most."""
AT_ONCE: Final = 100
"""Restrictions that are ended in one go."""


def decide(
    db: Db, case: int, against: str, policy: PolicyName, action: Action, rule: ByRule, reason: str, now_ms: int,
    random: Random,
) -> Decision:  # fmt: skip
    """Takes effect at once. Raises NotByRule for what a rule may not do, or not so long."""
    most = MOST_HOURS.get(action)
    if most is None or not 1 <= rule.hours <= most:
        allowed = ", ".join(f"{one.value} for 1 to {hours} hours" for one, hours in MOST_HOURS.items())
        raise NotByRule(f"a rule may {allowed}; got {action.value} for {rule.hours}")
    held = cases.held(db, case)
    days = None if ACTIONS[action].days is None else -(-rule.hours // 24)
    reference = new_id(random)
    store.add_by_rule(db, reference, rule)
    number = store.add(
        db,
        reference,
        case,
        against,
        Proposal(policy, action, reason, days=days),
        Level.TIP,
        second_person=False,
        own=True,
        weight=0,
        counts_days=0,
        at_ms=now_ms,
        who=DESK,
    )
    made = existing(db, number)
    noted(db, Act.DECISION_PROPOSED, made, held, DESK, now_ms, reason)
    return take_effect(db, made, held, DESK, now_ms, random)


def end_over(db: Db, now_ms: int, random: Random) -> int:
    """What was hidden and whose time is over is shown again; how many. The hub ends limits and challenges by itself."""
    over = store.by_rules_over(db, now_ms, AT_ONCE)
    for made in over:
        take_back(db, made, DESK, "Its time is over.", now_ms, random, appeal=None)
    return len(over)


def in_force(db: Db, against: str, case_action: Action, now_ms: int) -> bool:
    """Whether a decision of this sort, whoever made it, holds for the account now."""
    return any(
        made.action is case_action
        and made.state is State.EFFECTIVE
        and (made.until_ms is None or made.until_ms > now_ms)
        for made in store.against(db, against)
    )
