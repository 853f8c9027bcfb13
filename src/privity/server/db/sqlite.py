# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The port over one SQLite file: one writer, many readers.

Of a batch each write runs inside a SAVEPOINT of its own; one fsync serves all of them. Bytes of many rows are bound as
`bytearray`: of `bytes` the module looks for an adapter each time, which costs as much as a cell of a row.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

from privity.server.db import given, migrations
from privity.server.db.batches import Batches, Done, Job, unavailable
from privity.server.db.database import Columns, Reader, Row, Tx
from privity.server.db.readers import Readers
from privity.server.errors import NoDatabase

MAX_BATCH: Final = 512
"""Writes of one transaction: beyond this a larger batch wins nothing and only makes the first caller wait."""

_OURS: Final = frozenset({"SQLITE_ERROR", "SQLITE_READONLY"})
"""What SQLite says of SQL that is wrong, or that writes where it only reads."""

T = TypeVar("T")


class SqliteReader:
    """A snapshot (database.Reader)."""

    __slots__ = ("_db",)

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def execute(self, sql: str, parameters: Iterable[object] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, tuple(parameters))

    def one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        row: Row | None = self._db.execute(sql, tuple(parameters)).fetchone()
        return row

    def all(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        return self._db.execute(sql, tuple(parameters)).fetchall()

    def for_each(self, sql: str, columns: Columns, rows: Sequence[Sequence[object]]) -> list[Row]:
        names = tuple(columns)
        found: list[Row] = []
        for part in given.in_steps(rows):
            values = [bytearray(one) if type(one) is bytes else one for row in part for one in row]
            found += self._db.execute(given.some_rows(sql, names, len(part)), values)
        return found

    def clock_ms(self) -> int:
        return time.time_ns() // 1_000_000


class SqliteTx(SqliteReader):
    """A write transaction (database.Tx)."""

    __slots__ = ("calls",)

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self.calls: list[Callable[[], None]] = []

    def executemany(self, sql: str, rows: Iterable[Iterable[object]]) -> None:
        self._db.executemany(sql, [[bytearray(one) if type(one) is bytes else one for one in row] for row in rows])

    def attempt(self, change: Callable[[], None], *errors: type[Exception]) -> Exception | None:
        calls = len(self.calls)
        self._db.execute("SAVEPOINT attempt")
        try:
            change()
        except errors as err:
            self._db.execute("ROLLBACK TO attempt")
            del self.calls[calls:]
            return err
        finally:
            self._db.execute("RELEASE attempt")
        return None

    def after_commit(self, call: Callable[[], None]) -> None:
        self.calls.append(call)


class _TransactionLost(Exception):
    """SQLite rolled everything back while one job ran. Names its error."""


class SqliteDatabase:
    """Opens or makes the file and brings its schema up to date (database.Database). Raises StorageError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._reader_connections: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._connection = connect(path)
        migrations.apply(self._connection)
        self._readers = Readers(self._read)
        self._batches = Batches(self._run, MAX_BATCH)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self._batches.write(fn)

    @property
    def waiting(self) -> int:
        return self._batches.waiting

    async def write_rooms(self, fn: Callable[[Tx], T]) -> T:
        return await self._batches.write(fn)

    async def read(self, fn: Callable[[Reader], T]) -> T:
        self._batches.check_open()
        return await self._readers.read(fn)

    async def scrub(self) -> bool:
        """Empty the write-ahead log, in which pages stay as they were before a row was deleted."""
        self._batches.check_open()
        return await asyncio.to_thread(_truncate_log, self._path)

    async def close(self) -> None:
        if not await self._batches.close():
            return
        await self._readers.close()
        for connection in self._reader_connections:
            connection.close()
        self._connection.close()

    def _read(self, fn: Callable[[Reader], T]) -> T:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = connect(self._path)
            db.execute("PRAGMA query_only = ON")
            self._local.db = db
            with self._readers_lock:
                self._reader_connections.append(db)
        db.execute("BEGIN")
        try:
            return fn(SqliteReader(db))
        except sqlite3.OperationalError as err:
            if _name(err) in _OURS:
                raise
            raise unavailable(_name(err)) from None
        finally:
            db.execute("ROLLBACK")

    def _run(self, batch: list[Job]) -> list[Done]:
        """All of the batch in one transaction. When the transaction itself is lost, every job of it failed."""
        db = self._connection
        try:
            db.execute("BEGIN IMMEDIATE")
            if len(batch) == 1:  # nobody else is in it: what fails takes all of it
                done = [_run_one(db, batch[0])]
                db.execute("COMMIT" if done[0].error is None else "ROLLBACK")
            else:
                done = [_run_beside(db, job) for job in batch]
                db.execute("COMMIT")
        except (sqlite3.Error, _TransactionLost) as err:
            if db.in_transaction:
                db.execute("ROLLBACK")
            return [Done(job, None, unavailable(_name(err)), []) for job in batch]
        return done


def write_beside(path: Path, fn: Callable[[Tx], T]) -> T:
    """One transaction on a file that a hub may have open, without its threads; made where there is none."""
    with closing(connect(path)) as db:
        path.chmod(0o600)
        migrations.apply(db)
        db.execute("BEGIN IMMEDIATE")
        result = fn(SqliteTx(db))
        db.execute("COMMIT")
        return result


def read_beside(path: Path, fn: Callable[[Reader], T]) -> T:
    """One snapshot of a file that is there. Raises NoDatabase."""
    if not path.exists():
        raise NoDatabase(f"there is no {path.name} in the data folder; `privity init` makes one")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA busy_timeout = 10000")
        db.execute("BEGIN")
        if db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").fetchone() is None:
            raise NoDatabase(f"{path.name} holds no hub yet; `privity init` makes one")
        return fn(SqliteReader(db))


def _run_beside(db: sqlite3.Connection, job: Job) -> Done:
    db.execute("SAVEPOINT job")
    done = _run_one(db, job)
    if done.error is not None:
        db.execute("ROLLBACK TO job")
    db.execute("RELEASE job")
    return done


def _run_one(db: sqlite3.Connection, job: Job) -> Done:
    tx = SqliteTx(db)
    try:
        result = job.fn(tx)
    except Exception as err:  # it belongs to the one caller that awaits it, whatever it was
        if not db.in_transaction:  # SQLite gave up the whole transaction: nothing of the batch stands
            raise _TransactionLost(_name(err)) from err
        storage = isinstance(err, sqlite3.OperationalError)
        return Done(job, None, unavailable(_name(err)) if storage else err, [])
    return Done(job, result, None, tx.calls)


def _name(err: Exception) -> str:
    return str(getattr(err, "sqlite_errorname", None) or err)


def _truncate_log(path: Path) -> bool:
    with closing(connect(path)) as db:
        (busy, _, _) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the settings every connection has."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    db.execute("PRAGMA page_size = 8192")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten: here, and with `scrub` in the log too
    db.execute("PRAGMA temp_store = MEMORY")  # the undo journal of SAVEPOINTs: a file costs a tenth of a send
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA busy_timeout = 10000")
    return db
