# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Devices that were added give their places in the tree new keys, each at its own time, and no more than needed."""

from __future__ import annotations

import pytest

from privity.client.engine.state import RoomRecord
from privity.policy.filling import SMALL_ROOM, SOONEST_MS, is_apart
from privity.wire.socket import EventKind
from tests.client.fake_hub import Phone, World

MANY = SMALL_ROOM + 3


@pytest.fixture
def world() -> World:
    return World(31)


def together(world: World, count: int) -> tuple[str, list[Phone]]:
    """A group of so many, each added by the first."""
    first, *others = people = [world.person() for _ in range(count)]
    group = first.create_group()
    for other in others:
        first.invite(group, other)
    return group, people


def record(phone: Phone, group: str) -> RoomRecord:
    return phone.engine.rooms[group].record


def apart(phone: Phone, group: str) -> int:
    tree = phone.engine.rooms[group].require_group().tree
    return sum(is_apart(tree, leaf) for leaf, _ in tree.leaves())


def commits(world: World, group: str) -> int:
    return sum(event.kind is EventKind.COMMIT for event in world.hub.rooms[group].log)


def pass_a_while(world: World) -> None:
    for _ in range(6):
        world.pass_time(30_000)


def test_after_a_while_nobody_is_apart_and_all_agree(world: World) -> None:
    group, people = together(world, MANY)
    due = [record(phone, group).renews_ms for phone in people]
    late = [each for each in due if each]
    assert [bool(at) for at in due] == [index >= SMALL_ROOM for index in range(MANY)], "who came when it was large"
    assert len(set(late)) == len(late), "each at a time of its own"
    assert all(each >= people[0].world.hub.now_ms + SOONEST_MS - 1_000 for each in late)
    before, alone = commits(world, group), apart(people[0], group)
    assert alone > 0
    pass_a_while(world)
    made = commits(world, group) - before
    assert 0 < made <= len(late), "one for each at most; who found it done made none"
    newcomers = [phone for phone, at in zip(people, due, strict=True) if at]
    for phone in newcomers:
        own = phone.engine.rooms[group].require_group()
        assert not is_apart(own.tree, own.own_leaf)
    assert len({phone.engine.rooms[group].require_group().epoch_authenticator for phone in people}) == 1
    assert all(record(phone, group).renews_ms == 0 for phone in people)


def test_nothing_of_it_is_shown_or_lost(world: World) -> None:
    group, people = together(world, MANY)
    lines = [phone.lines(group) for phone in people]
    pass_a_while(world)
    people[-1].say(group, "hello")
    assert [phone.lines(group) for phone in people] == lines
    assert all(phone.texts(group) == ["hello"] for phone in people)


def test_a_small_group_makes_no_such_commit(world: World) -> None:
    group, people = together(world, 4)
    assert [record(phone, group).renews_ms for phone in people] == [0, 0, 0, 0]
    before = commits(world, group)
    pass_a_while(world)
    assert commits(world, group) == before


def test_a_device_that_starts_anew_still_does_it(world: World) -> None:
    group, people = together(world, MANY)
    last = people[-1]
    at = record(last, group).renews_ms
    last.restart()
    assert record(last, group).renews_ms == at > 0
    pass_a_while(world)
    own = last.engine.rooms[group].require_group()
    assert not is_apart(own.tree, own.own_leaf)


def test_a_device_that_is_away_does_it_when_it_is_back(world: World) -> None:
    group, people = together(world, MANY)
    last = people[-1]
    last.disconnect()
    pass_a_while(world)
    last.connect()
    world.settle()
    world.pass_time(1)
    own = last.engine.rooms[group].require_group()
    assert not is_apart(own.tree, own.own_leaf)
    people[0].say(group, "all here")
    assert last.texts(group) == ["all here"]
