# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Answering appeals: by somebody else, once, with a reason; and what an overturned decision gives back."""

from __future__ import annotations

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.errors import AnsweredAlready, AppealUnknown, DecisionUndone, OwnDecision
from privity.desk.appeals.model import Answer, Appeal
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState, Outcome
from privity.desk.cases.store import find
from privity.desk.db.transaction import DbError
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.errors import DecidedBefore, NamesAReporter, TextRefused
from privity.desk.decisions.model import Decision, State
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.message.appeal import About
from tests.desk.house import APPEALS, MODERATOR, SENIOR, House

EVERYTHING = frozenset({Role.SENIOR, Role.APPEALS})


def appealed(house: House, action: Action = Action.SUSPEND, by: Acting = MODERATOR) -> tuple[Decision, Appeal]:
    accused = house.user()
    made = house.decide(house.case(accused, Level.AUTHORSHIP, by=by), action, by=by)
    if made.rule.grave:
        made = house.confirm(made)
    house.appeal(About.DECISION, made.reference, accused)
    return made, appeals.of_decision(house.db, MODERATOR, made.number)[-1]


def objected(house: House, reporters: int = 1) -> tuple[Decision, list[Appeal]]:
    """A dismissed case, and the objections of all who reported."""
    accused, people = house.user(), [house.user() for _ in range(reporters)]
    numbers = [house.report(accused, Level.TIP, reporter=reporter) for reporter in people]
    case = cases.case_of_report(house.db, numbers[0])
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, Action.DISMISS, evidence=())
    for number, reporter in zip(numbers, people, strict=True):
        (receipt,) = house.db.execute("SELECT receipt FROM report WHERE seq = ?", (number,)).fetchone()
        house.appeal(About.REPORT, str(receipt), reporter)
    return made, list(appeals.of_decision(house.db, MODERATOR, made.number))


def answer(
    house: House, appeal: Appeal, outcome: Answer, by: Acting = APPEALS, words: str = "I read it anew."
) -> Appeal:
    house.clock += 1000
    return appeals.answer(house.db, by, appeal.number, outcome, words, house.clock, house.random)


def last_text(house: House, subject: str) -> str:
    params = [one.effect.params for one in house.effects() if one.effect.subject == subject][-1]
    return params.text if params.statement is None else params.statement.text


def test_an_upheld_decision_stays_and_its_person_is_told_why(house: House) -> None:
    made, appeal = appealed(house)
    found = answer(house, appeal, Answer.UPHOLD, words="The messages speak for themselves.")
    assert found.answered is not None
    assert (found.answered.answer, found.answered.who) == (Answer.UPHOLD, "staff:3")
    assert decisions.by_number(house.db, made.number).state is State.EFFECTIVE
    said = last_text(house, made.against)
    assert "The decision stays as it is." in said
    assert "The messages speak for themselves." in said
    assert "court" in said
    assert "reinstate" not in house.asked(made.against)
    assert appeals.counts(house.db) == (0, None)


def test_an_overturned_decision_is_undone_and_its_person_is_told_once(house: House) -> None:
    made, appeal = appealed(house)
    answer(house, appeal, Answer.OVERTURN)
    assert decisions.by_number(house.db, made.number).state is State.UNDONE
    assert house.asked(made.against) == ["suspend", "statement", "tell", "statement", "reinstate"]
    assert "You were right to appeal" in last_text_of_statements(house, made.against)
    case = find(house.db, made.case)
    assert case is not None
    assert (case.state, case.outcome) == (CaseState.DECIDED, Outcome.DISMISSED)
    assert decisions.strikes(house.db, made.against, house.clock) == 0
    (entry,) = house.acts(Act.DECISION_UNDONE)
    assert (entry.said["appeal"], entry.who) == (appeal.number, "staff:3")


def last_text_of_statements(house: House, subject: str) -> str:
    found = [one.effect.params.statement for one in house.effects() if one.effect.subject == subject]
    return [one.text for one in found if one is not None][-1]


@pytest.mark.parametrize("action", [Action.SUSPEND, Action.BAN])
@pytest.mark.parametrize("outcome", list(Answer))
def test_whoever_had_a_part_in_a_decision_does_not_answer(house: House, action: Action, outcome: Answer) -> None:
    """Whatever other roles they have, whichever way they would answer."""
    made, appeal = appealed(house, action)
    for who in sorted(made.decided_by):
        with pytest.raises(OwnDecision):
            answer(house, appeal, outcome, by=Acting.member(int(who.removeprefix("staff:")), EVERYTHING))
    assert decisions.by_number(house.db, made.number).state is State.EFFECTIVE
    answer(house, appeal, outcome, by=Acting.member(77, EVERYTHING))


