# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for challenges, and for puzzles whose work was taken. No decisions here."""

from __future__ import annotations

from privity.server.challenges.model import Challenge
from privity.server.db.database import Query, Tx


def put(tx: Tx, made: Challenge) -> None:
    tx.execute(
        "INSERT INTO challenge (user_uri, decision, since_ms, until_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (user_uri, decision) DO UPDATE SET until_ms = excluded.until_ms",
        (made.user_uri, made.decision, made.since_ms, made.until_ms),
    )


def against(query: Query, user_uri: str, now_ms: int) -> list[Challenge]:
    """Those that stand now, by decision."""
    rows = query.all(
        "SELECT user_uri, decision, since_ms, until_ms FROM challenge WHERE user_uri = ? AND until_ms > ?"
        " ORDER BY decision",
        (user_uri, now_ms),
    )
    return [Challenge(*row) for row in rows]


def end(tx: Tx, user_uri: str, decision: str) -> bool:
    """Whether there was one by this decision."""
    return tx.execute("DELETE FROM challenge WHERE user_uri = ? AND decision = ?", (user_uri, decision)).rowcount > 0


def end_over(tx: Tx, user_uri: str, now_ms: int) -> None:
    """What time has ended of this account, without waiting for the hour."""
    tx.execute("DELETE FROM challenge WHERE user_uri = ? AND until_ms <= ?", (user_uri, now_ms))


def spend(tx: Tx, seed: bytes, until_ms: int) -> bool:
    """Whether this puzzle is taken for the first time."""
    sql = "INSERT INTO spent_puzzle (seed, until_ms) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING seed"
    return tx.one(sql, (seed, until_ms)) is not None


def forget_over(tx: Tx, now_ms: int) -> None:
    """Challenges that are over, and puzzles that would not be taken any more in any case."""
    tx.execute("DELETE FROM challenge WHERE until_ms <= ?", (now_ms,))
    tx.execute("DELETE FROM spent_puzzle WHERE until_ms <= ?", (now_ms,))


def forget_person(tx: Tx, user_uri: str) -> None:
    tx.execute("DELETE FROM challenge WHERE user_uri = ?", (user_uri,))
