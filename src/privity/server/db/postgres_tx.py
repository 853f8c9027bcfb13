# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Snapshots and transactions of PostgreSQL as the stores see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from privity.server.db import given
from privity.server.db.arrays import array
from privity.server.db.database import Columns, Row
from privity.server.db.link import Link
from privity.server.db.statements import Answer

_INSERT: Final = re.compile(r"INSERT INTO \w+ \(([\w, ]+)\) VALUES \([?, ]+\)")
_CLOCK: Final = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"


class PostgresReader:
    """A snapshot (database.Reader)."""

    __slots__ = ("_link",)

    def __init__(self, link: Link) -> None:
        self._link = link

    def execute(self, sql: str, parameters: Iterable[object] = ()) -> Answer:
        return self._link.execute(sql, parameters)

    def one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        return self._link.execute(sql, parameters).fetchone()

    def all(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        return self._link.execute(sql, parameters).fetchall()

    def for_each(self, sql: str, columns: Columns, rows: Sequence[Sequence[object]]) -> list[Row]:
        if not rows:
            return []
        text = given.all_rows(sql, tuple(columns.items()))
        values = [array(kind, column) for kind, column in zip(columns.values(), zip(*rows, strict=True), strict=True)]
        return self._link.run(text, values).fetchall()

    def clock_ms(self) -> int:
        row = self._link.run(_CLOCK, ()).fetchone()
        return 0 if row is None else int(row[0])


class PostgresTx(PostgresReader):
    """A write transaction (database.Tx)."""

    __slots__ = ("calls",)

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self.calls: list[Callable[[], None]] = []

    def executemany(self, sql: str, rows: Iterable[Iterable[object]]) -> None:
        """Rows that are only added are one statement; others follow each other without waiting for answers."""
        values = [tuple(row) for row in rows]
        if len(values) == 1:
            self._link.execute(sql, values[0])
            return
        plain = _INSERT.fullmatch(sql)
        kinds = _kinds(values) if plain and values else None
        if plain is None or kinds is None:
            self._link.many(sql, values)
            return
        columns = dict(zip(plain[1].split(", "), kinds, strict=True))
        into = sql.partition(" VALUES ")[0]
        self.for_each(f"{into} SELECT {plain[1]} FROM given", columns, values)  # noqa: S608  # words of the statement

    def attempt(self, change: Callable[[], None], *errors: type[Exception]) -> Exception | None:
        calls = len(self.calls)
        self._link.control("SAVEPOINT attempt")
        try:
            change()
        except errors as err:
            self._link.control("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
            del self.calls[calls:]
            return err
        self._link.control("RELEASE SAVEPOINT attempt")
        return None

    def after_commit(self, call: Callable[[], None]) -> None:
        self.calls.append(call)


def _kinds(rows: Sequence[tuple[object, ...]]) -> list[type] | None:
    """Of which kind each column is; None where one of them is not of one kind that `given` can have."""
    found: list[type] = []
    for column in zip(*rows, strict=True):
        types = set(map(type, column)) - {type(None)}
        kind = next((one for one in given.TYPES if types and all(issubclass(each, one) for each in types)), None)
        if kind is None:
            return None
        found.append(kind)
    return found
