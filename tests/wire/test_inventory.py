# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No column without a reason: what hub and desk say they keep is what their databases have, and what the page says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from privity.desk.db.database import open_database as open_desk
from privity.desk.signals.running.postgres_store import SCHEMA
from privity.faces.commands.data_inventory import page
from privity.production.classes import Releasable
from privity.server.db import migrations
from privity.wire.inventory import BadInventory, Inventory
from tests.desk.fresh_keys import fresh_keys

DOCUMENT = Path(__file__).parents[2] / "docs" / "operators" / "data-inventory.md"


def schema(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of every table of an open database."""
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    return {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for (name,) in names}


def hub() -> dict[str, list[str]]:
    db = sqlite3.connect(":memory:")
    migrations.apply(db)
    return schema(db)


def inventory(package: str) -> Inventory:
    return Inventory.decode(files(package).joinpath("inventory.toml").read_bytes())


def test_hub_keeps_what_it_says() -> None:
    inventory("privity.server.db").check(hub())


def test_desk_keeps_what_it_says(tmp_path: Path) -> None:
    db = open_desk(tmp_path / "desk.db", fresh_keys(tmp_path))
    inventory("privity.desk.db").check(schema(db))
    db.close()


def test_those_who_count_keep_what_it_says() -> None:
    """PostgreSQL's statements; SQLite takes them, but for columns that were added to older databases."""
    db = sqlite3.connect(":memory:")
    for statement in SCHEMA.split(";\n"):
        if not statement.startswith("ALTER"):
            db.execute(statement)
    inventory("privity.desk.signals.running").check(schema(db))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["account"].append("birthday"), "account.birthday is in one of them only"),
        (lambda found: found["account"].remove("handle"), "account.handle is in one of them only"),
        (lambda found: found.update({"location": ["user_uri"]}), "table location is in one of them only"),
        (lambda found: found.pop("block"), "table block is in one of them only"),
    ],
)
def test_a_schema_that_grew_or_shrank_is_noticed(change: Callable[[dict[str, list[str]]], None], said: str) -> None:
    found = hub()
    change(found)
    with pytest.raises(BadInventory, match=said):
        inventory("privity.server.db").check(found)


TABLE = """
database = "x.db"
[tables.t]
what = "w"
readers = ["nobody"]
kept = "k"
%s
[tables.t.columns]
a = { why = "y" }
"""


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("", "neither, or both"),
        ('about_nobody = "n"\nof = { a = "user" }', "neither, or both"),
        ('of = { b = "user" }', "t is about b, which it does not have"),
    ],
)
def test_each_table_says_whom_it_is_about(about: str, said: str) -> None:
    with pytest.raises(BadInventory, match=said):
        Inventory.decode((TABLE % about).encode()).check({"t": ["a"]})


LEGAL = """
database = "x.db"
[tables.t]
what = "w"
readers = ["nobody"]
kept = "k"
%s
[tables.t.columns]
a = { why = "y" }
b = { why = "y"%s }
"""
ABOUT = 'of = { a = "user" }'


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        (ABOUT, "", "neither, or both, to which class of data"),
        (f'{ABOUT}\nlegal = "subscriber"\nnever = "n"', "", "neither, or both, to which class of data"),
        ('about_nobody = "n"\nlegal = "subscriber"', "", "is about nobody and says what"),
        ('about_nobody = "n"\nnever = "n"', "", "is about nobody and says what"),
        (f'{ABOUT}\nlegal = "subscriber"', ', legal = "account_state", never = "n"', "says of b both"),
        (f'{ABOUT}\nnever = "n"', ', legal = "account_state"', "says of b both"),
        (f'{ABOUT}\nlegal = "delivery_metadata"', "", "does not say when its rows are"),
        (f'{ABOUT}\nlegal = "subscriber"', ', legal = "session_ip"', "does not say when its rows are"),
        (f'{ABOUT}\nlegal = "delivery_metadata"\nat = "c"', "", "names c, which it does not have"),
        (f'{ABOUT}\nlegal = "subscriber"\nat = "b"\nbegins = "b"', "", "in two ways when its rows are"),
        (f'{ABOUT}\nlegal = "subscriber"\nends = "b"', "", "or only when they end"),
        (
            f'{ABOUT}\nlegal = "subscriber"\nbeside = {{ b = {{ table = "u", key = "k", columns = ["v"] }} }}',
            "",
            "names k, v of u beside b",
        ),
    ],
)
def test_each_table_about_people_says_what_a_legal_request_gets_of_it(table: str, column: str, said: str) -> None:
    with pytest.raises(BadInventory, match=said):
        Inventory.decode((LEGAL % (table, column)).encode()).check({"t": ["a", "b"]})


@pytest.mark.parametrize("never", ["content_e2ee", "key_material", "everything"])
def test_lp_1_no_table_can_belong_to_what_nobody_holds(never: str) -> None:
    for table, column in ((f'{ABOUT}\nlegal = "{never}"', ""), (f'{ABOUT}\nnever = "n"', f', legal = "{never}"')):
        with pytest.raises(BadInventory):
            Inventory.decode((LEGAL % (table, column)).encode())


def test_what_a_class_reaches_names_whom_it_is_about() -> None:
    found = Inventory.decode((LEGAL % (f'{ABOUT}\nlegal = "subscriber"', ', legal = "account_state"')).encode())
    table = found.tables["t"]
    assert table.reached_by(Releasable.SUBSCRIBER) == ["a"]
    assert table.reached_by(Releasable.ACCOUNT_STATE) == ["a", "b"]
    assert table.reached_by(Releasable.CONTENT_PROFILE) == []


@pytest.mark.parametrize("wrong", ['of = { a = "colour" }', "more = 1", 'readers = ["the government"]'])
def test_unknown_words_are_refused(wrong: str) -> None:
    with pytest.raises(BadInventory):
        Inventory.decode((TABLE % wrong).encode())


def test_the_page_is_what_the_command_prints() -> None:
    assert DOCUMENT.read_text("utf-8") == page(), "run: privity data-inventory > docs/operators/data-inventory.md"
