# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The updates that were audited, kept for everybody: with them a hub whose database was lost can go on with its log.

This is not the memory of what was cosigned (`state`): without it a witness cosigns as before, and has less to show.
An update is here before anything that covers it is cosigned. Until then it waits and is shown to nobody, and an audit
that begins before it drops it, so that what a feed once claimed never stands where the truth belongs.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from privity.keylog.audit import AuditState
from privity.mls.codec import u64
from privity.witness.errors import CannotKeep, NotKept
from privity.witness.files import sync_folder
from privity.witness.limits import MAX_KEPT

VERSION: Final = 1
DAY_MS: Final = 86_400_000
TABLE: Final = """
    CREATE TABLE epoch (
        number INTEGER PRIMARY KEY,
        dated BLOB NOT NULL,       -- u64 of its milliseconds, which nobody has bounded before it is cosigned
        through INTEGER NOT NULL,  -- bytes of all updates up to this one, those that were dropped too
        body BLOB NOT NULL,
        digest BLOB NOT NULL
    ) STRICT
"""
PUT: Final = "INSERT INTO epoch (number, dated, through, body, digest) VALUES (?, ?, ?, ?, ?)"
DROP_WAITING: Final = """
    DELETE FROM epoch WHERE number >= :size AND number < (
        SELECT number FROM epoch WHERE number >= :size AND through - length(body) >= :through ORDER BY number LIMIT 1
    )
"""
DROP_OLD: Final = """
    DELETE FROM epoch WHERE number < coalesce(
        (SELECT number FROM epoch WHERE dated >= :since AND through - length(body) >= :through ORDER BY number LIMIT 1),
        :size
    )
"""
DISK: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
    }
)
"""Errors for which the file itself is not to blame."""
UNREADABLE: Final = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ})

_log = structlog.get_logger("privity.witness")


class _Damaged(Exception):
    """The file is a database of somebody else, or a row of it has other bytes than were written."""


FILE_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError, _Damaged)
"""What a damaged file can lead to: SQLite quotes it in messages, which need not be text then."""


