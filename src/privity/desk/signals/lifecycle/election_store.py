# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for election mode. The caller owns the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from privity.desk.db.transaction import Db

_SELECT: Final = (
    "SELECT n, asked_ms, asked_by, words, until_ms, agreed_ms, agreed_by, ended_ms, ended_by FROM election_mode"
)


@dataclass(frozen=True, slots=True)
class Election:
    """A time in which friction comes earlier, from when somebody agreed."""

    number: int
    asked_ms: int
    asked_by: str
    words: str
    until_ms: int
    agreed_ms: int | None
    agreed_by: str | None
    ended_ms: int | None
    ended_by: str | None


def in_force(db: Db, now_ms: int) -> Election | None:
    return _one(
        db.execute(
            _SELECT + " WHERE agreed_ms <= ? AND until_ms > ? AND ended_ms IS NULL ORDER BY n DESC LIMIT 1",
            (now_ms, now_ms),
        ).fetchone()
    )


def waiting(db: Db, since_ms: int) -> Election | None:
    """Asked for since then, and neither agreed to nor ended."""
    return _one(
        db.execute(
            _SELECT + " WHERE agreed_ms IS NULL AND ended_ms IS NULL AND asked_ms > ? ORDER BY n DESC LIMIT 1",
            (since_ms,),
        ).fetchone()
    )


def all_of(db: Db) -> tuple[Election, ...]:
    """All that was ever asked for, the newest first."""
    return tuple(Election(*row) for row in db.execute(_SELECT + " ORDER BY n DESC").fetchall())


def add(db: Db, who: str, words: str, until_ms: int, now_ms: int) -> int:
    """Write down that somebody asks for it; its number."""
    made = db.execute(
        "INSERT INTO election_mode (asked_ms, asked_by, words, until_ms) VALUES (?, ?, ?, ?) RETURNING n",
        (now_ms, who, words, until_ms),
    )
    return int(made.fetchone()[0])


def agree(db: Db, number: int, who: str, now_ms: int) -> None:
    db.execute("UPDATE election_mode SET agreed_ms = ?, agreed_by = ? WHERE n = ?", (now_ms, who, number))


def end(db: Db, number: int, who: str, now_ms: int) -> None:
    db.execute("UPDATE election_mode SET ended_ms = ?, ended_by = ? WHERE n = ?", (now_ms, who, number))


def _one(row: tuple[Any, ...] | None) -> Election | None:
    return None if row is None else Election(*row)
