# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL over the classes. Names of tables and conditions are ours; only times come from outside."""

from __future__ import annotations

from privity.server.db.database import Query
from privity.server.retention.classes import Kept


def due(query: Query, kept: Kept, before_ms: int) -> int:
    """Rows of this class that have to be gone."""
    row = query.one(f"SELECT COUNT(*) FROM {kept.table} WHERE {kept.due}", (before_ms,))  # noqa: S608  # as above
    return int(row[0]) if row is not None else 0


def held(query: Query, kept: Kept) -> int:
    """Rows of its table, whatever their time."""
    row = query.one(f"SELECT COUNT(*) FROM {kept.table}")  # noqa: S608  # as above
    return int(row[0]) if row is not None else 0
