# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rules as data: whole, in order, and nothing in them that the table of actions does not allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.desk.decisions.actions import ACTIONS, Action, Target
from privity.desk.decisions.policies import POLICIES, Policy, PolicyName, offered, pointed_to
from privity.desk.intake.findings import Level
from privity.message.report import Reason

PAGE = Path(__file__).parents[3] / "docs" / "operators" / "decisions.md"
BY_STAFF_ALONE = {PolicyName.BAN_EVASION, PolicyName.ABUSE_OF_REPORTING}


def test_every_reason_points_to_a_rule_and_every_rule_is_written() -> None:
    assert set(POLICIES) == set(PolicyName)
    assert {reason for reason in Reason if not pointed_to(reason)} == {Reason.OTHER}
    assert {name for name, policy in POLICIES.items() if not policy.reasons} == BY_STAFF_ALONE


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_ladder_begins_at_nothing_and_climbs(policy: Policy) -> None:
    strikes = [step.strikes for step in policy.ladder]
    assert strikes[0] == 0
    assert strikes == sorted(set(strikes))
    for step in policy.ladder:
        rule = ACTIONS[step.action]
        assert rule.on is Target.ACCOUNT
        assert (rule.days is None) is (step.days is None)
        if rule.days is not None and step.days is not None:
            assert rule.days[0] <= step.days <= rule.days[1]
    assert policy.weight > 0
    assert policy.counts_days > 0


def test_what_is_offered_follows_the_strikes() -> None:
    assert [offered(PolicyName.SPAM, strikes).action for strikes in range(6)] == [
        Action.WARN,
        Action.LIMIT,
        Action.SUSPEND,
        Action.SUSPEND,
        Action.BAN,
        Action.BAN,
    ]


def test_all_actions_are_in_the_table_and_the_grave_ones_need_authorship() -> None:
    assert set(ACTIONS) == set(Action)
    assert {action for action, rule in ACTIONS.items() if rule.grave} == {Action.BAN, Action.CLOSE_ROOM}
    for rule in ACTIONS.values():
        assert not rule.grave or rule.needs is Level.AUTHORSHIP
        assert rule.told is (rule.verb is not None)
        assert "{until}" in rule.means or rule.days is None


def test_the_page_for_operators_names_every_action_and_every_rule() -> None:
    page = PAGE.read_text("utf-8")
    rows = {line.split("|")[1].split()[0].strip(","): line for line in page.splitlines() if line.startswith("| ")}
    for action, rule in ACTIONS.items():
        row = rows[action.value]
        assert ("second person" in row) is rule.grave, action
        assert (f"(level {int(rule.needs)})" in row) is (rule.needs > Level.TIP), action
        assert rule.days is None or f"{rule.days[0]} to {rule.days[1]} days" in row, action
    words = " ".join(page.split())
    assert [policy.title for policy in POLICIES.values() if policy.title.lower() not in words.lower()] == []
