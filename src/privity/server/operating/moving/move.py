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
        whole, done = sum(table.rows for table in tables), sum(there.values())
        for table in tables:
            at = there[table.name]
            for rows in _pages(source.rows(table, at)):
                at += len(rows)
                done += len(rows)
                target.put(table, rows, at)
                told(f"moving {table.name}", done, whole)
        for number, table in enumerate(tables):
            told(f"comparing {table.name}", number, len(tables))
            here, arrived = total(source.rows(table)), total(target.rows(table))
            if here != arrived:
                raise MoveDamaged(
                    f"{table.name}: {here.rows:,} rows here, {arrived.rows:,} there, and what they hold differs;"
                    " drop that database and begin again with an empty one"
                )
        target.finish(source.highest())
    return Moved(len(tables), whole, sum(there.values()))


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
