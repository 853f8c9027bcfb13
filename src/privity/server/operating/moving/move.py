# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin move-store`: every row once, whatever breaks it off, and nothing believed before it was compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Final

from privity.server.config import HubConfig
from privity.server.db.database import Row
from privity.server.errors import DriverMissing
from privity.server.main import held
from privity.server.operating.errors import MoveDamaged, MoveRefused
from privity.server.operating.moving.source import Source
from privity.server.operating.moving.total import total
from privity.server.operating.shown import Told

ROWS: Final = 1_000
BYTES: Final = 8 << 20
"""Of one transaction, the one or the other."""
PASSES: Final = 3
"""Each row is moved, read here and read there."""


@dataclass(frozen=True, slots=True)
class Moved:
    tables: int
    rows: int
    resumed: int
    """Rows that an earlier attempt had brought."""


def move(config: HubConfig, address: str, told: Told) -> Moved:
    """The hub is stopped for as long as this takes; its file is not touched. Raises HubError."""
    if config.store is not None:
        raise MoveRefused("`store` names PostgreSQL already; nothing to move")
    try:
        from privity.server.operating.moving.target import Target
    except ModuleNotFoundError as err:
        if err.name != "psycopg":
            raise
        raise DriverMissing(
            "the driver of PostgreSQL is not installed: pip install --require-hashes -r constraints/postgres.txt"
        ) from None
    with ExitStack() as open_:
        open_.enter_context(held(config.data / "hub.lock"))
        source = open_.enter_context(Source(config.database))
        target = open_.enter_context(Target(address))
        tables = source.tables()
        there = target.begin(source.digest, tables)
        rows = sum(table.rows for table in tables)
        bar = _Bar(told, PASSES * rows, sum(there.values()))
        for table in tables:
            at = there[table.name]
            bar.now = f"moving {table.name}"
            for page in _pages(source.rows(table, at)):
                at += len(page)
                target.put(table, page, at)
                bar.more(len(page))
        for table in tables:
            bar.now = f"comparing {table.name}"
            here, arrived = total(bar.along(source.rows(table))), total(bar.along(target.rows(table)))
            if here != arrived:
                raise MoveDamaged(
                    f"{table.name}: {here.rows:,} rows here, {arrived.rows:,} there, and what they hold differs;"
                    " drop that database and begin again with an empty one"
                )
        target.finish(source.highest())
    return Moved(len(tables), rows, sum(there.values()))


class _Bar:
    """How far all of it is, in rows of every pass, so that the time that is left can be told from it."""

    __slots__ = ("_all", "_done", "_told", "now")

    def __init__(self, told: Told, all_: int, done: int) -> None:
        self._told, self._all, self._done = told, all_, done
        self.now = ""

    def more(self, rows: int) -> None:
        self._done += rows
        self._told(self.now, self._done, self._all)

    def along(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The same rows, told as they are taken."""
        self._told(self.now, self._done, self._all)
        number = 0
        for number, row in enumerate(rows, 1):
            yield row
            if number % ROWS == 0:
                self.more(ROWS)
        self._done += number % ROWS


def _pages(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while page := _page(rows):
        yield page


def _page(rows: Iterator[Row]) -> list[Row]:
    page: list[Row] = []
    size = 0
    for row in islice(rows, ROWS):
        page.append(row)
        size += sum(len(value) for value in row if isinstance(value, bytes | str))
        if size >= BYTES:
            break
    return page
