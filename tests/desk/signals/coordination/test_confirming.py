# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A campaign is confirmed by a second person, and nobody carries a word by one person's."""

from __future__ import annotations

import dataclasses

import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.errors import NoteMissing
from privity.desk.db.transaction import transaction
from privity.desk.limits import CONFIRM_WITHIN_MS, CONFIRMED_MS, CONFIRMED_YOUNGER_MS
from privity.desk.signals.closed_accounts import heard
from privity.desk.signals.coordination import confirmed_store, confirming, service
from privity.desk.signals.coordination.confirmed_store import Confirmed
from privity.desk.signals.coordination.errors import (
    CampaignConfirmed,
    ClusterChanged,
    ClusterJudged,
    ClusterOver,
    ClusterUnknown,
    NobodyToNote,
    NoCampaign,
    SecondPerson,
)
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.coordination.model import Member
from privity.desk.signals.ladder import store as labels
from privity.desk.signals.ladder.known import Filling
from privity.desk.signals.ladder.model import Label
from privity.desk.signals.spread import Noted
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import AskerLeft, NotYourRole
from privity.desk.staff.rights import RIGHTS, Right, Role
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import MODERATOR, SENIOR, House
from tests.desk.matching.listed import on_the_staff
from tests.desk.signals.coordination.made import Slowed, cluster, member

WHY = "They sell invented coins."
OTHER = Acting.member(7, frozenset({Role.SENIOR}))
OWNER = Acting.command("clusters", Right.DECIDE, Right.CONFIRM)
BACKUP = Acting.command("backup", Right.DECIDE, Right.CONFIRM)


def found(house: House, *members: Member) -> None:
    service.keep(house.db, [cluster(*members)], Slowed(), election=False, now_ms=house.clock)


def judge(house: House, by: Acting = MODERATOR, state: State = State.CONFIRMED) -> None:
    service.judge(house.db, by, 1, state, WHY, house.clock)


def confirm(house: House, by: Acting = SENIOR, words: str = "I looked at each.") -> Confirmed:
    return confirming.confirm(house.db, by, 1, service.cluster(house.db, SENIOR, 1).seen_ms, words, house.clock)


def noted(house: House) -> set[str]:
    rows = house.db.execute(
        "SELECT subject FROM account_label WHERE word = 'coordinated' AND until_ms > ?", (house.clock,)
    )
    return {subject for (subject,) in rows}


@pytest.fixture
def names(house: House) -> list[str]:
    """The members of cluster 1, which nobody has judged."""
    on_the_staff(house.db, MODERATOR, Role.MODERATOR)
    for senior in (SENIOR, OTHER):
        on_the_staff(house.db, senior)
    names = [house.user() for _ in range(6)]
    found(house, *map(member, names))
    return names


def test_two_people_note_it_and_it_stands_in_the_log(house: House, names: list[str]) -> None:
    judge(house)
    assert noted(house) == set()
    made = confirm(house)
    until_ms = house.clock + CONFIRMED_MS
    assert noted(house) == set(names)
    assert made == Confirmed(1, MODERATOR.who, SENIOR.who, house.clock, until_ms, 6, "I looked at each.")
    assert confirming.shown(house.db, 1, house.clock) == made
    (entry,) = house.acts(Act.CLUSTER_CONFIRMED)
    assert (entry.who, entry.about) == (SENIOR.who, "cluster:1")
    assert entry.said == {
        "case": 1, "first": MODERATOR.who, "accounts": 6, "until_ms": until_ms, "words": "I looked at each.",
    }  # fmt: skip
    assert cases.case(house.db, MODERATOR, 1).events[-1].words == "as the second person: I looked at each."
    assert house.db.execute("SELECT count(*) FROM decision").fetchone() == (0,), "the word does nothing to anybody"
    (label,) = labels.labels_of(house.db, names[0], until_ms - 1)
    assert label.until_ms == until_ms and "6 accounts asked the same people" in label.because
    house.clock = until_ms
    assert noted(house) == set() and confirming.shown(house.db, 1, house.clock) is None


@pytest.mark.parametrize(("first", "second"), [(SENIOR, SENIOR), (OWNER, OWNER), (OWNER, BACKUP)])
def test_one_person_is_one_person_by_whatever_command(
    house: House, names: list[str], first: Acting, second: Acting
) -> None:
    judge(house, first)
    with pytest.raises(SecondPerson, match="somebody else confirms"):
        confirm(house, second)
    row = Confirmed(1, first.who, second.who, house.clock, house.clock + 1, 6, WHY)
    with pytest.raises(Exception, match="CHECK constraint failed"), transaction(house.db):
        confirmed_store.confirm(house.db, row)
    with pytest.raises(Exception, match="and then another confirms"), transaction(house.db):
        confirmed_store.confirm(house.db, dataclasses.replace(row, judged_by="staff:99"))
    assert noted(house) == set() and house.acts(Act.CLUSTER_CONFIRMED) == []
    confirm(house, OTHER)
    assert noted(house) == set(names)


