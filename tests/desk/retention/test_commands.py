# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk retention`: what it shows is what goes, and after an alarm it says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privity.desk.audit import beside
from privity.desk.commands import app
from privity.desk.decisions.actions import Action
from privity.desk.evidence.records import Kind
from privity.desk.periods import DAY_MS
from privity.desk.retention.outlook import outlook
from tests.desk.retention.years import Years

Shown = pytest.CaptureFixture[str]


@pytest.fixture
def config(years: Years, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "privity.toml"
    path.write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n[desk.retention]\nunopened = 30\n')
    monkeypatch.setattr(beside, "now_ms", lambda: years.house.clock)
    return path


def run(config: Path, *words: str) -> None:
    app(["retention", *words, "--config", str(config)], exit_on_error=False, result_action="return_value")


def filled(years: Years) -> int:
    """One dismissed, one decided, one open, with a notice in it; the record that goes first."""
    dismissed, first = years.case()
    decided, _ = years.case()
    years.case()
    years.house.decide(dismissed, Action.DISMISS)
    years.house.decide(decided)
    years.keep(f"report:{years.report_of(decided)}", Kind.NOTICE)
    years.seen()
    return first


def test_what_is_shown_is_what_goes(years: Years, config: Path, capsys: Shown) -> None:
    first = filled(years)
    capsys.readouterr()
    run(config, "--dry-run", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert (shown["alarm"], shown["days"]["unopened"], shown["days"]["decided"]) == ("", 30, 180)
    assert [(row["what"], row["now"], row["later"], row["waits"]) for row in shown["outlook"]] == [
        ("evidence of cases", 0, 2, 1),
        ("public notices", 0, 1, 0),
        ("reports in no case", 0, 0, 0),
        ("referrals", 0, 0, 0),
    ]
    years.pass_days(195)
    years.house.clock += 6 * DAY_MS
    run(config, "--dry-run")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("dismissed: evidence of a case whose reports were dismissed: 90 days after")
    assert "evidence of cases: 1 now, 0 within 30 days, 1 later, 1 without a day yet" in lines
    assert years.there(first), "looking touches nothing"
    run(config)
    assert capsys.readouterr().out == "2 records were shredded\n"
    assert not years.there(first)
    run(config, "--json")
    assert json.loads(capsys.readouterr().out) == {"gone": 0}


def test_after_an_alarm_nothing_goes_before_the_operator_is_sure(years: Years, config: Path, capsys: Shown) -> None:
    first = filled(years)
    capsys.readouterr()
    years.house.clock += 900 * DAY_MS
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"^privity: ClockJumped: the clock says .*--i-am-sure"):
            run(config)
    assert years.there(first)
    run(config, "--dry-run")
    assert "nothing is deleted now: ClockJumped: " in capsys.readouterr().out
    run(config, "--i-am-sure")
    assert capsys.readouterr().out == "3 records were shredded\n"
    assert not years.there(first)


def test_the_outlook_counts_every_record_once(years: Years) -> None:
    filled(years)
    (there,) = years.house.db.execute("SELECT count(*) FROM evidence").fetchone()
    rows = outlook(years.house.db, years.periods, years.house.clock)
    assert sum(row.now + row.soon + row.later + row.waits for row in rows) == there == 4
