# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The device store: one SQLCipher database, one table for each kind of record, one transaction for each engine step."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.engine.records import Change, Table
from privity.client.errors import CorruptStore, NoStore, StoreError, StoreExists, StoreInUse
from privity.client.store import schema
from privity.client.store.damage import NEXT_STEP, named
from privity.client.store.header import Cost, Header, StoreKey
from privity.client.store.text_index import TextIndex
from privity.client.store.transaction import transaction

HEADER = "device.header"
DATABASE = "device.db"
LOCK = "device.lock"
PAGE = 200
"""Rows that are read together where all of a scope are."""
TRACES = ("store", b"traces")
"""Scope and key under which `Table.OWN` says that a text was let go."""


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL of one table. `scan` takes NULL as "from the start"."""

    get: str
    scan: str
    latest: str
    before: str
    weigh: str
    put: str
    delete: str

    @classmethod
    def of(cls, table: Table) -> Self:
        texts = (
            "SELECT value FROM TABLE_NAME WHERE scope = ? AND key = ?",
            "SELECT key, value FROM TABLE_NAME WHERE scope = ? AND key > coalesce(?, zeroblob(0)) ORDER BY key LIMIT ?",
            "SELECT key, value FROM TABLE_NAME WHERE scope = ? ORDER BY key DESC LIMIT ?",
            "SELECT key, value FROM TABLE_NAME WHERE scope = ? AND key < ? ORDER BY key DESC LIMIT ?",
            "SELECT coalesce(sum(length(key) + length(value)), 0) FROM TABLE_NAME WHERE scope = ?",
            "INSERT INTO TABLE_NAME (scope, key, value) VALUES (?, ?, ?)"
            " ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value",
            "DELETE FROM TABLE_NAME WHERE scope = ? AND key = ?",
        )
        return cls(*(text.replace("TABLE_NAME", table.value) for text in texts))


_SQL = {table: Statements.of(table) for table in Table}
_NOTED = (Table.TIMELINE, Table.EVIDENCE)
"""What is looked at before it changes."""


class Store:
    """An open device store. Implements `engine.records.View`."""

    __slots__ = ("_db", "_lock", "text_index")

    def __init__(self, db: sqlcipher.Connection, lock: int) -> None:
        self._db = db
        self._lock = lock
        self.text_index = TextIndex(db)

    @staticmethod
    def exists(folder: Path) -> bool:
        return (folder / HEADER).exists()

    @classmethod
    def create(
        cls, folder: Path, passphrase: str, *, random: Callable[[int], bytes] = os.urandom, cost: Cost | None = None
    ) -> Self:
        """A new, empty store. Raises StoreExists, StoreInUse."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as undo:
            lock = _lock(folder)
            undo.callback(os.close, lock)
            if cls.exists(folder) or (folder / DATABASE).exists():
                raise StoreExists(f"{folder} holds a device already; choose another folder")
            header, key = Header.create(passphrase, cost or Cost(), random)
            os.close(os.open(folder / DATABASE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            db = _connect(folder / DATABASE, key)
            undo.callback(db.close)
            with named(folder):
                schema.create(db)
                TextIndex(db).renew()
            _write_whole(folder / HEADER, header.encode())
            undo.pop_all()
        return cls(db, lock)

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> Self:
        """The store in `folder`. Raises NoStore, WrongPassphrase, CorruptStore, StoreInUse."""
        if not cls.exists(folder):
            raise NoStore(f"{folder} holds no device")
        with ExitStack() as undo:
            lock = _lock(folder)
            undo.callback(os.close, lock)
            key = Header.decode((folder / HEADER).read_bytes()).open(passphrase)
            if not (folder / DATABASE).exists():
                raise CorruptStore(f"{folder / DATABASE} is missing. {NEXT_STEP}")
            with named(folder):
                db = _connect(folder / DATABASE, key)
                undo.callback(db.close)
                (version,) = db.execute("PRAGMA user_version").fetchone()
                damage = db.execute("PRAGMA cipher_integrity_check").fetchall()
            if damage:
                raise CorruptStore(f"{folder / DATABASE} is damaged on {len(damage)} pages. {NEXT_STEP}")
            with named(folder):
                schema.bring_up(db, version)
                TextIndex(db).renew()
            undo.pop_all()
        return cls(db, lock)

    def get(self, table: Table, scope: str, key: bytes) -> bytes | None:
        with named():
            row = self._db.execute(_SQL[table].get, (scope, key)).fetchone()
        return None if row is None else bytes(row[0])

    def scan(
        self, table: Table, scope: str, *, after: bytes | None = None, limit: int | None = None
    ) -> list[tuple[bytes, bytes]]:
        with named():
            rows = self._db.execute(_SQL[table].scan, (scope, after, -1 if limit is None else limit)).fetchall()
        return [(bytes(key), bytes(value)) for key, value in rows]

    def latest(self, table: Table, scope: str, limit: int) -> list[tuple[bytes, bytes]]:
        """The last `limit` rows of a scope, in rising order of keys."""
        with named():
            rows = self._db.execute(_SQL[table].latest, (scope, limit)).fetchall()
        return [(bytes(key), bytes(value)) for key, value in reversed(rows)]

    def before(self, table: Table, scope: str, key: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        """The last `limit` rows of a scope below a key, in rising order of keys."""
        with named():
            rows = self._db.execute(_SQL[table].before, (scope, key, limit)).fetchall()
        return [(bytes(key), bytes(value)) for key, value in reversed(rows)]

    def each(self, table: Table, scope: str) -> Iterator[tuple[bytes, bytes]]:
        """All rows of a scope, some at a time: a scope may be larger than memory, and change meanwhile."""
        after: bytes | None = None
        while rows := self.scan(table, scope, after=after, limit=PAGE):
            yield from rows
            after = rows[-1][0]

    def weigh(self, table: Table, scope: str) -> int:
        """Bytes of everything in a scope."""
        with named():
            (size,) = self._db.execute(_SQL[table].weigh, (scope,)).fetchone()
        return int(size)

    def save(self, changes: Mapping[Change, bytes | None]) -> None:
        """All changes in one transaction, on disk when this returns."""
        put: dict[Table, list[tuple[str, bytearray, bytearray]]] = {}
        delete: dict[Table, list[tuple[str, bytearray]]] = {}
        for (table, scope, key), value in changes.items():
            # bytearray: for each value that is bytes the binding looks for adapters, which takes longer than the row.
            if value is None:
                delete.setdefault(table, []).append((scope, bytearray(key)))
            else:
                put.setdefault(table, []).append((scope, bytearray(key), bytearray(value)))
        with named(), transaction(self._db):
            for (table, scope, key), value in changes.items():
                if table in _NOTED:
                    self._note_gone(table, scope, key, value)
            for table, gone in delete.items():
                self._db.executemany(_SQL[table].delete, gone)
            for table, rows in put.items():
                self._db.executemany(_SQL[table].put, rows)

    def _note_gone(self, table: Table, scope: str, key: bytes, value: bytes | None) -> None:
        """Keep the index beside the timeline, and remember that a text was let go."""
        if table is Table.TIMELINE:
            gone = self.text_index.follow(scope, key, self.get(table, scope, key), value)
        else:
            gone = table is Table.EVIDENCE and value is None
        if gone:
            self._db.execute(_SQL[Table.OWN].put, (*TRACES, b""))

    def wipe(self) -> None:
        """Write the database anew if a text was let go since the last time.

        SQLite overwrites a row that is deleted, but not the copies of it that stayed behind when rows moved from page
        to page. It takes seconds where there is much; what stands in the store stays. Raises StoreError.
        """
        if self.get(Table.OWN, *TRACES) is None:
            return
        with named():
            self.text_index.rewrite()
            self._db.execute("VACUUM")
            self._db.execute(_SQL[Table.OWN].delete, TRACES)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Harmless when it is closed already."""
        if self._lock >= 0:
            with suppress(StoreError):  # without room for it, what was let go is wiped the next time
                self.wipe()
        self._db.close()
        self._unlock()

    def discard(self, folder: Path) -> None:
        """Close and delete: for a store whose account does not exist. The header goes first: it holds the key."""
        self._db.close()
        for name in (HEADER, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK):
            (folder / name).unlink(missing_ok=True)
        self._unlock()

    def _unlock(self) -> None:
        """Once only: the number of a closed file may belong to another by now."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)


def _connect(path: Path, key: StoreKey) -> sqlcipher.Connection:
    # Opened where Argon2id may take its time, in a thread, and then used by one other: never by two at once.
    db = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
    # A raw key: Argon2id has done the work, so SQLCipher's own PBKDF2 is left out.
    db.execute(f"PRAGMA key = \"x'{key.value.hex()}'\"")
    # Nobody else opens it (`_lock`), so the database is not locked and unlocked for every transaction.
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    # Keys that were used leave the log of changes sooner, and a log that stays small costs the disk less.
    db.execute("PRAGMA wal_autocheckpoint = 64")
    return db


def _lock(folder: Path) -> int:
    fd = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise StoreInUse(f"{folder} is open in another process; close it first") from None
    return fd


def _write_whole(path: Path, data: bytes) -> None:
    """The file is there completely or not at all, also after a power cut."""
    part = path.with_suffix(".part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    part.replace(path)
    parent = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
