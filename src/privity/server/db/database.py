# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One writer, many readers over one SQLite file: the only way the hub touches its database.

Writes wait in a queue; a single thread takes all that are waiting, runs each inside a SAVEPOINT of one transaction,
commits once (one fsync for the whole batch) and only then resolves their futures. What is acknowledged is on the disk.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeVar

from privity.server.db import migrations
from privity.wire.errors import Code, Refusal

MAX_BATCH: Final = 512
"""Writes of one transaction: beyond this a larger batch wins nothing and only makes the first caller wait."""
READERS: Final = 3

T = TypeVar("T")
Row = tuple[Any, ...]


class Tx:
    """A write transaction as a store sees it. Valid only while the function that got it runs."""

    __slots__ = ("_after_commit", "_db")

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._after_commit: list[Callable[[], None]] = []

    def execute(self, sql: str, parameters: Iterable[object] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, tuple(parameters))

    def executemany(self, sql: str, rows: Iterable[Iterable[object]]) -> sqlite3.Cursor:
        return self._db.executemany(sql, [tuple(row) for row in rows])

    def one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        row: Row | None = self.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        return self.execute(sql, parameters).fetchall()

    def attempt(self, change: Callable[[], None], *errors: type[Exception]) -> Exception | None:
        """Make a change that may fail without the rest: one of these errors undoes it alone, and is returned."""
        calls = len(self._after_commit)
        self._db.execute("SAVEPOINT attempt")
        try:
            change()
        except errors as err:
            self._db.execute("ROLLBACK TO attempt")
            del self._after_commit[calls:]
            return err
        finally:
            self._db.execute("RELEASE attempt")
        return None

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` on the event loop once this is on the disk, before the writer's future resolves.

        Calls of one batch run in the order of their transactions. A transaction that fails runs none.
        """
        self._after_commit.append(call)


class Reader:
    """A consistent snapshot as a store sees it. Same query methods as `Tx`, and no way to write."""

    __slots__ = ("_db",)

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def execute(self, sql: str, parameters: Iterable[object] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, tuple(parameters))

    def one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        row: Row | None = self.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        return self.execute(sql, parameters).fetchall()


Query = Tx | Reader
"""What a store's reading functions take."""


class _TransactionLost(Exception):
    """SQLite rolled everything back while one job ran. Names its error."""


class _Job:
    __slots__ = ("fn", "future", "loop")

    def __init__(
        self,
        fn: Callable[[Tx], Any],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Any],
    ) -> None:
        self.fn = fn
        self.loop = loop
        self.future = future


class _Done:
    """What became of one job: a result with calls to make, or an error."""

    __slots__ = ("calls", "error", "job", "result")

    def __init__(
        self,
        job: _Job,
        result: object,
        error: BaseException | None,
        calls: list[Callable[[], None]],
    ) -> None:
        self.job = job
        self.result = result
        self.error = error
        self.calls = calls


class Database:
    """Use `open`, then `write` and `read` from coroutines, and `close` at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._local = threading.local()
        self._reader_connections: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="hub-read")
        self._connection = connect(path)
        migrations.apply(self._connection)
        self._writer = threading.Thread(target=self._write_forever, name="hub-write", daemon=True)
        self._writer.start()

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or make the database and bring its schema up to date. Raises StorageError."""
        return cls(path)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn(tx)` in the writer thread; returns its result after the COMMIT, or raises what it raised.

        `fn` must not block on anything but the database. A raised error undoes this function's changes and no others.
        """
        if self._closed:
            raise Refusal(Code.UNAVAILABLE, "the hub is shutting down")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Job(fn, loop, future))
        return await future

    @property
    def waiting(self) -> int:
        """Writes in the queue."""
        return self._queue.qsize()

    async def read(self, fn: Callable[[Reader], T]) -> T:
        """Run `fn(reader)` in a reader thread on one snapshot that includes every acknowledged write."""
        if self._closed:
            raise Refusal(Code.UNAVAILABLE, "the hub is shutting down")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, fn)

    async def scrub(self) -> bool:
        """Empty the write-ahead log, in which pages stay as they were before a row was deleted.

        Whether that was possible: somebody may read in it for longer than others can wait.
        """
        if self._closed:
            raise Refusal(Code.UNAVAILABLE, "the hub is shutting down")
        return await asyncio.to_thread(_truncate_log, self._path)

    async def close(self) -> None:
        """Finish the writes that wait, then close. Later calls are refused."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(self._readers, self._writer.join)
        self._readers.shutdown(wait=True)
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
            return fn(Reader(db))
        finally:
            db.execute("ROLLBACK")

    def _write_forever(self) -> None:
        last = False
        while not last:
            batch: list[_Job] = []
            job = self._queue.get()
            while job is not None:
                batch.append(job)
                if len(batch) >= MAX_BATCH or self._queue.empty():
                    break
                job = self._queue.get()
            last = job is None
            if batch:
                _resolve(self._run(batch))

    def _run(self, batch: list[_Job]) -> list[_Done]:
        """All of the batch in one transaction. When the transaction itself is lost, every job of it failed."""
        db = self._connection
        try:
            db.execute("BEGIN IMMEDIATE")
            done = [_run_one(db, job) for job in batch]
            db.execute("COMMIT")
        except (sqlite3.Error, _TransactionLost) as err:
            if db.in_transaction:
                db.execute("ROLLBACK")
            return [_Done(job, None, _unavailable(err), []) for job in batch]
        return done


def _run_one(db: sqlite3.Connection, job: _Job) -> _Done:
    tx = Tx(db)
    db.execute("SAVEPOINT job")
    try:
        result = job.fn(tx)
    except Exception as err:  # it belongs to the one caller that awaits it, whatever it was
        if not db.in_transaction:  # SQLite gave up the whole transaction: nothing of the batch stands
            raise _TransactionLost(_name(err)) from err
        db.execute("ROLLBACK TO job")
        db.execute("RELEASE job")
        storage = isinstance(err, sqlite3.OperationalError)
        return _Done(job, None, _unavailable(err) if storage else err, [])
    db.execute("RELEASE job")
    return _Done(job, result, None, tx._after_commit)


def _name(err: Exception) -> str:
    return str(getattr(err, "sqlite_errorname", None) or err)


def _unavailable(err: Exception) -> Refusal:
    """What an error of the storage itself (disk full, file gone) means to a caller: SQLite's name for it, no SQL."""
    return Refusal(Code.UNAVAILABLE, f"the hub cannot store now ({_name(err)}); nothing was changed")


def _resolve(done: list[_Done]) -> None:
    """Hand the outcomes to their event loops, one wake-up per loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Done]] = {}
    for one in done:
        loops.setdefault(one.job.loop, []).append(one)
    for loop, ours in loops.items():
        try:
            loop.call_soon_threadsafe(_settle, ours)
        except RuntimeError:  # that loop has ended, and with it everyone who waited
            continue


def _settle(done: list[_Done]) -> None:
    for one in done:
        for call in one.calls:
            asyncio.get_running_loop().call_soon(call)
    for one in done:
        if one.job.future.done():  # the caller was cancelled
            continue
        if one.error is not None:
            one.job.future.set_exception(one.error)
        else:
            one.job.future.set_result(one.result)


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
