# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A copy of the desk's database while the desk works: of one moment, whole, and encrypted under the same keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from privity.desk.db.database import open_existing
from privity.desk.db.transaction import Db, DbError
from privity.desk.durable import sync
from privity.desk.errors import BackupFailed, DeskError
from privity.desk.keys import DeskKeys

Told = Callable[[int, int], None]
"""Called with the bytes that are written and those there will be, about."""

_STEPS: Final = 200_000
"""Of SQLite's machine between two looks at how far it is: some hundredths of a second."""


def backup(db: Db, keys: DeskKeys, path: Path, told: Told = lambda done, total: None) -> None:
    """Write the database as it is now to `path`, mode 0600; on the disk and looked through when this returns.

    Until then it has another name, so that half a backup is never taken for one. An existing file is not touched.
    Raises BackupFailed.
    """
    if path.exists():
        raise BackupFailed(f"{path.name} exists already; a backup never overwrites a file")
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(db, part, told)
        _look_through(part, keys)
        sync(part)
        part.rename(path)
        sync(path.parent)
    except OSError as err:
        raise BackupFailed(f"cannot write {path.name}: {err.strerror}") from None
    except DbError as err:
        raise BackupFailed(f"cannot copy the database to {path.name}: {err}") from None
    finally:
        if part.exists():
            part.unlink()


def _copy(db: Db, part: Path, told: Told) -> None:
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = db.execute("PRAGMA page_size").fetchone()

    def look() -> int:
        told(part.stat().st_size, pages * page_bytes)
        return 0

    db.set_progress_handler(look, _STEPS)
    try:
        db.execute("VACUUM INTO ?", (str(part),))
    finally:
        db.set_progress_handler(None, 0)


def _look_through(part: Path, keys: DeskKeys) -> None:
    try:
        copy = open_existing(part, keys)
    except DeskError as err:
        raise BackupFailed(f"the copy does not open: {err}") from None
    try:
        damage = copy.execute("PRAGMA cipher_integrity_check").fetchall()
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        copy.close()
    if damage or said != "ok":
        raise BackupFailed(f"the copy is damaged: {len(damage)} pages do not authenticate, quick_check says {said}")
