# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The schema of yesterday under the code of today, and the other way round: what an upgrade promises, and a rollback.

Yesterday is every state from the one on that the first release with PostgreSQL began with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import ClientSession

from privity.server import init, main
from privity.server.db import migrations
from privity.server.db.migrations import Migration
from privity.server.db.sqlite import SqliteDatabase
from privity.server.errors import MigrationChanged, MigrationUnknown
from privity.server.operating import people
from tests.server.operating.conftest import Home
from tests.server.operating.kept import NOW_MS, loaded

FIRST = 14
SHIPPED = migrations.shipped()
EARLIER = [one.number for one in SHIPPED if FIRST <= one.number < SHIPPED[-1].number]


def state(number: int) -> list[Migration]:
    """What the version shipped whose newest was this."""
    return [one for one in SHIPPED if one.number <= number]


def at(path: Path, number: int) -> None:
    """A database as that version left it, with an account and an invite in it."""
    path.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations.apply(db, state(number))
        db.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES ('u', 'anna', 1)")
        db.execute("INSERT INTO invite (code_hash, created_ms, expires_ms) VALUES (X'00', 1, ?)", (NOW_MS,))


def columns(number: int) -> dict[tuple[str, str], tuple[str, bool, bool]]:
    """(table, column) to its type, whether a row needs it, and whether it has a default."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrations.apply(db, state(number))
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            (table, row[1]): (row[2], bool(row[3]), row[4] is not None)
            for table in tables
            for row in db.execute(f"PRAGMA table_info({table})")
        }


@pytest.mark.parametrize("number", EARLIER)
async def test_today_serves_what_yesterday_left(home: Home, number: int) -> None:
    at(home.data / "hub.db", number)
    async with (
        main.serving(*main.build_context(loaded(home))),
        ClientSession(home.url) as http,
        http.get("/health") as answer,
    ):
        assert await answer.json() == {"ok": True}
    with closing(sqlite3.connect(home.data / "hub.db")) as db:
        assert db.execute("SELECT max(number) FROM migration").fetchone() == (SHIPPED[-1].number,)
        assert db.execute("SELECT handle FROM account").fetchall() == [("anna",)]


@pytest.mark.parametrize("number", EARLIER)
def test_yesterday_refuses_what_today_has_served_by_name(home: Home, number: int) -> None:
    with (
        closing(sqlite3.connect(home.data / "hub.db", isolation_level=None)) as db,
        pytest.raises(MigrationUnknown, match="run the newer one"),
    ):
        migrations.apply(db, state(number))


def test_a_change_that_was_edited_is_refused_by_name(home: Home) -> None:
    edited = [*SHIPPED[:-1], Migration(SHIPPED[-1].number, SHIPPED[-1].name, f"{SHIPPED[-1].sql}-- edited\n")]
    with (
        closing(sqlite3.connect(home.data / "hub.db", isolation_level=None)) as db,
        pytest.raises(MigrationChanged, match=f"migration {SHIPPED[-1].number} "),
    ):
        migrations.apply(db, edited)


@pytest.mark.parametrize("number", EARLIER)
def test_what_yesterday_reads_and_writes_is_still_there(number: int) -> None:
    """No table and no column goes or changes its kind, and what is new in an old table may be left out."""
    before, after = columns(number), columns(SHIPPED[-1].number)
    assert {key: after.get(key) for key in before} == before
    old_tables = {table for table, _ in before}
    added = {key: value for key, value in after.items() if key not in before and key[0] in old_tables}
    assert [key for key, (_, needed, has_default) in added.items() if needed and not has_default] == []


@pytest.fixture
def yesterdays_hub(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose database is one migration behind."""
    at(home.data / "hub.db", EARLIER[-1])
    yield home.data / "hub.db"


async def test_yesterdays_hub_goes_on_while_a_command_of_today_brings_the_schema_up_to_date(
    home: Home, yesterdays_hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("privity.server.db.sqlite.migrations.apply", lambda db: None)
        running = SqliteDatabase(yesterdays_hub)
    try:
        init.beside_the_hub(home.config, lambda tx: people.make(tx, 1, NOW_MS))
        await running.write(
            lambda tx: tx.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES ('v', 'ben', 1)")
        )
        handles = await running.read(lambda reader: reader.all("SELECT handle FROM account ORDER BY handle"))
    finally:
        await running.close()
    assert handles == [("anna",), ("ben",)]
    with closing(sqlite3.connect(yesterdays_hub)) as db:
        assert db.execute("SELECT max(number) FROM migration").fetchone() == (SHIPPED[-1].number,)
