# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A version goes from stage to stage, one by one; nothing acts by one person."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.audit.acts import Act
from privity.desk.signals.lifecycle import keeping_in, service, store
from privity.desk.signals.lifecycle.errors import (
    BudgetRefused,
    NameRefused,
    NothingKept,
    NotPaused,
    RuleUnknown,
    SecondPerson,
    TooEarly,
    VersionUnknown,
    WordsMissing,
    WrongStage,
)
from privity.desk.signals.lifecycle.model import MOST_A_DAY, SHADOW_MS, HappenedStep, Stage
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import ASKS, LOOKS, READER, SECOND, WRITER, RuleHouse

WHY = "It found what it should."


def test_the_whole_way_and_all_of_it_in_the_log(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    assert [step.stage for step in version.steps] == [
        Stage.TYPED,
        Stage.TESTED,
        Stage.SHADOW,
        Stage.PROPOSED,
        Stage.LIVE,
    ]
    assert version.restricts
    acts = [entry for entry in house.acts() if entry.about == f"rules:{version.number}"]
    assert [entry.act for entry in acts] == [
        Act.RULES_DRAFTED,
        Act.RULES_TESTED,
        Act.RULES_IN_SHADOW,
        Act.RULES_PROPOSED,
        Act.RULES_LIVE,
    ]
    assert acts[0].said["digest"] == version.digest.hex()
    assert (acts[-1].who, acts[-1].said["first"]) == (SECOND.who, WRITER.who)
    ended = service.end(house.db, OWNER, version.number, "It is not needed.", house.clock)
    assert ended.stage is Stage.ENDED
    assert rules.compiled.now(house.db) == ()


OWNER = Acting.command("rules", Right.WRITE_RULES, Right.SEE_RULES, Right.AGREE_RULES)


def test_what_the_language_refuses_is_kept_with_its_place(house: House) -> None:
    version = service.draft(house.db, WRITER, "asks", ASKS.replace("asked_24h >= 10", "asked_24h >= nothing"), 5)
    assert (version.stage, version.line, version.column) == (Stage.DRAFT, 2, 32)
    assert version.error.startswith("UnknownName: line 2")
    with pytest.raises(WrongStage, match="draft"):
        service.test(house.db, WRITER, version.number, [], 6)
    with pytest.raises(WrongStage, match="language refuses"):
        service.rules_of(house.db, WRITER, version.number)


def test_what_asks_for_elections_is_friction_alone(house: House) -> None:
    text = 'Asks = Rule(when=[election, asked_24h >= 10], because=f"{asked_24h} asked")\n'
    mild = service.draft(house.db, WRITER, "a", text + 'WhenRules(any=[Asks], then=[Slow("spam", 5)])', 5)
    assert mild.stage is Stage.TYPED
    for effect in ('Demote("spam", days=1)', 'Remove("spam")'):
        hard = service.draft(house.db, WRITER, "a", f"{text}WhenRules(any=[Asks], then=[{effect}])", 5)
        assert hard.stage is Stage.DRAFT
        assert hard.error.startswith("TooHardInElection: line 1: Asks asks whether an election is on")


@pytest.mark.parametrize("name", ["", "Asks", "a b", "a" * 41])
def test_a_name_is_small_letters(house: House, name: str) -> None:
    with pytest.raises(NameRefused):
        service.draft(house.db, WRITER, name, ASKS, 5)
    assert service.listed(house.db, READER) == ()


def test_no_stage_is_skipped(house: House, rules: RuleHouse) -> None:
    version = service.draft(house.db, WRITER, "asks", ASKS, house.clock)
    number = version.number
    with pytest.raises(WrongStage, match="tried on what is kept first"):
        service.shadow(house.db, WRITER, number, house.clock)
    with pytest.raises(NothingKept):
        service.test(house.db, WRITER, number, [], house.clock)
    service.test(house.db, WRITER, number, rules.observations(), house.clock)
    with pytest.raises(WrongStage, match="watched in shadow first"):
        service.propose(house.db, WRITER, number, WHY, house.clock)
    with pytest.raises(WrongStage, match="somebody asks for it first"):
        service.agree(house.db, SECOND, number, WHY, house.clock)
    service.shadow(house.db, WRITER, number, house.clock)
    house.clock += SHADOW_MS - 1
    with pytest.raises(TooEarly, match="ask again in 1 hours"):
        service.propose(house.db, WRITER, number, WHY, house.clock)
    house.clock += 1
    with pytest.raises(WordsMissing):
        service.propose(house.db, WRITER, number, "  ", house.clock)
    assert service.propose(house.db, WRITER, number, WHY, house.clock).stage is Stage.PROPOSED
    assert service.count_waiting(house.db) == 1
    assert not rules.running(service.version(house.db, READER, number)).live, "what waits does nothing"


def test_nobody_is_their_own_second_person(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    with pytest.raises(SecondPerson):
        service.agree(house.db, WRITER, version.number, WHY, house.clock)
    with pytest.raises(NotYourRole):
        service.agree(house.db, READER, version.number, WHY, house.clock)
    with pytest.raises(sqlcipher.IntegrityError, match="nobody is their own second person"):
        store.add_step(house.db, version.number, HappenedStep(Stage.LIVE, house.clock, WRITER.who, "I alone"))
    assert service.version(house.db, READER, version.number).stage is Stage.PROPOSED
    assert service.agree(house.db, SECOND, version.number, WHY, house.clock).stage is Stage.LIVE


def test_sqlite_lets_nothing_go_live_that_nobody_proposed(house: House, rules: RuleHouse) -> None:
    version = rules.shadow()
    with pytest.raises(sqlcipher.IntegrityError, match="nobody proposed"):
        store.add_step(house.db, version.number, HappenedStep(Stage.LIVE, house.clock, SECOND.who, "at once"))
    with pytest.raises(sqlcipher.IntegrityError, match="text of a version is never changed"):
        house.db.execute("UPDATE rule_version SET text = 'other' WHERE n = ?", (version.number,))
    with pytest.raises(sqlcipher.IntegrityError, match="what happened to a version is never changed"):
        house.db.execute("UPDATE rule_step SET who = 'staff:9' WHERE version = ?", (version.number,))


def test_a_withdrawn_one_stays_in_shadow(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    assert service.withdraw(house.db, SECOND, version.number, "Too wide.", house.clock).stage is Stage.SHADOW
    with pytest.raises(WrongStage):
        service.agree(house.db, SECOND, version.number, WHY, house.clock)
    again = service.propose(house.db, SECOND, version.number, WHY, house.clock)
    assert again.proposed_by == SECOND.who
    assert service.agree(house.db, WRITER, version.number, WHY, house.clock).stage is Stage.LIVE


def test_what_only_asks_people_to_look_goes_live_by_two_as_well(house: House, rules: RuleHouse) -> None:
    version = rules.proposed(LOOKS.replace(', Label("watched", days=3)', ""), "looks")
    assert (version.restricts, version.stage) == (True, Stage.PROPOSED)
    with pytest.raises(SecondPerson):
        service.agree(house.db, WRITER, version.number, WHY, house.clock)
    assert not rules.running(version).live
    service.agree(house.db, SECOND, version.number, WHY, house.clock)
    assert rules.running(version).live


def test_a_new_version_takes_the_place_of_the_old_one(house: House, rules: RuleHouse) -> None:
    first, other = rules.live(), rules.live(LOOKS, "looks")
    second = rules.live(ASKS.replace("hours=24", "hours=12"))
    assert service.version(house.db, READER, first.number).stage is Stage.ENDED
    assert [one.number for one in rules.compiled.now(house.db)] == [other.number, second.number]
    assert [one.number for one in service.listed(house.db, READER, "asks")] == [second.number, first.number]
    with pytest.raises(WrongStage):
        service.end(house.db, WRITER, first.number, "again", house.clock)


def test_another_catalogue_is_another_meaning(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    house.db.execute("DROP TRIGGER rule_version_keeps_rows")
    house.db.execute("UPDATE rule_version SET digest = ? WHERE n = ?", (bytes(32), version.number))
    assert not rules.running(version).live, "it is watched, and does nothing"
    waiting = rules.proposed(LOOKS.replace('Review("spam", priority=2)', 'Slow("spam", hours=3)'), "other")
    house.db.execute("UPDATE rule_version SET digest = ? WHERE n = ?", (bytes(32), waiting.number))
    with pytest.raises(WrongStage, match="hand it in again"):
        service.agree(house.db, SECOND, waiting.number, WHY, house.clock)


def test_a_budget_is_agreed_to_and_only_lowered(house: House, rules: RuleHouse) -> None:
    version = rules.shadow()
    assert keeping_in.budgets(house.db, READER, version.number) == {"Asks": MOST_A_DAY, "Sends": MOST_A_DAY}
    keeping_in.set_budget(house.db, WRITER, version.number, "Asks", 200, house.clock)
    house.clock += SHADOW_MS
    service.propose(house.db, WRITER, version.number, WHY, house.clock)
    with pytest.raises(BudgetRefused, match="200 accounts a day were agreed to"):
        keeping_in.set_budget(house.db, WRITER, version.number, "Asks", 201, house.clock)
    keeping_in.set_budget(house.db, WRITER, version.number, "Asks", 10, house.clock)
    assert keeping_in.budgets(house.db, READER, version.number)["Asks"] == 10
    with pytest.raises(BudgetRefused):
        keeping_in.set_budget(house.db, WRITER, version.number, "Asks", -1, house.clock)
    with pytest.raises(RuleUnknown, match="there are Asks, Sends"):
        keeping_in.set_budget(house.db, WRITER, version.number, "Other", 5, house.clock)
    service.end(house.db, WRITER, version.number, WHY, house.clock)
    with pytest.raises(WrongStage):
        keeping_in.set_budget(house.db, WRITER, version.number, "Asks", 5, house.clock)


def test_one_person_pauses_and_who_may_agree_resumes(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    with pytest.raises(NotPaused):
        keeping_in.resume(house.db, SECOND, version.number, "Asks", WHY, house.clock)
    keeping_in.pause(house.db, WRITER, version.number, "Asks", "It errs.", house.clock)
    with pytest.raises(NotPaused):
        keeping_in.pause(house.db, WRITER, version.number, "Asks", "It errs.", house.clock)
    (pause,) = keeping_in.paused(house.db, READER, version.number)
    assert (pause.rule, pause.why, pause.words) == ("Asks", "person", "It errs.")
    with pytest.raises(NotYourRole):
        keeping_in.resume(house.db, READER, version.number, "Asks", WHY, house.clock)
    keeping_in.resume(house.db, SECOND, version.number, "Asks", WHY, house.clock)
    assert keeping_in.paused(house.db, READER, version.number) == ()
    assert [entry.act for entry in house.acts(Act.RULES_PAUSED, Act.RULES_RESUMED)] == [
        Act.RULES_PAUSED,
        Act.RULES_RESUMED,
    ]


def test_unknown_versions_and_roles_are_refused(house: House) -> None:
    with pytest.raises(VersionUnknown):
        service.version(house.db, READER, 7)
    with pytest.raises(NotYourRole):
        service.draft(house.db, READER, "asks", ASKS, 5)
    with pytest.raises(NotYourRole):
        service.listed(house.db, Acting.command("x"))
