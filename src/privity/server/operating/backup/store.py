# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of a backup: what stands in the copied moment."""

from __future__ import annotations

from collections.abc import Iterable

from privity.server.db.database import Query


def rows(query: Query, tables: Iterable[str]) -> dict[str, int]:
    """How many each of these tables has; one that an older database does not have yet is left out."""
    found = {}
    for table in tables:
        if query.one("SELECT 1 FROM pragma_table_info(?)", (table,)) is None:  # both engines have it
            continue
        row = query.one(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # names of the inventory
        found[table] = int(row[0]) if row is not None else 0
    return found


def blobs(query: Query) -> list[tuple[bytes, int]]:
    """The hash and the size of each."""
    return [(bytes(row[0]), int(row[1])) for row in query.all("SELECT sha256, size FROM blob ORDER BY sha256")]


def migration(query: Query) -> int:
    """The newest that was applied."""
    row = query.one("SELECT MAX(number) FROM migration")
    return int(row[0]) if row is not None and row[0] is not None else 0
