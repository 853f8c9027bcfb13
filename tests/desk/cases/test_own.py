# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case that the desk opens itself: what it begins with, what joins it, and how it counts."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import own
from privity.desk.cases import service as cases
from privity.desk.cases.deadlines import DAY_MS, HOUR_MS
from privity.desk.cases.errors import CaseOpenAlready, NoSubject, NoteMissing
from privity.desk.cases.model import Case, CaseState
from privity.desk.db.transaction import transaction
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import RIGHTS, Right, Role
from privity.desk.transparency import service as transparency
from privity.desk.transparency.period import Period
from privity.message.report import Reason
from tests.desk.audit.logs import KEY
from tests.desk.house import MODERATOR, SENIOR, House

WHY = "The profile offers teapots that are stolen. An invented case."
PERIOD = Period("2027-01", "2027-01")
AUDITOR = Acting.member(8, frozenset({Role.AUDITOR}))


def opened(house: House, subject: str, reason: Reason = Reason.FRAUD, words: str = WHY) -> int:
    house.clock += 1000
    return own.open_case(house.db, MODERATOR, {}, subject, reason, words, house.clock)


def case(house: House, number: int) -> Case:
    return cases.case(house.db, MODERATOR, number).case


def test_it_begins_like_an_unproven_report_and_says_who_opened_it(house: House) -> None:
    number = opened(house, house.user())
    found = cases.case(house.db, MODERATOR, number)
    assert (found.case.state, found.case.reports, found.case.level) == (CaseState.OPEN, 0, Level.TIP)
    assert found.case.priority == 3, "as an unproven report for the same reason"
    assert found.case.because == ("fraud, not proven", "opened by the desk itself")
    assert found.case.reasons == (int(Reason.FRAUD),)
    assert [(one.who, one.kind, one.words) for one in found.events] == [(MODERATOR.who, "opened", WHY)]
    (entry,) = house.acts(Act.CASE_OPENED)
    assert (entry.who, entry.about) == (MODERATOR.who, f"case:{number}")
    assert entry.said == {"source": "own", "reason": int(Reason.FRAUD), "kind": "account", "words": WHY}
    assert cases.held(house.db, number).source == "own"


def test_a_conversation_may_be_what_it_is_about_and_the_operators_hours_count(house: House) -> None:
    room = house.room()
    number = own.open_case(house.db, MODERATOR, {"spam": 5}, room, Reason.SPAM, WHY, house.clock)
    found = case(house, number)
    assert (found.kind, found.subject) == ("room", room)
    assert found.deadline_ms == house.clock + 5 * HOUR_MS


@pytest.mark.parametrize("role", list(Role))
def test_only_who_works_on_cases_opens_one(house: House, role: Role) -> None:
    acting = Acting.member(5, frozenset({role}))
    if Right.WORK_CASE in RIGHTS[role]:
        assert own.open_case(house.db, acting, {}, house.user(), Reason.SPAM, WHY, house.clock) == 1
        return
    with pytest.raises(NotYourRole):
        own.open_case(house.db, acting, {}, house.user(), Reason.SPAM, WHY, house.clock)
    assert house.acts() == []


@pytest.mark.parametrize("subject", ["", "teapot", "mimi://x", "https://hub.example/", "notice:abc", "x" * 5000])
def test_what_has_no_address_is_no_subject(house: House, subject: str) -> None:
    with pytest.raises(NoSubject):
        opened(house, subject)


@pytest.mark.parametrize("words", ["", " \n", "x" * 1001, "\ud800"])
def test_without_a_reason_in_words_there_is_no_case(house: House, words: str) -> None:
    with pytest.raises(NoteMissing):
        opened(house, house.user(), words=words)
    assert house.acts() == []


def test_there_is_one_open_case_about_one_subject(house: House) -> None:
    somebody = house.user()
    first = opened(house, somebody)
    with pytest.raises(CaseOpenAlready, match=f"case {first}"):
        opened(house, somebody)
    reported = cases.case_of_report(house.db, house.report(somebody, Level.HUB))
    assert reported == first, "a report joins it"
    with transaction(house.db):
        cases.decided(house.db, first, who=MODERATOR.who, at_ms=house.clock)
    second = opened(house, somebody)
    assert case(house, second).earlier == first


def test_reports_that_join_make_it_no_less_urgent_and_give_it_their_source(house: House) -> None:
    somebody = house.user()
    number = opened(house, somebody, Reason.THREAT)
    assert case(house, number).priority == 1
    for _ in range(9):
        house.report(somebody, Level.TIP, reason=Reason.SPAM)
    found = case(house, number)
    assert (found.reports, found.priority) == (9, 1)
    assert found.because == ("threat, not proven", "opened by the desk itself")
    assert set(found.reasons) == {int(Reason.THREAT), int(Reason.SPAM)}
    assert cases.held(house.db, number).source == "user"
    house.clock += DAY_MS  # whoever comes a day later is in no cluster with them
    house.report(somebody, Level.AUTHORSHIP, reason=Reason.THREAT)
    assert case(house, number).priority == 0


def test_what_it_was_opened_for_goes_along_where_it_is_joined(house: House) -> None:
    somebody = house.user()
    first = opened(house, somebody, Reason.CHILD_SAFETY)
    with transaction(house.db):
        cases.decided(house.db, first, who=MODERATOR.who, at_ms=house.clock)
    second = cases.case_of_report(house.db, house.report(somebody, Level.TIP, reason=Reason.SPAM))
    cases.reopen(house.db, SENIOR, first, "it was decided in error", house.clock)
    cases.join(house.db, SENIOR, first, second, house.clock)
    found = case(house, second)
    assert set(found.reasons) == {int(Reason.CHILD_SAFETY), int(Reason.SPAM)}
    assert (found.priority, found.because[-1]) == (1, "opened by the desk itself")
    assert (case(house, first).reports, case(house, first).reasons) == (0, ())


def test_it_is_counted_as_the_houses_own(house: House) -> None:
    opened(house, house.user())
    opened(house, house.user())
    house.report(house.user(), Level.HUB)
    made = transparency.report(house.db, AUDITOR, PERIOD, KEY, [], house.clock)
    assert {row.source: row.count for row in made.cases_opened} == {"own": 2, "user": 1}
