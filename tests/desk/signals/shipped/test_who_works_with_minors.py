# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who asks many minors because it is their task: nothing is taken from them, though yeses take hours and pupils joke.

Each has a counterpart that does the same and is refused: that one is slowed down.
"""

from __future__ import annotations

import random

import pytest

from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.shipped.events import DAY, HOUR, MINUTE, NOW, SECOND, History, restricting

T0 = NOW - 4 * DAY
SEEDS = range(6)


class Asking:
    """One who asks; answers take two hours in the middle, a tenth of them more than seven.

    Seven of ten say yes, a third of the minors say that they are adults, and nobody who is asked is a contact of a
    contact, as where the hub knows nothing of who sits in one class.
    """

    def __init__(self, seed: int, days_old: float, *, yes: float = 0.7) -> None:
        self.world = History()
        self.draw = random.Random(seed)
        self.who = self.world.account("asker", days_old=days_old)
        self.yes = yes
        self.asked: list[str] = []

    def asks(self, count: int, at_ms: int, every_ms: int, *, minors: float = 1.0, slow: float = 1.0) -> None:
        """A share of `minors` among them; answers take `slow` times as long."""
        for number in range(count):
            young = self.draw.random() < minors * 0.68
            other = self.world.account(f"p{len(self.asked)}", age=AgeBand.MINOR if young else AgeBand.ADULT)
            self.asked.append(other)
            when = at_ms + number * every_ms
            self.world.did(self.who, ObservedKind.ASKED, when, other)
            if self.draw.random() < self.yes:
                later = when + min(int(self.draw.lognormvariate(0.69, 1.0) * slow * HOUR), 3 * DAY)
                self.world.did(other, ObservedKind.ACCEPTED, later, self.who)

    def joke(self, count: int, at_ms: int, kind: ObservedKind = ObservedKind.BLOCKED) -> None:
        """Some minors of those asked do this to the asker."""
        young = [other for other in self.asked if self.world.ages[other] is AgeBand.MINOR]
        self.world.each(young[:count], kind, self.who, at_ms)

    def writes(self, days: int) -> None:
        """Six messages a day into the room of those who came."""
        for day in range(days):
            self.world.sends(self.who, T0 + day * DAY + 3 * HOUR, 6, HOUR, count=1, people=len(self.asked), rooms=1)

    def found(self) -> set[str]:
        return self.world.held(lambda account: account == self.who).get(self.who, set())


def teacher(seed: int, days_old: float, **given: float) -> Asking:
    """Thirty pupils asked over two hours of the first morning, three who were ill a day later, and a room."""
    asking = Asking(seed, days_old, **given)
    asking.world.did(asking.who, ObservedKind.CREATED, T0)
    asking.asks(30, T0, 4 * MINUTE)
    asking.asks(3, T0 + DAY, 10 * MINUTE)
    asking.writes(3)
    return asking


@pytest.mark.parametrize("days_old", [4.0, 20.0, 400.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_teacher_on_the_first_day_of_school(seed: int, days_old: float) -> None:
    assert restricting(teacher(seed, days_old).found()) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_whole_school_comes_in_one_morning_and_its_teacher_asks_a_class(seed: int) -> None:
    asking = teacher(seed, 4.1)
    asking.joke(1, T0 + 90 * MINUTE)
    for number, other in enumerate([asking.who, *asking.asked[:25]]):
        asking.world.did(other, ObservedKind.REGISTERED, T0 - HOUR + number * MINUTE, network="school")
    assert restricting(asking.found()) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_pupils_who_block_and_report_their_teacher_for_a_joke(seed: int) -> None:
    """People look, at once. Nothing is taken before they did."""
    asking = teacher(seed, 4.0)
    asking.joke(3, T0 + 90 * MINUTE)
    asking.joke(1, T0 + 95 * MINUTE, ObservedKind.REPORTED)
    found = asking.found()
    assert restricting(found) == set()
    assert "MinorsReport" in found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_coach_asks_players_and_their_parents(seed: int) -> None:
    asking = Asking(seed, 30.0)
    for evening in range(3):
        asking.asks(5, T0 + evening * DAY, 5 * MINUTE)
        asking.asks(5, T0 + evening * DAY + 40 * MINUTE, 5 * MINUTE, minors=0.0)
    assert restricting(asking.found()) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_who_organises_a_youth_club_asks_again_every_day(seed: int) -> None:
    asking = Asking(seed, 10.0, yes=0.55)
    asking.asks(20, T0, 3 * MINUTE)
    for day in range(1, 4):
        asking.asks(6, T0 + day * DAY, 20 * MINUTE)
    asking.writes(4)
    assert restricting(asking.found()) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_somebody_new_asks_a_big_family(seed: int) -> None:
    """Aunts and cousins in one evening; guardians agree the next day."""
    asking = Asking(seed, 4.0)
    asking.asks(12, T0, 2 * MINUTE, minors=0.0)
    asking.asks(10, T0 + 30 * MINUTE, 2 * MINUTE, slow=5.0)
    asking.asks(2, T0 + 26 * HOUR, MINUTE)
    assert restricting(asking.found()) == set()


@pytest.mark.parametrize("days_old", [4.0, 200.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_school_asks_pupils_and_parents_as_fast_as_a_hub_lets_it(seed: int, days_old: float) -> None:
    asking = Asking(seed, days_old)
    asking.asks(30, T0, 20 * SECOND, minors=0.5)
    asking.asks(120, T0 + 30 * MINUTE, 30 * MINUTE, minors=0.5)
    asking.joke(1, T0 + 5 * HOUR)
    asking.writes(3)
    assert restricting(asking.found()) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_morning_refused_is_slowed_down_when_it_goes_on(seed: int) -> None:
    """As the teacher in every act; only that nobody says yes."""
    found = teacher(seed, 20.0, yes=0.0).found()
    assert "MinorsMany" in found
    assert {"MinorsAsked", "MinorsAskedByPeer"} <= restricting(found)


def test_who_asks_a_class_once_and_never_again_is_looked_at() -> None:
    asking = Asking(1, 20.0, yes=0.0)
    asking.asks(30, T0, MINUTE)
    assert asking.found() == set(), "nobody had the time to answer"
    asking.writes(1)
    assert asking.found() == {"MinorsAlone"}
    assert restricting({"MinorsAlone"}) == set()


def test_minors_who_block_somebody_whom_nobody_wants() -> None:
    asking = teacher(1, 20.0, yes=0.0)
    asking.joke(2, T0 + 90 * MINUTE)
    early = asking.found()
    assert "MinorsBlock" in early
    asking.joke(2, T0 + 8 * HOUR)
    assert "MinorsBlockAndRefuse" in restricting(asking.found())
