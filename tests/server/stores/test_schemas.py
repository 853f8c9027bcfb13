# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One schema on two engines: the same tables, columns, kinds, keys, references and numbers of migrations."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from privity.server.db import migrations
from privity.server.db.migrations import Migration
from privity.server.errors import AlreadyInitialised, MigrationChanged, MigrationUnknown, StoreUnreachable
from tests import postgres

KINDS = {"bigint": "INTEGER", "text": "TEXT", "bytea": "BLOB"}
BEGINNING = 14
"""Up to here PostgreSQL has one file for all."""
ROW_ORDER = {("event", ("id",))}
"""Unique in SQLite as the order of its rows; the parts of PostgreSQL's table have no index across them."""
TOO_LONG = {("kl_evidence", ("note",)): ("kl_evidence", ("sha256(note)",))}
"""What is too long for an index of PostgreSQL is unique by its hash."""


@pytest.fixture(scope="module")
def file() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrations.apply(db)
        yield db


@pytest.fixture(scope="module")
def store() -> str:
    postgres.need_postgres()
    return postgres.new_store()


def asked(store: str, sql: str) -> list[tuple[Any, ...]]:
    return postgres.shared().sql(store.rpartition("/")[2], sql)


def tables_of(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [str(row[0]) for row in rows]


def test_columns_are_the_same_in_the_same_order(file: sqlite3.Connection, store: str) -> None:
    here = {
        (name, row[0], row[1], row[2], bool(row[3] or row[5]))
        for name in tables_of(file)
        for row in file.execute(f"PRAGMA table_info({name})")
    }
    there = {
        (name, number, column, KINDS[kind], needed == "NO")
        for name, number, column, kind, needed in asked(
            store,
            "SELECT c.table_name, rank() OVER (PARTITION BY c.table_name ORDER BY ordinal_position) - 1, column_name,"
            " data_type, is_nullable FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND table_name !~ '^event_[0-9]+$'",
        )
    }
    assert len(there) > 200
    assert here == there


def test_text_is_compared_by_its_bytes(store: str) -> None:
    others = asked(
        store,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
    )
    assert others == []


def test_what_is_unique_is_the_same(file: sqlite3.Connection, store: str) -> None:
    here = set()
    for name in tables_of(file):
        keys = [row for row in file.execute(f"PRAGMA table_info({name})") if row[5]]
        if keys:
            here.add((name, tuple(row[1] for row in sorted(keys, key=lambda row: int(row[5])))))
        for _, index, unique, *_ in file.execute(f"PRAGMA index_list({name})"):
            if unique:
                here.add((name, tuple(row[2] for row in file.execute(f"PRAGMA index_info({index})"))))
    there = {
        (name, tuple(column.replace('"', "") for column in columns))
        for name, columns in asked(
            store,
            "SELECT t.relname::text, (SELECT array_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n)"
            " FROM generate_series(1, i.indnkeyatts) n)"
            " FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
            " WHERE i.indisunique AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace",
        )
    }
    assert len(there) > 60
    assert {TOO_LONG.get(one, one) for one in here} - ROW_ORDER == there


def test_references_are_the_same(file: sqlite3.Connection, store: str) -> None:
    here = {
        (name, row[3], row[2], row[4], row[6] == "CASCADE")
        for name in tables_of(file)
        for row in file.execute(f"PRAGMA foreign_key_list({name})")
    }
    there = set(
        asked(
            store,
            "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text, b.attname::text,"
            " c.confdeltype = 'c' FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'",
        )
    )
    assert len(there) > 40
    assert here == there


def test_indexes_have_the_same_names(file: sqlite3.Connection, store: str) -> None:
    """But for those that are a key of PostgreSQL, and the one by a hash."""
    here = {
        str(row[0])
        for row in file.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%'")
    }
    there = {
        str(row[0])
        for row in asked(
            store,
            "SELECT i.relname::text FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid"
            " WHERE i.relnamespace = 'public'::regnamespace AND NOT i.relispartition"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)",
        )
    }
    assert there - here == {"kl_evidence_note"}
    assert here - there == set()


