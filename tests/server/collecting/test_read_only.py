# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-2: a collector reads what is kept, and can begin nothing: no record, no participant, no word to any device."""

from __future__ import annotations

import ast
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import privity
from privity.identity.pseudonyms import Names
from privity.identity.uris import between_devices
from privity.production.classes import Releasable
from privity.server.collecting import finding
from privity.server.collecting.service import UNLESS
from privity.server.db.database import Reader
from privity.server.db.sqlite import SqliteReader, SqliteTx
from privity.server.stored.service import inventory
from privity.wire.collect import IdentifierKind
from privity.wire.reading import Asked, Period, collect
from privity.wire.rows_about import Whom
from tests import stores
from tests.server.collecting.conftest import KEY, Known
from tests.server.collecting.filled import SINCE, UNTIL

SOURCE = Path(privity.__file__).parent
FILES = [
    *sorted((SOURCE / "server/collecting").glob("*.py")),
    SOURCE / "wire/reading.py",
    SOURCE / "wire/rows_about.py",
]
ALLOWED = {
    "privity.identity": None,
    "privity.keylog.labels": {"user_label"},
    "privity.production.classes": {"Releasable"},
    "privity.wire": None,
    "privity.server.collecting": None,
    "privity.server.accounts": {"closed"},
    "privity.server.context": {"HubContext"},
    "privity.server.db.database": {"Reader"},
    "privity.server.stored.service": {"inventory"},
    "privity.server.version": {"VERSION"},
    "privity.server.web": {"answer", "decode"},
}
"""What the slice may import of the house, and of each which names; None: any."""
READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION})


def read_everything(reader: Reader, known: Known) -> int:
    """What every collector does, over any connection; returns how many rows there were."""
    rows = 0
    for kind, identifier in (
        (IdentifierKind.ACCOUNT, known.one.user_uri),
        (IdentifierKind.HANDLE, known.one.handle),
        (IdentifierKind.DEVICE, known.one.device),
        (IdentifierKind.IP_PORT_TIME, "192.0.2.1"),
    ):
        whom = finding.find(reader, kind, identifier, lambda user_uri: (known.one.mark, "closed:x"))
        for data_class in Releasable:
            question = Asked(
                data_class=data_class,
                names=None if whom is None else Names(whom, KEY, False),
                period=Period(SINCE, UNTIL),
                unless=UNLESS,
                resolve=lambda text: finding.user_of_handle(reader, text),
            )
            rows += sum(len(table.rows) for table in collect(reader, inventory(), question))
    return rows


@stores.about_sqlite
async def test_lp_2_every_collector_runs_where_nothing_can_be_written(known: Known) -> None:
    path = known.context.config.database
    await known.context.db.scrub()
    before = hashlib.sha256(path.read_bytes()).digest()
    refused: list[tuple[int, str | None]] = []

    def allows(action: int, first: str | None, second: str | None, database: str | None, inside: str | None) -> int:
        if action in READS or (action == sqlite3.SQLITE_PRAGMA and first == "table_info"):
            return sqlite3.SQLITE_OK
        refused.append((action, first))
        return sqlite3.SQLITE_DENY

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.execute("SELECT name FROM pragma_table_info('account')")  # at its first use SQLite declares it
        db.set_authorizer(allows)
        assert read_everything(SqliteReader(db), known) > 60
        assert refused == []
        with pytest.raises(sqlite3.DatabaseError):
            SqliteReader(db).execute("UPDATE account SET handle = 'x'")
        assert refused
    assert hashlib.sha256(path.read_bytes()).digest() == before


async def test_lp_2_the_hubs_own_snapshot_refuses_to_be_written_to(known: Known) -> None:
    def write(reader: Reader) -> None:
        reader.execute("INSERT INTO warning (user_uri, decision, at_ms) VALUES ('x', 'y', 1)")

    with pytest.raises(Exception, match=r"read-?only"):
        await known.context.db.read(write)


async def test_lp_2_an_answer_writes_nothing_sends_nothing_and_wakes_nobody(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every way to write taken away, and all that could send, the answers are the same."""
    before = await known.everything()

    async def gone(*_: object) -> None:
        raise AssertionError("a collector tried to write")

    monkeypatch.setattr(type(known.context.db), "write", gone)
    if not stores.POSTGRESQL:  # whose transactions have a class of their own with the same methods
        monkeypatch.setattr(SqliteTx, "execute", gone)
    assert await known.everything() == before
    assert known.context.db.waiting == 0


def test_lp_2_the_slice_imports_nothing_that_writes_or_sends() -> None:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert all(not one.name.startswith("privity") for one in node.names), file.name
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("privity"):
                module = node.module or ""
                room = next((one for one in ALLOWED if module == one or module.startswith(f"{one}.")), None)
                assert room is not None, f"{file.name} imports {module}"
                names = ALLOWED[room]
                assert names is None or {one.name for one in node.names} <= names, f"{file.name}: {module}"


def test_lp_2_the_slice_says_nothing_to_a_database_but_select() -> None:
    """Every call of a method that takes SQL begins with SELECT, or asks for the columns of a table."""
    found = 0
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"write", "executemany", "executescript", "attempt", "after_commit"}, file.name
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in {"execute", "one", "all"}:
                text = ast.unparse(node.args[0])
                assert text.strip("f\"'").startswith(("SELECT", "PRAGMA table_info(", "*_select(")), text
                found += 1
    assert found >= 4


def test_a_collector_that_would_be_given_a_writer_does_not_type_check() -> None:
    """`Reader` has no method that a transaction has beside reading."""
    assert not hasattr(Reader, "executemany") and not hasattr(Reader, "after_commit")


def test_names_of_tables_and_columns_are_words() -> None:
    """They stand in SQL as they are."""
    for name, table in inventory().tables.items():
        beside = [one for each in table.beside.values() for one in (each.table, each.key, *each.columns)]
        for word in (name, *table.columns, *beside):
            assert word.isidentifier() and word.isascii(), word


def test_a_person_has_devices_between_two_addresses() -> None:
    """The borders are the account's own, so no other account's devices lie between them."""
    whom = Whom(("mimi://h.example/u/" + "a" * 26,), "", between_devices("mimi://h.example/u/" + "a" * 26))
    names = Names(whom, KEY, False)
    own = "mimi://h.example/d/" + "a" * 26 + "/" + "b" * 25 + "a"
    other = "mimi://h.example/d/" + "a" * 25 + "b/" + "b" * 25 + "a"
    assert names.of_device(own) == own
    assert names.of_device(other) != other
