# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of what rules count, in the desk's own database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from privity.desk.db.transaction import Db


@dataclass(frozen=True, slots=True)
class Position:
    """How far the counters are, and what of them belongs to no account. `key` makes the marks of people."""

    number: int
    commons: bytes = field(repr=False)
    key: bytes = field(repr=False)


def position(db: Db) -> Position | None:
    """None before counters were ever kept."""
    row = db.execute("SELECT number, commons, marks_key FROM signal_position").fetchone()
    return None if row is None else Position(*row)


def begin(db: Db, commons: bytes, key: bytes) -> None:
    """Empty counters that have counted nothing."""
    db.execute("INSERT INTO signal_position (one, number, commons, marks_key) VALUES (1, 0, ?, ?)", (commons, key))


def move(db: Db, number: int, commons: bytes | None) -> None:
    """The counters have counted up to this number."""
    db.execute("UPDATE signal_position SET number = ?, commons = coalesce(?, commons)", (number, commons))


def accounts(db: Db) -> Iterator[tuple[str, bytes]]:
    """All accounts with their counters."""
    yield from db.execute("SELECT account, counters FROM signal_account")


def write(db: Db, changed: Iterable[tuple[str, bytes]]) -> None:
    """Counters of accounts as they are now."""
    db.executemany(
        "INSERT INTO signal_account (account, counters) VALUES (?, ?)"
        " ON CONFLICT (account) DO UPDATE SET counters = excluded.counters",
        changed,
    )


def drop(db: Db, gone: Sequence[str]) -> None:
    """Accounts about which nothing is counted any more."""
    db.executemany("DELETE FROM signal_account WHERE account = ?", [(account,) for account in gone])
