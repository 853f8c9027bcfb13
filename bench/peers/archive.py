# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an archive keeps what it should: a server whose driver is missing delivers all the same, and cheaper."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.contest import Contender
from bench.errors import CannotRun

PATIENCE_S: Final = 60.0
"""Some write a row after they have delivered, with eight syncs for each message on a disk that others use."""


async def check(one: Contender, database: Path, table: str) -> None:
    """Raise CannotRun unless a message of everybody leaves two rows, one of the sender and one of the receiver."""
    run = await one.load.in_turn(one.direct.take(1), 1)
    wanted, until = 2 * run.wanted, time.monotonic() + PATIENCE_S
    while (found := _rows(database, table)) != wanted:
        if time.monotonic() > until:
            raise CannotRun(f"the archive keeps {found} rows of {run.wanted} messages, not {wanted}")
        await asyncio.sleep(0.1)


def _rows(database: Path, table: str) -> int:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  # ours
    except sqlite3.Error as err:
        raise CannotRun(f"the archive cannot be read: {err}") from None
