# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever reported finds that too little was done: once; somebody else answers, and somebody else decides anew."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.errors import OwnDecision
from privity.desk.appeals.model import Answer, Appeal, Party
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState, Outcome
from privity.desk.cases.store import find
from privity.desk.db.transaction import DbError
from privity.desk.decisions import lines
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.errors import DecidedAlready, DecidedBefore
from privity.desk.decisions.model import APPEAL_DAYS, DAY_MS, Decision, State
from privity.desk.decisions.policies import PolicyName
from privity.desk.decisions.statement import day
from privity.desk.intake.findings import Level, Source
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.message.appeal import About
from privity.wire.staff import NOTICE_PREFIX
from tests.desk.house import APPEALS, MODERATOR, SENIOR, House

ALL = frozenset({Role.SENIOR, Role.APPEALS})


@dataclass
class Mild:
    """Several people reported somebody, who was only warned."""

    house: House
    made: Decision
    reporters: list[str]
    receipts: list[str]

    def complain(self, who: int = 0) -> Appeal | None:
        before = {each.number for each in appeals.listed(self.house.db, APPEALS)}
        self.house.appeal(About.REPORT, self.receipts[who], self.reporters[who], "A warning is not enough.")
        new = [each for each in appeals.listed(self.house.db, APPEALS) if each.number not in before]
        return new[0] if new else None

    def taken(self, who: int = 0) -> Appeal:
        found = self.complain(who)
        assert found is not None, self.turned_away()
        return found

    def turned_away(self) -> list[str]:
        return [str(entry.said["why"]) for entry in self.house.acts(Act.APPEAL_TURNED_AWAY)]

    def answer(self, appeal: Appeal, outcome: Answer, by: Acting = APPEALS) -> Appeal:
        self.house.clock += 1000
        words = "I read it anew."
        return appeals.answer(self.house.db, by, appeal.number, outcome, words, self.house.clock, self.house.random)

    def told(self, receipt: str) -> list[str]:
        return [one.effect.params.text for one in self.house.effects() if one.effect.params.receipt == receipt]

    @property
    def state(self) -> CaseState:
        return cases.held(self.house.db, self.made.case).state


@pytest.fixture
def mild(house: House) -> Mild:
    accused, reporters = house.user(), [house.user() for _ in range(3)]
    numbers = [house.report(accused, Level.AUTHORSHIP, reporter=reporter) for reporter in reporters]
    case = cases.case_of_report(house.db, numbers[0])
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, Action.WARN)
    return Mild(house, made, reporters, [house.receipt(number) for number in numbers])


def test_whoever_reported_is_told_until_when_and_not_what(mild: Mild) -> None:
    until = day(mild.made.appeal_until_ms or 0)
    assert mild.told(mild.receipts[0]) == [lines.ACTED.format(until=until)]
    assert until in mild.told(mild.receipts[0])[0]
    assert "warn" not in mild.told(mild.receipts[0])[0].lower()


def test_whoever_reported_complains_once_for_each_report(mild: Mild) -> None:
    appeal = mild.taken()
    assert (appeal.decision, appeal.party, appeal.report_receipt) == (
        mild.made.number,
        Party.NOTIFIER,
        mild.receipts[0],
    )
    assert mild.complain() is None and mild.turned_away() == ["AppealedAlready"]
    assert mild.taken(1).appellant == mild.reporters[1]
    assert mild.state is CaseState.DECIDED
    assert appeals.finds_too_little(mild.house.db, appeal)


def test_a_stranger_and_whom_it_is_about_do_not(mild: Mild) -> None:
    for who in (mild.house.user(), mild.made.against, mild.reporters[1]):
        mild.house.appeal(About.REPORT, mild.receipts[0], who)
    assert appeals.listed(mild.house.db, APPEALS) == ()
    assert mild.turned_away() == ["NothingToAppeal"] * 3


@pytest.mark.parametrize(("late_ms", "why"), [(0, []), (1, ["AppealTooLate"])])
def test_six_months_count_from_the_newest_that_was_done(mild: Mild, late_ms: int, why: list[str]) -> None:
    house = mild.house
    house.clock += 30 * DAY_MS
    later = house.decide(mild.made.case, Action.LIMIT)
    assert later.effective_ms is not None
    house.clock = later.effective_ms + APPEAL_DAYS * DAY_MS + late_ms - 1000
    appeal = mild.complain()
    assert mild.turned_away() == why
    assert appeal is None or appeal.decision == later.number


