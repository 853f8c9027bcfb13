# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub's database with a row in every table that can be about a person, for each way in which a row can name them.

The rows are made from the schema and the inventory, so that a table that comes later is filled like the others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from privity.identity.uris import new_room_uri
from privity.keylog.labels import user_label
from privity.server.config import HubConfig
from privity.server.db import migrations
from privity.server.db.database import Tx
from privity.server.stored.service import inventory
from privity.wire.inventory import Of, Stored
from tests import stores
from tests.server.core.people import HOST

SINCE, UNTIL = 1_700_000_000_000, 1_700_000_100_000
WITHIN = SINCE + 5_000
"""The time in every column that is one."""
SEALED = b"CANARY-sealed"
UNTOLD = "CANARY-never"
WORDS = {"restriction": {"what": "limited"}, "staff_effect": {"outcome": "applied"}}
WORDS["statement"] = {"statement": '{"kind": "decided"}'}


@dataclass(frozen=True, slots=True)
class Somebody:
    """In every way in which rows name them."""

    user_uri: str
    device: str
    handle: str
    mark: bytes = b""

    def named(self, kind: Of, other: Somebody) -> object:
        match kind:
            case Of.USER | Of.UNTOLD:
                return self.user_uri
            case Of.DEVICE:
                return self.device
            case Of.LABEL:
                return user_label(self.user_uri).decode()
            case Of.PAIR:
                return f"{self.user_uri} {other.user_uri}"
            case Of.MARK:
                return self.mark


@dataclass(frozen=True, slots=True)
class Written:
    """One row that was made: where, by which column it is about whom, and what is in it."""

    table: str
    by: str
    values: dict[str, object]


def about_people() -> Iterator[tuple[str, Stored]]:
    return ((name, table) for name, table in sorted(inventory().tables.items()) if table.of)


def fill(config: HubConfig, whom: Somebody, other: Somebody, numbers: Iterator[int]) -> list[Written]:
    """A row for each column of each table by which it can be about `whom`; the other columns are about `other`.

    What no request reaches and what is sealed holds a canary. `numbers` are different in every row.
    """
    return stores.change_freely(config, lambda tx: fill_in(tx, whom, other, numbers))


def fill_in(tx: Tx, whom: Somebody, other: Somebody, numbers: Iterator[int]) -> list[Written]:
    """The same in a transaction."""
    made = []
    for name, table in about_people():
        for by in list(table.of)[: 1 if _of_one(table) else None]:
            values = _row(tx, name, table, by, whom, other, numbers)
            for key in _keys()[name]:  # a canary can be a key: the newest row stays
                where = " AND ".join(f"{column} = ?" for column in key)
                tx.execute(f"DELETE FROM {name} WHERE {where}", [values[column] for column in key])
            _insert(tx, name, values)
            for column, one in table.beside.items():
                _beside(tx, one.table, one.key, values[column], one.columns)
            made.append(Written(name, by, values))
    return made


def _row(
    tx: Tx,
    name: str,
    table: Stored,
    by: str,
    whom: Somebody,
    other: Somebody,
    numbers: Iterator[int],
) -> dict[str, object]:
    values: dict[str, object] = {}
    for column, kind in tx.all("SELECT name, type FROM pragma_table_info(?)", (name,)):
        of = table.of.get(column)
        if of is not None:
            values[column] = whom.named(of, other) if column == by or _of_one(table) else other.named(of, whom)
        elif (name, column) == ("account", "handle"):
            values[column] = whom.handle
        elif column in WORDS.get(name, {}):
            values[column] = WORDS[name][column]
        elif table.never_because(column):
            values[column] = next(numbers) if kind == "INTEGER" else UNTOLD if kind == "TEXT" else SEALED
        elif column.endswith("_ms"):
            values[column] = WITHIN
        elif kind == "INTEGER":
            values[column] = next(numbers)
        elif kind == "BLOB":
            values[column] = f"{name}.{column} {by} {next(numbers)}".encode()
        else:
            values[column] = other.user_uri if table.columns[column].others else f"{name}.{column} {next(numbers)}"
        if column == "room_uri":
            values[column] = new_room_uri(HOST, lambda count: next(numbers).to_bytes(count, "big"))
    return values


def _of_one(table: Stored) -> bool:
    """Whether all columns of a row name the same person, in several ways."""
    return bool({Of.DEVICE, Of.MARK} & set(table.of.values()))


def _beside(tx: Tx, table: str, key: str, value: object, columns: list[str]) -> None:
    """The row of a table about nobody that a collector reads along."""
    values: dict[str, object] = {}
    for column, kind in tx.all("SELECT name, type FROM pragma_table_info(?)", (table,)):
        if column == key:
            values[column] = value
        elif column in columns or kind == "INTEGER":
            values[column] = WITHIN if kind == "INTEGER" else f"{table}.{column} {value!r}"
    _insert(tx, table, values)


@cache
def _keys() -> dict[str, list[tuple[str, ...]]]:
    """What is unique in each table."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrations.apply(db)
        found: dict[str, list[tuple[str, ...]]] = {}
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            columns = [row for row in db.execute(f"PRAGMA table_info({name})") if row[5]]
            found[name] = [tuple(row[1] for row in columns)] if columns else []
            for _, index, unique, *_ in db.execute(f"PRAGMA index_list({name})").fetchall():
                if unique:
                    found[name].append(tuple(row[2] for row in db.execute(f"PRAGMA index_info({index})")))
    return found


def _insert(tx: Tx, table: str, values: dict[str, object]) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    tx.execute(sql, values.values())