def test_who_may_not_says_nothing_or_comes_twice_is_refused(house: House, names: list[str]) -> None:
    for state in (State.PROPOSED, State.BENIGN):
        if state is not State.PROPOSED:
            judge(house, state=state)
        with pytest.raises(NoCampaign, match=f"it is {state.value}"):
            confirm(house)
    judge(house)
    for role in Role:
        if Right.CONFIRM not in RIGHTS[role]:
            with pytest.raises(NotYourRole):
                confirm(house, Acting.member(5, frozenset({role})))
    with pytest.raises(NoteMissing):
        confirm(house, words=" ")
    with pytest.raises(ClusterUnknown):
        confirming.confirm(house.db, SENIOR, 2, house.clock, WHY, house.clock)
    assert noted(house) == set()
    confirm(house)
    with pytest.raises(CampaignConfirmed, match="staff:2 has confirmed cluster 1: that is in force"):
        confirm(house, OTHER)
    with pytest.raises(ClusterJudged):
        judge(house, OTHER)
    assert len(house.acts(Act.CLUSTER_CONFIRMED)) == 1


def test_what_is_over_is_not_confirmed(house: House, names: list[str]) -> None:
    judge(house)
    house.clock += CONFIRM_WITHIN_MS + 1
    with pytest.raises(ClusterOver):
        confirm(house)
    house.clock -= 1
    assert confirm(house).accounts == 6


@pytest.mark.parametrize("left", ["UPDATE staff_member SET state = 'ended', ended_ms = 2", "DELETE FROM staff_role"])
def test_who_judged_and_left_is_no_first_person(house: House, names: list[str], left: str) -> None:
    judge(house)
    house.db.execute(left)
    with pytest.raises(AskerLeft, match="cluster 1"):
        confirm(house)
    assert noted(house) == set()
    judge(house, OWNER)
    confirm(house)
    assert noted(house) == set(names)


def test_only_whom_both_have_seen_and_who_is_young_and_has_no_standing(house: House, names: list[str]) -> None:
    young, gone, closed, standing = names[:3], names[3], names[4], names[5]
    age_ms = CONFIRMED_YOUNGER_MS
    old, unseen = (dataclasses.replace(member(house.user()), born_ms=born) for born in (house.clock - age_ms, 0))
    before = [*map(member, names[:5]), member(standing, standing=True), old, unseen]
    found(house, *before)
    judge(house)
    page_ms = house.clock
    house.clock += 1000
    found(house, *(one for one in before if one.account != gone), *(member(house.user()) for _ in range(20)))
    with pytest.raises(ClusterChanged, match="look again"):
        confirming.confirm(house.db, SENIOR, 1, page_ms, WHY, house.clock)
    with transaction(house.db):
        heard(house.db, [Observed(1, house.clock, ObservedKind.CLOSED, closed, 1)], house.clock)
    assert confirm(house).accounts == 3
    assert noted(house) == set(young)


def test_a_campaign_without_anybody_to_note_is_judged_anew(house: House, names: list[str]) -> None:
    judge(house)
    others = [house.user() for _ in range(6)]
    for now in (names[3:] + others[:3], others):
        house.clock += 1
        found(house, *map(member, now))
    with pytest.raises(NobodyToNote):
        confirm(house)
    judge(house, OTHER)
    confirm(house)
    assert noted(house) == set(others)


def test_harmless_takes_it_back_at_once_wherever_it_is(house: House, names: list[str]) -> None:
    """Of who is not in it any more, too; not what a rule noted for longer."""
    judge(house)
    by_rule = Label(names[0], "coordinated", 1, house.clock + 2 * CONFIRMED_MS, b"r" * 32, "of an invented rule")
    with transaction(house.db):
        labels.put_label(house.db, by_rule, house.clock)
    confirm(house)
    counting = Noted()
    filling = Filling(counting)
    filling.fill(house.db, house.clock)
    assert {account for account, _ in counting.labels} == set(names)
    counting.settled()
    house.clock += 1000
    found(house, *map(member, names[2:]))
    with pytest.raises(Exception, match="is taken back before something else is said"), transaction(house.db):
        house.db.execute("UPDATE coordination_cluster SET state = 'benign' WHERE number = 1")
    judge(house, MODERATOR, State.BENIGN)
    assert noted(house) == {names[0]}
    assert [entry.said.get("taken_back") for entry in house.acts(Act.CLUSTER_JUDGED)] == [None, 5]
    filling.fill(house.db, house.clock)
    assert {account for account, _ in counting.labels} == set(names[1:]), "other processes hear of it"
    assert all(until_ms <= house.clock for until_ms in counting.labels.values())
    with pytest.raises(NoCampaign):
        confirm(house, OTHER)
    judge(house, OTHER)
    assert noted(house) == {names[0]}, "nothing comes back by itself"


def test_what_is_over_is_judged_and_confirmed_anew(house: House, names: list[str]) -> None:
    assert CONFIRM_WITHIN_MS + CONFIRMED_MS < service.KEPT_MS, "the word ends before the cluster is forgotten"
    judge(house)
    confirm(house)
    house.clock += CONFIRMED_MS
    found(house, *map(member, names))
    with pytest.raises(CampaignConfirmed, match="that is over; judge it anew"):
        confirm(house, OTHER)
    found(house, *(dataclasses.replace(member(each), born_ms=house.clock - 1) for each in names))
    judge(house, SENIOR)
    with pytest.raises(SecondPerson):
        confirm(house)
    confirm(house, OTHER)
    assert noted(house) == set(names)