def test_what_was_decided_about_those_who_reported_is_no_answer_to_the_report(house: House) -> None:
    reporter = house.user()
    number = house.report(house.user(), Level.HUB, reporter=reporter)
    case = cases.case_of_report(house.db, number)
    cases.take(house.db, MODERATOR, case, house.clock)
    house.decide(case, Action.WARN, against=reporter, policy=PolicyName.ABUSE_OF_REPORTING, evidence=())
    mild = Mild(house, decisions.by_number(house.db, 1), [reporter], [house.receipt(number)])
    assert mild.complain() is None and mild.turned_away() == ["NotDecidedYet"]


def test_where_it_was_enough_everything_stays(mild: Mild) -> None:
    appeal, other = mild.taken(), mild.taken(1)
    asked = mild.house.asked(mild.made.against)
    mild.answer(appeal, Answer.UPHOLD)
    assert "Nothing more is done about it.\n\nWhy: I read it anew." in mild.told(mild.receipts[0])[-1]
    assert (mild.state, mild.house.asked(mild.made.against)) == (CaseState.DECIDED, asked)
    assert [each.number for each in appeals.listed(mild.house.db, APPEALS)] == [other.number]
    assert mild.complain() is None, "once"


def test_where_it_was_too_little_the_case_is_open_and_what_is_in_force_stays(mild: Mild) -> None:
    appeal, _ = mild.taken(), mild.taken(1)
    asked = mild.house.asked(mild.made.against)
    mild.answer(appeal, Answer.OVERTURN)
    assert mild.state is CaseState.OPEN and find(mild.house.db, mild.made.case).outcome is None  # type: ignore[union-attr]
    assert decisions.by_number(mild.house.db, mild.made.number).state is State.EFFECTIVE
    assert mild.house.asked(mild.made.against) == asked, "whom it is about is neither freed nor told"
    assert appeals.listed(mild.house.db, APPEALS) == (), "the others who found the same have the same answer"
    for who in (0, 1):
        assert sum("You were right to object" in line for line in mild.told(mild.receipts[who])) == 1
    assert [lines.MORE in mild.told(receipt) for receipt in mild.receipts] == [True] * 3
    assert "right to object" not in "".join(mild.told(mild.receipts[2])), "who did not complain"
    assert mild.house.acts(Act.DECISION_UNDONE) == []
    (reopened,) = mild.house.acts(Act.CASE_REOPENED)
    assert reopened.who == APPEALS.who


def test_somebody_else_decides_anew_and_more(mild: Mild) -> None:
    house, case = mild.house, mild.made.case
    mild.answer(mild.taken(), Answer.OVERTURN)
    cases.take(house.db, MODERATOR, case, house.clock)
    with pytest.raises(DecidedBefore, match="staff:1"):
        house.decide(case, Action.SUSPEND)
    with pytest.raises(DecidedBefore):
        decisions.preview(house.db, MODERATOR, case, house.proposal(case), house.clock)
    cases.release(house.db, MODERATOR, case, house.clock)
    cases.take(house.db, SENIOR, case, house.clock)
    with pytest.raises(DecidedAlready):
        house.decide(case, Action.WARN, by=SENIOR)
    house.decide(case, Action.SUSPEND, by=SENIOR)
    assert mild.state is CaseState.DECIDED
    assert find(house.db, case).outcome is Outcome.UPHELD  # type: ignore[union-attr]
    assert "something about it" in mild.told(mild.receipts[2])[-1]
    assert mild.complain() is None and mild.turned_away() == ["AppealedAlready"], "once, whatever was decided then"
    mild.taken(2)


def test_nobody_answers_who_had_a_part_in_anything_that_was_done(mild: Mild) -> None:
    """Also where the complaint stands at another decision than theirs: all of it together is said to be too little."""
    house = mild.house
    more = house.confirm(house.decide(mild.made.case, Action.BAN, by=Acting.member(7, ALL)), by=Acting.member(8, ALL))
    appeal = mild.taken()
    assert appeal.decision == more.number
    for number in (1, 7, 8):
        acting = Acting.member(number, ALL)
        assert not appeals.may_answer(house.db, acting, appeal)
        for outcome in Answer:
            with pytest.raises(OwnDecision):
                mild.answer(appeal, outcome, by=acting)
    assert appeals.may_answer(house.db, Acting.member(9, ALL), appeal)
    mild.answer(appeal, Answer.OVERTURN, by=Acting.member(9, ALL))
    for number in (1, 7, 8):
        acting = Acting.member(number, ALL)
        cases.take(house.db, acting, mild.made.case, house.clock)
        with pytest.raises(DecidedBefore):
            house.decide(mild.made.case, Action.SUSPEND, by=acting)
        cases.release(house.db, acting, mild.made.case, house.clock)


