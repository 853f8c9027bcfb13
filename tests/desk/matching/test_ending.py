# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list that hid acts no more: whoever works on a case that came from it reads there that it ended, and why."""

from __future__ import annotations

import pytest
from tests.desk.house import MODERATOR, SENIOR, House
from tests.desk.matching.listed import OWNER, a_list, agree
from tests.desk.matching.test_following import CONTENT, follows, hit_of

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.errors import NoteMissing
from privity.desk.cases.model import CaseEvent
from privity.desk.db.transaction import DbError
from privity.desk.intake.findings import Level
from privity.desk.matching import judging
from privity.desk.matching.errors import ListUnknown
from privity.desk.matching.lists.model import HashList
from privity.desk.matching.looking import agreeing, ending
from privity.desk.matching.looking.following import Subject, follow

STAYS = "what it hid is hidden until its time is over or somebody undoes it"
ENDED = f"Nothing is hidden by list known any more: It errs.; {STAYS}"
REMOVED = f"Nothing is hidden by list known any more: {ending.GONE}; {STAYS}"


@pytest.fixture
def known(house: House) -> HashList:
    return a_list(house)


def hidden(house: House, of: HashList, seed: int = 1) -> int:
    """The case about somebody who shows what is on a list."""
    follow(house.db, follows(house), Subject.profile(house.user(), CONTENT), [hit_of(house, of, seed)], house.clock)
    number = judging.matches(house.db, MODERATOR, 9)[0].case
    assert number is not None
    return number


def said(house: House, case: int) -> list[CaseEvent]:
    """What stands in its history of lists that ended."""
    events = cases.case(house.db, MODERATOR, case).events
    return [one for one in events if one.words.startswith("Nothing is hidden")]


def test_open_cases_and_those_somebody_works_on_say_who_ended_it_and_why(house: House, known: HashList) -> None:
    waits, taken = hidden(house, known), hidden(house, known, 2)
    cases.take(house.db, MODERATOR, taken, house.clock)
    other = hidden(house, a_list(house, "other"), 3)
    apart = house.case(house.user(), Level.HUB)
    agreeing.end(house.db, SENIOR, "known", "It errs.", house.clock)
    (entry,) = house.acts(Act.LIST_ENDED)
    for number in (waits, taken):
        assert [(one.who, one.words, one.audit_n) for one in said(house, number)] == [(SENIOR.who, ENDED, entry.n)]
    assert said(house, other) == said(house, apart) == []


def test_a_case_that_is_decided_goes_by_its_own_time(house: House, known: HashList) -> None:
    number = hidden(house, known)
    house.db.execute("UPDATE safety_case SET state = 'decided' WHERE number = ?", (number,))
    before = cases.case(house.db, MODERATOR, number)
    agreeing.end(house.db, SENIOR, "known", "It errs.", house.clock)
    assert cases.case(house.db, MODERATOR, number) == before


def test_of_what_only_waited_for_a_second_person_no_case_hears(house: House, known: HashList) -> None:
    number = hidden(house, known)
    agreeing.end(house.db, SENIOR, "known", "It errs.", house.clock)
    agreeing.ask(house.db, OWNER, "known", "It does not.", house.clock)
    agreeing.end(house.db, SENIOR, "known", "It does.", house.clock)
    assert [one.words for one in said(house, number)] == [ENDED]


def test_a_case_that_was_joined_hears_of_it_where_it_is_now(house: House, known: HashList) -> None:
    number = hidden(house, known)
    subject = cases.held(house.db, number).subject
    house.db.execute("UPDATE safety_case SET state = 'decided' WHERE number = ?", (number,))
    into = house.case(subject, Level.HUB)
    house.db.execute("UPDATE safety_case SET state = 'open' WHERE number = ?", (number,))
    cases.join(house.db, MODERATOR, number, into, house.clock)
    agreeing.end(house.db, SENIOR, "known", "It errs.", house.clock)
    assert (len(said(house, number)), len(said(house, into))) == (0, 1)


def test_a_list_that_is_removed_says_so_where_it_acted(house: House, known: HashList) -> None:
    acted = hidden(house, known)
    ending.remove(house.db, OWNER, "known", house.clock)
    assert [(one.who, one.words) for one in said(house, acted)] == [(OWNER.who, REMOVED)]
    watched = a_list(house, "again")
    number = hidden(house, watched)
    agreeing.end(house.db, SENIOR, "again", "It errs.", house.clock)
    ending.remove(house.db, OWNER, "again", house.clock)
    assert len(said(house, number)) == 1, "it ended once"
    with pytest.raises(ListUnknown):
        ending.remove(house.db, OWNER, "again", house.clock)


def test_the_end_and_what_cases_say_of_it_stand_together_or_not_at_all(house: House, known: HashList) -> None:
    number = hidden(house, known)
    with pytest.raises(NoteMissing):
        agreeing.end(house.db, SENIOR, "known", " ", house.clock)
    house.db.execute("CREATE TRIGGER full BEFORE INSERT ON case_event BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(DbError):
        agreeing.end(house.db, SENIOR, "known", "It errs.", house.clock)
    assert agreeing.standing(house.db, SENIOR, known.number).in_force is not None
    house.db.execute("DROP TRIGGER full")
    agreeing.end(house.db, SENIOR, "known", "It errs.", house.clock)
    assert len(said(house, number)) == 1
    agree(house, known)
