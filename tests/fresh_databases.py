# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Databases of hubs and desks that a test makes anew: the first of a process is made by the numbered SQL, and each
further one gets its pages. What the SQL does to a database with something in it, it does.
"""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.db import migrations as desk
from privity.server.db import migrations as hub

_made: dict[object, Any] = {}
"""By what was shipped: a database in memory, as the SQL leaves an empty one."""


def copied(patch: pytest.MonkeyPatch) -> None:
    """Where hub and desk open a database. Whoever calls the migrations itself gets what is shipped."""
    patch.setattr("privity.server.db.sqlite.migrations", SimpleNamespace(apply=_hub))
    patch.setattr("privity.desk.db.database.migrations", SimpleNamespace(apply=_desk))


def _hub(db: sqlite3.Connection) -> None:
    if not _is_empty(db):
        hub.apply(db)
        return
    shipped = tuple(hub.shipped())
    if shipped not in _made:
        _made[shipped] = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        _made[shipped].execute("PRAGMA page_size = 8192")
        hub.apply(_made[shipped])
    _made[shipped].backup(db)


def _desk(db: sqlcipher.Connection) -> bool:
    if not _is_empty(db):
        return desk.apply(db)
    shipped = frozenset(desk._shipped().items())
    if shipped not in _made:
        _made[shipped] = sqlcipher.connect(":memory:", isolation_level=None)
        _made[shipped].execute(f"PRAGMA key = \"x'{bytes(32).hex()}'\"")
        desk.apply(_made[shipped])
    _made[shipped].backup(db)
    return False


def _is_empty(db: Any) -> bool:
    return bool(db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,))
