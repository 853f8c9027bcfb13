# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Neither a rule, nor who sets a priority or joins two cases, keeps back what is more urgent and comes later."""

from __future__ import annotations

import pytest

from privity.desk.cases import by_machine, gathering, store
from privity.desk.cases import service as cases
from privity.desk.cases.model import DESK, Case
from privity.desk.db.transaction import transaction
from privity.desk.intake.findings import Level
from privity.message.report import Reason
from tests.desk.house import MODERATOR, House


def noted(house: House, accused: str, priority: int) -> int:
    """A rule asks people to look."""
    with transaction(house.db):
        return by_machine.open_or_note(house.db, accused, Reason.SPAM, "a rule held", priority, house.clock)


def found(house: House, number: int) -> Case:
    return cases.case(house.db, MODERATOR, number).case


@pytest.fixture
def accused(house: House) -> str:
    return house.user()


def test_what_people_report_after_a_rule_asked_for_a_look_is_as_urgent_as_it_is(house: House, accused: str) -> None:
    number = cases.case_of_report(house.db, house.report(accused, Level.TIP, reason=Reason.OTHER))
    noted(house, accused, 3)
    assert (found(house, number).priority, found(house, number).set_by) == (3, DESK)
    house.report(accused, Level.TIP, reason=Reason.OTHER)
    assert found(house, number).priority == 3, "and no less urgent than the rule says"
    house.report(accused, Level.AUTHORSHIP, reason=Reason.CHILD_SAFETY)
    assert found(house, number).priority == 0


def test_a_list_that_matches_after_a_rule_held_comes_first(house: House, accused: str) -> None:
    house.report(accused, Level.TIP, reason=Reason.OTHER)
    numbers = {noted(house, accused, priority) for priority in (3, 0, 2)}
    assert [found(house, number).priority for number in numbers] == [0]


def test_what_a_report_is_once_it_could_be_read_counts_beside_what_a_machine_said(house: House, accused: str) -> None:
    """As it is counted anew when cases are joined, or a report is opened later."""
    number = cases.case_of_report(house.db, house.report(accused, Level.TIP, reason=Reason.OTHER))
    noted(house, accused, 3)
    house.db.execute("UPDATE case_report SET reason = ?, level = ?", (int(Reason.THREAT), int(Level.HUB)))
    case = store.find(house.db, number)
    assert case is not None
    gathering.count(house.db, case, case.deadline_ms, case.deadline_basis)
    assert found(house, number).priority == 0


@pytest.mark.parametrize(("level", "reason", "expected"), [
    (Level.HUB, Reason.CHILD_SAFETY, 0),
    (Level.TIP, Reason.CHILD_SAFETY, 4),
    (Level.AUTHORSHIP, Reason.HARASSMENT, 4),
])  # fmt: skip
def test_a_person_sets_a_priority_for_what_they_have_seen(
    house: House, accused: str, level: Level, reason: Reason, expected: int
) -> None:
    """Who says that somebody is harmless keeps nothing back that is proven later, and for another reason."""
    number = cases.case_of_report(house.db, house.report(accused, Level.TIP))
    cases.prioritise(house.db, MODERATOR, number, 4, "known to be harmless", house.clock)
    house.report(accused, level, reason=reason)
    assert found(house, number).priority == expected
    house.report(accused, Level.AUTHORSHIP)
    assert found(house, number).priority == expected


@pytest.mark.parametrize("pinned", [False, True])
def test_a_case_that_is_joined_to_another_is_no_less_urgent_there(house: House, accused: str, pinned: bool) -> None:
    """A list of what is known has more weight than reports have for the same reason."""
    first = noted(house, accused, 0)
    house.db.execute("UPDATE safety_case SET state = 'decided' WHERE number = ?", (first,))
    into = house.case(accused, Level.HUB)
    house.db.execute("UPDATE safety_case SET state = 'open' WHERE number = ?", (first,))
    if pinned:
        cases.prioritise(house.db, MODERATOR, into, 4, "known to be harmless", house.clock)
    cases.join(house.db, MODERATOR, first, into, house.clock)
    kept = found(house, into)
    assert (kept.priority, kept.because[-1]) == (0, f"as urgent as case {first}, which came to it")
