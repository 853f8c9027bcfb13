# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two people and more over one hub: what one says the others read, whatever happens in between."""

from __future__ import annotations

import pytest

from tests.client.fake_hub import World


@pytest.fixture
def world() -> World:
    return World()


def three(world: World) -> tuple[str, list]:  # type: ignore[type-arg]  # phones
    people = [world.person() for _ in range(3)]
    room = people[0].create_group()
    for other in people[1:]:
        people[0].invite(room, other)
    return room, people


def test_two_people_talk_in_a_direct_room(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    bob.say(room, "hello yourself")
    assert alice.texts(room) == bob.texts(room) == ["hello", "hello yourself"]
    assert alice.hidden(room) == bob.hidden(room) == 0


def test_three_people_talk_in_a_group(world: World) -> None:
    room, people = three(world)
    for number, person in enumerate(people):
        person.say(room, f"from {number}")
    for person in people:
        assert person.texts(room) == ["from 0", "from 1", "from 2"]
