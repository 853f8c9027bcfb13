# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The device store: one SQLCipher database, one table for each kind of record, one transaction for each engine step."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.engine.records import Change, Table
from privity.client.errors import CorruptStore, NoStore, StoreError, StoreExists, StoreInUse
from privity.client.store.header import Cost, Header, StoreKey

HEADER = "device.header"
DATABASE = "device.db"
LOCK = "device.lock"
SCHEMA = 1

NEXT_STEP = (
    "Nothing was replaced. Keep a copy of the folder, restore it from a backup if there is one, or else move it away "
    "and link this device again from another device or with the recovery phrase."
)


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL of one table. `scan` takes NULL as "from the start"."""

    create: str
    get: str
    scan: str
    latest: str
    put: str
    delete: str

    @classmethod
    def of(cls, table: Table) -> Self:
        texts = (
            "CREATE TABLE TABLE_NAME (scope TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
            " PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID",
            "SELECT value FROM TABLE_NAME WHERE scope = ? AND key = ?",
            "SELECT key, value FROM TABLE_NAME WHERE scope = ? AND key > coalesce(?, zeroblob(0)) ORDER BY key LIMIT ?",
            "SELECT key, value FROM TABLE_NAME WHERE scope = ? ORDER BY key DESC LIMIT ?",
            "INSERT INTO TABLE_NAME (scope, key, value) VALUES (?, ?, ?)"
            " ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value",
            "DELETE FROM TABLE_NAME WHERE scope = ? AND key = ?",
        )
        return cls(*(text.replace("TABLE_NAME", table.value) for text in texts))


_SQL = {table: Statements.of(table) for table in Table}


class Store:
    """An open device store. Implements `engine.records.View`."""

    __slots__ = ("_db", "_lock")

    def __init__(self, db: sqlcipher.Connection, lock: int) -> None:
        self._db = db
        self._lock = lock

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
            db = _connect(folder / DATABASE, key)
            undo.callback(db.close)
            with _named(folder):
                for table in Table:
                    db.execute(_SQL[table].create)
                db.execute(f"PRAGMA user_version = {SCHEMA}")
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
            with _named(folder):
                db = _connect(folder / DATABASE, key)
                undo.callback(db.close)
                (version,) = db.execute("PRAGMA user_version").fetchone()
                damage = db.execute("PRAGMA cipher_integrity_check").fetchall()
            if damage:
                raise CorruptStore(f"{folder / DATABASE} is damaged on {len(damage)} pages. {NEXT_STEP}")
            if version != SCHEMA:
                raise StoreError(f"the store has format {version}, this program reads {SCHEMA}; update the program")
            undo.pop_all()
        return cls(db, lock)

    def get(self, table: Table, scope: str, key: bytes) -> bytes | None:
        with _named():
            row = self._db.execute(_SQL[table].get, (scope, key)).fetchone()
        return None if row is None else bytes(row[0])

    def scan(
        self, table: Table, scope: str, *, after: bytes | None = None, limit: int | None = None
    ) -> list[tuple[bytes, bytes]]:
        with _named():
            rows = self._db.execute(_SQL[table].scan, (scope, after, -1 if limit is None else limit)).fetchall()
        return [(bytes(key), bytes(value)) for key, value in rows]

    def latest(self, table: Table, scope: str, limit: int) -> list[tuple[bytes, bytes]]:
        """The last `limit` rows of a scope, in rising order of keys."""
        with _named():
            rows = self._db.execute(_SQL[table].latest, (scope, limit)).fetchall()
        return [(bytes(key), bytes(value)) for key, value in reversed(rows)]

    def save(self, changes: Mapping[Change, bytes | None]) -> None:
        """All changes in one transaction, on disk when this returns."""
        with _named():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for (table, scope, key), value in changes.items():
                    if value is None:
                        self._db.execute(_SQL[table].delete, (scope, key))
                    else:
                        self._db.execute(_SQL[table].put, (scope, key, value))
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Harmless when it is closed already."""
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
    db = sqlcipher.connect(str(path), isolation_level=None)
    # A raw key: Argon2id has done the work, so SQLCipher's own PBKDF2 is left out.
    db.execute(f"PRAGMA key = \"x'{key.value.hex()}'\"")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


@contextmanager
def _named(folder: Path | None = None) -> Iterator[None]:
    """Damage gets its name; a full disk and the like stay what they are."""
    try:
        yield
    except (sqlcipher.ProgrammingError, sqlcipher.InterfaceError):
        raise  # a bug of ours; the store is as it was
    except sqlcipher.OperationalError as err:
        raise StoreError(f"the device store cannot be used: {err}; free space or rights are the usual cause") from err
    except sqlcipher.DatabaseError as err:
        raise CorruptStore(f"the device store{f' in {folder}' if folder else ''} is damaged. {NEXT_STEP}") from err


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
