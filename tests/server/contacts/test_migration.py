# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub from before there were contacts: who had a direct room is one, and nobody's age is known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from privity.server.db import migrations

NUMBER = 8


@pytest.fixture
def older() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = ON")
        migrations.apply(db, [one for one in migrations.shipped() if one.number < NUMBER])
        yield db


def room(db: sqlite3.Connection, number: int, pair: str | None, since_ms: int = 5) -> None:
    db.execute(
        "INSERT INTO room (id, room_uri, direct_pair, suite, epoch, epoch_seq, last_seq, last_ts_ms)"
        " VALUES (?, ?, ?, 1, 0, 0, 0, 0)",
        (number, f"room{number}", pair),
    )
    for user in (pair or "ann ben").split(" "):
        db.execute("INSERT INTO participation (room_id, user_uri, from_ms) VALUES (?, ?, ?)", (number, user, since_ms))


def test_pairs_of_direct_rooms_are_contacts_and_ages_unknown(older: sqlite3.Connection) -> None:
    for name in ("ann", "ben", "carl", "dan", "eve"):
        older.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES (?, ?, 1)", (name, f"{name}.h"))
    room(older, 1, "ann ben", 7)
    room(older, 2, "carl dan")
    room(older, 3, "dan eve")
    room(older, 4, "ann gone")
    room(older, 5, None)
    older.execute("INSERT INTO block (user_uri, blocked_uri, since_ms) VALUES ('dan', 'carl', 1)")
    applied = [one for one in migrations.shipped() if one.number <= NUMBER]
    assert migrations.apply(older, applied) == [NUMBER]
    rows = older.execute(
        "SELECT user_uri, other_uri, how, entry, said_ms, since_ms FROM contact_side ORDER BY user_uri, other_uri"
    ).fetchall()
    assert rows == [
        ("ann", "ben", "before", None, 0, 7),
        ("ben", "ann", "before", None, 0, 7),
        ("dan", "eve", "before", None, 0, 5),
        ("eve", "dan", "before", None, 0, 5),
    ], "neither who blocked the other, nor who is gone, nor who met in a group"
    ages = older.execute("SELECT user_uri, band, adult_from_ms, review_ms FROM age ORDER BY user_uri").fetchall()
    assert ages == [(name, "unknown", None, None) for name in ("ann", "ben", "carl", "dan", "eve")]
    assert older.execute("SELECT name FROM sqlite_temp_master").fetchall() == []
    assert older.execute("PRAGMA foreign_key_check").fetchall() == []
