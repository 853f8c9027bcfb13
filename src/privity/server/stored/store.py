# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL over any table that the inventory names. Names of tables and columns are ours; only values come from outside."""

from __future__ import annotations

from privity.keylog.labels import user_label
from privity.server.db.database import Query, Row
from privity.wire.inventory import Stored
from privity.wire.rows_about import Whom, about


def count(query: Query, name: str, table: Stored, user_uri: str, devices: tuple[str, str]) -> int:
    where, values = _about(table, user_uri, devices)
    row = query.one(f"SELECT COUNT(*) FROM {name} WHERE {where}", values)  # noqa: S608  # names of the inventory
    return int(row[0]) if row is not None else 0


def rows(
    query: Query, name: str, table: Stored, user_uri: str, devices: tuple[str, str], start: int, limit: int
) -> list[Row]:
    """In a fixed order, with the columns as the inventory has them."""
    where, values = _about(table, user_uri, devices)
    columns = ", ".join(table.columns)
    order = ", ".join(str(number) for number in range(1, len(table.columns) + 1))
    return query.all(
        f"SELECT {columns} FROM {name} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608  # as above
        (*values, limit, start),
    )


def _about(table: Stored, user_uri: str, devices: tuple[str, str]) -> tuple[str, list[object]]:
    """`devices` borders the URIs of theirs."""
    return about(table, Whom((user_uri,), user_label(user_uri).decode(), devices))
