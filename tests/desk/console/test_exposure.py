# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Nobody sees more pictures of evidence in a day than they should, nor many without a pause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.config import Budget
from privity.desk.console import exposure
from privity.desk.console.errors import ExposureSpent, PauseNeeded
from privity.desk.console.exposure import DAY_MS, VIEW_S, Hearing, Spent, Stage, View, spent
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from tests.desk.fresh_keys import fresh_keys

BUDGET = Budget(views_a_day=5, in_a_row=3, pause_ms=60_000)
NOON = 20_000 * DAY_MS + DAY_MS // 2
LOOK = View(case=1, report=2, position=0, part=1, evidence=7, stage=Stage.SMALL, reason="an invented reason")
MINUTE = 60_000


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    db = open_database(tmp_path / "desk.db", fresh_keys(tmp_path))
    yield db
    db.close()


def look(db: Db, at: int, stage: Stage = Stage.SMALL, who: str = "staff:1") -> Spent:
    return exposure.view(db, who, BUDGET, replace(LOOK, stage=stage), at)


def entries(db: Db) -> list[Entry]:
    return [Entry.decode(data) for data in log.entries(db)]


def test_each_view_counts_and_stands_in_the_audit_log(db: Db) -> None:
    assert look(db, NOON) == Spent(4, None)
    (entry,) = entries(db)
    assert (entry.act, entry.about, entry.who, entry.at_ms) == (Act.MEDIA_VIEWED, "evidence:7", "staff:1", NOON)
    assert entry.said == {
        "case": 1,
        "report": 2,
        "position": 0,
        "part": 1,
        "stage": "small",
        "reason": "an invented reason",
    }


def test_a_day_has_an_end(db: Db) -> None:
    for number in range(5):
        look(db, NOON + number * 2 * MINUTE)
    with pytest.raises(ExposureSpent, match="5 views today"):
        look(db, NOON + DAY_MS // 2 - 1)
    assert len(entries(db)) == 5  # what was refused is no view
    assert look(db, NOON + DAY_MS // 2).left == 4  # midnight
    assert look(db, NOON, who="staff:2").left == 4  # everybody has their own


def test_a_pause_is_due_after_some_in_a_row(db: Db) -> None:
    for number in range(3):
        last = look(db, NOON + number * 1000)
    assert last == Spent(2, NOON + 2000 + MINUTE)
    with pytest.raises(PauseNeeded, match=r"in 1 minute$"):
        look(db, NOON + 3000)
    with pytest.raises(PauseNeeded):
        look(db, NOON + 2000 + MINUTE - 1)
    assert look(db, NOON + 2000 + MINUTE) == Spent(1, None)


def test_a_blurred_picture_costs_nothing_and_is_logged(db: Db) -> None:
    for number in range(9):
        assert look(db, NOON + number, Stage.BLURRED).left == 5
    assert [entry.said["stage"] for entry in entries(db)] == ["blurred"] * 9
    for number in range(3):
        look(db, NOON + number)
    assert look(db, NOON + 4, Stage.BLURRED).pause_until_ms is not None  # may be looked at in a pause, too


def test_a_sound_counts_by_its_length(db: Db) -> None:
    for seconds, left in ((VIEW_S, 4), (VIEW_S + 1, 2)):
        assert exposure.view(db, "staff:1", BUDGET, listen(seconds), NOON).left == left
    with pytest.raises(PauseNeeded):
        exposure.view(db, "staff:1", BUDGET, listen(1), NOON)
    later = NOON + MINUTE
    with pytest.raises(ExposureSpent, match="counts as 3 views, and 2 of today's 5"):
        exposure.view(db, "staff:1", BUDGET, listen(3 * VIEW_S), later)
    assert exposure.view(db, "staff:1", BUDGET, listen(2 * VIEW_S), later).left == 0
    assert [entry.said["seconds"] for entry in entries(db)] == [VIEW_S, VIEW_S + 1, 2 * VIEW_S]
    assert {entry.said["stage"] for entry in entries(db)} == {"heard"}


def listen(seconds: int) -> Hearing:
    return Hearing(1, 2, 0, 1, 7, 0, seconds, "an invented reason")


def test_a_clock_that_was_ahead_gives_nobody_a_second_day(db: Db) -> None:
    """What counts for no day any more goes by the time that is believed (`retention`), and not with the next view."""
    for number in range(4):
        look(db, NOON + number * 2 * MINUTE)
    for number in range(3):
        look(db, NOON + 400 * DAY_MS + number * 1000)
    assert look(db, NOON + 10 * MINUTE).left == 0
    with pytest.raises(ExposureSpent):
        look(db, NOON + 20 * MINUTE)


@given(st.lists(st.integers(1, 40_000), max_size=40))
def test_no_order_of_views_gets_past_the_limits(gaps: list[int]) -> None:
    """A person who tries again and again sees no more than the day allows, and no long row without a pause."""
    now, seen = NOON, list[int]()
    for gap in gaps:
        now += gap
        state = spent(BUDGET, seen[::-1], now)
        if state.left and state.pause_until_ms is None:
            seen.append(now)
    assert len(seen) <= BUDGET.views_a_day
    rows = [seen[at : at + BUDGET.in_a_row + 1] for at in range(len(seen) - BUDGET.in_a_row)]
    assert all(any(b - a >= BUDGET.pause_ms for a, b in pairwise(row)) for row in rows)