def test_the_database_itself_keeps_them_apart(house: House) -> None:
    made, appeal = appealed(house, Action.BAN)
    for who in made.decided_by:
        with pytest.raises(DbError, match="does not answer"):
            house.db.execute("INSERT INTO appeal_answer VALUES (?, 'uphold', 1, ?, 'x')", (appeal.number, who))
    answer(house, appeal, Answer.UPHOLD)
    for sql in ("UPDATE appeal_answer SET answer = 'overturn'", "DELETE FROM appeal_answer"):
        with pytest.raises(DbError, match="an answer is never"):
            house.db.execute(sql)


def test_other_roles_answer_nothing(house: House) -> None:
    _, appeal = appealed(house)
    for acting in (MODERATOR, SENIOR, Acting.member(9, frozenset({Role.ADMIN, Role.AUDITOR, Role.REFERRALS}))):
        with pytest.raises(NotYourRole):
            answer(house, appeal, Answer.OVERTURN, by=acting)
        for read in (appeals.shown, lambda db, acting, number: appeals.listed(db, acting)):
            with pytest.raises(NotYourRole):
                read(house.db, acting, appeal.number)
        assert not appeals.may_answer(house.db, acting, appeal)
    assert appeals.may_answer(house.db, APPEALS, appeal)


@pytest.mark.parametrize("first", list(Answer))
@pytest.mark.parametrize("second", list(Answer))
def test_an_appeal_is_answered_once(house: House, first: Answer, second: Answer) -> None:
    made, appeal = appealed(house)
    answer(house, appeal, first)
    asked = house.asked(made.against)
    with pytest.raises(AnsweredAlready):
        answer(house, appeal, second, by=Acting.member(77, EVERYTHING))
    assert house.asked(made.against) == asked


def test_what_was_undone_meanwhile_is_answered_with_yes_and_not_undone_again(house: House) -> None:
    made, appeal = appealed(house)
    house.undo(made)
    with pytest.raises(DecisionUndone):
        answer(house, appeal, Answer.UPHOLD)
    answer(house, appeal, Answer.OVERTURN)
    assert house.asked(made.against).count("reinstate") == 1
    assert len(house.acts(Act.DECISION_UNDONE)) == 1


def test_an_objection_to_a_dismissal_opens_the_case_again_and_answers_all_others(house: House) -> None:
    made, objections = objected(house, reporters=3)
    answer(house, objections[1], Answer.OVERTURN)
    assert cases.held(house.db, made.case).state is CaseState.OPEN
    assert appeals.listed(house.db, APPEALS) == ()
    cases.take(house.db, MODERATOR, made.case, house.clock)
    with pytest.raises(DecidedBefore, match="staff:1 had a part in decision 1"):
        house.decide(made.case, Action.DISMISS, evidence=())
    cases.release(house.db, MODERATOR, made.case, house.clock)
    cases.take(house.db, SENIOR, made.case, house.clock)
    house.decide(made.case, Action.DISMISS, by=SENIOR, evidence=())
    for objection in objections:
        texts = [one.effect.params.text for one in house.effects() if one.effect.subject == objection.appellant]
        assert sum("You were right to object" in text for text in texts) == 1
    assert len(house.acts(Act.APPEAL_ANSWERED)) == 3
    assert len(house.acts(Act.DECISION_UNDONE)) == 1


def test_an_objection_that_is_not_followed_answers_that_one_alone(house: House) -> None:
    made, objections = objected(house, reporters=2)
    answer(house, objections[0], Answer.UPHOLD)
    assert cases.held(house.db, made.case).state is CaseState.DECIDED
    assert [open_one.number for open_one in appeals.listed(house.db, APPEALS)] == [objections[1].number]
    assert "stays dismissed" in last_text(house, objections[0].appellant)


def test_the_earliest_deadline_is_first(house: House) -> None:
    numbers = [appealed(house)[1].number for _ in range(3)]
    assert [appeal.number for appeal in appeals.listed(house.db, APPEALS)] == numbers


def test_answers_never_name_a_reporter_and_always_say_why(house: House) -> None:
    reporter = house.user()
    accused = house.user()
    case = cases.case_of_report(house.db, house.report(accused, Level.HUB, reporter=reporter))
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case)
    house.appeal(About.DECISION, made.reference, accused)
    (appeal,) = appeals.listed(house.db, APPEALS)
    with pytest.raises(NamesAReporter):
        answer(house, appeal, Answer.UPHOLD, words=f"{reporter} was right.")
    with pytest.raises(TextRefused):
        answer(house, appeal, Answer.UPHOLD, words=" ")
    assert appeals.shown(house.db, APPEALS, appeal.number).answered is None


def test_an_appeal_that_is_not_there_is_named(house: House) -> None:
    for act in (
        appeals.shown,
        lambda db, acting, number: appeals.answer(db, acting, number, Answer.UPHOLD, "x", 1, bytes),
    ):
        with pytest.raises(AppealUnknown):
            act(house.db, APPEALS, 5)
