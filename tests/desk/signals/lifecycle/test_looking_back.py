# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a look back says is what was in the observations: counted here in another way."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.decisions.actions import Action
from privity.desk.intake.findings import Level
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.bands import most_held, overturned_too_often
from privity.desk.signals.lifecycle.model import DAY_MS, Stage
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import READER, WRITER, RuleHouse

KNOCKS = """
Knocks = Rule(when=[knocks_1h >= 3], because=f"{knocks_1h} rooms")
Wide = Rule(when=[knocks_1h >= 2], because=f"{knocks_1h} rooms")
WhenRules(any=[Knocks, Wide], then=[Slow("spam", hours=2)])
"""


def knocks(house: House, people: list[str], rooms: int, day: int, start: int = 0) -> list[Observed]:
    at = house.clock - (10 - day) * DAY_MS
    return [
        Observed(
            start + number * rooms + room + 1,
            at + number * 1000 + room,
            ObservedKind.KNOCKED,
            account,
            at - 5 * DAY_MS,
            AgeBand.ADULT,
            room=f"mimi://hub.example/r/{room}",
        )
        for number, account in enumerate(people)
        for room in range(rooms)
    ]


def test_hits_accounts_days_and_whom_people_found_harmless(house: House, rules: RuleHouse) -> None:
    busy, quiet, alone = ([house.user() for _ in range(count)] for count in (8, 20, 72))
    harmless = busy[0]
    house.decide(house.case(harmless, Level.HUB), Action.DISMISS, evidence=())
    seen = [
        *knocks(house, busy, 5, 1),
        *knocks(house, quiet, 2, 2, 100),
        *knocks(house, alone, 1, 3, 200),
        *knocks(house, busy[:3], 4, 4, 300),
    ]
    version = service.draft(house.db, WRITER, "knocks", KNOCKS, house.clock)
    found = service.test(house.db, WRITER, version.number, seen, house.clock)
    assert (found.observations, found.events, found.accounts) == (len(seen), len(seen), 100)
    rows = {row.rule: row for row in found.rows}
    strict, wide = rows["Knocks"], rows["Wide"]
    assert (strict.hits, strict.accounts, strict.account_days, strict.busiest) == (8 * 3 + 3 * 2, 8, 11, 8)
    assert (wide.hits, wide.accounts, wide.account_days, wide.busiest) == (8 * 4 + 20 + 3 * 3, 28, 31, 20)
    assert (strict.benign, wide.benign, strict.protected) == (1, 1, 0)
    rate, low, high = found.per_million(strict)
    assert rate == 80_000
    assert low < rate < high
    assert found.a_day(strict) == pytest.approx(11 / 3, rel=0.01)
    assert service.version(house.db, READER, version.number).stage is Stage.TESTED
    assert service.newest_test(house.db, READER, version.number) == found
    assert house.acts(Act.RULES_TESTED)[0].said["observations"] == len(seen)
    assert house.effects()[-1].effect.verb.value == "tell", "looking back does nothing to anybody"


def test_what_live_rules_find_already(house: House, rules: RuleHouse) -> None:
    rules.live(KNOCKS.replace("Knocks", "First").replace("Wide", "Second").replace(">= 2", ">= 4"), "other")
    version = service.draft(house.db, WRITER, "knocks", KNOCKS, house.clock)
    seen = [*knocks(house, [house.user() for _ in range(4)], 3, 1), *knocks(house, [house.user()], 2, 2, 50)]
    found = service.test(house.db, WRITER, version.number, seen, house.clock)
    overlap = {row.rule: row.overlap for row in found.rows}
    assert overlap == {"Knocks": 1.0, "Wide": 0.8}


def test_when_a_rule_stops_by_itself() -> None:
    assert [most_held(expected) for expected in (0, 0.4, 10, 1000)] == [10, 12, 40, 3010]
    assert not overturned_too_often(0, 0)
    assert not overturned_too_often(1, 1), "one is chance"
    assert overturned_too_often(3, 20)
    assert not overturned_too_often(1, 20)
    assert overturned_too_often(80, 1000)
    assert not overturned_too_often(50, 1000)
