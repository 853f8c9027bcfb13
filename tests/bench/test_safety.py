# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of the safety desk measures real work: what it fills, a real desk verifies, and a blind one is noticed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from bench.errors import CannotRun
from bench.format import Row
from bench.reported import fill
from bench.safety_floor import floor_s

from bench import safety, safety_intake, safety_queue
from privity.desk.cases import service as cases
from privity.desk.cases.model import View
from privity.desk.db.database import open_database
from privity.desk.intake import store

REPORTS = 160


async def test_intake_takes_everything_and_says_who_spent_what() -> None:
    cost = await safety_intake.spent(REPORTS)
    assert cost.reports == REPORTS
    assert min(cost.desk_s, cost.hub_s, cost.wall_s) > 0
    assert cost.per_thousand_s == pytest.approx((cost.desk_s + cost.hub_s) * 1000 / REPORTS)


async def test_a_desk_that_verifies_nothing_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:

    def without_keys(config: Path, count: int, at_ms: int) -> None:
        """The franks of a day whose key the hub does not have."""
        fill(config, count, at_ms)
        for key in (config.parent / "hub" / "keys" / "periods").glob("*.key"):
            key.unlink()

    monkeypatch.setattr(safety_intake, "fill", without_keys)
    found = await safety_intake.rows(20)
    assert [row.ours for row in found] == [None] * 4
    assert "expected 20 verified reports in cases, it were 0 and 0" in (found[0].skipped or "")


def test_queue_is_filled_by_the_code_of_the_intake(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "desk.db", safety_queue._keys(tmp_path))) as db:
        safety_queue.fill(db, 1_200)
        counts = cases.counts(db, safety_queue.NOW_MS)
        assert (counts.open, counts.taken) == (1_000, 200)
        assert 0 < counts.overdue < 1_200
        assert store.recorded(db, ["x"]) == frozenset()
        page = cases.queue(db, safety_queue._moderator(), View.OPEN, limit=50, now_ms=safety_queue.NOW_MS)
        assert len(page.cases) == 50
        assert page.after is not None


def test_floor_is_what_its_parts_cost() -> None:
    assert 0 < floor_s(quick=True) < 60


def test_rows_have_their_bars_and_a_peer_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*, quick: bool) -> float:
        raise CannotRun("no disk here")

    async def measured(count: int) -> list[Row]:
        return [goal.row(1.0) for goal in (safety_intake.TOGETHER, safety_intake.OF_DESK)]

    monkeypatch.setattr(safety_intake, "rows", measured)
    first, second = safety.intake_rows(10, quick=True)
    assert (first.peer, second.peer) == ("HPKE, Ed25519, fsync", None)
    assert first.bar == "ours <= 0.45"
    monkeypatch.setattr(safety, "floor_s", cannot)
    assert safety.intake_rows(10, quick=True)[0].peer is None


def test_only_a_full_run_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "rows", lambda reports, *, quick: pytest.fail("it measured"))
    for arguments in (["--write", "--quick"], ["--write", "--reports", "10"]):
        with pytest.raises(SystemExit):
            safety.main(arguments)
