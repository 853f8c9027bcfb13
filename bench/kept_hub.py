# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Observations at the hub: they wait for the desk, are handed over and forgotten, and again: rows of `bench.kept`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from bench.errors import CannotRun
from bench.format import Row, skipped
from bench.postgres import running
from privity.server.db.database import Database, Tx
from privity.server.db.sqlite import SqliteDatabase
from privity.server.observing import store
from privity.server.observing.model import Seen
from privity.wire.observed import PAGE, Observed, ObservedKind

AT_MS: Final = 1_780_000_000_000
TOGETHER: Final = 500
"""Rows of one transaction: the end of a window."""
ROUNDS: Final = 4
"""How often as many come as wait at the most, and are taken."""
ACCOUNT: Final = "INSERT INTO account (user_uri, handle, created_ms) VALUES (?, ?, ?)"
SQLITE_BYTES: Final = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
POSTGRES_BYTES: Final = "SELECT pg_total_relation_size('observed')"


async def rows(waiting: int, folder: Path) -> list[Row]:
    """Of both engines. Where PostgreSQL is missing, its row says so."""
    file = SqliteDatabase(folder / "hub.db")
    try:
        found = await _of("SQLite", file, waiting, SQLITE_BYTES, time.process_time)
    finally:
        await file.close()
    try:
        async with running() as process:
            from privity.server.db.postgres import PostgresDatabase  # needs its driver

            server = PostgresDatabase(process.url, None)
            try:
                return found + await _of(
                    "PostgreSQL", server, waiting, POSTGRES_BYTES, lambda: time.process_time() + process.cpu_s()
                )
            finally:
                await server.close()
    except (CannotRun, ImportError) as err:
        return [*found, skipped("hub on PostgreSQL", "bytes", str(err))]


async def _of(name: str, db: Database, waiting: int, size: str, cpu_s: Callable[[], float]) -> list[Row]:
    accounts = [f"mimi://hub.example/u/{number:026d}" for number in range(TOGETHER)]

    def people(tx: Tx) -> None:
        for number, account in enumerate(accounts):
            tx.execute(ACCOUNT, (account, f"somebody{number}", 0))

    def come(tx: Tx) -> None:
        store.add(tx, [Seen(AT_MS, ObservedKind.SENT, one, count=5, people=3, rooms=2, largest=11) for one in accounts])

    async def held() -> float:
        return float(await db.read(lambda query: (query.one(size) or (0,))[0]))

    await db.write(people)
    empty, sizes, kept_s, taken_s = await held(), [], 0.0, 0.0
    for _ in range(ROUNDS):
        before = cpu_s()
        for _ in range(waiting // TOGETHER):
            await db.write(come)
        sizes.append(await held() - empty)
        kept_s += cpu_s() - before
        before = cpu_s()
        number = 0
        while page := await db.write(partial(_take, number=number)):
            number = page[-1].number
        taken_s += cpu_s() - before
    count = ROUNDS * waiting
    return [
        Row(f"hub, {name}: an observation that waits, indexes included", sizes[0] / waiting, "bytes"),
        Row(f"hub, {name}: kept, of a thousand", kept_s / count * 1e6, "cpu_ms"),
        Row(f"hub, {name}: handed over and forgotten, of a thousand", taken_s / count * 1e6, "cpu_ms"),
        Row(f"hub, {name}: its size the {ROUNDS}th time, to the first", sizes[-1] / sizes[0], "times"),
    ]


def _take(tx: Tx, number: int) -> list[Observed]:
    """As the hub does when the desk asks."""
    store.forget_through(tx, number)
    return store.after(tx, number, PAGE)
