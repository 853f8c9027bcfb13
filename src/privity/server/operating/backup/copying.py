# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The database as it is at one moment, copied while the hub writes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.server.config import HubConfig
from privity.server.db import sqlite
from privity.server.db.database import Query
from privity.server.db.open import read_beside
from privity.server.operating.backup import store
from privity.server.operating.errors import BackupFailed, ToolMissing
from privity.server.operating.shown import Told
from privity.server.stored.service import inventory
from privity.wire.near import is_near

PAGES: Final = 512
"""Copied at a time: four megabytes between two looks at how far it is."""
_LOOK_S: Final = 2.0
_NAMES: Final = {"dbname": "DATABASE"}
"""Where the variable of a setting is not called like it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What stood in the database when it was copied."""

    rows: dict[str, int]
    blobs: list[tuple[bytes, int]]
    migration: int


def moment(query: Query) -> Moment:
    return Moment(store.rows(query, inventory().tables), store.blobs(query), store.migration(query))


def copy_sqlite(source: Path, target: Path, told: Told) -> Moment:
    """Page by page, in one read transaction: without it SQLite would begin anew with every write of the hub.

    The copy is one file, looked through as a whole. Raises BackupFailed.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite.connect(source)) as db, closing(sqlite3.connect(target, isolation_level=None)) as copy:
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM migration").fetchone()  # from here on the moment is fixed
            db.backup(
                copy, pages=PAGES, sleep=0, progress=lambda status, left, all_: told("copying", all_ - left, all_)
            )
            copy.execute("PRAGMA journal_mode = DELETE")
            told("looking through the copy", 0, 1)
            (said,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise BackupFailed(f"the copy is damaged: integrity_check says {said}; look at the database itself")
            broken = copy.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise BackupFailed(f"the copy is damaged: {len(broken)} rows point to nothing")
    except sqlite3.Error as err:
        raise BackupFailed(f"cannot copy the database: {err}") from None
    return sqlite.read_beside(target, moment)


def dump_postgres(config: HubConfig, target: Path, told: Told) -> Moment:
    """With `pg_dump`, in the snapshot that is counted. Raises BackupFailed, ToolMissing or StorageError."""
    if config.store is None:
        raise BackupFailed("no store is set")
    program, address = program_of("pg_dump"), config.store
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def read(query: Query) -> Moment:
        found = moment(query)
        row = query.one("SELECT pg_export_snapshot()")
        snapshot = "" if row is None else str(row[0])
        # What is kept is ciphertext, written in hex: the lightest compression halves it, more of it only takes longer.
        how = ("--format=custom", "--compress=1", "--no-owner", "--no-privileges")
        what = (*how, f"--snapshot={snapshot}", f"--file={target}")
        run(program, address, *what, meanwhile=lambda: _still_there(query, target, told))
        return found

    found = read_beside(config, read)
    _pg(program_of("pg_restore"), "--list", str(target))
    return found


def restore_postgres(address: str, source: Path) -> None:
    """All of it or nothing, into a database without tables. Raises BackupFailed or ToolMissing."""
    what = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    run(program_of("pg_restore"), address, *what, str(source))


def program_of(name: str) -> str:
    """Of the newest PostgreSQL here. Raises ToolMissing."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted((one for one in folders if one.parent.name.isdecimal()), key=lambda one: int(one.parent.name))
    for found in (*(str(folder / name) for folder in reversed(newest)), shutil.which(name) or ""):
        if found and Path(found).is_file():
            return found
    raise ToolMissing(f"{name} is not here; on Debian or Ubuntu: apt-get install postgresql-client")


def run(program: str, address: str, *arguments: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """A program of PostgreSQL on a database. The address may hold a password, so it goes through the environment."""
    from psycopg.conninfo import conninfo_to_dict  # where there is no driver nobody comes here

    said = {f"PG{_NAMES.get(name, name.upper())}": str(value) for name, value in conninfo_to_dict(address).items()}
    if not is_near(said.get("PGHOST", "")):
        said.setdefault("PGSSLMODE", "verify-full")
    chosen = (f"--dbname={said['PGDATABASE']}",) if "PGDATABASE" in said else ()
    _pg(program, *chosen, *arguments, environment={**os.environ, **said}, meanwhile=meanwhile)


def _pg(*command: str, environment: dict[str, str] | None = None, meanwhile: Callable[[], None] = lambda: None) -> None:
    child = subprocess.Popen(  # noqa: S603  # a program of PostgreSQL with our own arguments
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    try:
        looked = time.monotonic()
        while child.poll() is None:
            time.sleep(0.05)
            if time.monotonic() - looked > _LOOK_S:
                meanwhile()
                looked = time.monotonic()
    finally:
        child.kill()
        said = b"" if child.stderr is None else child.stderr.read()
        child.wait()
    if child.returncode != 0:
        line = said.decode(errors="replace").strip().splitlines()[-1:]
        raise BackupFailed(f"{Path(command[0]).name} ended with {child.returncode}: {''.join(line)}")


def _still_there(query: Query, target: Path, told: Told) -> None:
    """The snapshot stays open as long as somebody speaks on its connection."""
    query.one("SELECT 1")
    told(f"copying, {target.stat().st_size >> 20:,} MiB", 0, 1)
