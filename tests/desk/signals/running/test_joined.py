# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""In the desk's own parts: what the hub observed becomes a restriction with its reasons, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from privity.desk.signals.joined import asking
from privity.desk.signals.running.loop import Asking
from privity.desk.signals.taking import store
from privity.desk.signals.taking.service import Taking
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse

SENDER = "mimi://hub.example/u/" + "a" * 26


@pytest.fixture
def rules(house: House) -> RuleHouse:
    return RuleHouse(house)


class _NoHub:
    async def observed(self, after: int, wait_s: int = 0) -> Any:
        raise AssertionError("nothing is asked of the hub here")


def _asking(rules: RuleHouse) -> Asking:
    taking = Taking(rules.house.db, _NoHub(), lambda: rules.house.clock)
    return asking(rules.house.db, taking.more, rules.compiled, lambda: rules.house.clock, rules.house.random)


def _sent(house: House, count: int, messages: int) -> None:
    """A minute of windows with messages."""
    start = house.clock - 60_000
    store.add(
        house.db,
        [
            Observed(n + 1, start + n * 1_000, ObservedKind.SENT, SENDER, start - 1_000, AgeBand.ADULT, count=messages)
            for n in range(count)
        ],
        house.clock,
    )


def test_messages_become_a_restriction_and_a_second_start_adds_none(house: House, rules: RuleHouse) -> None:
    rules.live()
    one = _asking(rules)
    _sent(house, 20, 4)
    assert one.runner.work() == 20
    assert rules.done(SENDER) == [], "eighty are not more than a hundred"
    _sent(house, 20, 4)
    assert asyncio.run(one.step()) == 20
    before = house.db.execute("SELECT count(*) FROM decision").fetchone()
    assert len(rules.done(SENDER)) == 1
    assert before[0] >= 1
    again = _asking(rules)
    assert again.runner.work() == 40, "what was not kept yet is counted again"
    assert len(rules.done(SENDER)) == 1
    assert house.db.execute("SELECT count(*) FROM decision").fetchone() == before
    again.runner.keep()
    assert _asking(rules).runner.work() == 0


def test_in_the_shadow_it_is_only_written_down(house: House, rules: RuleHouse) -> None:
    rules.shadow()
    _sent(house, 30, 9)
    assert _asking(rules).runner.work() == 30
    assert len(rules.done(SENDER)) == 1
    assert house.db.execute("SELECT count(*) FROM decision").fetchone() == (0,)


def test_without_rules_it_counts_all_the_same(house: House, rules: RuleHouse) -> None:
    _sent(house, 5, 1)
    one = _asking(rules)
    assert one.runner.work() == 5
    assert one.runner.counted == 5
