# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules, looks for campaigns and matching noted of accounts goes by the time that is believed, and by no other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from privity.desk.audit.acts import Act
from privity.desk.matching.lists import service as lists
from privity.desk.periods import DAY_MS
from privity.desk.retention import clock
from privity.desk.retention.clock import MAX_APART_MS
from privity.desk.signals.coordination.batch import Coordination
from privity.desk.signals.ladder.tending import Tending
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.taking.service import acts_since
from tests.desk.matching.listed import OWNER
from tests.desk.matching.shown import Scene
from tests.desk.retention.noted import note
from tests.desk.retention.years import Years
from tests.desk.signals.coordination.made import Slowed

TABLES: Final = (
    "rule_hit",
    "account_label",
    "reporter_agreement",
    "coordination_cluster",
    "coordination_member",
    "coordination_shared",
    "coordination_seen",
    "coordination_confirmed",
    "media",
    "match",
    "list_entry",
)
WEEK_MS: Final = 7 * DAY_MS
KEPT_DAYS: Final = {"account_label": 8, "rule_hit": 31, "list_entry": 31, "coordination_cluster": 91, "media": 91} | {
    "coordination_seen": 91,
    "coordination_confirmed": 91,
}


def counted(years: Years) -> dict[str, int]:
    return {table: years.house.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


@pytest.fixture
def noted(years: Years) -> Years:
    note(years.house)
    return years


def all_there(years: Years) -> bool:
    return all(counted(years).values())


@pytest.mark.parametrize(("days", "error"), [(7.1, "ClockJumped"), (400, "ClockJumped"), (-7, "ClockWentBack")])
def test_a_clock_that_jumps_takes_nothing_of_it_and_the_right_time_does(noted: Years, days: float, error: str) -> None:
    house, right, before = noted.house, noted.house.clock, counted(noted)
    house.clock += int(days * DAY_MS)
    for _ in range(24):
        house.clock += 3_600_000
        noted.look()
        assert counted(noted) == before
    assert clock.alarm(house.db).startswith(error)
    house.clock = right + 25 * 3_600_000
    noted.look()
    assert clock.alarm(house.db) == "" and counted(noted) == before


@pytest.mark.parametrize("apart", [WEEK_MS, -WEEK_MS, MAX_APART_MS + 1])
def test_a_week_that_the_hub_does_not_know_of_takes_nothing_of_it(noted: Years, apart: int) -> None:
    """A step of a week would be believed by the desk alone."""
    before = counted(noted)
    noted.apart = apart
    noted.pass_days(100)
    assert counted(noted) == before
    noted.apart = 0
    clock.sure(noted.house.db, noted.house.clock)
    noted.look()
    assert counted(noted)["coordination_cluster"] == 0, "they were over"


def test_a_week_that_is_believed_takes_nothing_that_is_kept_for_longer(noted: Years) -> None:
    noted.house.clock += WEEK_MS
    noted.look()
    assert clock.alarm(noted.house.db) == "" and all_there(noted)


def test_each_goes_when_its_time_is_over_and_not_before(noted: Years) -> None:
    passed = 0
    for days in sorted(set(KEPT_DAYS.values())):
        tables = [table for table, kept in KEPT_DAYS.items() if kept == days]
        noted.pass_days(days - 1.5 - passed)
        assert [counted(noted)[table] for table in tables] == [1] * len(tables), tables
        noted.pass_days(2.5)
        assert [counted(noted)[table] for table in tables] == [0] * len(tables), tables
        passed = days + 1
    noted.pass_days(729 - passed)
    assert counted(noted)["match"] == counted(noted)["reporter_agreement"] == 1
    noted.pass_days(4)
    assert not any(counted(noted).values())


async def test_nothing_else_of_the_desk_deletes_any_of_it_by_the_clock_of_the_machine(
    noted: Years, tmp_path: Path
) -> None:
    """The loops that deleted here before, with a clock that is ten years ahead."""
    house, before = noted.house, counted(noted)
    scene = Scene(house, tmp_path / "index")
    house.clock += 3653 * DAY_MS
    await Coordination(house.db, acts_since, lambda db, at: False, Slowed(), lambda: house.clock, house.random).step()
    await Tending(house.db, lambda: house.clock, house.random, Compiled()).step()
    await scene.settled()
    lists.alarm(house.db, house.clock)
    lists.remove(house.db, OWNER, "own", house.clock)
    assert counted(noted) == before
    noted.look()
    assert counted(noted) == before and [one.said for one in house.acts(Act.RETENTION_STOPPED)] == [
        {"why": "ClockJumped"}
    ]
