# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The SQLite file that is moved: one snapshot, opened so that nothing can be written."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.server.db import migrations
from privity.server.db.database import Row
from privity.server.operating import durable
from privity.server.operating.errors import MoveRefused

KINDS: Final = {"INTEGER": int, "TEXT": str, "BLOB": bytes}
_OWN: Final = "migration"
"""Each engine has its own list of what was applied."""


@dataclass(frozen=True, slots=True)
class Table:
    """`order` is how rows are told: the same order each time, since nothing changes."""

    name: str
    columns: dict[str, type]
    order: str
    rows: int


class Source:
    """Use as a context. Raises MoveRefused for a file that this version does not serve."""

    __slots__ = ("_db", "_path", "digest")

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise MoveRefused(f"{path} is not there: nothing to move")
        self._path = path
        self.digest = _digest(path)
        """Of all bytes: a move goes on only from the file that it began with."""
        self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)

    def __enter__(self) -> Source:
        self._db.execute("BEGIN")
        applied = dict(self._db.execute("SELECT number, digest FROM migration").fetchall())
        missing = migrations.missing(applied, migrations.shipped())
        if missing:
            self._db.close()
            raise MoveRefused(
                f"{self._path.name} is at an older migration: start and stop this version once, then move"
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def tables(self) -> list[Table]:
        """Those that others point to come first."""
        names = [
            str(row[0])
            for row in self._db.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
            if row[0] != _OWN
        ]
        needs = {name: {str(row[2]) for row in self._db.execute(f"PRAGMA foreign_key_list({name})")} for name in names}
        ordered: list[str] = []
        while len(ordered) < len(names):
            free = [name for name in names if name not in ordered and needs[name] - {name} <= set(ordered)]
            if not free:
                raise MoveRefused("the tables point to each other in a circle")
            ordered += free
        return [self._table(name) for name in ordered]

    def rows(self, table: Table, skip: int = 0) -> Iterator[Row]:
        """All but the first `skip`."""
        found = self._db.execute(
            f"SELECT {', '.join(table.columns)} FROM {table.name}"  # noqa: S608  # names out of our own schema
            f" ORDER BY {table.order} LIMIT -1 OFFSET ?",
            (skip,),
        )
        for row in found:  # noqa: UP028  # `yield from` would close the cursor when its file is closed already
            yield row

    def highest(self) -> dict[str, int]:
        """The number that each table with numbers of its own gave last, also to rows that are gone."""
        return {str(name): int(number) for name, number in self._db.execute("SELECT name, seq FROM sqlite_sequence")}

    def _table(self, name: str) -> Table:
        found = self._db.execute(f"PRAGMA table_info({name})").fetchall()
        keys = [str(row[1]) for row in sorted(found, key=lambda row: row[5]) if row[5]]
        (without_rowid,) = self._db.execute("SELECT wr FROM pragma_table_list(?)", (name,)).fetchone()
        (rows,) = self._db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()  # noqa: S608  # as above
        columns = {str(row[1]): KINDS[str(row[2])] for row in found}
        return Table(name, columns, ", ".join(keys) if without_rowid else "rowid", rows)


def _digest(path: Path) -> str:
    """The file, and what is in its write-ahead log."""
    whole = hashlib.sha256(durable.digest(path).encode())
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        whole.update(durable.digest(log).encode())
    return whole.hexdigest()
