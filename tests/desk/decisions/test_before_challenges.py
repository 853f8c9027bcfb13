# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk from before there were challenges: what it decided stays as it was, and from now on a challenge is taken."""

from __future__ import annotations

from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.db import migrations
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from tests.desk.fresh_keys import fresh_keys

CHALLENGES = 36
_SHIPPED = migrations._shipped()


def insert(db: Db, reference: str, action: str, days: int | None) -> None:
    db.execute(
        "INSERT INTO decision (reference, case_n, against, policy, action, level, second_person, reason, days,"
        " weight, counts_days, proposed_ms, proposed_by) VALUES (?, 1, 'x', 'spam', ?, 1, 0, 'why', ?, 1, 90, 1, 'me')",
        (reference.ljust(26, "a"), action, days),
    )


def rows(db: Db) -> list[tuple[object, ...]]:
    return list(db.execute("SELECT * FROM decision ORDER BY n").fetchall())


def test_what_was_decided_stays_and_more_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, path = fresh_keys(tmp_path), tmp_path / "desk.db"
    with monkeypatch.context() as then:
        older = {number: shipped for number, shipped in _SHIPPED.items() if number < CHALLENGES}
        then.setattr(migrations, "_shipped", lambda: older)
        with closing(open_database(path, keys)) as db:
            db.execute("PRAGMA foreign_keys = OFF")  # the case is of no interest here
            insert(db, "b", "limit", 7)
            db.execute(
                "INSERT INTO decision_event (decision, kind, at_ms, who, words) VALUES (1, 'effective', 1, 'me', '')"
            )
            with pytest.raises(sqlcipher.IntegrityError, match="CHECK constraint failed"):
                insert(db, "c", "challenge", 7)
            before = rows(db)
    for _ in range(2):  # and once more, as every start of the desk
        with closing(open_database(path, keys)) as db:
            assert rows(db) == before
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with closing(open_database(path, keys)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        for action, days in (("challenge", None), ("limit", None), ("warn", 3), ("shout", 3)):
            with pytest.raises(sqlcipher.IntegrityError, match="CHECK constraint failed"):
                insert(db, "d", action, days)
        insert(db, "e", "challenge", 3)
        with pytest.raises(sqlcipher.IntegrityError, match="a decision is never changed"):
            db.execute("UPDATE decision SET days = 4")
        with pytest.raises(sqlcipher.DatabaseError):
            db.execute("UPDATE sqlite_schema SET sql = '' WHERE name = 'decision'")


def test_the_text_that_is_changed_is_the_one_that_was_shipped() -> None:
    """Otherwise the change would find nothing to replace, and say nothing."""
    shipped = files("privity.desk.db").joinpath("sql", "0007_decisions.sql").read_text("utf-8")
    assert shipped.count("'dismiss', 'warn', 'limit',") == shipped.count("(action IN ('limit', 'suspend'))") == 1
