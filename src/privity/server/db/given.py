# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Statements that run for many rows: how each engine is shown the table `given`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

TYPES: Final = {int: "bigint", str: "text", bytes: "bytea"}
"""What a column of `given` may be, and its name in PostgreSQL."""


STEPS: Final = (64, 32, 16, 8, 4, 2, 1)
"""How many rows one statement of SQLite takes: few different ones, so that they stay prepared."""


def in_steps(rows: Sequence[Sequence[object]]) -> Iterator[Sequence[Sequence[object]]]:
    """All of them, in parts of these sizes."""
    begin = 0
    for step in STEPS:
        while len(rows) - begin >= step:
            yield rows[begin : begin + step]
            begin += step


@lru_cache(maxsize=256)
def some_rows(sql: str, names: tuple[str, ...], count: int) -> str:
    """For an engine that takes each value by itself, so many rows at once."""
    row = f"({', '.join('?' * len(names))})"
    return f"WITH given ({', '.join(names)}) AS (VALUES {', '.join([row] * count)}) {sql}"


@lru_cache(maxsize=256)
def all_rows(sql: str, columns: tuple[tuple[str, type], ...]) -> str:
    """For PostgreSQL, which takes each column as one array."""
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"${number}::{TYPES[kind]}[]" for number, (_, kind) in enumerate(columns, 1))
    return f"WITH given ({names}) AS (SELECT * FROM unnest({arrays})) {sql}"  # noqa: S608  # names of the store's columns
