# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One person tries to get a rule past the second one: by roles, by leaving, by words, by numbers, by clocks."""

from __future__ import annotations

from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.signals.lifecycle import election, keeping_in, service, store
from privity.desk.signals.lifecycle.errors import BudgetRefused, SecondPerson, TooEarly, WrongStage
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, HappenedStep, Stage
from privity.desk.staff import service as staff
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import AskerLeft, NotYourRole
from privity.desk.staff.rights import Right, Role
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import ASKS, LOOKS, SECOND, WRITER, RuleHouse
from tests.desk.signals.lifecycle.test_looking_back import KNOCKS, knocks

ADMIN = Acting.command("staff", Right.MANAGE_STAFF)
WHY = "It found what it should."
WORD = (
    'Quiet = Rule(when=[asked_24h >= 1], because="asked")\nWhenRules(any=[Quiet], then=[Label("unwelcome", days=30)])'
)
CASE = (
    'Quiet = Rule(when=[messages_1h >= 1], because="wrote")\nWhenRules(any=[Quiet], then=[Review("spam", priority=4)])'
)


def stage(house: House, number: int) -> Stage:
    return service.existing(house.db, number).stage


def test_who_asked_and_was_ended_stands_for_nothing(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    staff.end(house.db, ADMIN, 11, "Left in a hurry.", house.clock)
    with pytest.raises(AskerLeft, match="staff:11, who asked for version 1, may not ask any more"):
        service.agree(house.db, SECOND, version.number, WHY, house.clock)
    assert stage(house, version.number) is Stage.PROPOSED
    service.withdraw(house.db, SECOND, version.number, "Asked for by somebody who left.", house.clock)
    service.propose(house.db, SECOND, version.number, WHY, house.clock)
    with pytest.raises(SecondPerson):
        service.agree(house.db, SECOND, version.number, WHY, house.clock)


def test_who_asked_and_has_another_role_stands_for_nothing(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    staff.change_roles(house.db, ADMIN, 11, [Role.MODERATOR], house.clock)
    with pytest.raises(AskerLeft):
        service.agree(house.db, SECOND, version.number, WHY, house.clock)
    staff.change_roles(house.db, ADMIN, 11, [Role.SENIOR], house.clock)
    assert service.agree(house.db, SECOND, version.number, WHY, house.clock).stage is Stage.LIVE


def test_a_role_that_is_gone_agrees_to_nothing(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    with pytest.raises(NotYourRole):
        service.agree(house.db, Acting.member(12, frozenset({Role.MODERATOR})), version.number, WHY, house.clock)
    assert stage(house, version.number) is Stage.PROPOSED


def test_who_is_not_on_the_staff_asked_for_nothing(house: House, rules: RuleHouse) -> None:
    nobody = Acting.member(4711, frozenset({Role.SENIOR}))
    version = rules.shadow()
    house.clock += SHADOW_MS
    service.propose(house.db, nobody, version.number, WHY, house.clock)
    with pytest.raises(AskerLeft, match="is not on the staff"):
        service.agree(house.db, SECOND, version.number, WHY, house.clock)


def test_two_sessions_are_one_person(house: House, rules: RuleHouse) -> None:
    """A session has rights of its own time; the number is the person's."""
    version = rules.proposed()
    again = Acting.member(11, frozenset({Role.SENIOR, Role.ADMIN}))
    with pytest.raises(SecondPerson):
        service.agree(house.db, again, version.number, WHY, house.clock)


def test_taking_back_and_asking_again_makes_nobody_a_second_person(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    service.withdraw(house.db, WRITER, version.number, "Once more.", house.clock)
    service.propose(house.db, WRITER, version.number, WHY, house.clock)
    with pytest.raises(SecondPerson):
        service.agree(house.db, WRITER, version.number, WHY, house.clock)
    service.withdraw(house.db, WRITER, version.number, "Let somebody else ask.", house.clock)
    service.propose(house.db, SECOND, version.number, WHY, house.clock)
    with pytest.raises(sqlcipher.IntegrityError, match="nobody is their own second person"):
        store.add_step(house.db, version.number, HappenedStep(Stage.LIVE, house.clock, SECOND.who, "alone"))


def test_a_newer_text_is_not_what_was_agreed_to(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    newer = service.draft(house.db, WRITER, "asks", ASKS.replace(">= 10", ">= 2"), house.clock)
    assert rules.running(version).rules.text == ASKS, "what acts is the text that two people saw"
    with pytest.raises(WrongStage):
        service.agree(house.db, SECOND, newer.number, WHY, house.clock)
    with pytest.raises(WrongStage):
        service.propose(house.db, WRITER, version.number, WHY, house.clock)


def test_a_word_that_other_rules_ask_for_takes_two(house: House, rules: RuleHouse) -> None:
    """A rule of the house restricts whom the desk calls unwelcome at three strangers: one person must not say of all
    that they are."""
    assert service.draft(house.db, WRITER, "word", WORD, house.clock).restricts
    assert service.draft(house.db, WRITER, "looks", LOOKS, house.clock).restricts
    assert service.draft(house.db, WRITER, "case", CASE, house.clock).restricts
    version = rules.proposed(WORD, "word")
    assert version.stage is Stage.PROPOSED
    with pytest.raises(SecondPerson):
        service.agree(house.db, WRITER, version.number, WHY, house.clock)


def test_what_one_person_put_live_at_an_older_desk_is_watched_and_is_no_second_rule(
    house: House, rules: RuleHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(service, "takes_two", lambda rules: False)
        quiet = rules.live(CASE, "case")
    assert (quiet.restricts, quiet.stage, rules.running(quiet).live) == (False, Stage.LIVE, False)
    strict = rules.live()
    known: dict[str, Any] = {
        "asked_24h": 12,
        "acceptance_upper": 0.2,
        "account_days": 400,
        "old_ties": 9,
        "messages_1h": 2,
    }
    old = house.user()
    rules.happens(quiet, old, **known)
    rules.happens(strict, old, **known)
    assert rules.done(old) == ["protected", "shadow"], "Asks took nothing, and Quiet asked nobody to look"
    two = rules.live(KNOCKS, "knocks")
    other = house.user()
    rules.happens(two, other, **known, knocks_1h=3)
    rules.happens(strict, other, **known)
    assert rules.done(other)[0] == "acted", "two people agreed to Knocks as well"


def test_a_look_back_after_it_was_asked_for_lets_it_do_no_more(house: House, rules: RuleHouse) -> None:
    version = rules.live(KNOCKS, "knocks")
    before = keeping_in.bands(house.db, SECOND, version.number)["Knocks"]
    house.clock += 1
    flood = knocks(house, [house.user() for _ in range(40)], 5, 9)
    found = service.test(house.db, WRITER, version.number, flood, house.clock)
    assert found.rows[0].account_days == 40, "far more often than what two people saw"
    assert keeping_in.bands(house.db, SECOND, version.number)["Knocks"] == before
    newer = rules.shadow(KNOCKS, "newer")
    house.clock += 1
    service.test(house.db, WRITER, newer.number, flood, house.clock)
    assert keeping_in.bands(house.db, SECOND, newer.number)["Knocks"] > before, "before that it counts"


def test_what_was_agreed_to_is_not_raised_by_asking_again(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    with pytest.raises(BudgetRefused):
        keeping_in.set_budget(house.db, WRITER, version.number, "Asks", 51, house.clock)
    with pytest.raises(BudgetRefused):
        keeping_in.set_budget(house.db, SECOND, version.number, "Asks", 51, house.clock)


def test_a_clock_that_went_back_shortens_no_shadow(house: House, rules: RuleHouse) -> None:
    version = rules.shadow()
    for wrong in (-365 * DAY_MS, -1, 0, SHADOW_MS - 1):
        with pytest.raises(TooEarly):
            service.propose(house.db, WRITER, version.number, WHY, house.clock + wrong)


def test_election_mode_needs_who_asked(house: House, rules: RuleHouse) -> None:
    number = election.ask(house.db, WRITER, house.clock + DAY_MS, "An invented vote.", house.clock)
    staff.change_roles(house.db, ADMIN, 11, [Role.APPEALS], house.clock)
    with pytest.raises(AskerLeft, match="election mode 1"):
        election.agree(house.db, SECOND, number, house.clock)
    assert not election.on(house.db, house.clock)
