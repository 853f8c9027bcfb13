# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A cluster at the desk: one case for all of it, judged by people, and nobody restricted for being in it."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.errors import NoteMissing
from privity.desk.cases.model import CaseState, SubjectKind, View
from privity.desk.signals.coordination import service, store
from privity.desk.signals.coordination.errors import ClusterJudged, ClusterUnknown
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.coordination.model import Cluster, Kind
from privity.desk.signals.coordination.sentences import sentence
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import RIGHTS, Right, Role
from tests.desk.house import MODERATOR, SENIOR, House
from tests.desk.signals.coordination.made import Slowed, cluster, member

WHY = "They are the invented choir of an invented town."


def kept(house: House, found: Cluster, *, election: bool = False, slowed: Slowed | None = None) -> int:
    house.clock += 1000
    return service.keep(house.db, [found], slowed or Slowed(), election=election, now_ms=house.clock)


def test_it_is_one_case_that_says_what_it_rests_on(house: House) -> None:
    found = cluster(*(member(house.user()) for _ in range(7)))
    assert kept(house, found) == 1
    one = service.cluster(house.db, MODERATOR, 1)
    assert (one.state, set(one.cluster.members), one.cluster.shared) == (
        State.PROPOSED,
        set(found.members),
        found.shared,
    )
    assert (one.cluster.why, one.cluster.views, one.cluster.score) == (found.why, found.views, found.score)
    view = cases.case(house.db, MODERATOR, one.case_number)
    assert (view.case.kind, view.case.subject, view.case.state) == (SubjectKind.PUBLIC, "cluster:1", CaseState.OPEN)
    assert view.events[0].words == sentence(found)
    assert [each.number for each in cases.queue(house.db, MODERATOR, View.OPEN, now_ms=house.clock).cases] == [1]
    (entry,) = house.acts(Act.CLUSTER_FOUND)
    assert entry.said == {"case": 1, "members": 7, "score": 90, "election": False}
    assert service.listed(house.db, MODERATOR, State.PROPOSED) == [one]
    assert service.clusters_of(house.db, MODERATOR, found.members[0].account) == [1]
    assert service.clusters_of(house.db, MODERATOR, house.user()) == []


def test_the_sentence_says_what_they_did_and_what_tells_them_apart(house: House) -> None:
    assert sentence(cluster(*(member(house.user()) for _ in range(7)))) == (
        "7 accounts asked the same people for contact at the same times, 5 of them in all; 90% of these accounts were"
        " made within 14 days; 90% of the people asked did not know them and did not accept"
    )


def test_found_again_it_is_the_same_case_with_the_evidence_of_now(house: House) -> None:
    names = [house.user() for _ in range(8)]
    kept(house, cluster(*map(member, names[:7])))
    assert kept(house, cluster(*map(member, names[1:]), score=70)) == 0
    one = service.cluster(house.db, MODERATOR, 1)
    assert {each.account for each in one.cluster.members} == set(names[1:]) and one.cluster.score == 70
    assert one.seen_ms > one.found_ms
    assert kept(house, cluster(*(member(house.user()) for _ in range(7)))) == 1, "other people are another cluster"


def test_what_was_judged_harmless_does_not_come_again(house: House) -> None:
    names = [house.user() for _ in range(10)]
    kept(house, cluster(*map(member, names)))
    service.judge(house.db, MODERATOR, 1, State.BENIGN, WHY, house.clock)
    slowed = Slowed()
    assert kept(house, cluster(*map(member, names[:9])), slowed=slowed) == 0
    assert slowed.accounts == []
    (entry,) = house.acts(Act.CLUSTER_JUDGED)
    assert entry.said == {"case": 1, "state": "benign", "before": "proposed", "words": WHY}
    assert cases.case(house.db, MODERATOR, 1).events[-1].words == f"benign: {WHY}"


def test_nobody_hides_behind_what_was_judged_harmless(house: House) -> None:
    """Others who join it, and other things that it does, are new."""
    names = [house.user() for _ in range(10)]
    kept(house, cluster(*map(member, names)))
    service.judge(house.db, MODERATOR, 1, State.BENIGN, WHY, house.clock)
    assert kept(house, cluster(*map(member, names[:5]), *(member(house.user()) for _ in range(20)))) == 1
    service.judge(house.db, MODERATOR, 2, State.BENIGN, WHY, house.clock)
    assert kept(house, cluster(*map(member, names), kind=Kind.REPORTED)) == 1


