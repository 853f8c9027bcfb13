# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's SQLite file: how it is opened, and its numbered, forward-only SQL."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from privity.desk.errors import DatabaseMissing, MigrationChanged, MigrationUnknown


def open_database(path: Path) -> sqlite3.Connection:
    """Open or make the database (mode 0600) and bring its schema up to date. Raises MigrationChanged/-Unknown."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = _connect(path)
    try:
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def open_existing(path: Path) -> sqlite3.Connection:
    """Open a database that a desk has made already; for commands beside the running desk. Raises DatabaseMissing."""
    if not path.is_file():
        raise DatabaseMissing(f"there is no {path.name}; `privity desk` makes it when it first runs")
    return open_database(path)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; on the disk when the block has ended."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk ends the transaction by itself
            db.execute("ROLLBACK")
        raise


def migrate(db: sqlite3.Connection) -> None:
    """Apply the shipped SQL files that are missing, in order, each in one transaction."""
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
            with transaction(db):
                for statement in _statements(sql):
                    db.execute(statement)
                db.execute("INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)", (number, name, digest))
        elif known != digest:
            raise MigrationChanged(f"migration {number} was applied with other text than this version ships")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA busy_timeout = 10000")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def _shipped() -> dict[int, tuple[str, str]]:
    found = {}
    for file in files("privity.desk").joinpath("sql").iterdir():
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
