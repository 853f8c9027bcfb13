# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where a hub that a test starts keeps what it knows: in a file, or with PRIVITY_TEST_STORE=postgresql in a database of
its own on the PostgreSQL of this test process. And a look at it from beside, whichever it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from typing import Final, TypeVar

import pytest

from privity.server.config import HubConfig
from privity.server.db import sqlite
from privity.server.db.database import Reader, Row, Tx
from privity.server.db.open import read_beside, write_beside
from tests import postgres

T = TypeVar("T")

POSTGRESQL: Final = os.environ.get("PRIVITY_TEST_STORE", "sqlite") == "postgresql"
_made: Final[list[str]] = []
about_sqlite = pytest.mark.skipif(POSTGRESQL, reason="about SQLite itself: its file, its log or its pages")


def new() -> str | None:
    """What `store` says in the configuration of a hub that begins."""
    if not POSTGRESQL:
        return None
    _made.append(postgres.new_store())
    return _made[-1]


def drop_all() -> None:
    """Those of the test that has ended."""
    while _made:
        postgres.drop(_made.pop())


def look(config: HubConfig, read: Callable[[Reader], T]) -> T:
    """One snapshot, also while a hub runs on it."""
    return read_beside(config, read)


def change(config: HubConfig, write: Callable[[Tx], T]) -> T:
    return write_beside(config, write)


def change_freely(config: HubConfig, write: Callable[[Tx], T]) -> T:
    """Write rows without asking whether what they refer to is there."""
    if config.store is not None:
        return write_beside(config, lambda tx: write(_unasked(tx)))
    with closing(sqlite.connect(config.database)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN")
        done = write(sqlite.SqliteTx(db))
        db.execute("COMMIT")
        return done


def _unasked(tx: Tx) -> Tx:
    tx.execute("SET LOCAL session_replication_role = replica")
    return tx


def contents(config: HubConfig) -> list[tuple[str, Row]]:
    """Every row of every table, in a fixed order."""
    return [(table, row) for table, rows in tables(config).items() for row in rows]


def tables(config: HubConfig, *only: str) -> dict[str, list[Row]]:
    """The rows of every table, or of these."""

    def read(reader: Reader) -> dict[str, list[Row]]:
        names = only or [str(row[0]) for row in reader.all(_TABLES_POSTGRESQL if config.store else _TABLES_SQLITE)]
        return {name: sorted(reader.all(f"SELECT * FROM {name}"), key=_order) for name in names}

    return look(config, read)


_NUMBERED: Final = (
    "SELECT table_name::text, column_name::text FROM information_schema.columns"
    " WHERE table_schema = 'public' AND is_identity = 'YES'"
)
_TABLES_SQLITE: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_TABLES_POSTGRESQL: Final = (
    "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
)


def asked(config: HubConfig, sql: str, *values: object) -> list[Row]:
    """What a SELECT finds from beside."""
    return look(config, lambda reader: reader.all(sql, values))


def put_back(config: HubConfig, copy: dict[str, list[Row]] | None) -> None:
    """An old copy (`tables`) in the place of the database, which nobody has open; or nothing at all."""
    if config.store is None:
        for file in config.data.glob("hub.db*"):
            file.unlink()
    else:
        name = config.store.rpartition("/")[2]
        postgres.shared().sql(name, "DROP SCHEMA public CASCADE")
        postgres.shared().sql(name, "CREATE SCHEMA public")
    if copy is not None:
        change(config, lambda tx: _fill(tx, copy, on_file=config.store is None))


def _fill(tx: Tx, copy: dict[str, list[Row]], *, on_file: bool) -> None:
    if on_file:
        tx.execute("PRAGMA defer_foreign_keys = ON")
    else:
        _unasked(tx)
    for name, rows in copy.items():
        tx.execute(f"DELETE FROM {name}")
        for row in rows:
            tx.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    for table, column in () if on_file else tx.all(_NUMBERED):
        tx.all(f"SELECT setval(pg_get_serial_sequence(?, ?), max({column}) + 1) FROM {table}", (table, column))


def _order(row: Row) -> list[tuple[bool, object]]:
    return [(value is not None, value) for value in row]


def on_disk(config: HubConfig) -> dict[str, bytes]:
    """Every file of the hub, by its name; of PostgreSQL, whose files are not the hub's, all that can be asked for."""
    files = {path.name: path.read_bytes() for path in config.data.rglob("*") if path.is_file()}
    if config.store is not None:
        files["hub.db"] = b"\n".join(_raw(value) for _, row in contents(config) for value in row)
    return files


def _raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
