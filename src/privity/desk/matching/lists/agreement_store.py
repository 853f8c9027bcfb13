# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for what two people agree to about a list. The caller owns the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from privity.desk.db.transaction import Db

_SELECT: Final = (
    "SELECT n, list, version, asked_ms, asked_by, words, agreed_ms, agreed_by, agreed_words, ended_ms, ended_by,"
    " ended_words FROM list_agreement"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """That a list acts: asked for by one person, in force from when another agreed, until somebody ends it."""

    number: int
    list: int
    version: int
    """What the list held when it was asked for. Of a list of files nothing that came later is covered."""
    asked_ms: int
    asked_by: str
    words: str
    agreed_ms: int | None
    agreed_by: str | None
    agreed_words: str | None
    ended_ms: int | None
    ended_by: str | None
    ended_words: str | None


@dataclass(frozen=True, slots=True)
class Covers:
    """Entries of a list that are in it now, and how many of each sort some agreement would newly cover."""

    entries: int
    new: int
    """Not covered by the agreement that is in force."""
    seen: int
    """Of the new ones, those that a person is said to have seen: only they can act."""
    later: int
    """Came after it was asked for, and would still be watched."""


def find(db: Db, number: int) -> Agreement | None:
    return _one(db.execute(_SELECT + " WHERE n = ?", (number,)).fetchone())


def in_force(db: Db, of: int) -> Agreement | None:
    return _one(
        db.execute(_SELECT + " WHERE list = ? AND agreed_ms IS NOT NULL AND ended_ms IS NULL", (of,)).fetchone()
    )


def waiting(db: Db, of: int) -> Agreement | None:
    return _one(db.execute(_SELECT + " WHERE list = ? AND agreed_ms IS NULL AND ended_ms IS NULL", (of,)).fetchone())


def count_waiting(db: Db) -> int:
    """Agreements of all lists that wait for a second person."""
    (found,) = db.execute("SELECT count(*) FROM list_agreement WHERE agreed_ms IS NULL AND ended_ms IS NULL").fetchone()
    return int(found)


def all_of(db: Db, of: int) -> tuple[Agreement, ...]:
    """All agreements that a list ever had, the newest first."""
    return tuple(Agreement(*row) for row in db.execute(_SELECT + " WHERE list = ? ORDER BY n DESC", (of,)).fetchall())


def ask(db: Db, of: int, version: int, who: str, words: str, now_ms: int) -> int:
    """Write down that somebody asks that a list acts as it is at this version; the number of that."""
    made = db.execute(
        "INSERT INTO list_agreement (list, version, asked_ms, asked_by, words) VALUES (?, ?, ?, ?, ?) RETURNING n",
        (of, version, now_ms, who, words),
    )
    return int(made.fetchone()[0])


def agree(db: Db, number: int, who: str, words: str, now_ms: int) -> None:
    db.execute(
        "UPDATE list_agreement SET agreed_ms = ?, agreed_by = ?, agreed_words = ? WHERE n = ?",
        (now_ms, who, words, number),
    )


def end(db: Db, number: int, who: str, words: str, now_ms: int) -> None:
    db.execute(
        "UPDATE list_agreement SET ended_ms = ?, ended_by = ?, ended_words = ? WHERE n = ?",
        (now_ms, who, words, number),
    )


def end_all(db: Db, of: int, who: str, words: str, now_ms: int) -> None:
    """End what is in force and what waits, of a list that goes."""
    db.execute(
        "UPDATE list_agreement SET ended_ms = ?, ended_by = ?, ended_words = ? WHERE list = ? AND ended_ms IS NULL",
        (now_ms, who, words, of),
    )


def covers(db: Db, of: int, covered: int, version: int) -> Covers:
    """What an agreement of this version covers beyond one that covered entries up to `covered`."""
    found = db.execute(
        "SELECT count(*), coalesce(sum(e.said_in > :covered AND e.said_in <= :version), 0),"
        " coalesce(sum(e.said_in > :covered AND e.said_in <= :version AND (e.verified OR l.trusted)), 0),"
        " coalesce(sum(e.said_in > :version), 0)"
        " FROM list_entry AS e JOIN hash_list AS l ON l.number = e.list WHERE e.list = :list AND e.removed_ms IS NULL",
        {"list": of, "covered": covered, "version": version},
    ).fetchone()
    return Covers(*map(int, found))


def _one(row: tuple[Any, ...] | None) -> Agreement | None:
    return None if row is None else Agreement(*row)
