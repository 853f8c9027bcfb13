# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people do with cases: each act needs its right, has its entry in the audit log, and its event in the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.cases import store
from privity.desk.cases.errors import (
    BadPriority,
    CaseInOtherState,
    CaseIsTaken,
    CasesDiffer,
    CaseUnknown,
    NoteMissing,
    NotOfThisCase,
)
from privity.desk.cases.model import Case, CaseState, Place, View
from privity.desk.db.transaction import transaction
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.message.report import Reason
from tests.desk.house import APPEALS, MODERATOR, SENIOR, T0, House

ADMIN = Acting.member(9, frozenset({Role.ADMIN, Role.AUDITOR}))


def opened(house: House, *levels: Level, accused: str | None = None, reason: Reason = Reason.HARASSMENT) -> int:
    report = house.report(accused or house.user(), *(levels or (Level.HUB,)), reason=reason)
    return cases.case_of_report(house.db, report)


def case(house: House, number: int) -> Case:
    return cases.case(house.db, MODERATOR, number).case


def acts(house: House) -> list[tuple[Act, str, str]]:
    entries = map(Entry.decode, log.entries(house.db))
    return [(one.act, one.who, one.about) for one in entries if one.act is not Act.REPORTS_TAKEN]


def decide(house: House, number: int) -> None:
    with transaction(house.db):
        cases.decided(house.db, number, who=MODERATOR.who, at_ms=house.clock)


def test_a_case_is_taken_by_one_and_released_by_anybody_who_works_on_cases(house: House) -> None:
    number = opened(house)
    cases.take(house.db, MODERATOR, number, house.clock)
    assert (case(house, number).state, case(house, number).taken_by) == (CaseState.TAKEN, MODERATOR.who)
    with pytest.raises(CaseIsTaken, match=f"case {number} is with staff:1"):
        cases.take(house.db, SENIOR, number, house.clock)
    cases.release(house.db, SENIOR, number, house.clock)
    assert (case(house, number).state, case(house, number).taken_by) == (CaseState.OPEN, None)
    with pytest.raises(CaseInOtherState):
        cases.release(house.db, SENIOR, number, house.clock)
    about = f"case:{number}"
    assert acts(house) == [(Act.CASE_TAKEN, "staff:1", about), (Act.CASE_RELEASED, "staff:2", about)]
    assert [event.words for event in cases.case(house.db, MODERATOR, number).events[-2:]] == ["", "it was with staff:1"]


ACTS: list[Callable[[House, Acting, int], object]] = [
    lambda house, who, n: cases.take(house.db, who, n, house.clock),
    lambda house, who, n: cases.release(house.db, who, n, house.clock),
    lambda house, who, n: cases.note(house.db, who, n, "a note", house.clock),
    lambda house, who, n: cases.prioritise(house.db, who, n, 1, "a reason", house.clock),
    lambda house, who, n: cases.join(house.db, who, n, n, house.clock),
    lambda house, who, n: cases.reopen(house.db, who, n, "a reason", house.clock),
    lambda house, who, n: cases.case(house.db, who, n),
    lambda house, who, n: cases.queue(house.db, who, View.OPEN, now_ms=T0),
]


@pytest.mark.parametrize("act", ACTS)
def test_who_does_not_work_on_cases_does_nothing_to_one(
    house: House, act: Callable[[House, Acting, int], object]
) -> None:
    number = opened(house)
    before, entries = case(house, number), log.size(house.db)
    with pytest.raises(NotYourRole):
        act(house, ADMIN, number)
    assert (case(house, number), log.size(house.db)) == (before, entries)


@pytest.mark.parametrize("act", ACTS[:-1])
def test_a_case_that_is_not_there_is_named(house: House, act: Callable[[House, Acting, int], object]) -> None:
    with pytest.raises(CaseUnknown, match="no case 77"):
        act(house, MODERATOR, 77)
    assert log.size(house.db) == 0


def test_who_answers_appeals_sees_a_case_and_does_not_work_on_it(house: House) -> None:
    number = opened(house)
    assert cases.case(house.db, APPEALS, number).case.number == number
    with pytest.raises(NotYourRole):
        cases.take(house.db, APPEALS, number, house.clock)


