# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a rule or a list may take from somebody, a real hub takes from them, and gives back. Stand-ins may take more."""

from __future__ import annotations

import pytest

from privity.desk.cases import by_machine
from privity.desk.db.transaction import transaction
from privity.desk.decisions import by_rule, outbox, taking_effect
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.effects import Effects
from privity.desk.decisions.model import ByRule, Decision
from privity.desk.decisions.outbox import EffectState
from privity.desk.decisions.policies import PolicyName
from privity.message.report import Reason
from privity.wire.standing import StandingState
from tests.desk.decisions.test_at_a_real_hub import STANDS, RealHub, sent, world
from tests.desk.house import MODERATOR, House
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World
from tests.server.staff.deciding import standing_of

__all__ = ["world"]


def decided(house: House, account: str, action: Action, rule: ByRule) -> Decision:
    with transaction(house.db):
        case = by_machine.open_or_note(house.db, account, Reason.SPAM, "invented", 3, house.clock, waits=False)
        return by_rule.decide(
            house.db, case, account, PolicyName.SPAM, action, rule, "Invented.", house.clock, house.random
        )


async def test_what_an_older_desk_asked_for_with_a_time_is_taken_when_asked_again(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said until when, and the hub refused all of it."""
    _, (anna, _) = await room_of(world, "anna", "ben")
    house.clock = world.clock.now
    rule = ByRule("Invented", bytes(32), by_rule.MOST_HOURS[Action.REMOVE_PUBLIC], ("Nothing happened.",))
    with monkeypatch.context() as older:
        older.setattr(taking_effect, "_ends_at_the_hub_ms", lambda made: made.until_ms)
        made = decided(house, anna.user_uri, Action.REMOVE_PUBLIC, rule)
    effects = Effects(house.db, RealHub(world), lambda: house.clock)
    while await effects.step():
        pass
    refused = outbox.of_decision(house.db, made.number)[0]
    assert (refused.state, refused.answer) == (EffectState.REFUSED, "remove_public takes no time of its end")
    decisions.send_again(house.db, MODERATOR, refused.number, house.clock, house.random)
    while await effects.step():
        pass
    assert (await standing_of(anna)).hidden


@pytest.mark.parametrize("action", list(by_rule.MOST_HOURS))
async def test_what_a_rule_takes_stands_at_the_hub_and_ends(house: House, world: World, action: Action) -> None:
    _, (anna, _) = await room_of(world, "anna", "ben")
    house.clock, hours = world.clock.now, by_rule.MOST_HOURS[action]
    rule = ByRule("Invented", bytes(32), hours, ("Nothing happened.",))
    made = decided(house, anna.user_uri, action, rule)
    await sent(house, world)
    own = await standing_of(anna)
    assert (own.standing, own.hidden) == STANDS[action]
    assert [one.reference for one in own.statements] == [made.reference]
    house.clock += hours * 3_600_000
    with transaction(house.db):
        by_rule.end_over(house.db, house.clock, house.random)
    await sent(house, world)
    own = await standing_of(anna)
    assert (own.standing, own.hidden, own.challenged_until_ms) == (StandingState.GOOD, False, None)
