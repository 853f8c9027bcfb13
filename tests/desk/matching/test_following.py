# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What follows from matches: a case at the top, hidden at once, told why; and what keeps a bad list from doing harm."""

from __future__ import annotations

import pytest
from tests.desk.house import MODERATOR, SENIOR, House
from tests.desk.matching.listed import a_list, of_pdq, put, some_bits

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState
from privity.desk.decisions import by_rule, outbox
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action as DecisionAction
from privity.desk.intake.findings import Level
from privity.desk.matching import judging
from privity.desk.matching.errors import MatchUnknown
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.lists.model import Category, HashList
from privity.desk.matching.looking import agreeing
from privity.desk.matching.looking.budget import DAY_MS, Budgets
from privity.desk.matching.looking.following import AGAIN_MS, HIDDEN_HOURS, Follows, Subject, follow
from privity.desk.matching.looking.policy import Action, Hit, Surface
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right
from privity.message.report import Reason
from privity.wire.staff import Verb

CONTENT = b"c" * 32


def follows(house: House, of_list: int = 50, of_entry: int = 10) -> Follows:
    return Follows(Budgets(of_list, of_entry), house.random)


def hit_of(house: House, of: HashList, seed: int = 1, distance: int = 5) -> Hit:
    put(house, of, of_pdq(some_bits(seed)))
    found = {one.bits: one.entry for one in ListChanges(house.db).after(0)}
    (entry,) = lists.entries(house.db, [found[some_bits(seed)]], house.clock)
    return Hit(entry, distance, sound=True)


def verbs(house: House) -> list[tuple[Verb, str]]:
    return [(one.effect.verb, one.effect.subject) for one in outbox.due(house.db, house.clock + 10 * DAY_MS, 100)]


def test_what_is_known_is_hidden_at_once_and_the_account_can_do_all_it_could(house: House) -> None:
    user, hit = house.user(), hit_of(house, a_list(house))
    assert follow(house.db, follows(house), Subject.profile(user, CONTENT), [hit], house.clock) is Action.QUARANTINE
    (match,) = judging.matches(house.db, MODERATOR, 9)
    assert (match.surface, match.about, match.distance, match.list_version, match.policy) == (
        Surface.PROFILE,
        user,
        5,
        1,
        2,
    )
    assert match.case is not None
    view = cases.case(house.db, MODERATOR, match.case)
    assert (view.case.subject, view.case.state, view.case.priority) == (user, CaseState.OPEN, 0)
    assert view.case.reasons == (int(Reason.CHILD_SAFETY),)
    (made,) = decisions.of_case(house.db, MODERATOR, match.case)
    asked = {one.effect.verb for one in decisions.effects_of(house.db, MODERATOR, made.number)}
    assert asked == {Verb.REMOVE_PUBLIC, Verb.STATEMENT} and decisions.strikes(house.db, user, house.clock) == 0
    told = decisions.statement_of(house.db, MODERATOR, made.number, house.clock)
    assert told is not None and "comparing what you show to everybody" in told and "A machine decided this" in told
    assert made.until_ms == house.clock + HIDDEN_HOURS * 3_600_000


def test_nothing_that_is_written_down_or_told_holds_a_hash(house: House) -> None:
    user, hit = house.user(), hit_of(house, a_list(house))
    follow(house.db, follows(house), Subject.profile(user, CONTENT), [hit], house.clock)
    (match,) = judging.matches(house.db, MODERATOR, 9)
    assert match.case is not None
    view = cases.case(house.db, MODERATOR, match.case)
    (entry,) = house.acts(Act.MATCHED)
    for text in (repr(view), repr(entry), repr(match), repr(house.db.execute("SELECT * FROM effect").fetchall())):
        assert some_bits(1).hex() not in text and CONTENT.hex() not in text and repr(some_bits(1)) not in text


def test_the_same_again_changes_nothing(house: House) -> None:
    user, hit = house.user(), hit_of(house, a_list(house))
    for _ in range(3):
        assert follow(house.db, follows(house), Subject.profile(user, CONTENT), [hit], house.clock) is Action.QUARANTINE
        house.clock += 1000
    assert len(house.acts(Act.MATCHED)) == 1 and len(house.acts(Act.DECISION_EFFECTIVE)) == 1


def test_what_nobody_has_decided_stays_hidden_and_what_a_person_decided_stands(house: House) -> None:
    user, hit = house.user(), hit_of(house, a_list(house))
    subject = Subject.profile(user, CONTENT)
    follow(house.db, follows(house), subject, [hit], house.clock)
    house.clock += AGAIN_MS
    follow(house.db, follows(house), subject, [hit], house.clock)
    made = house.acts(Act.DECISION_EFFECTIVE)
    assert len(made) == 2, "before it ends, hidden anew"
    (match,) = judging.matches(house.db, MODERATOR, 9)
    assert match.case is not None
    for one in decisions.of_case(house.db, MODERATOR, match.case):
        decisions.undo(house.db, SENIOR, one.number, "It is a teapot. An invented case.", house.clock, house.random)
    house.clock += AGAIN_MS
    follow(house.db, follows(house), subject, [hit], house.clock)
    assert len(house.acts(Act.DECISION_EFFECTIVE)) == 2


