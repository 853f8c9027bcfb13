# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Tables: the same rows in both forms, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.production.classes import Releasable
from privity.production.errors import BadRow
from privity.production.records import MAX_INTEGER, Column, ColumnKind, Table, time_text

TEXT = Column("what", ColumnKind.TEXT, "Words", "teapot", "exact")
NUMBER = Column("count", ColumnKind.INTEGER, "How many", "teapot", "exact")
TIME = Column("at", ColumnKind.TIME, "When", "teapot", "a millisecond")


def table(*rows: tuple[Any, ...]) -> Table:
    return Table("teapots", Releasable.SUBSCRIBER, (TEXT, NUMBER, TIME), rows)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_both_forms_to_the_byte() -> None:
    made = table(('a "pot", blue', 2, 1_795_000_000_007), ("=cmd|' /C kettle'!A0", -3, None))
    assert made.csv() == (
        b'what,count,at\r\n"a ""pot"", blue",2,2026-11-18T11:06:40.007Z\r\n\'=cmd|\' /C kettle\'!A0,-3,\r\n'
    )
    assert json.loads(made.json()) == {
        "class": "subscriber",
        "rows": [
            {"at": "2026-11-18T11:06:40.007Z", "count": 2, "what": 'a "pot", blue'},
            {"at": None, "count": -3, "what": "=cmd|' /C kettle'!A0"},
        ],
        "table": "teapots",
    }


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RUNS = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n"]), WORDS)


@given(st.lists(st.tuples(WORDS | RUNS | st.none(), st.integers(-MAX_INTEGER, MAX_INTEGER), st.just(0)), max_size=5))
def test_no_text_runs_in_a_spreadsheet_and_json_holds_it_as_it_was(rows: list[tuple[Any, ...]]) -> None:
    made = table(*rows)
    found = read(made.csv())
    assert len(found) == len(rows) + 1
    for row, (words, number, _) in zip(found[1:], rows, strict=True):
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert row[0].removeprefix("'") == (words or "").removeprefix("'")
        assert int(row[1]) == number
    assert [one["what"] for one in json.loads(made.json())["rows"]] == [row[0] for row in rows]


@pytest.mark.parametrize(
    "row",
    [
        ("a", 1),
        ("a", 1, 1, 1),
        (1, 1, 1),
        ("a", "1", 1),
        ("a", True, 1),
        ("a", 1.5, 1),
        ("a", MAX_INTEGER + 1, 1),
        ("a", 1, -1),
        ("a", 1, 1 << 52),
        ("\ud800", 1, 1),
    ],
)
def test_a_row_that_does_not_fit_is_refused(row: tuple[Any, ...]) -> None:
    with pytest.raises(BadRow, match="teapots"):
        table(row)


def test_times_are_whole_to_the_millisecond() -> None:
    assert time_text(0) == "1970-01-01T00:00:00.000Z"
    assert time_text(253_402_300_799_999) == "9999-12-31T23:59:59.999Z"