def test_only_young_accounts_of_a_strong_cluster_are_slowed_and_it_stands_in_the_log(house: House) -> None:
    young, old = [house.user() for _ in range(4)], [house.user() for _ in range(4)]
    found = [*(member(each) for each in young), *(member(each, standing=True) for each in old)]
    slowed = Slowed()
    kept(house, cluster(*found, score=service.SLOWED), slowed=slowed, election=True)
    assert sorted(slowed.accounts) == sorted(young)
    (entry,) = house.acts(Act.CLUSTER_SLOWED)
    assert entry.said == {"count": 4, "hours": service.SLOW_HOURS}
    assert house.db.execute("SELECT count(*) FROM decision").fetchone() == (0,), "nothing is decided by it"


def test_nobody_is_slowed_without_the_two_who_agreed_to_election_mode_or_in_a_weak_cluster(house: House) -> None:
    slowed = Slowed()
    names = [house.user() for _ in range(6)]
    kept(house, cluster(*map(member, names), score=100.0), slowed=slowed)
    kept(house, cluster(*map(member, names), score=service.SLOWED - 1), slowed=slowed, election=True)
    assert slowed.accounts == [] and house.acts(Act.CLUSTER_SLOWED) == []
    kept(house, cluster(*map(member, names), score=service.SLOWED), slowed=slowed, election=True)
    assert sorted(slowed.accounts) == sorted(names)


def test_nobody_is_slowed_once_people_have_looked(house: House) -> None:
    found = cluster(*(member(house.user()) for _ in range(6)))
    kept(house, found)
    service.judge(house.db, MODERATOR, 1, State.CONFIRMED, WHY, house.clock)
    slowed = Slowed()
    kept(house, found, slowed=slowed, election=True)
    assert slowed.accounts == [], "from here on people decide, account by account"


def test_a_judgement_can_be_changed_and_not_be_taken_back_or_said_twice(house: House) -> None:
    kept(house, cluster(*(member(house.user()) for _ in range(6))))
    with pytest.raises(ClusterJudged):
        service.judge(house.db, MODERATOR, 1, State.PROPOSED, WHY, house.clock)
    service.judge(house.db, MODERATOR, 1, State.BENIGN, WHY, house.clock)
    for state in (State.BENIGN, State.PROPOSED):
        with pytest.raises(ClusterJudged):
            service.judge(house.db, SENIOR, 1, state, WHY, house.clock)
    service.judge(house.db, SENIOR, 1, State.CONFIRMED, "I looked again.", house.clock)
    one = service.cluster(house.db, SENIOR, 1)
    assert (one.state, one.judged_by, one.words) == (State.CONFIRMED, SENIOR.who, "I looked again.")


@pytest.mark.parametrize("role", list(Role))
def test_only_who_decides_judges_and_only_who_sees_cases_sees(house: House, role: Role) -> None:
    kept(house, cluster(*(member(house.user()) for _ in range(6))))
    acting = Acting.member(5, frozenset({role}))
    if Right.SEE_CASE not in RIGHTS[role]:
        for see in (
            lambda: service.cluster(house.db, acting, 1),
            lambda: service.listed(house.db, acting, State.PROPOSED),
            lambda: service.clusters_of(house.db, acting, "x"),
        ):
            with pytest.raises(NotYourRole):
                see()
    if Right.DECIDE not in RIGHTS[role]:
        with pytest.raises(NotYourRole):
            service.judge(house.db, acting, 1, State.BENIGN, WHY, house.clock)
    assert service.cluster(house.db, MODERATOR, 1).state is State.PROPOSED


def test_what_is_not_there_or_not_said_is_refused(house: House) -> None:
    with pytest.raises(ClusterUnknown):
        service.cluster(house.db, MODERATOR, 1)
    kept(house, cluster(*(member(house.user()) for _ in range(6))))
    with pytest.raises(NoteMissing):
        service.judge(house.db, MODERATOR, 1, State.BENIGN, " ", house.clock)
    assert house.acts(Act.CLUSTER_JUDGED) == []


def test_it_is_forgotten_after_its_time_and_its_number_is_not_given_again(house: House) -> None:
    kept(house, cluster(*(member(house.user()) for _ in range(6))))
    seen_ms = house.clock
    assert store.drop_before(house.db, seen_ms) == 0
    assert store.drop_before(house.db, seen_ms + 1) == 1
    for table in ("cluster", "member", "shared"):
        assert house.db.execute(f"SELECT count(*) FROM coordination_{table}").fetchone() == (0,)  # names above
    kept(house, cluster(*(member(house.user()) for _ in range(6))))
    assert service.listed(house.db, MODERATOR, State.PROPOSED)[0].number == 2
