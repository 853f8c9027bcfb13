# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The PostgreSQL database that is filled. Until the move is over no hub serves it: its migrations say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import psycopg

from privity.server.db import postgres_schema
from privity.server.db.database import Row
from privity.server.db.lane import HUB_LOCK
from privity.server.db.link import Link, name_of
from privity.server.db.postgres_tx import PostgresTx
from privity.server.errors import AlreadyInitialised, AlreadyRunning, StoreUnreachable
from privity.server.operating.errors import MoveDamaged, MoveRefused
from privity.server.operating.moving.half import HALF
from privity.server.operating.moving.source import Table

PAGE: Final = 2_000
"""Rows that are read at once."""
_EVENTS: Final = ("event", "event_id")
"""The one table whose numbers come from a sequence that is not its column's own."""


class Target:
    """Use as a context. Raises StorageError, AlreadyRunning or MoveRefused."""

    __slots__ = ("_link",)

    def __init__(self, address: str) -> None:
        self._link = Link(address, "privity move")

    def __enter__(self) -> Target:
        if self._link.run("SELECT pg_try_advisory_lock($1)", (HUB_LOCK,)).fetchone() != (True,):
            self._link.close()
            raise AlreadyRunning("another process serves or fills the database; stop it first")
        return self

    def __exit__(self, kind: object, err: BaseException | None, trace: object) -> None:
        self._link.close()
        if isinstance(err, psycopg.Error):
            raise StoreUnreachable(f"PostgreSQL failed: {name_of(err)}; the same command goes on where it was") from err

    def begin(self, source: str, tables: Sequence[Table]) -> dict[str, int]:
        """How many rows of each table are there already: none for a fresh database. Raises MoveRefused."""
        if self._link.run("SELECT to_regclass('moving') IS NOT NULL", ()).fetchone() != (True,):
            self._make(source, tables)
        begun = self._link.run("SELECT source, name, rows FROM moving", ()).fetchall()
        if {row[0] for row in begun} != {source} or {row[1] for row in begun} != {one.name for one in tables}:
            raise MoveRefused(
                "the database is half filled from another state of hub.db, which has changed since:"
                " drop it, make an empty one and begin again"
            )
        return {str(row[1]): int(row[2]) for row in begun}

    def put(self, table: Table, rows: Sequence[Row], done: int) -> None:
        """These rows, and that so many are there now: both or neither."""
        columns = ", ".join(table.columns)
        given = ", ".join(f"given.{name}" for name in table.columns)
        sql = f"INSERT INTO {table.name} ({columns}) SELECT {given} FROM given"  # noqa: S608  # names of our own schema
        try:
            self._link.control("BEGIN")
            PostgresTx(self._link).for_each(sql, table.columns, rows)
            self._link.run("UPDATE moving SET rows = $1 WHERE name = $2", (done, table.name))
            did = self._link.control("COMMIT")
        except (psycopg.DataError, ValueError) as err:  # a character that text may not hold, a number beyond 64 bits
            raise MoveRefused(f"PostgreSQL cannot keep a row of {table.name}: {type(err).__name__}") from None
        if did != "COMMIT":
            raise MoveDamaged(f"expected a commit of rows of {table.name}, got {did}")

    def rows(self, table: Table) -> Iterator[Row]:
        """In any order, a page at a time."""
        self._link.control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        columns = ", ".join(table.columns)
        self._link.control(f"DECLARE told NO SCROLL CURSOR FOR SELECT {columns} FROM {table.name}")  # noqa: S608  # ours
        while page := self._link.run(f"FETCH {PAGE} FROM told", ()).fetchall():
            yield from page
        self._link.control("COMMIT")

    def finish(self, highest: dict[str, int]) -> None:
        """Numbers go on behind the last ones, and from here on a hub may serve it."""
        self._link.control("BEGIN")
        own = self._link.run(
            "SELECT table_name::text, column_name::text FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND is_identity = 'YES'",
            (),
        ).fetchall()
        for table, column in own:
            row = self._link.run(f"SELECT coalesce(max({column}), 0) FROM {table}", ()).fetchone()  # noqa: S608  # ours
            last = max(highest.get(table, 0), 0 if row is None else int(row[0]))
            self._link.run(
                "SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3, $4 = 1)",
                (table, column, max(last, 1), int(last > 0)),
            )
        table, sequence = _EVENTS
        row = self._link.run(f"SELECT coalesce(max(id), 0) FROM {table}", ()).fetchone()  # noqa: S608  # ours
        last = 0 if row is None else int(row[0])
        self._link.run("SELECT setval($1::regclass, $2, $3 = 1)", (sequence, max(last, 1), int(last > 0)))
        self._link.run("DELETE FROM migration WHERE number = $1", (HALF,))
        self._link.control("DROP TABLE moving; COMMIT")
        self._link.control("ANALYZE")

    def _make(self, source: str, tables: Sequence[Table]) -> None:
        postgres_schema.apply(self._link)
        try:
            postgres_schema.check_fresh(self._link)
        except AlreadyInitialised:
            raise MoveRefused("the database is that of a hub that has begun; give the move an empty one") from None
        self._link.control(
            'BEGIN; CREATE TABLE moving (source TEXT NOT NULL, name TEXT COLLATE "C" PRIMARY KEY, rows BIGINT NOT NULL)'
        )
        for table in tables:
            self._link.run("INSERT INTO moving (source, name, rows) VALUES ($1, $2, 0)", (source, table.name))
        for table in reversed(tables):  # what the schema itself brings
            self._link.run(f"DELETE FROM {table.name}", ())  # noqa: S608  # names of our own schema
        self._link.run("INSERT INTO migration (number, name, digest) VALUES ($1, 'half moved', $2)", (HALF, b""))
        self._link.control("COMMIT")
