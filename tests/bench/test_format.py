# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The form of what benches print: a table for people, then one line of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.format import BadRow, Row, commit_of, last_line, show, skipped, table

ROWS = (
    Row("send", 0.123456, "cpu_s", "ours <= 0.15"),
    Row("add N=1000", 0.41, "cpu_s", "ratio <= 0.75", peer="mls-rs", peer_value=0.87),
    skipped("fan-out", "cpu_ms", "no hub here", "ours <= 7"),
)


def test_json_line_has_the_agreed_fields() -> None:
    found = json.loads(last_line("main", "abc", True, ROWS))
    assert list(found) == ["bench", "commit", "full", "rows"]
    assert (found["bench"], found["commit"], found["full"]) == ("main", "abc", True)
    assert found["rows"] == [
        {
            "name": "send",
            "ours": 0.1235,
            "unit": "cpu_s",
            "peer": None,
            "peer_value": None,
            "ratio": None,
            "bar": "ours <= 0.15",
        },
        {
            "name": "add N=1000",
            "ours": 0.41,
            "unit": "cpu_s",
            "peer": "mls-rs",
            "peer_value": 0.87,
            "ratio": 0.4713,
            "bar": "ratio <= 0.75",
        },
        {
            "name": "fan-out",
            "ours": None,
            "unit": "cpu_ms",
            "peer": None,
            "peer_value": None,
            "ratio": None,
            "bar": "ours <= 7",
            "skipped": "no hub here",
        },
    ]


def test_json_is_the_last_line_and_alone_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    show("main", "abc", False, ROWS)
    *above, last = capsys.readouterr().out.splitlines()
    assert json.loads(last)["full"] is False
    assert len(above) > len(ROWS)
    assert not any(line.startswith("{") for line in above)


def test_table_says_whether_bars_are_met_and_why_rows_are_missing() -> None:
    lines = table((*ROWS, Row("slow", 2.0, "cpu_s", "ours <= 1"))).splitlines()
    assert [line.endswith("met") for line in lines if line.startswith(("send", "add"))] == [True, True]
    assert lines[-1].endswith("MISSED")
    assert "    skipped: no hub here" in lines


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("a", 1.0, "s"), None),
        (Row("a", 1.0, "s", "ours <= 1"), True),
        (Row("a", 1.0, "s", "ours < 1"), False),
        (Row("a", 1.0, "s", "ours >= 1.5"), False),
        (Row("a", 3.0, "s", "ratio > 1.4", peer="p", peer_value=2.0), True),
        (Row("a", 3.0, "s", "ratio <= 1.4", peer="p", peer_value=2.0), False),
        (Row("a", 3.0, "s", "ratio <= 1.4"), None),
        (Row("a", 3.0, "s", "ratio <= 1.4", peer="p", peer_value=0.0), None),
        (skipped("a", "s", "why", "ours <= 1"), None),
    ],
)
def test_bars(row: Row, met: bool | None) -> None:
    assert row.met is met


def test_rows_that_say_nothing_are_refused() -> None:
    with pytest.raises(BadRow):
        Row("a", None, "s")
    with pytest.raises(BadRow):
        Row("a", 1.0, "s", skipped="but it ran")
    with pytest.raises(BadRow):
        Row("a", 1.0, "s", peer_value=1.0)
    for bar in ("fast", "ours <= ", "peer <= 1", "ours = 1", "ours <= 1 ms"):
        with pytest.raises(BadRow):
            Row("a", 1.0, "s", bar)


def test_commit_is_unknown_outside_of_a_checkout(tmp_path: Path) -> None:
    assert commit_of(tmp_path / "nowhere") == "unknown"


def test_a_mean_is_shown_and_read_back_with_the_ends_of_its_interval() -> None:
    row = Row("victims", 2.0, "people", None, "no signal", 10.0, ends=(1.5, 2.5), peer_ends=(8.0, 12.0))
    assert "2 [1.5, 2.5]" in table([row]) and "10 [8, 12]" in table([row])
    assert (row.json()["ends"], row.json()["peer_ends"]) == ([1.5, 2.5], [8.0, 12.0])
    assert Row.of_json(row.json()) == row
    assert "ends" not in Row("send", 0.1, "cpu_s").json()
