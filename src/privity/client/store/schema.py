# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The format of a device store, as the steps that lead to it. A store of an earlier format takes the steps it lacks.

Each step is one transaction with the number of the format in it: after a crash the store is of one format or the
next. A step that was published is never changed; the next change is a further step.
"""

from __future__ import annotations

from typing import Final

from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.engine.records import Table
from privity.client.errors import StoreError
from privity.client.store.transaction import transaction

_RECORDS = (
    Table.OWN,
    Table.MLS,
    Table.ROOM,
    Table.PIN,
    Table.LOG,
    Table.PROOF,
    Table.TIMELINE,
    Table.MESSAGE_ID,
    Table.EVIDENCE,
    Table.OUTBOX,
    Table.AHEAD,
    Table.KEY_PACKAGE,
    Table.ERASE,
)


def _made(table: Table) -> str:
    return (
        f"CREATE TABLE {table.value} (scope TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
        " PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID"
    )


STEPS: Final[tuple[tuple[str, ...], ...]] = (
    tuple(_made(table) for table in _RECORDS),
    (
        # The words of the timeline (`text_index`). It holds no text, and forgets a deleted word at once.
        "CREATE VIRTUAL TABLE words USING fts5(room, body, content='', prefix='1 2 3',"
        " tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cn'\")",
        "INSERT INTO words (words, rank) VALUES ('secure-delete', 1)",
        "CREATE TABLE indexed (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, key BLOB NOT NULL, UNIQUE (scope, key))"
        " STRICT",
        "CREATE TABLE indexing (scope TEXT NOT NULL, key BLOB NOT NULL) STRICT",
    ),
    (_made(Table.ARCHIVE),),
    (_made(Table.CONTACT),),
)

SCHEMA: Final = len(STEPS)


def create(db: sqlcipher.Connection) -> None:
    """Take every step, in an empty database."""
    _step(db, 0)


def bring_up(db: sqlcipher.Connection, version: int) -> None:
    """Take the steps that a store of this format lacks. Raises StoreError for one that this program does not know."""
    if not 1 <= version <= SCHEMA:
        raise StoreError(f"the store has format {version}, this program reads 1 to {SCHEMA}; update the program")
    _step(db, version)


def _step(db: sqlcipher.Connection, version: int) -> None:
    for number in range(version, SCHEMA):
        with transaction(db):
            for statement in STEPS[number]:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number + 1}")
