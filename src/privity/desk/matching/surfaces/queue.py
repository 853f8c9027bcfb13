# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts whose public picture is to be looked at: each once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from privity.desk.db.transaction import Db


class Why(StrEnum):
    """Why an account is looked at."""

    SHOWED = "showed"
    """They changed what they show."""
    GREW = "grew"
    """A list grew by something like what they showed."""
    AGAIN = "again"
    """What is hidden would be shown again, and nobody has decided."""


class Due(NamedTuple):
    """An account that is due, and when it was asked for last: `done` takes both."""

    account: str
    since_ms: int


def ask(db: Db, accounts: Iterable[str], why: Why, now_ms: int, next_ms: int | None = None) -> None:
    """Look at them, at once or then. Something earlier is not put off. The caller owns the transaction."""
    at_ms = now_ms if next_ms is None else next_ms
    db.executemany(
        "INSERT INTO matching_due (account, since_ms, next_ms, why) VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE"
        " SET since_ms = max(since_ms + 1, excluded.since_ms), next_ms = min(next_ms, excluded.next_ms),"
        " why = CASE WHEN excluded.next_ms < next_ms THEN excluded.why ELSE why END",
        [(account, now_ms, at_ms, why.value) for account in accounts],
    )


def due(db: Db, now_ms: int, limit: int) -> tuple[Due, ...]:
    """Accounts whose time has come, the longest overdue first."""
    rows = db.execute(
        "SELECT account, since_ms FROM matching_due WHERE next_ms <= ? ORDER BY next_ms, account LIMIT ?",
        (now_ms, limit),
    ).fetchall()
    return tuple(Due(account, since_ms) for account, since_ms in rows)


def done(db: Db, one: Due) -> None:
    """Unless it was asked for again meanwhile."""
    db.execute("DELETE FROM matching_due WHERE account = ? AND since_ms = ?", (one.account, one.since_ms))


def forget(db: Db, account: str) -> None:
    """There is nothing of it to look at any more."""
    db.execute("DELETE FROM matching_due WHERE account = ?", (account,))


def put_off(db: Db, one: Due, next_ms: int) -> None:
    db.execute("UPDATE matching_due SET next_ms = ? WHERE account = ?", (next_ms, one.account))
