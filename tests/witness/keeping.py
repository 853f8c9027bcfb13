# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an auditor keeps, as its file has it and as it shows it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from privity.witness.config import WatchedLog
from privity.witness.state import origin_hash
from tests.keylog.memory_log import MemoryLog
from tests.witness.running import Feed, Running, log_key


def audited_by(log: MemoryLog, feed: Feed, keep_days: int = 30) -> WatchedLog:
    return WatchedLog(log_key(log), feed.url, keep_days)


def database(folder: Path, log: MemoryLog) -> Path:
    return folder / "logs" / origin_hash(log.origin) / "updates.db"


def numbers(folder: Path, log: MemoryLog) -> list[int]:
    """The epochs that are in the file, shown or not."""
    with closing(sqlite3.connect(database(folder, log))) as db:
        return [number for (number,) in db.execute("SELECT number FROM epoch ORDER BY number")]


def truth(log: MemoryLog) -> list[bytes]:
    return [update.encode() for update in log.updates]


async def update(witness: Running, log: MemoryLog, number: int) -> bytes | None:
    """What is shown of an epoch; None when it is refused by name."""
    answer = await witness.get(f"/{origin_hash(log.origin)}/audit/{number}")
    if answer.status == 200:
        assert answer.content_type == "application/octet-stream"
        return answer.body
    assert (answer.status, answer.name) == (404, "NotKept"), answer
    return None


async def shown(witness: Running, log: MemoryLog, stop: int) -> list[bytes | None]:
    return [await update(witness, log, number) for number in range(stop)]


async def caught_up(witness: Running, log: MemoryLog, old: int) -> None:
    """Asked until it is cosigned, as a log does."""
    answer = await witness.add(log, old)
    while answer.name == "CatchingUp":
        answer = await witness.add(log, old)
    assert answer.status == 200, answer
