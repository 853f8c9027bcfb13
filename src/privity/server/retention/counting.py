# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How many rows of which table a job took away, counted where every statement passes: no step can forget to say it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from privity.server.db.database import Columns, Database, Reader, Row, Rows, Tx

T = TypeVar("T")
_TAKES: Final = re.compile(r"\s*(?:DELETE FROM|UPDATE) (\w+)")
"""A row that is emptied counts like one that is deleted."""


class CountedTx:
    """A write transaction (database.Tx) that counts."""

    __slots__ = ("_counts", "_tx")

    def __init__(self, tx: Tx, counts: Counter[str]) -> None:
        self._tx = tx
        self._counts = counts

    def execute(self, sql: str, parameters: Iterable[object] = ()) -> Rows:
        found = self._tx.execute(sql, parameters)
        taken = _TAKES.match(sql)
        if taken is not None and found.rowcount > 0:
            self._counts[taken[1]] += found.rowcount
        return found

    def executemany(self, sql: str, rows: Iterable[Iterable[object]]) -> None:
        if _TAKES.match(sql) is None:
            self._tx.executemany(sql, rows)
            return
        for row in rows:
            self.execute(sql, row)

    def one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        return self.execute(sql, parameters).fetchone()

    def all(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        return self.execute(sql, parameters).fetchall()

    def for_each(self, sql: str, columns: Columns, rows: Sequence[Sequence[object]]) -> list[Row]:
        return self._tx.for_each(sql, columns, rows)

    def clock_ms(self) -> int:
        return self._tx.clock_ms()

    def attempt(self, change: Callable[[], None], *errors: type[Exception]) -> Exception | None:
        return self._tx.attempt(change, *errors)

    def after_commit(self, call: Callable[[], None]) -> None:
        self._tx.after_commit(call)


class Counted:
    """The hub's database (database.Database) for one job, with what the job took away in `counts`, by table."""

    __slots__ = ("_db", "counts")

    def __init__(self, db: Database) -> None:
        self._db = db
        self.counts: Counter[str] = Counter()

    async def write(self, fn: Callable[[Tx], T]) -> T:
        def counted(tx: Tx) -> tuple[T, Counter[str]]:
            found: Counter[str] = Counter()  # of this run: a transaction that failed may be run again
            return fn(CountedTx(tx, found)), found

        result, found = await self._db.write(counted)
        self.counts.update(found)
        return result

    async def write_rooms(self, fn: Callable[[Tx], T]) -> T:
        return await self._db.write_rooms(fn)

    async def read(self, fn: Callable[[Reader], T]) -> T:
        return await self._db.read(fn)

    @property
    def waiting(self) -> int:
        return self._db.waiting

    async def scrub(self) -> bool:
        return await self._db.scrub()

    async def close(self) -> None:
        await self._db.close()
