# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A store of an earlier format is brought to this one, whole or not at all; another one is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.client.engine.records import Table
from privity.client.errors import StoreError
from privity.client.store import schema
from privity.client.store.database import DATABASE, Store
from privity.client.store.schema import SCHEMA, STEPS
from tests.client.entries import PASSPHRASE, kill, make, make_first_format


def set_format(folder: Path, version: int) -> None:
    """Let the store in this folder say that it is of another format."""
    store = Store.open(folder, PASSPHRASE)
    store._db.execute(f"PRAGMA user_version = {version}")
    kill(store)


def tables(store: Store) -> dict[str, str]:
    return dict(store._db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall())


def test_every_table_of_records_is_made_by_a_step(tmp_path: Path) -> None:
    store = make(tmp_path)
    assert {table.value for table in Table} <= set(tables(store))
    store.close()


def test_a_store_of_the_first_format_becomes_one_of_this(tmp_path: Path) -> None:
    store = make(tmp_path / "new")
    wanted = tables(store)
    store.close()
    old = make(tmp_path / "old")
    old.save({(Table.OWN, "", b"\x01"): b"\x02"})
    make_first_format(old)
    store = Store.open(tmp_path / "old", PASSPHRASE)
    assert tables(store) == wanted
    assert store.get(Table.OWN, "", b"\x01") == b"\x02"
    assert store._db.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    store.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make(tmp_path)
    before = tables(store)
    store.close()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", (*STEPS, ("CREATE TABLE half (a)", "CREATE TABLE own (a)")))
        patch.setattr(schema, "SCHEMA", SCHEMA + 1)
        with pytest.raises(StoreError):
            Store.open(tmp_path, PASSPHRASE)
    store = Store.open(tmp_path, PASSPHRASE)
    assert tables(store) == before
    store.close()


@pytest.mark.parametrize("version", [0, SCHEMA + 1, 1_000])
def test_a_store_of_an_unknown_format_is_left_alone(tmp_path: Path, version: int) -> None:
    make(tmp_path).close()
    set_format(tmp_path, version)
    data = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreError, match=f"format {version}"):
        Store.open(tmp_path, PASSPHRASE)
    assert (tmp_path / DATABASE).read_bytes() == data


def test_an_emptied_database_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    make(tmp_path).close()
    (tmp_path / DATABASE).write_bytes(b"")
    with pytest.raises(StoreError):
        Store.open(tmp_path, PASSPHRASE)
    with pytest.raises(StoreError):
        Store.open(tmp_path, PASSPHRASE)
