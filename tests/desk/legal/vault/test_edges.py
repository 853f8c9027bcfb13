# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The last millisecond and the one after it, whenever on its day a request came; clocks that run away or go back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from privity.desk.legal.requests.clocks import DAY_MS, midnight
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.errors import HoldOver, WrongState
from privity.desk.legal.vault.model import Because, State
from privity.desk.periods import Periods
from privity.desk.retention.sweep import Retention
from tests.desk.legal.rulebook.bases import TODAY
from tests.desk.legal.vault.cellar import CLERK, EPOC_PR, FILES, PRESERVE, Cellar
from tests.desk.legal.vault.test_expiry import NCMEC, begun, ends_with, renewed

TOMORROW = midnight(TODAY + timedelta(days=1))
SUBSCRIBER = "subscriber/0001.json"


@pytest.mark.parametrize("came", [0, DAY_MS - 1], ids=["first-millisecond", "last-millisecond"])
@pytest.mark.parametrize(("instrument", "days"), [(EPOC_PR, 60), (PRESERVE, 90), (NCMEC, 365)])
def test_lp_18_the_day_of_receipt_is_day_0_from_its_first_to_its_last_millisecond(
    cellar: Cellar, instrument: str, days: int, came: int
) -> None:
    cellar.bureau.now_ms = TOMORROW + came
    hold = begun(cellar, instrument)
    cellar.look()
    end_ms = TOMORROW + (days + 1) * DAY_MS
    assert cellar.hold(hold).until_ms == end_ms
    for last in (end_ms - DAY_MS - 1, end_ms - DAY_MS, end_ms - 1):
        cellar.until(last)
        assert cellar.alive(hold), last - end_ms
    cellar.bureau.now_ms = end_ms
    cellar.look()
    assert cellar.state(hold) == State.SHREDDED
    assert (cellar.hold(hold).ended_ms, cellar.hold(hold).ended_because) == (end_ms, Because.TIME)


@pytest.mark.parametrize("came", [0, DAY_MS - 1], ids=["first-millisecond", "last-millisecond"])
@pytest.mark.parametrize(("instrument", "days"), [(EPOC_PR, 90), (PRESERVE, 180)])
def test_lp_18_a_renewal_counts_from_the_same_day(cellar: Cellar, instrument: str, days: int, came: int) -> None:
    """Whenever it is made: it adds days to those of the first, and none to the day on which somebody renewed."""
    cellar.bureau.now_ms = TOMORROW + came
    hold = begun(cellar, instrument)
    cellar.look()
    cellar.pass_days(40)
    renewed(cellar, hold, instrument)
    assert cellar.hold(hold).until_ms == TOMORROW + (days + 1) * DAY_MS
    cellar.until(TOMORROW + (days + 1) * DAY_MS - 1)
    assert cellar.alive(hold)
    cellar.bureau.now_ms += 1
    cellar.look()
    assert not cellar.alive(hold)


def test_it_is_released_and_read_to_its_last_millisecond(cellar: Cellar) -> None:
    first, second = cellar.held(), cellar.held()
    end_ms = first.until_ms
    assert end_ms is not None and second.until_ms == end_ms
    cellar.until_day(89)
    requests = [cellar.scoped(), cellar.scoped()]
    cellar.bureau.now_ms = end_ms - 1
    cellar.released(first, requests[0])
    assert cellar.read(requests[0], first.number, SUBSCRIBER) == FILES[SUBSCRIBER]
    cellar.bureau.now_ms = end_ms
    with pytest.raises(HoldOver):
        cellar.released(second, requests[1])
    cellar.look()
    assert [cellar.alive(each.number) for each in (first, second)] == [True, False], "one is read for a case in time"


def test_nothing_is_taken_for_an_order_whose_time_is_over(cellar: Cellar) -> None:
    """In its last millisecond it is, and with the next one nobody asks the hub for it."""
    orders = [cellar.ordered(cellar.request(PRESERVE)) for _ in range(2)]
    cellar.until_day(90)
    assert cellar.now_ms + 1 == orders[0].until_ms
    assert cellar.taken(orders[0]).state is State.HELD
    cellar.bureau.now_ms += 1
    with pytest.raises(HoldOver):
        cellar.taken(orders[1])


def test_a_clock_that_is_set_back_over_the_end_brings_nothing_back(cellar: Cellar) -> None:
    """What is shredded is; what was over and not shredded yet goes once the clock is right."""
    gone = begun(cellar, EPOC_PR)
    kept = begun(cellar, PRESERVE)
    end_ms = cellar.hold(kept).until_ms
    assert end_ms is not None
    cellar.until_day(90)
    assert not cellar.alive(gone)
    for back in (0, -DAY_MS, -20 * DAY_MS, -400 * DAY_MS):
        cellar.bureau.now_ms = end_ms + back - 1
        cellar.look()
        assert (cellar.state(gone), cellar.alive(kept)) == (State.SHREDDED, True)
        assert cellar.retention.doubt == ("ClockWentBack" if back else "")
        with pytest.raises(HoldOver):
            vault.renew(cellar.db, cellar.custody, CLERK, gone, 1, cellar.now_ms)
        with pytest.raises(WrongState):
            vault.receipt_facts(cellar.db, gone)
    cellar.bureau.now_ms = end_ms
    cellar.look()
    assert cellar.state(kept) == State.SHREDDED


def test_a_clock_that_runs_away_by_steps_that_one_look_believes_is_stopped_by_the_hubs(cellar: Cellar) -> None:
    hold, start = begun(cellar, PRESERVE), cellar.now_ms
    cellar.retention = Retention(cellar.db, Periods(), lambda: cellar.now_ms, lambda: start - cellar.now_ms)
    for _ in range(40):
        cellar.bureau.now_ms += 6 * DAY_MS
        cellar.look()
        assert cellar.retention.doubt == "ClocksApart" and cellar.alive(hold)
    cellar.bureau.now_ms = start + 60_000
    cellar.retention = Retention(cellar.db, Periods(), lambda: cellar.now_ms, lambda: 0)
    ends_with(cellar, hold, 90)
