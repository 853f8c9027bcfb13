# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that stands in a desk's database, to compare before and after, or to look for what must not be there."""

from __future__ import annotations

from typing import Any

from privity.desk.db.transaction import Db


def contents(db: Db) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, by table."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: sorted(db.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in tables}


def stands_in(db: Db, word: str) -> list[str]:
    """The tables where the word stands, as text or as bytes."""
    data = word.encode()
    return [
        table
        for table, rows in contents(db).items()
        if any(
            word in value if isinstance(value, str) else data in value if isinstance(value, bytes) else False
            for row in rows
            for value in row
        )
    ]