class KeptUpdates:
    """The updates of one log, in one file. Its methods may be called from any thread."""

    def __init__(self, folder: Path, origin: str, keep_days: int) -> None:
        self._path = folder / "updates.db"
        self._origin = origin
        self._keep_ms = keep_days * DAY_MS
        self._size = 0
        """Epochs that were audited and cosigned: those below are shown."""
        self._db: sqlite3.Connection | None = None
        self._closed = False
        self._lock = threading.Lock()

    def put(self, number: int, dated_ms: int, update: bytes) -> None:
        """Keep an epoch, on the disk when this returns; any at or beyond it are dropped. Raises CannotKeep."""

        def change(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM epoch WHERE number >= ?", (number,))
            through = _through(db) + len(update)
            db.execute(PUT, (number, u64(dated_ms), through, update, _digest(number, update)))
            db.execute(DROP_WAITING, {"size": self._size, "through": through - MAX_KEPT})

        try:
            self._write(change)
        except (OSError, *FILE_ERRORS) as err:
            # Nothing is cosigned then, as when the state is not kept. A disk that is full would refuse the state next;
            # and cosigned without this, the epochs would be missing, unnoticed, on the day when their hub needs them.
            _log.error("update_not_kept", origin=self._origin, epoch=number, error=_name(err))
            raise CannotKeep(f"the disk does not take the update of epoch {number}: {_name(err)}") from None

    def cosigned(self, audited: AuditState) -> None:
        """So far everything is cosigned, and shown from now on; what is older or more than is kept is dropped."""
        self._size = audited.frontier.size
        if self._db is None and not self._path.exists():
            if self._size:
                _log.warning("updates_missing", origin=self._origin, below=self._size)
            return

        def change(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM epoch WHERE number >= ?", (self._size,))
            since = u64(max(0, audited.timestamp_ms - self._keep_ms))
            db.execute(DROP_OLD, {"since": since, "through": _through(db) - MAX_KEPT, "size": self._size})

        try:
            self._write(change)
        except (OSError, *FILE_ERRORS) as err:  # the next time drops it
            _log.error("updates_not_dropped", origin=self._origin, error=_name(err))

    def update(self, number: int) -> bytes:
        """The bytes as the feed showed them. Raises NotKept."""
        if number >= self._size:
            raise NotKept(f"epoch {number} is not shown: {self._size} epochs were audited and cosigned")
        try:
            found = self._read(number)
        except (OSError, *FILE_ERRORS) as err:
            _log.error("update_not_read", origin=self._origin, epoch=number, error=_name(err))
            found = None
        if found is None:
            raise NotKept(f"epoch {number} is not kept: it is older than what this witness keeps, or was lost")
        return found

    def remove(self) -> None:
        """For a log whose updates are not kept any more."""
        try:
            with self._lock:
                self._delete()
        except OSError as err:
            _log.error("updates_not_dropped", origin=self._origin, error=_name(err))

    def close(self) -> None:
        """From now on nothing is kept: the folder may belong to another process soon."""
        with self._lock:
            self._closed = True
            self._disconnect()

    def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """In one transaction. What is damaged is begun anew. Raises OSError or one of FILE_ERRORS."""
        with self._lock:
            try:
                self._transact(change)
            except FILE_ERRORS as err:
                if not self._is_damage(err):
                    raise
                _log.error("updates_damaged", origin=self._origin, error=_name(err))
                self._delete()
                self._transact(change)

    def _transact(self, change: Callable[[sqlite3.Connection], None]) -> None:
        db = self._connected()
        with db:
            change(db)

    def _read(self, number: int) -> bytes | None:
        with self._lock:
            if self._db is None and not self._path.exists():
                return None
            found = self._connected().execute("SELECT body, digest FROM epoch WHERE number = ?", (number,)).fetchone()
        if found is None:
            return None
        body, digest = found
        if not isinstance(body, bytes) or digest != _digest(number, body):
            raise _Damaged(f"the bytes of epoch {number} are not those that were kept")
        return body

    def _connected(self) -> sqlite3.Connection:
        if self._closed:
            raise OSError("the witness stops")
        if self._db is None:
            self._db = _opened(self._path)
        return self._db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _is_damage(self, err: Exception) -> bool:
        """Whether it is the file that must go; a disk without room or rights is another matter."""
        code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & 0xFF == sqlite3.SQLITE_READONLY:
            return os.access(self._path, os.W_OK)
        return code in UNREADABLE or code & 0xFF not in DISK

    def _delete(self) -> None:
        self._disconnect()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    """Raises OSError or one of FILE_ERRORS."""
    path.touch(0o600)
    db = sqlite3.connect(path, check_same_thread=False)
    try:
        db.execute("PRAGMA auto_vacuum = FULL")  # what is dropped gives its room back
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA trusted_schema = OFF")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0 and db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            with db:
                db.execute("BEGIN")
                db.execute(TABLE)
                db.execute(f"PRAGMA user_version = {VERSION}")
            sync_folder(path.parent)
        elif version != VERSION:
            raise _Damaged(f"it is of version {version}, this program knows {VERSION}")
    except BaseException:
        db.close()
        raise
    return db


def _through(db: sqlite3.Connection) -> int:
    found = db.execute("SELECT through FROM epoch ORDER BY number DESC LIMIT 1").fetchone()
    through = 0 if found is None else found[0]
    if not isinstance(through, int) or not 0 <= through < 1 << 62:
        raise _Damaged("the newest row does not say how many bytes there were")
    return through


def _digest(number: int, update: bytes) -> bytes:
    return hashlib.sha256(u64(number) + update).digest()


def _name(err: Exception) -> str:
    return str(getattr(err, "sqlite_errorname", type(err).__name__))
