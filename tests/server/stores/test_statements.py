# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Statements of one connection to PostgreSQL: prepared once and for good, bounded, and errors by their names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests import postgres

if TYPE_CHECKING:
    from privity.server.db.link import Link

OURS = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'hub_%'"


@pytest.fixture
def link() -> Iterator[Link]:
    """A connection of its own, with a table that is gone with it."""
    postgres.need_postgres()
    from privity.server.db.link import Link

    made = Link(postgres.new_store(), "privity statements")
    made.control("CREATE TEMPORARY TABLE thing (id BIGINT PRIMARY KEY, name TEXT, data BYTEA)")
    yield made
    made.close()


def prepared(link: Link) -> int:
    row = link.run(OURS, ()).fetchone()
    assert row is not None
    return int(row[0])


def test_what_was_prepared_stays_through_a_rollback(link: Link) -> None:
    link.run("SELECT $1::bigint + 1", (1,))
    before = prepared(link)
    link.control("BEGIN")
    assert link.run("SELECT $1::bigint + 1", (2,)).fetchone() == (3,)
    link.control("ROLLBACK")
    assert link.run("SELECT $1::bigint + 1", (3,)).fetchone() == (4,)
    assert prepared(link) == before


def test_statements_are_prepared_apart_for_each_set_of_types(link: Link) -> None:
    before = prepared(link)
    for value in (1, "a", b"b", None, 2, "c"):
        assert link.run("SELECT $1", (value,)).fetchone() == (value,)
    assert prepared(link) == before + 4


def test_no_more_are_kept_than_that(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privity.server.db.statements.PREPARED", 3)
    for _ in range(2):
        for number in range(5):
            assert link.run(f"SELECT {number}", ()).fetchone() == (number,)
    assert prepared(link) == 3


def test_an_answer_tells_its_rows_once_and_their_number(link: Link) -> None:
    added = link.execute("INSERT INTO thing (id, name) VALUES (?, ?), (?, ?), (?, ?)", (1, "a", 2, "b", 3, None))
    assert (added.rowcount, added.fetchall()) == (3, [])
    found = link.execute("SELECT id, name FROM thing ORDER BY id", ())
    assert found.rowcount == 3
    assert found.fetchone() == (1, "a")
    assert list(found) == [(2, "b"), (3, None)]
    assert (found.fetchone(), found.fetchall()) == (None, [])
    assert link.execute("UPDATE thing SET name = ? WHERE id > ?", ("c", 1)).rowcount == 2
    assert link.control("DELETE FROM thing WHERE id = 1; DELETE FROM thing") == "DELETE 2"


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_many_rows_arrive_whatever_their_number(link: Link, count: int) -> None:
    from privity.server.db.postgres_tx import PostgresTx

    rows = [(number, None if number % 3 else f"n{number}", bytes([number])) for number in range(count)]
    PostgresTx(link).executemany("INSERT INTO thing (id, name, data) VALUES (?, ?, ?)", rows)
    assert link.execute("SELECT id, name, data FROM thing ORDER BY id", ()).fetchall() == rows
    PostgresTx(link).executemany("UPDATE thing SET name = ? WHERE id = ?", [(f"m{row[0]}", row[0]) for row in rows])
    assert link.execute("SELECT name FROM thing ORDER BY id", ()).fetchall() == [(f"m{row[0]}",) for row in rows]


def test_an_error_has_postgresqls_name_and_ends_the_transaction(link: Link) -> None:
    import psycopg

    link.execute("INSERT INTO thing (id) VALUES (?)", (1,))
    link.control("BEGIN")
    assert not link.given_up
    with pytest.raises(psycopg.errors.UniqueViolation):
        link.execute("INSERT INTO thing (id) VALUES (?)", (1,))
    assert link.given_up
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        link.run("SELECT 1", ())
    assert link.control("COMMIT") == "ROLLBACK"
    with pytest.raises(psycopg.errors.UndefinedTable):
        link.control("SELECT 1; SELECT * FROM nothing")
    assert link.usable


def test_a_statement_that_cannot_be_prepared_is_asked_again_as_a_new_one(link: Link) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.UndefinedTable):
        link.run("SELECT id FROM later", ())
    link.control("CREATE TEMPORARY TABLE later (id BIGINT)")
    assert link.run("SELECT id FROM later", ()).fetchall() == []


def test_who_ended_the_session_is_told_from_a_line_that_broke(link: Link) -> None:
    import psycopg

    link.control("SET idle_in_transaction_session_timeout = '50ms'")
    link.control("BEGIN")
    link.run("SELECT pg_sleep(0)", ())
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        for _ in range(100):
            _still(link)
    assert not link.usable


def test_a_line_that_was_cut_is_an_operational_error(link: Link) -> None:
    import psycopg

    link.cut()
    with pytest.raises(psycopg.OperationalError):
        link.run("SELECT 1", ())
    assert not link.usable


def _still(link: Link) -> None:
    """Say nothing for longer than the session may be idle."""
    time.sleep(0.3)
    link.run("SELECT 1", ())


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT last_seq FROM room WHERE room_uri = $1", "'r'"),
        ("SELECT room_id FROM room_member WHERE client_uri = $1", "'c'"),
        ("SELECT frame FROM event WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", "1, 1, 1"),
        ("SELECT how FROM contact_side WHERE user_uri = $1 AND other_uri = $2", "'a', 'b'"),
    ],
)
def test_single_rows_are_found_by_an_index_also_while_the_tables_are_empty(link: Link, sql: str, values: str) -> None:
    """A plan is made once: one for an empty table would read all of it when it is large."""
    link.control(f"PREPARE asked AS {sql}")
    plan = "\n".join(str(row[0]) for row in link.run(f"EXPLAIN EXECUTE asked ({values})", ()))
    assert "Index" in plan
    assert "Seq Scan" not in plan
