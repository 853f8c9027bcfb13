# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A rule that challenges: two people, a time, a statement, an appeal; and what it never does."""

from __future__ import annotations

from typing import Any

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.db.transaction import transaction
from privity.desk.decisions import by_rule
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.errors import NotByRule
from privity.desk.decisions.model import ByRule, State
from privity.desk.decisions.policies import PolicyName
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.language.rule_set import compile_rules
from privity.desk.signals.lifecycle.checked import checked
from privity.desk.signals.lifecycle.model import Stage
from privity.message.appeal import About
from privity.wire.staff import Verb
from tests.desk.house import APPEALS, House
from tests.desk.signals.ladder.rule_house import RuleHouse

HOUR_MS = 3_600_000
TEXT = """
Asks = Rule(when=[asked_24h >= 10, acceptance_upper < 0.5], because=f"{asked_24h} people asked, {accepted_7d} accepted")
WhenRules(any=[Asks], then=[Challenge("spam", days=3)])
"""
UNWANTED: dict[str, Any] = {"asked_24h": 12, "acceptance_upper": 0.31, "accepted_7d": 1}


def test_it_restricts_so_that_two_people_agree_first(house: House, rules: RuleHouse) -> None:
    version = rules.proposed(TEXT)
    assert (version.restricts, version.stage) == (True, Stage.PROPOSED)
    subject = house.user()
    rules.happens(version, subject, **UNWANTED)
    assert house.effects() == [], "in shadow nothing is done"


def test_what_the_hub_is_asked_and_the_person_reads(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(TEXT), house.user()
    rules.happens(version, subject, **UNWANTED)
    challenge, statement = house.effects()
    assert (challenge.effect.verb, challenge.effect.subject) == (Verb.CHALLENGE, subject)
    assert challenge.effect.params.until_ms == house.clock + 72 * HOUR_MS
    said = statement.effect.params.statement
    assert said is not None and (said.action, said.until_ms) == ("challenge", challenge.effect.params.until_ms)
    for words in (
        "your device works for a little while, by itself, before you ask somebody new for contact",
        "Different people asked for a first contact within 24 hours (asked_24h): 12.",
        "A machine decided this by a rule to which two people had agreed before",
        "you can appeal until",
    ):
        assert words in said.text, words
    assert decisions.strikes(house.db, subject, house.clock) == 0
    rules.happens(version, subject, **UNWANTED)
    assert house.asked(subject) == ["challenge", "statement"], "once a day"


def test_an_appeal_lifts_it(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(TEXT), house.user()
    rules.happens(version, subject, **UNWANTED)
    (number,) = house.db.execute("SELECT n FROM decision WHERE against = ?", (subject,)).fetchone()
    made = decisions.by_number(house.db, number)
    assert (made.action, made.days, made.state) == (Action.CHALLENGE, 3, State.EFFECTIVE)
    house.appeal(About.DECISION, made.reference, subject)
    (appeal,) = appeals.listed(house.db, APPEALS)
    house.clock += 1000
    appeals.answer(house.db, APPEALS, appeal.number, Answer.OVERTURN, "They teach a class.", house.clock, house.random)
    assert decisions.by_number(house.db, number).state is State.UNDONE
    assert "lift" in house.asked(subject)


@pytest.mark.parametrize("days", [0, 8])
def test_a_rule_challenges_for_a_week_at_the_most(days: int) -> None:
    compile_rules(TEXT.replace("days=3", "days=7"), CATALOGUE)
    with pytest.raises(RuleError, match="days"):
        compile_rules(TEXT.replace("days=3", f"days={days}"), CATALOGUE)


def test_nor_does_anything_else_for_longer(house: House) -> None:
    case, subject = 1, house.user()
    rule = ByRule("Asks", bytes(32), 7 * 24 + 1, ())
    with pytest.raises(NotByRule, match="challenge for 1 to 168 hours"), transaction(house.db):
        by_rule.decide(
            house.db, case, subject, PolicyName.SPAM, Action.CHALLENGE, rule, "too long", house.clock, house.random
        )


def test_an_election_may_ask_for_it() -> None:
    """It is friction, as slowing down is."""
    checked(TEXT.replace("asked_24h >= 10", "election, asked_24h >= 10"))
