# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Decisions at a real hub: what was decided here is what stands there, and undoing gives back that and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec
import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.cases import service as cases
from privity.desk.decisions import service as decisions
from privity.desk.decisions import statement
from privity.desk.decisions.actions import ACTIONS, Action, Target
from privity.desk.decisions.effects import Effects
from privity.desk.decisions.outbox import EffectState
from privity.desk.intake.findings import Level
from privity.message.appeal import About
from privity.wire.staff import Effect, EffectDone
from privity.wire.standing import StandingState
from tests.desk.house import APPEALS, MODERATOR, House
from tests.server.rooms.conftest import world
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World
from tests.server.staff.deciding import standing_of

__all__ = ["world"]

STANDS = {
    Action.WARN: (StandingState.GOOD, False),
    Action.CHALLENGE: (StandingState.GOOD, False),
    Action.LIMIT: (StandingState.LIMITED, False),
    Action.REMOVE_PUBLIC: (StandingState.GOOD, True),
    Action.SUSPEND: (StandingState.SUSPENDED, False),
    Action.BAN: (StandingState.BANNED, False),
}


@dataclass
class RealHub:
    """Signed requests to the routes of a hub."""

    world: World

    async def effect(self, effect: Effect) -> EffectDone:
        status, answer = await self.world.staff("POST", "/staff/v1/effects", effect)
        assert status == 200, answer
        return msgspec.json.decode(json.dumps(answer), type=EffectDone)


async def sent(house: House, world: World) -> None:
    """Everything that waits, and nothing of it refused."""
    world.clock.now = max(house.clock, world.clock.now + 1)
    effects = Effects(house.db, RealHub(world), lambda: house.clock)
    while await effects.step():
        pass
    assert [one for one in house.effects() if one.state is not EffectState.APPLIED] == []


@pytest.mark.parametrize("action", list(STANDS))
async def test_each_action_stands_at_the_hub_and_is_given_back(house: House, world: World, action: Action) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    house.clock = world.clock.now
    case = cases.case_of_report(
        house.db, house.report(anna.user_uri, Level.AUTHORSHIP, reporter=ben.user_uri, room=room)
    )
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, action)
    if ACTIONS[action].grave:
        await sent(house, world)
        assert (await standing_of(anna)).standing is StandingState.GOOD
        made = house.confirm(made)
    await sent(house, world)
    own = await standing_of(anna)
    assert (own.standing, own.hidden) == STANDS[action]
    assert [one.reference for one in own.statements] == [made.reference]
    assert own.statements[0].text == decisions.statement_of(house.db, MODERATOR, made.number, house.clock)
    if made.days is not None:
        assert (own.challenged_until_ms if action is Action.CHALLENGE else own.until_ms) == made.until_ms

    house.undo(made)
    await sent(house, world)
    own = await standing_of(anna)
    assert (own.standing, own.hidden, own.challenged_until_ms) == (StandingState.GOOD, False, None)
    assert [one.kind.value for one in own.statements] == ["undone", "decided"]


async def test_undoing_one_of_two_suspensions_frees_nobody_too_early(house: House, world: World) -> None:
    _, (anna, ben) = await room_of(world, "anna", "ben")
    house.clock = world.clock.now
    first = house.decide(house.case(anna.user_uri, Level.HUB, reporter=ben.user_uri), days=30)
    second = house.decide(house.case(anna.user_uri, Level.HUB, reporter=ben.user_uri), days=7)
    house.undo(first)
    await sent(house, world)
    own = await standing_of(anna)
    assert (own.standing, own.reference, own.until_ms) == (StandingState.SUSPENDED, second.reference, second.until_ms)


@pytest.mark.parametrize("action", [action for action, rule in ACTIONS.items() if rule.on is Target.ROOM])
async def test_what_is_decided_about_a_conversation_reaches_those_in_charge(
    house: House, world: World, action: Action
) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    house.clock = world.clock.now
    case = cases.case_of_report(
        house.db, house.report(anna.user_uri, Level.AUTHORSHIP, reporter=ben.user_uri, room=room)
    )
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, action, against=room)
    if ACTIONS[action].grave:
        made = house.confirm(made)
    await sent(house, world)
    told = [len((await standing_of(person)).statements) for person in (anna, ben)]
    assert told == [1, 0], "the one who made it is in charge of it"
    house.undo(made)
    await sent(house, world)


async def test_an_appeal_that_is_right_gives_back_at_the_hub(house: House, world: World) -> None:
    _, (anna, ben) = await room_of(world, "anna", "ben")
    house.clock = world.clock.now
    made = house.confirm(house.decide(house.case(anna.user_uri, Level.AUTHORSHIP, reporter=ben.user_uri), Action.BAN))
    await sent(house, world)
    assert (await standing_of(anna)).standing is StandingState.BANNED
    house.appeal(About.DECISION, made.reference, anna.user_uri)
    (appeal,) = appeals.listed(house.db, APPEALS)
    appeals.answer(house.db, APPEALS, appeal.number, Answer.OVERTURN, "It was another.", house.clock, house.random)
    await sent(house, world)
    own = await standing_of(anna)
    assert own.standing is StandingState.GOOD
    assert [one.kind.value for one in own.statements] == ["appeal", "decided"]
    assert (
        own.statements[0].text
        == statement.answered(
            decisions.by_number(house.db, made.number), "It was another.", house.clock, stays=False
        ).text
    )