def test_what_is_hidden_stays_so_where_its_case_was_joined_to_another(house: House) -> None:
    """Whoever joins two cases decides nothing about what is in them."""
    user, hit = house.user(), hit_of(house, a_list(house))
    subject = Subject.profile(user, CONTENT)
    follow(house.db, follows(house), subject, [hit], house.clock)
    (match,) = judging.matches(house.db, MODERATOR, 9)
    assert match.case is not None
    house.db.execute("UPDATE safety_case SET state = 'decided' WHERE number = ?", (match.case,))
    into = house.case(user, Level.HUB)
    house.db.execute("UPDATE safety_case SET state = 'open' WHERE number = ?", (match.case,))
    cases.join(house.db, MODERATOR, match.case, into, house.clock)
    house.clock += AGAIN_MS
    follow(house.db, follows(house), subject, [hit], house.clock)
    assert by_rule.in_force(house.db, user, DecisionAction.REMOVE_PUBLIC, house.clock + AGAIN_MS)
    assert [one.case for one in decisions.of_case(house.db, MODERATOR, into)] == [match.case, into]


@pytest.mark.parametrize("withdrawn", ["the agreement", "the list"])
def test_by_a_list_that_is_withdrawn_nothing_is_hidden_anew(house: House, withdrawn: str) -> None:
    """Somebody had put a hash on it that does not belong there: what it hid is shown again when its time is over."""
    user, known = house.user(), a_list(house)
    before, subject = hit_of(house, known), Subject.profile(user, CONTENT)
    follow(house.db, follows(house), subject, [before], house.clock)
    (entry,) = lists.entries(house.db, [before.entry.number], house.clock)
    assert entry.agreed
    if withdrawn == "the agreement":
        agreeing.end(house.db, SENIOR, known.name, "A file of nobody's.", house.clock)
    else:
        lists.remove(house.db, SENIOR, known.name, house.clock)
    house.clock += AGAIN_MS
    left = lists.entries(house.db, [before.entry.number], house.clock)
    assert [one.agreed for one in left] == ([False] if withdrawn == "the agreement" else [])
    follow(house.db, follows(house), subject, [Hit(one, 5, sound=True) for one in left], house.clock)
    house.clock += (HIDDEN_HOURS * 3_600_000) - AGAIN_MS
    assert by_rule.end_over(house.db, house.clock, house.random) == 1
    assert verbs(house)[0] == (Verb.REMOVE_PUBLIC, user)
    assert len(house.acts(Act.DECISION_EFFECTIVE)) == 1
    (match,) = judging.matches(house.db, MODERATOR, 9)
    assert match.case is not None and cases.held(house.db, match.case).state is CaseState.OPEN


def test_another_match_joins_the_open_case(house: House) -> None:
    user, known = house.user(), a_list(house)
    first = hit_of(house, known, 1)
    follow(house.db, follows(house), Subject.profile(user, CONTENT), [first], house.clock)
    second = hit_of(house, known, 2)
    follow(house.db, follows(house), Subject.profile(user, b"d" * 32), [second], house.clock)
    assert len({one.case for one in judging.matches(house.db, MODERATOR, 9)}) == 1
    assert len(house.acts(Act.DECISION_EFFECTIVE)) == 1, "it is hidden already"


def test_a_reported_file_is_noted_in_its_case_and_nothing_is_hidden(house: House) -> None:
    user, hit = house.user(), hit_of(house, a_list(house))
    case = house.case(user, Level.HUB)
    (report,) = cases.held(house.db, case).reports
    before = verbs(house)
    action = follow(house.db, follows(house), Subject.disclosed(report, CONTENT), [hit], house.clock)
    assert action is Action.REVIEW and verbs(house) == before
    events = cases.case(house.db, MODERATOR, case).events
    assert [one.words for one in events if one.who == "desk" and one.kind == "noted"] == [
        "A disclosed file matches list known (it is not public: nothing is to be hidden); not opened."
    ]
    assert cases.case(house.db, MODERATOR, case).case.priority == 0


@pytest.mark.parametrize(
    ("category", "reason"), [(Category.NCII, Reason.INTIMATE_IMAGERY), (Category.TERRORISM, Reason.THREAT)]
)
def test_other_lists_ask_people_to_look(house: House, category: Category, reason: Reason) -> None:
    user, hit = house.user(), hit_of(house, a_list(house, category=category))
    assert follow(house.db, follows(house), Subject.profile(user, CONTENT), [hit], house.clock) is Action.REVIEW
    (match,) = judging.matches(house.db, MODERATOR, 9)
    assert match.case is not None and cases.case(house.db, MODERATOR, match.case).case.reasons == (int(reason),)
    assert verbs(house) == []


