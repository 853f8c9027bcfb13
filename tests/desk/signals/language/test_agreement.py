# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The three translations agree: whatever is written, and whatever the events are."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from tests.desk.signals.language.example import CATALOGUE

from privity.desk.signals.language.duckdb_code import sql
from privity.desk.signals.language.duckdb_functions import DUCKDB
from privity.desk.signals.language.errors import AlwaysTheSame, OutOfRange, TooLarge
from privity.desk.signals.language.functions import FUNCTIONS
from privity.desk.signals.language.measuring import Sizes
from privity.desk.signals.language.numpy_code import Columns
from privity.desk.signals.language.numpy_functions import NUMPY, Column
from privity.desk.signals.language.python_code import single
from privity.desk.signals.language.python_functions import PYTHON
from privity.desk.signals.language.rule_set import compile_condition
from privity.desk.signals.language.types import Type

WHOLE = ["age", "sends", "asked", "accepted", "drift"]
COUNTS = ["age", "sends", "asked", "accepted"]
DTYPES = {Type.WHOLE: np.int64, Type.REAL: np.float64, Type.TRUTH: np.bool_, Type.TEXT: object}
SQL_TYPES = {Type.WHOLE: "BIGINT", Type.REAL: "DOUBLE", Type.TRUTH: "BOOLEAN", Type.TEXT: "VARCHAR"}

texts = st.text(alphabet="abotBOT' %_\\äß🦆-", max_size=12)
wholes = st.sampled_from(WHOLE) | st.integers(-5000, 2**33).map(str)
reals = st.just("pace") | st.floats(0, 1e12, allow_nan=False).map(repr)


def _sums(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    counts = st.tuples(st.sampled_from(COUNTS), st.sampled_from(COUNTS))
    return (
        st.tuples(pairs, st.sampled_from("+-*")).map(lambda t: f"({t[0][0]} {t[1]} {t[0][1]})")
        | st.tuples(inner, st.floats(0.001, 1e6)).map(lambda t: f"({t[0]} / {t[1]!r})")
        | st.tuples(pairs, st.sampled_from(["least", "most"])).map(lambda t: f"{t[1]}({t[0][0]}, {t[0][1]})")
        | st.tuples(counts, st.sampled_from(["share", "wilson_low", "wilson_high"])).map(
            lambda t: f"{t[1]}({t[0][0]}, {t[0][1]})"
        )
    )


numbers = st.recursive(wholes | reals, _sums, max_leaves=6)
patterns = st.sampled_from(["bot", "(?i)bot", "^a+", "ä|🦆", r"\bB", "o.o", "[^a-z]"])
tests = (
    st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(" ".join)
    | st.tuples(numbers, numbers, numbers).map(lambda t: f"{t[0]} < {t[1]} <= {t[2]}")
    | st.tuples(st.sampled_from(WHOLE), st.lists(st.integers(-50, 50), min_size=1, max_size=4)).map(
        lambda t: f"{t[0]} in {t[1]}"
    )
    | st.tuples(st.sampled_from(["==", "!="]), texts).map(lambda t: f"client {t[0]} {t[1]!r}")
    | st.lists(texts, min_size=1, max_size=4).map(lambda t: f"client not in {t}")
    | st.tuples(st.sampled_from(["contains", "starts"]), texts.filter(bool)).map(lambda t: f"{t[0]}(client, {t[1]!r})")
    | patterns.map(lambda pattern: f"matches(client, {pattern!r})")
    | st.just("new")
)
conditions = st.recursive(
    tests,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        | inner.map(lambda part: f"(not {part})")
    ),
    max_leaves=5,
)
events = st.tuples(
    st.integers(0, 2**32) | st.integers(0, 60),
    st.integers(0, 2**31) | st.integers(0, 60),
    st.integers(0, 2**31) | st.integers(0, 60),
    st.integers(0, 2**31) | st.integers(0, 60),
    st.integers(-3600, 3600),
    st.floats(0.0, 1e9) | st.integers(0, 60).map(float),
    st.booleans(),
    texts,
)


@pytest.fixture(scope="module")
def table() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": "1"})
    columns = ", ".join(f'"{feature.name}" {SQL_TYPES[feature.type]}' for feature in CATALOGUE.features)
    connection.execute(f"CREATE TABLE event (place INTEGER, {columns})")
    return connection


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(conditions, st.lists(events, min_size=1, max_size=12))
def test_three_translations_agree(table: duckdb.DuckDBPyConnection, text: str, rows: list[tuple[object, ...]]) -> None:
    try:
        node = compile_condition(text, CATALOGUE)
    except (AlwaysTheSame, OutOfRange, TooLarge):
        reject()  # written by chance: a comparison that says nothing, or more than can be counted
    value = single(CATALOGUE, {}, node, Sizes(CATALOGUE))
    one_by_one = [bool(value(*row)) for row in rows]
    columns: dict[str, Column] = {
        feature.name: np.array([row[i] for row in rows], dtype=DTYPES[feature.type])
        for i, feature in enumerate(CATALOGUE.features)
    }
    assert np.broadcast_to(Columns(columns, {}).of(node), len(rows)).tolist() == one_by_one, text
    table.execute("DELETE FROM event")
    row = f"(?{', ?' * len(CATALOGUE.features)})"
    flat = [value for place, values in enumerate(rows) for value in (place, *values)]
    table.execute(f"INSERT INTO event VALUES {', '.join([row] * len(rows))}", flat)
    found = table.execute(f"SELECT {sql(node, {})} FROM event ORDER BY place").fetchall()
    assert [row[0] for row in found] == one_by_one, text


def test_each_function_is_there_three_times() -> None:
    assert FUNCTIONS.keys() == PYTHON.keys() == NUMPY.keys() == DUCKDB.keys()
