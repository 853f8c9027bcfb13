# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The numbered, forward-only SQL of the desk, and which of it a database has already."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import MigrationChanged, MigrationUnknown


def apply(db: Db) -> bool:
    """Apply the shipped SQL files that are missing, in order, each in one transaction; whether that changed an older
    database."""
    db.execute(
        "CREATE TABLE IF NOT EXISTS migration"
        " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL) STRICT"
    )
    applied: dict[int, bytes] = dict(db.execute("SELECT number, digest FROM migration").fetchall())
    shipped = _shipped()
    unknown = sorted(set(applied) - set(shipped))
    if unknown:
        raise MigrationUnknown(f"desk.db has migrations {unknown} that this version does not know; run the newer one")
    for number, (name, sql) in sorted(shipped.items()):
        digest = hashlib.sha256(sql.encode()).digest()
        known = applied.get(number)
        if known is None:
            _apply_one(db, number, name, sql, digest)
        elif known != digest:
            raise MigrationChanged(f"migration {number} was applied with other text than this version ships")
    return bool(applied) and len(shipped) > len(applied)


def _apply_one(db: Db, number: int, name: str, sql: str, digest: bytes) -> None:
    with transaction(db):
        for statement in _statements(sql):
            db.execute(statement)
        db.execute("INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)", (number, name, digest))


def _shipped() -> dict[int, tuple[str, str]]:
    found = {}
    for file in files("privity.desk.db").joinpath("sql").iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            found[int(number)] = (name, file.read_text("utf-8"))
    return found


def _statements(sql: str) -> Iterator[str]:
    """One statement at a time, because `executescript` would commit in between."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
