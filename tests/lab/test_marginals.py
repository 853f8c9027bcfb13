# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The world's people and their days have the marginals that the table publishes, within what chance allows."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from privity.lab.benign_world import benign_days
from privity.lab.columns import CODE, Columns, together
from privity.lab.days import messages
from privity.lab.parameters import shipped
from privity.lab.population import ADULT, BEGIN_MS, DAY_MS, Population
from privity.lab.truth import PART, Benign
from privity.wire.observed import MOST_MUTUAL, WINDOW_MS, ObservedKind

SIZE = 12_000
DAYS = 7
OF = shipped()


@pytest.fixture(scope="module")
def people() -> Population:
    return Population(7, SIZE, DAYS, OF)


@pytest.fixture(scope="module")
def rows(people: Population) -> Columns:
    return together(list(benign_days(people)))


def within(share: float, expected: float, count: int, sigmas: float = 4.0) -> bool:
    """Whether a share of so many trials is as expected, to a few standard deviations of the binomial."""
    return abs(share - expected) <= sigmas * sqrt(expected * (1 - expected) / count)


def kind(rows: Columns, which: ObservedKind) -> Columns:
    return rows.taken(rows.kind == CODE[which])


def test_nine_of_ten_messages_go_to_one_person(people: Population) -> None:
    random = np.random.default_rng(1)
    who = random.integers(0, SIZE, 50_000)
    sent = messages(people, np.full(len(who), BEGIN_MS), who, random)
    direct = float((sent.people == 1).mean())
    # Who is in no group writes to nobody else, so a little more than the table's share.
    assert OF["traffic.direct_share"] - 0.005 < direct < OF["traffic.direct_share"] + 0.05


def test_most_groups_are_small_and_some_are_not(people: Population) -> None:
    assert (people.group_size < 10).mean() > 0.75
    assert people.group_size.max() > 100


def test_minors_say_that_they_are_adults_as_often_as_published(people: Population) -> None:
    minors = people.minor[:SIZE]
    silent = people.age[:SIZE] == 0
    told = minors & ~silent
    assert within(float((people.age[:SIZE][told] == ADULT).mean()), OF["people.minors_say_adult"], int(told.sum()))
    assert within(float(silent.mean()), OF["people.say_nothing"], SIZE)
    assert not (people.listed & (people.age[:SIZE] != ADULT)).any()


def test_contacts_are_a_small_world_of_people_of_like_age(people: Population) -> None:
    one = np.repeat(np.arange(SIZE), np.diff(people.first_friend))
    other = people.friends
    alike = (people.minor[one] == people.minor[other]).mean()
    by_chance = people.minor.mean() ** 2 + (1 - people.minor.mean()) ** 2
    near = (people.circle[one] == people.circle[other]).mean()
    assert alike > by_chance + 0.1
    assert 0.6 < near < 0.99
    assert people.are_contacts(other.astype(np.int64), one).all(), "who is a contact of somebody has them as one"
    degree = np.diff(people.first_friend)
    assert abs(degree.mean() - OF["ties.degree"]) < 0.15 * OF["ties.degree"]
    assert np.percentile(degree, 99) > 3 * np.median(degree)


def test_mutual_contacts_are_those_that_both_have(people: Population) -> None:
    one, other = np.array([3, 50, 700]), np.array([4, 51, 9000])
    expected = [len(set(people.contacts(a)) & set(people.contacts(b))) for a, b in zip(one, other, strict=True)]
    assert people.mutual(one, other).tolist() == expected
    assert sum(expected) > 0


def test_activity_has_a_heavy_tail_and_follows_the_hour(rows: Columns) -> None:
    sent = kind(rows, ObservedKind.SENT)
    each = np.bincount(sent.account, weights=sent.count, minlength=SIZE)
    assert np.sort(each)[-SIZE // 100 :].sum() > 0.1 * each.sum()
    hours = np.bincount((sent.at_ms % DAY_MS) // 3_600_000, minlength=24)
    assert hours[20] > 10 * hours[4]


def test_observations_keep_the_order_and_the_bounds_of_the_hub(people: Population, rows: Columns) -> None:
    assert (np.diff(rows.at_ms) >= 0).all()
    assert (rows.at_ms > people.born_ms[rows.account]).all()
    assert rows.at_ms[-1] < BEGIN_MS + DAYS * DAY_MS
    assert (kind(rows, ObservedKind.SENT).at_ms % WINDOW_MS == 0).all()
    assert kind(rows, ObservedKind.ASKED).mutual.max() == MOST_MUTUAL
    assert (rows.other != rows.account).all()


def test_strangers_are_accepted_as_rarely_as_published_and_never_by_minors_alone(
    people: Population, rows: Columns
) -> None:
    asked = kind(rows, ObservedKind.ASKED)
    asked = asked.taken((asked.mutual == 0) & (asked.part == PART[Benign.PERSON]))
    shops = np.unique(rows.account[rows.part == PART[Benign.SHOP]])
    asked = asked.taken((asked.at_ms < BEGIN_MS + 4 * DAY_MS) & ~np.isin(asked.other, shops))
    said = kind(rows, ObservedKind.ACCEPTED)
    yes = np.isin(asked.account * SIZE + asked.other, said.other * SIZE + said.account)
    seen = (people.age[asked.other] == ADULT) & (people.listed[asked.other] | (asked.together > 0))
    assert within(float(yes[seen].mean()), OF["contact.accepted_none"], int(seen.sum()), 5.0)
    alone = (people.age[asked.other] != ADULT) & ~people.guarded[asked.other]
    assert alone.sum() > 8
    assert not yes[alone].any()


def test_every_benign_group_is_there(rows: Columns) -> None:
    there = set(rows.part.tolist())
    expected = {PART[part] for part in Benign if part is not Benign.LAUNCH}
    # Breaking news comes on one day in ten.
    assert expected - {PART[Benign.BREAKING]} <= there


def test_a_teacher_asks_a_class_of_minors_whom_they_do_not_know(people: Population, rows: Columns) -> None:
    asked = kind(rows, ObservedKind.ASKED)
    asked = asked.taken(asked.part == PART[Benign.TEACHER])
    teacher = asked.account[0]
    pupils = asked.other[asked.account == teacher]
    assert 15 <= len(pupils) <= 33
    assert (people.age[pupils] != ADULT).all()
    said = kind(rows, ObservedKind.ACCEPTED)
    assert len(said.account[said.other == teacher]) > len(pupils) // 2


def test_on_a_launch_day_everybody_is_new() -> None:
    people = Population(3, 1_500, 4, OF, launch=True)
    rows = together(list(benign_days(people, launch=True)))
    came = kind(rows, ObservedKind.REGISTERED)
    assert len(came) == 1_500
    assert (came.at_ms < BEGIN_MS + DAY_MS).mean() > 0.6
    assert PART[Benign.PERSON] not in rows.part
