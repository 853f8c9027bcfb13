# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody keeps thirty accounts that say yes to each other, so that each of them looks wanted."""

from __future__ import annotations

import pytest

from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.shipped.events import DAY, HOUR, MINUTE, NOW, History, restricting

T0 = NOW - 3 * DAY


def asked(
    blocked: int,
    own: int = 30,
    *,
    own_days: float = 3,
    own_age: AgeBand = AgeBand.ADULT,
    age: AgeBand = AgeBand.ADULT,
) -> tuple[History, str]:
    """It asks its own and twenty-five strangers, of whom five say yes and some block, over two days."""
    world = History()
    asker = world.account("asker", days_old=4)
    helpers, strangers = world.people(own, "own", age=own_age, days_old=own_days), world.people(25, "s", age=age)
    world.asks(asker, helpers, T0, MINUTE)
    world.each(helpers, ObservedKind.ACCEPTED, asker, T0 + 5 * MINUTE)
    world.asks(asker, strangers, T0 + HOUR, HOUR)
    world.each(strangers[:5], ObservedKind.ACCEPTED, asker, T0 + 3 * HOUR, HOUR)
    world.each(strangers[5 : 5 + blocked], ObservedKind.BLOCKED, asker, T0 + 30 * HOUR, 6 * HOUR)
    return world, asker


def test_six_of_twenty_five_who_block_are_six_whoever_else_says_yes() -> None:
    world, asker = asked(6)
    assert world.held() == {asker: {"ContactRefused", "ContactRefusedMuch"}}
    assert restricting(world.held()[asker]) == {"ContactRefused"}


def test_that_its_own_say_they_are_minors_changes_nothing() -> None:
    world, asker = asked(6, own_age=AgeBand.MINOR)
    assert restricting(world.held()[asker]) == {"ContactRefused"}


def test_the_same_without_accounts_of_its_own_was_found_before() -> None:
    world, asker = asked(6, own=0)
    assert {"ContactPatient", "ContactBlockedWeek", "ContactRefused"} & world.held()[asker]


def test_accounts_of_its_own_that_grew_old_keep_it_from_being_slowed_and_not_from_people_who_look() -> None:
    world, asker = asked(6, own_days=40)
    assert world.held() == {asker: {"ContactRefusedMuch"}}
    assert restricting(world.held()[asker]) == set()


@pytest.mark.parametrize("blocked", [0, 2])
def test_one_whom_as_many_leave_alone_as_leave_anybody_alone_is_not_found(blocked: int) -> None:
    world, _ = asked(blocked)
    assert world.held() == {}


def test_minors_who_block_bring_people_who_look_and_nothing_else() -> None:
    world, asker = asked(4, age=AgeBand.MINOR)
    assert world.held() == {asker: {"MinorsRefuse"}}


def test_a_club_of_whose_people_some_block_and_many_who_are_long_here_say_yes() -> None:
    world = History()
    club, people = world.account("club", days_old=30), world.people(40, "p")
    world.asks(club, people, T0, 10 * MINUTE)
    world.each(people[:22], ObservedKind.ACCEPTED, club, T0 + HOUR, 30 * MINUTE)
    world.each(people[-5:], ObservedKind.BLOCKED, club, T0 + 8 * HOUR, 4 * HOUR)
    assert restricting(world.held().get(club, set())) == set()


def test_a_mob_that_was_never_asked_restricts_nobody() -> None:
    world = History()
    author, people = world.account("author", days_old=30), world.people(14, "p")
    world.asks(author, people, T0, 10 * MINUTE)
    world.each(people[:10], ObservedKind.ACCEPTED, author, T0 + HOUR)
    world.each(world.people(30, "mob", days_old=1), ObservedKind.BLOCKED, author, T0 + 10 * HOUR)
    assert not {"ContactRefused", "ContactRefusedMuch"} & world.held().get(author, set())
