# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's database file: encrypted as a whole, opened with what only the desk's key files give.

SQLCipher encrypts every page, the journal included, under a key that takes the intake key and the evidence key to
derive. A copy of the disk without them shows nothing: no name, no time, no count.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.db import migrations
from privity.desk.db.transaction import Db
from privity.desk.durable import sync
from privity.desk.errors import DatabaseKeyWrong, DatabaseMissing
from privity.desk.keys import DeskKeys

CACHE_KB: Final = 262_144
"""Decrypted pages that the running desk keeps in memory at most: each page read again is checked and decrypted again.
With half a million reports, those that new ones come back to are 160 MB; a small desk never holds as much."""
_PLAIN: Final = b"SQLite format 3\x00"
_LABEL: Final = b"Privity desk database 1"


def open_database(path: Path, keys: DeskKeys) -> Db:
    """Open or make the database (mode 0600) and bring its schema up to date.

    Raises DatabaseKeyWrong, MigrationChanged or MigrationUnknown.
    """
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    key = _key(keys)
    _encrypt_plain(path, key)
    with ExitStack() as undo:
        db = _connect(path, key)
        undo.callback(db.close)
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        if migrations.apply(db):
            db.execute("VACUUM")  # what the older layout leaves in freed pages is no part of the new one
        undo.pop_all()
    return db


def open_existing(path: Path, keys: DeskKeys) -> Db:
    """Open a database that a desk has made already; for commands beside the running desk. Raises DatabaseMissing."""
    if not path.is_file():
        raise DatabaseMissing(f"there is no {path.name}; `privity desk` makes it when it first runs")
    return open_database(path, keys)


def _key(keys: DeskKeys) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=keys.intake, info=_LABEL).derive(keys.evidence)


def _connect(path: Path, key: bytes) -> Db:
    db = sqlcipher.connect(str(path), isolation_level=None)
    try:
        db.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr what is raised anyway
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        db.execute("PRAGMA busy_timeout = 10000")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only let go
    except sqlcipher.DatabaseError as err:
        db.close()
        if "not a database" not in str(err):
            raise
        raise DatabaseKeyWrong(
            f"{path.name} does not open: it belongs to other key files than intake.key and evidence.key, or is damaged"
        ) from None
    return db


def _encrypt_plain(path: Path, key: bytes) -> None:
    """A database of an older version is written anew, encrypted, and takes the place of the plain one."""
    with path.open("rb") as file:
        if file.read(len(_PLAIN)) != _PLAIN:
            return
    fresh = path.with_suffix(".encrypting")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    plain = sqlcipher.connect(str(path), isolation_level=None)
    try:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.execute(f"ATTACH DATABASE ? AS fresh KEY \"x'{key.hex()}'\"", (str(fresh),))
        plain.execute("SELECT sqlcipher_export('fresh')")
        plain.execute("DETACH DATABASE fresh")
    finally:
        plain.close()
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)