def test_a_list_of_nobody_knows_what_is_only_written_down(house: House) -> None:
    hit = hit_of(house, a_list(house, category=Category.UNKNOWN))
    action = follow(house.db, follows(house), Subject.profile(house.user(), CONTENT), [hit], house.clock)
    assert action is Action.LOG and judging.matches(house.db, MODERATOR, 9)[0].case is None


def test_a_poisoned_list_pauses_itself_and_people_are_told(house: House) -> None:
    known = a_list(house)
    hits = [hit_of(house, known, seed) for seed in range(5)]
    actions = [
        follow(house.db, follows(house, of_list=3), Subject.profile(house.user(), CONTENT), [hit], house.clock)
        for hit in hits
    ]
    assert actions == [Action.QUARANTINE] * 3 + [Action.LOG] * 2
    (paused,) = house.acts(Act.LIST_PAUSED)
    assert paused.said == {"why": "something followed for 3 accounts within a day"}
    assert lists.named(house.db, "known").paused_why is not None and len(house.acts(Act.CASE_OPENED)) == 3
    (later,) = lists.entries(house.db, [hits[0].entry.number], house.clock)
    late = Hit(later, 0, sound=True)
    house.clock += 2 * DAY_MS
    assert (
        follow(house.db, follows(house, of_list=3), Subject.profile(house.user(), CONTENT), [late], house.clock)
        is Action.LOG
    ), "until a person resumes it"


def test_an_entry_that_matches_everybody_is_only_written_down(house: House) -> None:
    hit = hit_of(house, a_list(house))
    actions = [
        follow(house.db, follows(house, of_entry=2), Subject.profile(house.user(), CONTENT), [hit], house.clock)
        for _ in range(4)
    ]
    assert actions == [Action.QUARANTINE] * 2 + [Action.LOG] * 2
    assert lists.named(house.db, "known").paused_ms is None
    assert "it says too much" in judging.matches(house.db, MODERATOR, 9)[0].because
    house.clock += DAY_MS + 1
    subject = Subject.profile(house.user(), CONTENT)
    assert follow(house.db, follows(house, of_entry=2), subject, [hit], house.clock) is Action.QUARANTINE


def test_what_is_near_by_chance_does_not_push_out_what_is_known(house: House) -> None:
    junk, known = a_list(house, "junk", Category.UNKNOWN), a_list(house)
    entries = [of_pdq(some_bits(9), str(at)) for at in range(60)]
    put(house, junk, *entries)
    numbers = [one.entry for one in ListChanges(house.db).after(0)]
    hits = [Hit(entry, 0, sound=True) for entry in lists.entries(house.db, numbers, house.clock)]
    hits.append(hit_of(house, known, 1, distance=31))
    assert (
        follow(house.db, follows(house), Subject.profile(house.user(), CONTENT), hits, house.clock) is Action.QUARANTINE
    )
    assert len(judging.matches(house.db, MODERATOR, 99)) == 50


def test_a_person_says_whether_a_match_was_right_and_a_wrong_entry_does_nothing_more(house: House) -> None:
    known = a_list(house)
    hit = hit_of(house, known)
    follow(house.db, follows(house), Subject.profile(house.user(), CONTENT), [hit], house.clock)
    (match,) = judging.matches(house.db, MODERATOR, 9)
    with pytest.raises(NotYourRole):
        judging.judge(house.db, Acting.command("x", Right.SEE_CASE), match.number, right=False, now_ms=house.clock)
    judging.judge(house.db, MODERATOR, match.number, right=False, now_ms=house.clock)
    (entry,) = lists.entries(house.db, [match.entry], house.clock)
    assert entry.down == 1 and house.acts(Act.MATCH_JUDGED)[0].said == {"right": False}
    again = Hit(entry, 0, sound=True)
    assert follow(house.db, follows(house), Subject.profile(house.user(), CONTENT), [again], house.clock) is Action.LOG
    with pytest.raises(MatchUnknown):
        judging.judge(house.db, MODERATOR, 99, right=True, now_ms=house.clock)
    put(house, known, sources=[""])
    with pytest.raises(MatchUnknown, match="in a list now"):
        judging.judge(house.db, MODERATOR, match.number, right=True, now_ms=house.clock)


def test_a_failure_in_the_middle_leaves_nothing(house: House) -> None:
    hit = hit_of(house, a_list(house))

    def broken(count: int) -> bytes:
        raise OSError("no randomness")

    with pytest.raises(OSError, match="no randomness"):
        follow(house.db, Follows(Budgets(9, 9), broken), Subject.profile(house.user(), CONTENT), [hit], house.clock)
    assert judging.matches(house.db, MODERATOR, 9) == () and house.acts(Act.CASE_OPENED) == []
