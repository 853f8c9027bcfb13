# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Statements of one connection to PostgreSQL, said to its library through the lower half of the driver.

The driver's cursors cost several times what a short statement costs PostgreSQL itself, and forget all that was prepared
at each ROLLBACK. What is prepared here stays for as long as the connection does, as PostgreSQL has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from psycopg import Connection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult
from psycopg.waiting import wait

from privity.server.db.database import Row

PREPARED: Final = 1000
"""Statements that are kept prepared, each for one set of types; the one that was prepared first makes room."""
_LOOK_S: Final = 0.1
"""A wait looks up so often, so that Ctrl-C is heard."""


class Answer:
    """All that a statement brought (database.Rows)."""

    __slots__ = ("_rows", "did", "rowcount")

    def __init__(self, rows: list[Row], rowcount: int, did: str) -> None:
        self._rows = iter(rows)
        self.rowcount = rowcount
        self.did = did
        """What PostgreSQL says that it did."""

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


class Statements:
    """For one thread at a time. Errors are the driver's own (psycopg.Error), by PostgreSQL's names."""

    __slots__ = ("_connection", "_count", "_names", "_values")

    def __init__(self, connection: Connection[Row]) -> None:
        self._connection = connection
        self._values = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._count = 0

    def run(self, sql: str, parameters: Sequence[object]) -> Answer:
        """One statement in PostgreSQL's own words, prepared when it comes for the first time."""
        values = self._values
        data = values.dump_sequence(parameters, [PyFormat.BINARY] * len(parameters))
        types = values.types or ()
        name = self._names.get((sql, types)) or self._prepare(sql, types)
        self._connection.pgconn.send_query_prepared(name, data, values.formats, result_format=Format.BINARY)
        return self._answer(self._results()[-1])

    def control(self, sql: str) -> Answer:
        """Statements without values, several at once; the answer to the last one."""
        self._connection.pgconn.send_query(sql.encode())
        return self._answer(self._results()[-1])

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """One statement for each row, all on their way before the first is answered."""
        with self._connection.cursor(binary=True) as cursor:
            cursor.executemany(sql, rows)

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        if len(self._names) >= PREPARED:
            self.control(f"DEALLOCATE {self._names.pop(next(iter(self._names))).decode()}")
        self._count += 1
        name = f"hub_{self._count}".encode()
        self._connection.pgconn.send_prepare(name, sql.encode(), param_types=types)
        self._results()
        self._names[sql, types] = name
        return name

    def _results(self) -> list[PGresult]:
        """Of all that was sent. Raises the first error among them."""
        pgconn = self._connection.pgconn
        found: list[PGresult] = wait(execute(pgconn), pgconn.socket, _LOOK_S)
        for result in found:
            if result.status == ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result, "utf-8")
        return found

    def _answer(self, result: PGresult) -> Answer:
        did = (result.command_status or b"").decode()
        if result.status != ExecStatus.TUPLES_OK:
            return Answer([], -1 if result.command_tuples is None else result.command_tuples, did)
        self._values.set_pgresult(result)
        rows = self._values.load_rows(0, result.ntuples, tuple)
        self._values.set_pgresult(None)
        return Answer(rows, result.ntuples, did)
