# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which database `store` names, how it is reached, and what is refused by name before anything is kept in it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import privity.server.db
from privity.server import config
from privity.server.db import given
from privity.server.db import open as opening
from privity.server.db.database import Tx
from privity.server.db.link import check_fit, numbered
from privity.server.errors import ConfigInvalid, DriverMissing, NoDatabase, StoreUnfit, StoreUnreachable
from privity.wire.near import is_near
from tests import postgres, stores
from tests.server.core.people import HOST

NOBODY = "postgresql://hub@127.0.0.1:1/hub"
FIT = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}


def checked(folder: Path, store: str | None) -> config.HubConfig:
    return config.check(config.HubSection(host=HOST, store=store), folder)


@pytest.mark.parametrize(
    "store",
    ["", "hub", "sqlite:///hub.db", "postgres://hub@db/hub", "postgresql://hub@db", "postgresql://db/", "http://[/x"],
)
def test_what_names_no_database_is_refused_without_a_word_of_it(tmp_path: Path, store: str) -> None:
    for right in ("postgresql://hub@db/hub", "postgresql://hub@/hub", "postgresql:///hub?host=/run/postgresql"):
        assert checked(tmp_path, right).store == right
    with pytest.raises(ConfigInvalid, match="store must be postgresql://USER@HOST/DATABASE") as caught:
        checked(tmp_path, store)
    assert not store or store not in str(caught.value)


def test_a_password_is_shown_by_nothing(tmp_path: Path) -> None:
    section = config.HubSection(host=HOST, store="postgresql://hub:canary@127.0.0.1:1/hub?connect_timeout=2")
    kept = config.check(section, tmp_path)
    with pytest.raises(StoreUnreachable) as caught:
        opening.open_database(kept)
    assert "canary" not in f"{section!r} {kept!r} {caught.value}"


def test_without_its_driver_postgresql_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "privity.server.db.postgres", raising=False)
    monkeypatch.delattr(privity.server.db, "postgres", raising=False)
    with pytest.raises(DriverMissing, match=r"pip install --require-hashes -r constraints/postgres\.txt"):
        opening.open_database(checked(tmp_path, NOBODY))


def test_workers_need_a_database_that_they_can_share(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="workers need a database that they can share"):
        opening.open_database(checked(tmp_path, None), "one")


def test_nobody_answers(tmp_path: Path) -> None:
    kept = checked(tmp_path, NOBODY)
    for call in (opening.open_database, opening.check_fresh):
        with pytest.raises(StoreUnreachable, match="cannot be used"):
            call(kept)
    with pytest.raises(StoreUnreachable):
        opening.write_beside(kept, lambda tx: None)
    with pytest.raises(StoreUnreachable, match="not an address"):
        opening.open_database(replace(kept, store="postgresql://hub@db:notaport/hub?nosuchoption=1"))


def test_a_look_at_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    kept = checked(tmp_path, stores.new())
    if kept.store is None:
        with pytest.raises(NoDatabase, match=r"there is no hub\.db"):
            opening.read_beside(kept, lambda reader: None)
        assert not kept.database.exists()
        kept.data.mkdir()
        kept.database.touch()
    else:
        stores.change(kept, lambda tx: tx.execute("DROP TABLE migration") and None)
    with pytest.raises(NoDatabase, match="holds no hub yet"):
        opening.read_beside(kept, lambda reader: None)


def test_a_look_from_beside_sees_what_was_written_there(tmp_path: Path) -> None:
    kept = checked(tmp_path, stores.new())
    kept.data.mkdir()
    add = "INSERT INTO invite (code_hash, created_ms, expires_ms, used_by) VALUES (?, 1, 2, NULL)"
    opening.write_beside(kept, lambda tx: tx.execute(add, (b"h",)) and None)
    assert opening.read_beside(kept, lambda reader: reader.all("SELECT code_hash FROM invite")) == [(b"h",)]
    with pytest.raises(LookupError):
        opening.write_beside(kept, _fails)
    assert opening.read_beside(kept, lambda reader: reader.all("SELECT code_hash FROM invite")) == [(b"h",)]


