# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Strikes: only what is in force, proven, not undone and not run out counts, and only against whom it is about."""

from __future__ import annotations

from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.model import DAY_MS
from privity.desk.decisions.policies import POLICIES, PolicyName
from privity.desk.intake.findings import Level
from tests.desk.house import SENIOR, House


def strikes(house: House, account: str) -> int:
    return decisions.strikes(house.db, account, house.clock)


def test_strikes_add_up_over_cases_and_policies(house: House) -> None:
    accused, other = house.user(), house.user()
    house.decide(house.case(accused, Level.HUB), Action.WARN)
    house.decide(house.case(accused, Level.HUB), Action.SUSPEND, policy=PolicyName.THREAT)
    house.decide(house.case(other, Level.HUB), Action.WARN)
    assert strikes(house, accused) == POLICIES[PolicyName.HARASSMENT].weight + POLICIES[PolicyName.THREAT].weight
    assert strikes(house, other) == 1


def test_what_is_only_proposed_or_refused_does_not_count(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.AUTHORSHIP), Action.BAN)
    assert strikes(house, accused) == 0
    decisions.refuse(house.db, SENIOR, made.number, "Too hard.", house.clock)
    assert strikes(house, accused) == 0


def test_what_was_confirmed_counts_from_then(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.AUTHORSHIP), Action.BAN)
    house.clock += 10 * DAY_MS
    confirmed = house.confirm(made)
    assert strikes(house, accused) == 1
    assert confirmed.effective_ms is not None
    last = confirmed.effective_ms + POLICIES[PolicyName.HARASSMENT].counts_days * DAY_MS - 1
    assert decisions.strikes(house.db, accused, last) == 1
    assert decisions.strikes(house.db, accused, last + 1) == 0


def test_what_was_undone_counts_no_more(house: House) -> None:
    accused = house.user()
    house.decide(house.case(accused, Level.HUB), Action.WARN)
    made = house.decide(house.case(accused, Level.HUB), Action.WARN)
    assert strikes(house, accused) == 2
    house.undo(made)
    assert strikes(house, accused) == 1


def test_a_warning_on_mere_tips_counts_nothing(house: House) -> None:
    """Else many people could make somebody's strikes together, without a proven message."""
    accused = house.user()
    for _ in range(5):
        house.decide(house.case(accused, Level.TIP), Action.WARN)
    assert strikes(house, accused) == 0
    assert decisions.suggestion(house.db, PolicyName.HARASSMENT, accused, house.clock).action is Action.WARN


def test_what_is_offered_next_follows_the_strikes(house: House) -> None:
    accused = house.user()
    offered = []
    for _ in range(3):
        step = decisions.suggestion(house.db, PolicyName.HARASSMENT, accused, house.clock)
        offered.append(step.action)
        house.decide(house.case(accused, Level.HUB), step.action, days=step.days)
    assert offered == [Action.WARN, Action.LIMIT, Action.SUSPEND]


def test_what_is_decided_about_a_conversation_counts_against_nobody(house: House) -> None:
    accused, room = house.user(), house.room()
    case = house.case(accused, Level.TIP)
    house.report(accused, Level.HUB, room=room)
    house.decide(case, Action.REMOVE_LINKS, against=room, evidence=house.cited(case)[1:])
    assert (strikes(house, accused), strikes(house, room)) == (0, 0)