def test_notes_are_kept_in_order_and_nothing_of_the_history_is_changed(house: House) -> None:
    number = opened(house)
    for words in ("first", " second "):
        cases.note(house.db, MODERATOR, number, words, house.clock)
    events = cases.case(house.db, MODERATOR, number).events
    assert [event.words for event in events if event.kind == "noted"] == ["first", "second"]
    assert all(event.audit_n is not None for event in events if event.kind == "noted")
    for change in ("UPDATE case_event SET words = 'x'", "DELETE FROM case_event"):
        with pytest.raises(sqlcipher.Error, match="append-only"):
            house.db.execute(change)


@pytest.mark.parametrize("words", ["", " \n", "x" * 1001, "\ud800"])
def test_what_says_nothing_is_no_note_and_no_reason(house: House, words: str) -> None:
    number = opened(house)
    with pytest.raises(NoteMissing):
        cases.note(house.db, MODERATOR, number, words, house.clock)
    with pytest.raises(NoteMissing):
        cases.prioritise(house.db, MODERATOR, number, 0, words, house.clock)
    with pytest.raises(NoteMissing):
        cases.reopen(house.db, MODERATOR, number, words, house.clock)
    assert acts(house) == []


@pytest.mark.parametrize("priority", [-1, 5, 100])
def test_a_priority_that_there_is_not_is_refused(house: House, priority: int) -> None:
    number = opened(house)
    with pytest.raises(BadPriority):
        cases.prioritise(house.db, MODERATOR, number, priority, "why", house.clock)


def test_two_cases_about_the_same_become_one_and_both_say_so(house: House) -> None:
    accused = house.user()
    first = opened(house, Level.AUTHORSHIP, accused=accused, reason=Reason.THREAT)
    decide(house, first)
    second = opened(house, Level.HUB, accused=accused)
    cases.reopen(house.db, MODERATOR, first, "it was decided in error", house.clock)
    assert case(house, first).state is CaseState.OPEN
    cases.join(house.db, MODERATOR, first, second, house.clock)
    gone, kept = case(house, first), case(house, second)
    assert (gone.state, gone.joined_to, gone.reports, gone.proven) == (CaseState.CLOSED, second, 0, 0)
    assert (kept.reports, kept.reporters, kept.proven, kept.level) == (2, 2, 2, Level.AUTHORSHIP)
    assert (kept.priority, kept.reasons) == (0, (int(Reason.HARASSMENT), int(Reason.THREAT)))
    assert kept.deadline_ms == gone.deadline_ms
    for number in (first, second):
        assert "joined" in [event.kind for event in cases.case(house.db, MODERATOR, number).events]
    report = house.report(accused, Level.HUB)
    assert cases.case_of_report(house.db, report) == second


def test_cases_about_different_subjects_are_not_joined(house: House) -> None:
    first, second = opened(house), opened(house)
    for into in (first, second):
        with pytest.raises(CasesDiffer):
            cases.join(house.db, MODERATOR, first, into, house.clock)
    assert case(house, first).state is CaseState.OPEN


@pytest.mark.parametrize("act", [*ACTS[:2], *ACTS[3:5]])
def test_a_decided_case_is_left_alone(house: House, act: Callable[[House, Acting, int], object]) -> None:
    number = opened(house)
    decide(house, number)
    with pytest.raises(CaseInOtherState):
        act(house, MODERATOR, number)
    with pytest.raises(CaseInOtherState), transaction(house.db):
        cases.decided(house.db, number, who=MODERATOR.who, at_ms=house.clock)


def test_only_a_decided_case_is_opened_again(house: House) -> None:
    with pytest.raises(CaseInOtherState):
        cases.reopen(house.db, MODERATOR, opened(house), "why", house.clock)