def test_a_version_and_settings_that_lose_things_are_refused() -> None:
    check_fit(150_000, FIT.__getitem__)
    with pytest.raises(StoreUnfit, match="PostgreSQL 15 or newer, got 14"):
        check_fit(149_999, FIT.__getitem__)
    for name in FIT:
        with pytest.raises(StoreUnfit, match=f"{name} = {FIT[name]}, got off"):
            check_fit(150_000, {**FIT, name: "off"}.__getitem__)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("", True),
        ("/run/postgresql", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("db.example.org", False),
        ("192.0.2.1", False),
        ("127.0.0.1,db", False),
    ],
)
def test_what_stays_on_this_machine(host: str, *, near: bool) -> None:
    """Everything else goes encrypted to a database that has proven its name, unless the address says otherwise."""
    assert is_near(host) is near


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("SELECT 1", "SELECT 1"),
        ("a = ? AND b = ?", "a = $1 AND b = $2"),
        ("a = ?2 OR b = ?1 OR c = ?2", "a = $2 OR b = $1 OR c = $2"),
        ("a = '?' AND b = ?", "a = '?' AND b = $1"),
        ("a = 'it''s ?' AND b = ?", "a = 'it''s ?' AND b = $1"),
    ],
)
def test_marks_are_numbered(sql: str, written: str) -> None:
    assert numbered(sql) == written


def test_given_is_written_for_each_engine() -> None:
    assert given.some_rows("SELECT a FROM given", ("a", "b"), 2) == (
        "WITH given (a, b) AS (VALUES (?, ?), (?, ?)) SELECT a FROM given"
    )
    assert given.all_rows("SELECT a FROM given", (("a", int), ("b", bytes))) == (
        "WITH given (a, b) AS (SELECT * FROM unnest($1::bigint[], $2::bytea[])) SELECT a FROM given"
    )


@pytest.mark.parametrize("count", [0, 1, 3, 63, 64, 65, 200])
def test_rows_are_taken_in_few_different_sizes_and_in_order(count: int) -> None:
    rows = [(number,) for number in range(count)]
    parts = list(given.in_steps(rows))
    assert [row for part in parts for row in part] == rows
    assert {len(part) for part in parts} <= set(given.STEPS)
    assert len(parts) <= count // given.STEPS[0] + len(given.STEPS) - 1


def test_arrays_are_what_postgresql_reads() -> None:
    from privity.server.db.arrays import array

    for kind, wrong in ((int, "1"), (str, b"1"), (bytes, "1")):
        with pytest.raises(TypeError, match="was given a"):
            array(kind, [wrong])
    with pytest.raises(TypeError, match="not float"):
        array(float, [1.0])
    with pytest.raises(ValueError, match="NUL"):
        array(str, ["a\0"])
    postgres.need_postgres()
    from privity.server.db.postgres_tx import PostgresReader
    from tests.server.stores.linked import link

    rows = [(n if n % 3 else None, f"ü{n}" if n % 2 else None, bytes(n) if n % 5 else None) for n in range(20)]
    columns = {"a": int, "b": str, "c": bytes}
    reader = PostgresReader(link())
    assert reader.for_each("SELECT a, b, c FROM given", columns, rows) == rows
    assert reader.for_each("SELECT a, b, c FROM given", columns, []) == []
    edges = [(-(1 << 63), "", b""), ((1 << 63) - 1, "\x01" * 5000, b"\x00" * 5000)]
    assert reader.for_each("SELECT a, b, c FROM given", columns, edges) == edges


def _fails(tx: Tx) -> None:
    tx.execute("INSERT INTO invite (code_hash, created_ms, expires_ms, used_by) VALUES (?, 1, 2, NULL)", (b"i",))
    raise LookupError("no")
