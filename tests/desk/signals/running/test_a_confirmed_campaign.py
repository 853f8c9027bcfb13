# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A campaign of which two people say that it is one, where others count: the word reaches them over PostgreSQL, who
goes on is slowed, and nobody is once it is taken back."""

from __future__ import annotations

import dataclasses
from typing import Any

from privity.desk.signals import shipped
from privity.desk.signals.coordination import confirming, service
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.desk.signals.taking import store as taken
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import SENIOR, House
from tests.desk.signals.coordination.made import Slowed, cluster, member
from tests.desk.signals.ladder.rule_house import SECOND, WRITER, RuleHouse
from tests.desk.signals.running.test_owning import _owning, _spread, _steps, address, rules

__all__ = ["address", "rules"]

WHY = "They sell invented coins."


def ask(house: House, *people: str) -> None:
    """A day later each of these, whose accounts are new, asks one person for contact."""
    house.clock += DAY_MS
    born_ms, adult = house.clock - 9 * DAY_MS, AgeBand.ADULT
    asked = [
        Observed(0, house.clock, ObservedKind.ASKED, who, born_ms, adult, other=house.user(), other_age=adult)
        for who in people
    ]
    taken.add(house.db, asked, house.clock)


def counted(desk: Any, worker: Any) -> None:
    """What was observed goes to who counts, and what they find comes back."""
    _steps(desk, 2)
    while worker.turn():
        pass
    _steps(desk, 2)


def test_who_goes_on_is_slowed_by_what_another_process_counted(rules: RuleHouse, address: str) -> None:
    house = rules.house
    rules.live(shipped.texts()["farm"], "farm")
    names = [house.user() for _ in range(6)]
    first, second, third, other = *names[:3], house.user()
    desk, worker = _spread(rules, address), _owning(rules, address)

    ask(house, first)
    counted(desk, worker)
    assert worker.owned == [0, 1]
    young = [dataclasses.replace(member(each), born_ms=house.clock - 5 * DAY_MS) for each in names]
    service.keep(house.db, [cluster(*young)], Slowed(), election=False, now_ms=house.clock)
    service.judge(house.db, WRITER, 1, State.CONFIRMED, WHY, house.clock)
    ask(house, first)
    counted(desk, worker)
    assert house.effects() == [], "one person's word is none"

    confirming.confirm(house.db, SECOND, 1, house.clock - DAY_MS, WHY, house.clock)
    ask(house, first, second, other)
    counted(desk, worker)
    assert house.asked(first) == house.asked(second) == ["limit", "statement"]
    assert house.asked(other) == []

    service.judge(house.db, SENIOR, 1, State.BENIGN, "They are a choir.", house.clock)
    ask(house, first, third)
    counted(desk, worker)
    assert house.asked(first) == ["limit", "statement"] and house.asked(third) == []
    assert rules.done(first) == ["acted"] and rules.done(third) == []
    worker.leave()
    desk.close()
