# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Extortion by script, hour by hour: people are asked to look before anybody has to say what happened to them."""

from __future__ import annotations

from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.shipped.events import DAY, HOUR, MINUTE, NOW, RULES, History, restricting

T0 = NOW - 2 * DAY


def begun(minors: int = 5) -> tuple[History, str, list[str]]:
    """A new account asks thirteen strangers of both ages within minutes, and goes on two hours later."""
    world = History()
    gang = world.account("gang", days_old=2)
    asked = [*world.people(minors, "m", age=AgeBand.MINOR), *world.people(13 - minors, "a")]
    world.asks(gang, asked, T0 + MINUTE, MINUTE)
    world.asks(gang, world.people(1, "later"), T0 + 2 * HOUR)
    return world, gang, asked


def test_minors_and_adults_alike_are_asked_and_people_look_after_two_hours() -> None:
    world, gang, _ = begun()
    assert world.held() == {gang: {"ExtortionAnybody", "MinorsMany"}}
    assert restricting(world.held()[gang]) == set(), "a school's account begins like this"


def test_it_is_slowed_down_with_the_first_who_blocks() -> None:
    world, gang, asked = begun()
    world.each(asked[-1:], ObservedKind.BLOCKED, gang, T0 + HOUR)
    assert restricting(world.held()[gang]) == {"ContactFresh", "ExtortionUnwanted"}


def test_one_block_beside_four_who_said_yes_takes_nothing() -> None:
    world, gang, asked = begun()
    world.each(asked[-1:], ObservedKind.BLOCKED, gang, T0 + HOUR)
    world.each(asked[-5:-1], ObservedKind.ACCEPTED, gang, T0 + 30 * MINUTE)
    assert restricting(world.held().get(gang, set())) == set()


def test_adults_alone_are_another_pattern() -> None:
    world, gang, asked = begun(minors=0)
    world.each(asked[-1:], ObservedKind.BLOCKED, gang, T0 + HOUR)
    assert world.held() == {gang: {"ContactFresh"}}


def test_it_writes_much_to_the_one_who_said_yes() -> None:
    world, gang, asked = begun(minors=0)
    world.each(asked[:1], ObservedKind.ACCEPTED, gang, T0 + HOUR)
    world.sends(gang, T0 + 3 * HOUR, 9, MINUTE, count=1, people=1, rooms=1)
    assert world.held() == {}
    world.sends(gang, T0 + 5 * HOUR, 4, MINUTE, count=1, people=1, rooms=1)
    assert world.held() == {gang: {"ExtortionTalk"}}
    assert restricting({"ExtortionTalk"}) == set()


def test_somebody_new_whose_friends_say_yes_writes_as_much_as_they_like() -> None:
    world, newcomer, asked = begun(minors=5)
    world.each(asked[:9], ObservedKind.ACCEPTED, newcomer, T0 + HOUR)
    world.sends(newcomer, T0 + 3 * HOUR, 90, MINUTE, count=1, people=1, rooms=1)
    assert world.held() == {}


def test_a_minor_who_said_yes_and_then_blocks() -> None:
    """People look at once; slowed down it is when those who were asked had six hours, and few wanted it."""
    minors = History()
    other = minors.account("other", days_old=12)
    children = minors.people(6, "child", age=AgeBand.MINOR)
    minors.asks(other, children, T0)
    minors.each(children[:1], ObservedKind.ACCEPTED, other, T0 + HOUR)
    minors.each(children[:1], ObservedKind.BLOCKED, other, T0 + 5 * HOUR)
    assert minors.held()["other"] == {"ExtortionOfMinors"}
    assert restricting({"ExtortionOfMinors"}) == set()
    minors.sends(other, T0 + 7 * HOUR, 1, count=1, people=1, rooms=1)
    assert "ExtortionOfMinorsGoesOn" in restricting(minors.held()["other"])


def test_people_look_first_at_what_ends_in_demands() -> None:
    priorities = {
        effect.given["priority"]
        for rule in RULES.rules
        for effect in rule.effects
        if rule.name.startswith("Extortion") and effect.kind == "Review" and rule.restricts
    }
    assert priorities <= {0, 1}
    assert all(
        any(effect.kind == "Review" for effect in rule.effects)
        for rule in RULES.rules
        if rule.name.startswith("Extortion")
    )
