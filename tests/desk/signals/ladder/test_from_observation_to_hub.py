# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way: what the hub observed, through counters and the shipped rules, to what the hub is asked to do."""

from __future__ import annotations

from privity.desk.db.transaction import transaction
from privity.desk.decisions.effects import Effects
from privity.desk.signals import shipped
from privity.desk.signals.joined import asking
from privity.desk.signals.ladder import store
from privity.desk.signals.lifecycle.model import Stage
from privity.desk.signals.taking import store as kept
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from privity.wire.staff import Effect, EffectDone, EffectOutcome
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse

HOUR_MS = 3_600_000


class Hub:
    """Does all it is asked."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    async def effect(self, effect: Effect) -> EffectDone:
        self.done.append((effect.verb.value, effect.subject))
        return EffectDone(effect.id, EffectOutcome.APPLIED)


async def nothing_more(_timeout_s: float) -> None:
    """No more comes."""


def asks(house: House, who: str, start_ms: int, count: int, first: int) -> list[Observed]:
    born_ms = house.clock - 60 * 24 * HOUR_MS
    return [
        Observed(
            first + number,
            start_ms + number * 1000,
            ObservedKind.ASKED,
            who,
            born_ms,
            AgeBand.ADULT,
            other=house.user(),
            other_age=AgeBand.ADULT,
        )
        for number in range(count)
    ]


async def test_a_spammer_is_slowed_down_and_nobody_else_and_a_restart_does_it_once(
    house: House, rules: RuleHouse
) -> None:
    version = rules.live(shipped.texts()["contact"], "contact")
    assert version.stage is Stage.LIVE
    spammer, other = house.user(), house.user()
    start_ms = house.clock - 9 * HOUR_MS
    seen = [
        *asks(house, spammer, start_ms, 20, 1),
        *asks(house, other, start_ms, 3, 100),
        *asks(house, spammer, start_ms + 7 * HOUR_MS, 1, 200),
        *asks(house, other, start_ms + 7 * HOUR_MS, 1, 300),
    ]
    with transaction(house.db):
        kept.add(house.db, seen, house.clock)
    for _ in range(2):  # the second one is a desk that was started anew and has kept no counters
        runner = asking(house.db, nothing_more, rules.compiled, lambda: house.clock, house.random).runner
        runner.keep_after = 1_000_000
        assert runner.work() == len(seen)
    hub = Hub()
    effects = Effects(house.db, hub, lambda: house.clock)
    while await effects.step():
        pass
    assert hub.done == [("limit", spammer), ("statement", spammer)]
    assert [label.word for label in store.labels_of(house.db, spammer, house.clock)] == ["unwelcome"]
    assert rules.done(other) == []
