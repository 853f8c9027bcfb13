# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Statements that run for many rows: how each engine is shown the table `given`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

TYPES: Final = {int: "bigint", str: "text", bytes: "bytea"}
"""What a column of `given` may be, and its name in PostgreSQL."""


@lru_cache(maxsize=256)
def one_row(sql: str, names: tuple[str, ...]) -> str:
    """For an engine that runs the statement once for each row."""
    marks = ", ".join("?" * len(names))
    return f"WITH given ({', '.join(names)}) AS (VALUES ({marks})) {sql}"


@lru_cache(maxsize=256)
def all_rows(sql: str, columns: tuple[tuple[str, type], ...]) -> str:
    """For PostgreSQL, which takes each column as one array."""
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"${number}::{TYPES[kind]}[]" for number, (_, kind) in enumerate(columns, 1))
    return f"WITH given ({names}) AS (SELECT * FROM unnest({arrays})) {sql}"  # noqa: S608  # names of the store's columns
