# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Telling a person what stands about them, table by table, out of the same inventory that operators read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from privity.identity.uris import between_devices
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.stored import store
from privity.wire.errors import Code, Refusal
from privity.wire.inventory import Inventory, Stored
from privity.wire.stored import PAGE, Cell, Opaque, Plain, Sealed, StoredAbout, StoredRows, StoredTable


@cache
def inventory() -> Inventory:
    """What this hub keeps."""
    return Inventory.decode(files("privity.server.db").joinpath("inventory.toml").read_bytes())


async def about(context: HubContext, user_uri: str) -> StoredAbout:
    """Every table in which something about the caller can stand, and how many rows do."""
    context.limits.take("account.stored", user_uri)

    def read(query: Query) -> StoredAbout:
        return StoredAbout(
            [
                StoredTable(
                    name,
                    table.what,
                    table.readers,
                    table.kept,
                    {column: entry.why for column, entry in table.columns.items()},
                    store.count(query, name, table, user_uri, between_devices(user_uri)),
                )
                for name, table in inventory().tables.items()
                if table.of
            ]
        )

    return await context.db.read(read)


async def rows(context: HubContext, user_uri: str, name: str, start: int) -> StoredRows:
    """The caller's rows of one table."""
    context.limits.take("account.stored", user_uri)
    table = inventory().tables.get(name)
    if table is None or not table.of:
        raise Refusal(Code.NOT_FOUND, "the hub keeps nothing about people under this name")

    def read(query: Query) -> StoredRows:
        found = store.rows(query, name, table, user_uri, between_devices(user_uri), start, PAGE + 1)
        told = [
            [_cell(table, column, value) for column, value in zip(table.columns, row, strict=True)]
            for row in found[:PAGE]
        ]
        return StoredRows(list(table.columns), told, len(found) > PAGE)

    return await context.db.read(read)


def _cell(table: Stored, column: str, value: object) -> Cell:
    if isinstance(value, bytes):
        return Sealed(len(value)) if table.columns[column].sealed else Opaque(value)
    if value is None or isinstance(value, int | str):
        return Plain(value)
    raise TypeError(f"{column} holds a {type(value).__name__}")