def test_each_number_from_the_beginning_on_has_a_file_for_both() -> None:
    postgres.need_postgres()
    from privity.server.db import postgres_schema

    here = [(one.number, one.name) for one in migrations.shipped() if one.number > BEGINNING]
    there = [(one.number, one.name) for one in postgres_schema.shipped()]
    assert there == [(BEGINNING, "hub"), *here]


def test_a_migration_only_adds_so_that_the_version_before_can_go_on_serving() -> None:
    """From 15 on: new tables, indexes, rows, functions, columns that nobody has to fill. An index may be replaced."""
    postgres.need_postgres()
    from privity.server.db import postgres_schema

    for one in (*migrations.shipped(), *postgres_schema.shipped()):
        if one.number > BEGINNING:
            assert not_added(one.sql) == [], (one.number, one.name)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE room;",
        "ALTER TABLE room DROP COLUMN suite;",
        "ALTER TABLE room RENAME TO conversation;",
        "ALTER TABLE room ADD COLUMN more INTEGER NOT NULL;",
        "DROP INDEX event_ref;",
        "CREATE UNIQUE INDEX a ON room (suite); UPDATE room SET suite = 1;",
    ],
)
def test_what_takes_something_away_is_noticed(sql: str) -> None:
    good = "-- words; of a comment\nCREATE TABLE a (n BIGINT);\nALTER TABLE room ADD COLUMN more BLOB;\n"
    good += "DROP INDEX b;\nCREATE INDEX b ON a (n);"
    assert not_added(good) == []
    assert len(not_added(f"{good}\n{sql}")) == 1


def not_added(sql: str) -> list[str]:
    """The statements of a migration that do more than add."""
    plain = re.sub(r"--[^\n]*", "", sql)
    found = []
    for statement in (" ".join(part.split()) for part in plain.split(";")):
        dropped = re.fullmatch(r"DROP INDEX (\w+)", statement)
        if dropped and re.search(rf"CREATE (UNIQUE )?INDEX {dropped[1]} ", plain):
            continue
        column = re.fullmatch(r"ALTER TABLE \w+ ADD COLUMN (.*)", statement)
        if column and ("NOT NULL" not in column[1] or "DEFAULT" in column[1]):
            continue
        if statement and not re.match(
            r"CREATE (TABLE|VIEW|FUNCTION|SEQUENCE|(UNIQUE )?INDEX) |INSERT INTO ", statement
        ):
            found.append(statement)
    return found


def test_changed_unknown_and_broken_migrations_stop_the_hub_and_change_nothing() -> None:
    postgres.need_postgres()
    from privity.server.db import postgres_schema
    from privity.server.db.link import Link

    server = postgres.shared()
    store = server.url(server.new_database())
    first = Migration(1, "first", "CREATE TABLE one (n BIGINT);")
    second = Migration(2, "second", "CREATE TABLE two (n BIGINT); -- with ; inside\nDROP TABLE two;")
    with closing(Link(store, "test")) as link:
        assert postgres_schema.apply(link, [first, second]) == [1, 2]
        assert postgres_schema.apply(link, [first, second]) == []
        with pytest.raises(MigrationChanged):
            postgres_schema.apply(link, [Migration(1, "first", "CREATE TABLE other (n BIGINT);"), second])
        with pytest.raises(MigrationUnknown):
            postgres_schema.apply(link, [first])
        broken = Migration(3, "broken", "CREATE TABLE three (n BIGINT);\nCREATE TABLE three (n BIGINT);")
        with pytest.raises(StoreUnreachable, match="DuplicateTable"):
            postgres_schema.apply(link, [first, second, broken])
    assert asked(store, "SELECT to_regclass('three') IS NULL, count(*) FROM migration") == [(True, 2)]


def test_the_database_of_a_hub_that_has_begun_gets_no_other_keys() -> None:
    postgres.need_postgres()
    from privity.server.db.postgres import check_fresh

    store = postgres.new_store()
    check_fresh(store)
    asked(store, "INSERT INTO invite VALUES ('x', 1, 2, NULL)")
    with pytest.raises(AlreadyInitialised, match="another hub"):
        check_fresh(store)
