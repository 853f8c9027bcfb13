# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A wrong clock: nothing that is deleted comes back, so none of its kinds may make anything old."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.clearinghouse.model import PRESERVED_FOR_MS
from privity.desk.clearinghouse.preserving import hold_while_open, preserve
from privity.desk.decisions.actions import Action
from privity.desk.hub_client import _apart_ms
from privity.desk.periods import DAY_MS
from privity.desk.retention import clock
from privity.desk.retention.clock import MAX_APART_MS, MAX_BACK_MS, MAX_STEP_MS
from privity.desk.retention.errors import ClockDoubted, ClockJumped, ClocksApart, ClockWentBack
from tests.desk.house import MODERATOR
from tests.desk.retention.years import Years

TEN_YEARS_MS = 3653 * DAY_MS


@pytest.fixture
def full(years: Years) -> Years:
    """Fifteen cases that were decided, one whose reports were dismissed, and something of everything else."""
    for _ in range(15):
        number, _ = years.case()
        years.house.decide(number)
    number, _ = years.case()
    years.house.decide(number, Action.DISMISS)
    years.house.db.execute("INSERT INTO campaign_mark VALUES (?, ?)", (b"m" * 16, number))
    years.seen()
    return years


def counted(years: Years) -> tuple[int, ...]:
    tables = ("evidence WHERE gone_ms IS NULL", "campaign_mark", "reporter", "retention_mark")
    return tuple(years.house.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


@pytest.mark.parametrize("jump", [MAX_STEP_MS + 1, TEN_YEARS_MS, -MAX_BACK_MS - 1, -TEN_YEARS_MS, -(1 << 52), 1 << 52])
def test_a_clock_that_jumps_deletes_nothing_and_says_so_once(full: Years, jump: int) -> None:
    house, right, before = full.house, full.house.clock, counted(full)
    house.clock += jump
    for _ in range(5):
        house.clock += 60_000 if jump > 0 else 0
        assert full.look() == 0
    assert counted(full) == before
    assert clock.alarm(house.db).startswith("ClockJumped: " if jump > 0 else "ClockWentBack: ")
    assert [entry.said for entry in house.acts(Act.RETENTION_STOPPED)] == [
        {"why": "ClockJumped" if jump > 0 else "ClockWentBack"}
    ]
    house.clock = right + 6 * 3_600_000
    assert full.look() == 0
    assert clock.alarm(house.db) == ""
    assert len(house.acts(Act.RETENTION_RESUMED)) == 1
    assert full.pass_days(190) == 0
    assert full.pass_days(10) == 1, "the periods go on as if nothing had been"


def test_a_jump_in_the_middle_of_a_pass_stops_it(full: Years) -> None:
    full.pass_days(196)
    full.house.clock += int(2.9 * DAY_MS)
    before = counted(full)[0]
    assert full.retention.work()
    full.house.clock += TEN_YEARS_MS
    assert not full.retention.work()
    assert counted(full)[0] == before
    full.house.clock -= TEN_YEARS_MS
    assert full.look() == 1


def test_what_was_written_under_a_clock_that_was_behind_is_not_old_afterwards(years: Years) -> None:
    """Everything of the day says that it happened ten years ago; its numbers say that it did not."""
    house = years.house
    years.seen()
    right = house.clock
    house.clock -= TEN_YEARS_MS
    number, record = years.case()
    house.decide(number, Action.DISMISS)
    assert years.look() == 0
    house.clock = right + 3_600_000
    assert years.look() == 0
    years.seen()
    assert years.pass_days(197) == 0
    assert years.there(record)
    assert years.pass_days(3) == 1


def test_what_was_written_under_a_clock_that_was_ahead_is_kept_longer_and_not_shorter(years: Years) -> None:
    house = years.house
    years.seen()
    right = house.clock
    house.clock += 100 * DAY_MS
    number, record = years.case()
    house.decide(number, Action.DISMISS)
    house.clock = right + 3_600_000
    years.seen()
    assert years.pass_days(290) == 0
    assert years.there(record)
    assert years.pass_days(12) == 1


def test_a_hold_whose_end_was_written_under_a_clock_that_was_behind_holds_its_year(years: Years) -> None:
    """Sent to an authority on a day on which the desk took the year for another one."""
    house = years.house
    number, record = years.case()
    house.decide(number, Action.DISMISS)
    years.seen()
    house.clock, right = house.clock - TEN_YEARS_MS, house.clock
    house.db.execute(
        "INSERT INTO referral (n, destination, kind, bundle, mandatory, level, state, drafted_ms, approved_by,"
        " finished_ms) VALUES (3, 'agency', 'teapots', 'nobody', 1, 2, 'finished', ?, 'staff:2', ?)",
        (house.clock, house.clock),
    )
    hold_while_open(house.db, 3, [record])
    preserve(house.db, 3, house.clock + PRESERVED_FOR_MS)
    house.clock = right + 3_600_000
    years.seen()
    assert years.pass_days(365) == 0
    assert years.there(record)
    assert years.pass_days(3) == 1


@pytest.mark.parametrize("apart", [MAX_APART_MS + 1, -MAX_APART_MS - 1, TEN_YEARS_MS])
def test_a_clock_that_is_not_the_hubs_is_not_believed(full: Years, apart: int) -> None:
    """However slowly it creeps ahead."""
    full.apart = apart
    before = counted(full)
    assert full.pass_days(300) == 0
    assert counted(full) == before
    assert clock.alarm(full.house.db).startswith("ClocksApart: ")
    assert full.house.acts(Act.RETENTION_DELETED) == []


def test_a_desk_that_was_off_for_long_waits_for_its_operator(full: Years) -> None:
    house = full.house
    house.clock += 400 * DAY_MS
    assert full.look() == 0
    clock.sure(house.db, house.clock)
    assert clock.alarm(house.db) == ""
    assert full.look() == 16
    (entry,) = house.acts(Act.RETENTION_CONFIRMED)
    assert entry.who == "command:retention" and entry.said["before_ms"] == house.clock - 400 * DAY_MS


def test_an_operator_who_was_sure_of_a_wrong_clock_can_say_so(years: Years) -> None:
    house = years.house
    number, record = years.case()
    years.seen()
    right = house.clock
    house.clock += TEN_YEARS_MS
    clock.sure(house.db, house.clock)
    assert years.look() == 0, "nothing was over"
    house.decide(number, Action.DISMISS, by=MODERATOR)
    house.clock = right
    assert years.look() == 0 and clock.alarm(house.db).startswith("ClockWentBack")
    clock.sure(house.db, house.clock)
    assert years.pass_days(100) == 0
    assert years.there(record)


def test_the_first_look_of_a_desk_makes_nothing_old(years: Years) -> None:
    """A desk of an older version, whose cases were decided years ago: they count from its first look on."""
    house = years.house
    number, record = years.case()
    house.decide(number, Action.DISMISS)
    house.db.execute("DELETE FROM retention_mark")
    house.db.execute("DELETE FROM retention_clock")
    house.clock += TEN_YEARS_MS
    assert years.look() == 0
    assert years.pass_days(197) == 0
    assert years.pass_days(3) == 1
    assert not years.there(record)


def test_the_bounds_are_exact() -> None:
    for now_ms, apart in ((MAX_STEP_MS, None), (-MAX_BACK_MS, None), (0, MAX_APART_MS), (0, -MAX_APART_MS)):
        clock.check(now_ms, 0, apart)
    for error, now_ms, apart in (
        (ClockJumped, MAX_STEP_MS + 1, None),
        (ClockWentBack, -MAX_BACK_MS - 1, None),
        (ClocksApart, 0, MAX_APART_MS + 1),
    ):
        with pytest.raises(error, match="--i-am-sure"):
            clock.check(now_ms, 0, apart)
        assert issubclass(error, ClockDoubted)


def test_the_hubs_time_is_that_of_its_answer_and_rubbish_changes_nothing() -> None:
    date = "Thu, 26 Nov 2026 05:00:00 GMT"
    assert _apart_ms(date, 1_795_669_200_000, None) == 0
    assert _apart_ms(date, 1_795_669_200_000 - TEN_YEARS_MS, 7) == TEN_YEARS_MS
    for rubbish in ("", "yesterday", "Thu, 99 Nov 2026 05:00:00 GMT", "Thu, 26 Nov 99999999 05:00:00 GMT", "\x00"):
        assert _apart_ms(rubbish, 0, 7) == 7
    assert _apart_ms(None, 0, None) is None