def test_too_much_and_too_little_are_answered_apart(mild: Mild) -> None:
    house = mild.house
    little = mild.taken()
    house.appeal(About.DECISION, mild.made.reference, mild.made.against)
    much = next(each for each in appeals.listed(house.db, APPEALS) if each.party is Party.AFFECTED)
    mild.answer(much, Answer.OVERTURN)
    assert decisions.by_number(house.db, mild.made.number).state is State.UNDONE
    assert appeals.shown(house.db, APPEALS, little.number).answered is None
    assert "You were right" not in "".join(mild.told(mild.receipts[0]))
    mild.answer(little, Answer.UPHOLD)
    assert "Nothing more is done about it." in mild.told(mild.receipts[0])[-1]
    assert mild.state is CaseState.DECIDED


def test_too_little_first_and_then_too_much_leaves_the_case_open(mild: Mild) -> None:
    house = mild.house
    house.appeal(About.DECISION, mild.made.reference, mild.made.against)
    (much,) = appeals.listed(house.db, APPEALS)
    mild.answer(mild.taken(), Answer.OVERTURN)
    assert appeals.shown(house.db, APPEALS, much.number).answered is None
    mild.answer(much, Answer.OVERTURN)
    assert decisions.by_number(house.db, mild.made.number).state is State.UNDONE
    assert mild.state is CaseState.OPEN
    assert find(house.db, mild.made.case).outcome is None, "it is not over"  # type: ignore[union-attr]


def test_a_case_that_is_worked_on_again_goes_on(mild: Mild) -> None:
    first, second = mild.taken(), mild.taken(1)
    mild.house.undo(mild.made)
    cases.take(mild.house.db, SENIOR, mild.made.case, mild.house.clock)
    mild.answer(first, Answer.OVERTURN)
    assert mild.state is CaseState.TAKEN
    assert appeals.shown(mild.house.db, APPEALS, second.number).answered is not None


def test_a_dismissal_that_was_overturned_and_led_to_something_can_be_found_too_little(house: House) -> None:
    reporter, accused = house.user(), house.user()
    number = house.report(accused, Level.AUTHORSHIP, reporter=reporter)
    case = cases.case_of_report(house.db, number)
    cases.take(house.db, MODERATOR, case, house.clock)
    dismissed = house.decide(case, Action.DISMISS, evidence=())
    mild = Mild(house, dismissed, [reporter], [house.receipt(number)])
    mild.answer(mild.taken(), Answer.OVERTURN)
    cases.take(house.db, SENIOR, case, house.clock)
    made = house.decide(case, Action.WARN, by=SENIOR)
    assert mild.taken().decision == made.number
    assert mild.complain() is None


def test_whoever_sent_a_notice_from_outside_finds_it_too_little(house: House) -> None:
    number = house.report(house.user(), Level.HUB, reporter=NOTICE_PREFIX + "n0tice", source=Source.PUBLIC)
    house.db.execute("UPDATE report SET receipt = 'n0tice' WHERE seq = ?", (number,))
    case = cases.case_of_report(house.db, number)
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, Action.WARN)
    mild = Mild(house, made, [NOTICE_PREFIX + "n0tice"], ["n0tice"])
    house.appeal(About.NOTICE, "n0tice", NOTICE_PREFIX + "another")
    assert mild.turned_away() == ["NothingToAppeal"]
    house.appeal(About.NOTICE, "n0tice", mild.reporters[0])
    (appeal,) = appeals.listed(house.db, APPEALS)
    mild.answer(appeal, Answer.OVERTURN)
    assert mild.state is CaseState.OPEN
    assert "You were right to object" in "".join(mild.told("n0tice"))


def test_that_it_was_opened_again_is_never_changed(mild: Mild) -> None:
    mild.answer(mild.taken(), Answer.OVERTURN)
    for sql in ("UPDATE decision_reopened SET appeal = 1", "DELETE FROM decision_reopened"):
        with pytest.raises(DbError, match="looked at again is never"):
            mild.house.db.execute(sql)


def test_it_counts_as_a_complaint_of_who_reported(mild: Mild) -> None:
    mild.answer(mild.taken(), Answer.OVERTURN)
    (lodged,), (answered,) = mild.house.acts(Act.APPEAL_LODGED), mild.house.acts(Act.APPEAL_ANSWERED)
    assert (lodged.said["party"], lodged.said["action"]) == ("notifier", "warn")
    assert (answered.said["party"], answered.said["outcome"]) == ("notifier", "overturn")
