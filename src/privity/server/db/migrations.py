# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Numbered SQL, forward only: each file of `sql/` is applied once, in order, in one transaction.

A file that was released is never edited: the next change is the next number.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from privity.server.errors import MigrationChanged, MigrationUnknown


@dataclass(frozen=True, slots=True)
class Migration:
    """One file `NNNN_name.sql`."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.sql.encode()).digest()


def shipped(folder: str = "sql") -> list[Migration]:
    """The migrations of this version for SQLite, or of another folder of them, oldest first."""
    found = []
    for file in files("privity.server.db").joinpath(folder).iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            found.append(Migration(int(number), name, file.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def apply(db: sqlite3.Connection, wanted: list[Migration] | None = None) -> list[int]:
    """Apply what is missing and return its numbers. Raises MigrationChanged or MigrationUnknown."""
    wanted = shipped() if wanted is None else wanted
    db.execute(
        "CREATE TABLE IF NOT EXISTS migration"
        " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL) STRICT"
    )
    applied: dict[int, bytes] = dict(db.execute("SELECT number, digest FROM migration").fetchall())
    done = []
    for migration in missing(applied, wanted):
        _apply_one(db, migration)
        done.append(migration.number)
    return done


def missing(applied: Mapping[int, bytes], wanted: Sequence[Migration]) -> list[Migration]:
    """What is still to be applied. Raises MigrationChanged or MigrationUnknown."""
    unknown = sorted(set(applied) - {migration.number for migration in wanted})
    if unknown:
        raise MigrationUnknown(
            f"the database has migrations {unknown} that this version does not know; run the newer one"
        )
    for migration in wanted:
        if applied.get(migration.number, migration.digest) != migration.digest:
            raise MigrationChanged(f"migration {migration.number} was applied with other text than this version ships")
    return [migration for migration in wanted if migration.number not in applied]


def _apply_one(db: sqlite3.Connection, migration: Migration) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(migration.sql):
            db.execute(statement)
        db.execute(
            "INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)",
            (migration.number, migration.name, migration.digest),
        )
        db.execute("COMMIT")
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _statements(sql: str) -> Iterator[str]:
    """One statement at a time, because `executescript` would commit in between."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip() and not all(line.startswith("--") for line in pending.strip().splitlines()):
        yield pending
