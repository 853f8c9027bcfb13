# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of workers and leases. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.server.db.database import Query, Tx


@dataclass(frozen=True, slots=True)
class Lease:
    """`worker` is empty where nobody owns the shard."""

    shard: int
    worker: str
    fence: int


def stay(tx: Tx, worker: str, until_ms: int) -> None:
    """This worker is there until then, unless it says so again."""
    tx.execute(
        "INSERT INTO worker (name, until_ms) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET until_ms = excluded.until_ms",
        (worker, until_ms),
    )


def go(tx: Tx, worker: str) -> None:
    tx.execute("DELETE FROM worker WHERE name = ?", (worker,))


def forget_gone(tx: Tx, before_ms: int) -> None:
    """Workers whose time ended before then."""
    tx.execute("DELETE FROM worker WHERE until_ms < ?", (before_ms,))


def cap(tx: Tx, until_ms: int) -> None:
    """Nobody is there for longer than that."""
    tx.execute("UPDATE worker SET until_ms = ? WHERE until_ms > ?", (until_ms, until_ms))


def workers(query: Query, now_ms: int) -> set[str]:
    """Who is there."""
    return {str(row[0]) for row in query.all("SELECT name FROM worker WHERE until_ms >= ?", (now_ms,))}


def ends(query: Query) -> dict[str, int]:
    """Until when each worker is there, or was: who left well is not among them."""
    return {str(row[0]): int(row[1]) for row in query.all("SELECT name, until_ms FROM worker ORDER BY name")}


def leases(query: Query) -> list[Lease]:
    """All of them, by shard."""
    return [Lease(*row) for row in query.all("SELECT shard, worker, fence FROM lease ORDER BY shard")]


def take(tx: Tx, worker: str, shards: Sequence[int]) -> None:
    tx.executemany("UPDATE lease SET worker = ?, fence = fence + 1 WHERE shard = ?", [(worker, one) for one in shards])


def give_up(tx: Tx, shards: Sequence[int]) -> None:
    tx.executemany("UPDATE lease SET worker = '' WHERE shard = ?", [(one,) for one in shards])


def still_own(query: Query, worker: str, fences: Sequence[tuple[int, int]]) -> set[int]:
    """Which of these shards have this owner with these fences."""
    rows = query.for_each(
        "SELECT given.shard FROM given JOIN lease ON lease.shard = given.shard AND lease.fence = given.fence"
        " WHERE lease.worker = given.worker",
        {"shard": int, "fence": int, "worker": str},
        [(shard, fence, worker) for shard, fence in fences],
    )
    return {int(row[0]) for row in rows}
