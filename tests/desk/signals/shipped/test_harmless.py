# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People whose life looks like a pattern and who harm nobody: no rule takes anything from them."""

from __future__ import annotations

import pytest

from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.shipped.events import DAY, HOUR, MINUTE, NOW, SECOND, History, restricting

T0 = NOW - 3 * DAY


def nothing_taken(world: History) -> None:
    """Being looked at by people takes nothing, either; named here, so that more of it does not slip in."""
    for account, names in world.held().items():
        assert restricting(names) == set(), (account, names)


def test_a_new_teacher_invites_a_class() -> None:
    world = History()
    teacher = world.account("teacher", days_old=3)
    pupils = world.people(30, "pupil", age=AgeBand.MINOR, days_old=20)
    world.did(teacher, ObservedKind.REGISTERED, T0)
    world.did(teacher, ObservedKind.CREATED, T0 + HOUR)
    world.asks(teacher, pupils, T0 + HOUR, 5 * SECOND)
    world.each(pupils[:22], ObservedKind.ACCEPTED, teacher, T0 + HOUR + 3 * MINUTE, 2 * MINUTE)
    world.each(pupils[22:26], ObservedKind.ACCEPTED, teacher, T0 + 20 * HOUR, HOUR)
    world.did(teacher, ObservedKind.ADDED, T0 + 2 * HOUR, count=22)
    world.each(pupils[26:28], ObservedKind.BLOCKED, teacher, T0 + 3 * HOUR)
    world.sends(teacher, T0 + 4 * HOUR, 40, count=2, people=26, rooms=1)
    assert world.held() == {}


def test_a_newsroom_writes_to_many() -> None:
    world = History()
    newsroom = world.account("newsroom", days_old=500)
    for hour in range(48):
        world.sends(newsroom, T0 + hour * HOUR, 4, count=3, people=900, rooms=3)
    nothing_taken(world)


def test_a_shop_has_many_first_contacts_who_want_it() -> None:
    world = History()
    shop = world.account("shop", days_old=40)
    for day in range(3):
        customers = world.people(40, f"c{day}-")
        world.asks(shop, customers, T0 + day * DAY, 10 * MINUTE)
        world.each(customers[:30], ObservedKind.ACCEPTED, shop, T0 + day * DAY + 15 * MINUTE, 10 * MINUTE)
    other = world.account("asked shop", days_old=40)
    customers = world.people(200, "d")
    world.each(customers, ObservedKind.ASKED, other, T0, MINUTE)
    assert world.held() == {}


def test_somebody_who_moved_here_asks_all_their_friends_again() -> None:
    world = History()
    moved = world.account("moved", days_old=3)
    friends = world.people(110, "friend")
    world.did(moved, ObservedKind.REGISTERED, T0)
    world.asks(moved, friends, T0 + HOUR, 20 * SECOND)
    world.each(friends[:20], ObservedKind.ACCEPTED, moved, T0 + HOUR + 10 * MINUTE, MINUTE)
    world.each(friends[20:70], ObservedKind.ACCEPTED, moved, T0 + 5 * HOUR, 10 * MINUTE)
    world.asks(moved, world.people(5, "late"), T0 + 30 * HOUR)
    assert world.held() == {}


def test_a_new_pupil_whose_friends_answer_late() -> None:
    world = History()
    pupil = world.account("pupil", age=AgeBand.MINOR, days_old=3)
    friends = world.people(9, "friend", age=AgeBand.MINOR)
    world.asks(pupil, friends, T0, 5 * MINUTE)
    world.each(friends[:1], ObservedKind.ACCEPTED, pupil, T0 + HOUR)
    world.asks(pupil, world.people(1, "more", age=AgeBand.MINOR), T0 + 3 * HOUR)
    nothing_taken(world)


def test_a_school_registers_in_one_morning() -> None:
    world = History()
    school = world.people(60, "s", age=AgeBand.MINOR, days_old=3)
    for number, pupil in enumerate(school):
        world.did(pupil, ObservedKind.REGISTERED, T0 + number * 30 * SECOND, network="school")
    for number, pupil in enumerate(school):
        friends = [school[(number + step) % 60] for step in range(1, 9)]
        world.asks(pupil, friends, T0 + HOUR, MINUTE)
        for friend in friends[:6]:
            world.did(friend, ObservedKind.ACCEPTED, T0 + 90 * MINUTE + number * SECOND, pupil)
        for _ in range(3):
            world.did(pupil, ObservedKind.SHOWED, T0 + HOUR)
    nothing_taken(world)


@pytest.mark.parametrize("windows", [240, 1])
def test_a_quick_talk_is_no_cascade(windows: int) -> None:
    """An hour of writing into one room, every fifteen seconds; and five rooms to which something is passed on."""
    world = History()
    talker = world.account("talker", days_old=3)
    world.sends(talker, T0 + DAY, windows, count=3, people=2, rooms=1)
    world.sends(talker, T0 + DAY + HOUR, 3, count=5, people=20, rooms=5)
    assert world.held() == {}


@pytest.mark.parametrize("election", [False, True])
def test_a_shop_on_its_first_day_answers_customers_one_by_one(election: bool) -> None:
    """Five times an hour up to seven of them; and as a hub tells of who writes slower, ten at a time."""
    world = History()
    world.known.election = election
    shop = world.account("shop", days_old=3)
    for hour in range(12):
        world.sends(shop, T0 + hour * HOUR, 5, 12 * MINUTE, count=7, people=7, rooms=7)
    other = world.account("other", days_old=3)
    for hour in range(12):
        world.sends(other, T0 + hour * HOUR, 5, 12 * MINUTE, count=10, people=10, rooms=10)
    assert world.held() == {}


def test_somebody_hated_is_looked_at_and_loses_nothing() -> None:
    """Forty accounts block and report an innocent person who asked a few people for contact."""
    world = History()
    innocent = world.account("innocent", days_old=500)
    friends = world.people(6, "friend")
    world.asks(innocent, friends, T0, HOUR)
    world.each(friends, ObservedKind.ACCEPTED, innocent, T0 + HOUR, HOUR)
    mob = world.people(40, "mob", days_old=3)
    world.each(mob, ObservedKind.BLOCKED, innocent, T0 + 8 * HOUR, SECOND)
    world.each(mob, ObservedKind.REPORTED, innocent, T0 + 9 * HOUR, SECOND)
    world.asks(innocent, world.people(2, "late"), T0 + 10 * HOUR)
    held = world.held(lambda account: account == "innocent")
    assert restricting(held["innocent"]) == set()
    assert "ReportsBrigade" in held["innocent"]


def test_somebody_who_reports_much_and_is_right() -> None:
    world = History()
    careful = world.account("careful")
    world.known.agreed(careful, 19, 20)
    for number in range(12):
        world.did(careful, ObservedKind.REPORTED, T0 + number * HOUR, f"bad{number}")
    assert world.held() == {}
