# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The collectors of hub and desk: one for each table of a class of data, out of the inventory that says what is kept.

A collector is given something that can be asked, and makes SELECTs. Names of tables and columns are the inventory's;
only values come from outside. What opens a database, and whose it is, is not known here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from privity.production.classes import Releasable
from privity.wire.collect import MAX_BYTES, MAX_ROWS, CellKind, CollectedColumn, CollectedTable
from privity.wire.inventory import Inventory, Of, Others, Stored
from privity.wire.rows_about import Whom, about

Value = int | str | None
Resolve = Callable[[str], str | None]
"""The user URI of whom a text names by their handle."""


class Reads(Protocol):
    """What answers a SELECT."""

    def execute(self, sql: str, parameters: Sequence[object] = (), /) -> Iterable[Sequence[Any]]: ...


class Naming(Protocol):
    """How people are named in one answer: whom it is about by their address, others perhaps not."""

    @property
    def whom(self) -> Whom: ...

    @property
    def named(self) -> bool: ...

    def of_user(self, written: str) -> str: ...

    def of_device(self, written: str) -> str: ...

    def of_pair(self, written: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Period:
    """From `since_ms` on, before `until_ms`."""

    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One class about one person, or about nobody, of whom there are no rows. `unless`: by table, which rows no request
    gets, as a condition of our own."""

    data_class: Releasable
    names: Naming | None
    period: Period | None
    unless: Mapping[str, str]
    resolve: Resolve


class Room:
    """How many bytes the answer may still have."""

    __slots__ = ("left",)

    def __init__(self, left: int = MAX_BYTES) -> None:
        self.left = left

    def take(self, row: list[Value]) -> bool:
        """Whether it still fits."""
        self.left -= sum(len(value) if isinstance(value, str) else 8 for value in row)
        return self.left >= 0


def collect(reads: Reads, inventory: Inventory, asked: Asked) -> Iterator[CollectedTable]:
    """The tables of the class, in the order of their names."""
    room = Room()
    for name in sorted(inventory.tables):
        table = inventory.tables[name]
        if table.reached_by(asked.data_class):
            yield _collect(reads, name, table, asked, room)


def columns_of(reads: Reads, name: str, table: Stored, data_class: Releasable) -> list[CollectedColumn]:
    """What a table tells of a class: its own columns, then what stands beside them."""
    kinds = _kinds(reads, name)
    columns = [CollectedColumn(column, _kind(column, kinds[column])) for column in table.reached_by(data_class)]
    for one in table.beside.values():
        kinds = _kinds(reads, one.table)
        columns += [CollectedColumn(more, _kind(more, kinds[more])) for more in one.columns]
    return columns


def _collect(reads: Reads, name: str, table: Stored, asked: Asked, room: Room) -> CollectedTable:
    columns, names = columns_of(reads, name, table, asked.data_class), asked.names
    if names is None:
        return CollectedTable(name, columns, [], False, 0, 0)
    telling = _Telling(table, names, asked.resolve)
    rows: list[list[Value]] = []
    for found in reads.execute(*_select(name, table, names.whom, asked)):
        row = [telling.cell(column.name, value) for column, value in zip(columns, found, strict=True)]
        if len(rows) == MAX_ROWS or not room.take(row):
            return CollectedTable(name, columns, rows, True, telling.pseudonymised, telling.withheld)
        rows.append(row)
    return CollectedTable(name, columns, rows, False, telling.pseudonymised, telling.withheld)


def _select(name: str, table: Stored, whom: Whom, asked: Asked) -> tuple[str, list[object]]:
    """The rows about a person in a period, the oldest first."""
    period = asked.period
    where, values = about(table, whom, untold=True)
    parts = [f"({where})"]
    if period is not None and table.at:
        parts.append(f"{table.at} >= ? AND {table.at} < ?")
        values += [period.since_ms, period.until_ms]
    if period is not None and table.begins:
        parts.append(f"{table.begins} < ?")
        values.append(period.until_ms)
    if period is not None and table.ends:
        parts.append(f"({table.ends} IS NULL OR {table.ends} > ?)")
        values.append(period.since_ms)
    if name in asked.unless:
        parts.append(f"NOT ({asked.unless[name]})")
    told = [f"{name}.{column}" for column in table.reached_by(asked.data_class)]
    for column, one in table.beside.items():
        where_beside = f"FROM {one.table} WHERE {one.table}.{one.key} = {name}.{column}"
        told += [f"(SELECT {one.table}.{more} {where_beside})" for more in one.columns]
    first = table.at or table.begins
    order = [*([f"{name}.{first}"] if first else []), *(str(number) for number in range(1, len(told) + 1))]
    return (
        f"SELECT {', '.join(told)} FROM {name}"  # noqa: S608  # names of the inventory
        f" WHERE {' AND '.join(parts)} ORDER BY {', '.join(order)} LIMIT {MAX_ROWS + 1}",
        values,
    )


class _Telling:
    """Values as an answer holds them; counts what was given under another name, or not at all."""

    def __init__(self, table: Stored, names: Naming, resolve: Resolve) -> None:
        self._table = table
        self._names = names
        self._resolve = resolve
        self.pseudonymised = 0
        self.withheld = 0

    def cell(self, column: str, value: object) -> Value:
        told = self._told(column, value)
        if isinstance(value, str) and told not in (None, value, self._names.whom.users[0]):
            self.pseudonymised += 1
        return told

    def _told(self, column: str, value: object) -> Value:
        names = self._names
        entry = self._table.columns.get(column)
        others = None if entry is None else entry.others
        if others is Others.INSIDE and not names.named and value is not None:
            self.withheld += 1
            return None
        if isinstance(value, str):
            match self._table.of.get(column):
                case Of.USER | Of.UNTOLD:
                    return names.of_user(value)
                case Of.DEVICE:
                    return names.of_device(value)
                case Of.PAIR:
                    return names.of_pair(value)
            typed = value and others is Others.NAMED and not names.named
            return names.of_user(self._address(value)) if typed else value
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if value is None or isinstance(value, int):
            return value
        raise TypeError(f"{column} holds a {type(value).__name__}")

    def _address(self, typed: str) -> str:
        """Somebody has one pseudonym, whether they were named by handle or by address."""
        return self._resolve(typed) or typed


def _kinds(reads: Reads, table: str) -> dict[str, str]:
    """The type of each column, as the schema has it."""
    return {
        str(name): str(kind) for name, kind in reads.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
    }


def _kind(column: str, declared: str) -> CellKind:
    if declared == "INTEGER":
        return CellKind.TIME if column.endswith("_ms") else CellKind.INTEGER
    return CellKind.BYTES if declared == "BLOB" else CellKind.TEXT