def test_an_act_that_fails_half_way_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(house)
    before, entries = case(house, number), log.size(house.db)

    def fails(*args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("privity.desk.cases.store.add_event", fails)
    with pytest.raises(OSError, match="full"):
        cases.take(house.db, MODERATOR, number, house.clock)
    assert (case(house, number), log.size(house.db)) == (before, entries)


def test_evidence_of_another_case_is_none_of_this(house: House) -> None:
    accused = house.user()
    report = house.report(accused, Level.HUB, Level.TIP, Level.AUTHORSHIP)
    number, other = cases.case_of_report(house.db, report), opened(house)
    found = [cases.level_of(house.db, number, report, position) for position in range(3)]
    assert found == [Level.HUB, Level.TIP, Level.AUTHORSHIP]
    for wrong in ((other, report, 0), (number, report, 3), (number, 999, 0)):
        with pytest.raises(NotOfThisCase):
            cases.level_of(house.db, *wrong)
    with pytest.raises(NotOfThisCase):
        cases.case_of_report(house.db, 999)


def test_a_case_shows_everything_but_words(house: House) -> None:
    accused = house.user()
    number = opened(house, Level.HUB, Level.TIP, accused=accused)
    house.report(accused, Level.AUTHORSHIP)
    view = cases.case(house.db, MODERATOR, number)
    assert [report.level for report in view.reports] == [0, 2]
    assert [event.kind for event in view.events] == ["opened", "reported", "reported"]
    assert (view.later, view.campaign, view.clusters.sentence) == (None, (), "")


def test_the_queue_is_by_urgency_then_deadline_and_has_pages(house: House) -> None:
    wanted = []
    for reason, level in (
        (Reason.SPAM, Level.TIP),
        (Reason.HARASSMENT, Level.HUB),
        (Reason.CHILD_SAFETY, Level.HUB),
        (Reason.HARASSMENT, Level.HUB),
        (Reason.THREAT, Level.TIP),
        (Reason.SPAM, Level.HUB),
    ):
        wanted.append(opened(house, level, reason=reason))
    spam_tip, second, first, third, threat_tip, spam = wanted
    ordered = [first, threat_tip, second, third, spam, spam_tip]
    found: list[int] = []
    after: Place | None = None
    pages = 0
    while True:
        page = cases.queue(house.db, MODERATOR, View.OPEN, after, 4, now_ms=house.clock)
        found += [one.number for one in page.cases]
        pages += 1
        after = page.after
        if after is None:
            break
    assert (found, pages) == (ordered, 2)


def test_mine_overdue_and_search(house: House) -> None:
    accused = house.user()
    late, mine = opened(house, reason=Reason.THREAT), opened(house, accused=accused)
    cases.take(house.db, MODERATOR, mine, house.clock)
    later = case(house, late).deadline_ms + 1

    def shown(view: View, who: Acting = MODERATOR, text: str = "") -> list[int]:
        page = cases.queue(house.db, who, view, text=text, now_ms=later)
        assert page.after is None
        return [one.number for one in page.cases]

    assert (shown(View.MINE), shown(View.MINE, SENIOR)) == ([mine], [])
    assert shown(View.OVERDUE) == [late]
    assert shown(View.OPEN) == [late, mine]
    for text, expected in (
        (str(mine), [mine]),
        (accused, [mine]),
        (accused[:20], sorted((late, mine), key=lambda number: case(house, number).subject)),
        ("", []),
        ("%", []),
    ):
        assert shown(View.SEARCH, text=text) == expected, text
    assert shown(View.SEARCH, text="9" * 40) == []
    counts = cases.counts(house.db, later)
    assert (counts.open, counts.taken, counts.overdue) == (1, 1, 1)
    assert counts.oldest_ms == case(house, late).deadline_ms
    decide(house, late)
    assert shown(View.OVERDUE) == []
    assert shown(View.SEARCH, text=str(late)) == [late]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM safety_case WHERE state IN ('open', 'taken')",
        "SELECT min(deadline_ms) FROM safety_case WHERE state IN ('open', 'taken')",
        store.OPEN,
        store.MINE,
        store.OVERDUE,
        store.OF_SUBJECT,
    ],
)
def test_no_page_reads_the_whole_table(house: House, sql: str) -> None:
    """A queue of a hundred thousand is shown as fast as one of ten: every view has its index."""
    plan = [str(row[3]) for row in house.db.execute("EXPLAIN QUERY PLAN " + sql, [None] * sql.count("?"))]
    assert plan and all("USING" in step and "INDEX" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_a_search_has_pages_and_shows_each_case_once(house: House) -> None:
    numbers = {opened(house) for _ in range(9)}
    found: list[int] = []
    after: Place | None = None
    while len(found) < 20:
        page = cases.queue(house.db, MODERATOR, View.SEARCH, after, 4, "mimi://hub.example/u/", now_ms=T0)
        found += [one.number for one in page.cases]
        after = page.after
        if after is None:
            break
    assert (len(found), set(found)) == (9, numbers)
