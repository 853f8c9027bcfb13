# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for whom a first person saw in a campaign, and what a second one confirmed. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from privity.desk.db.transaction import Db


@dataclass(frozen=True, slots=True)
class Confirmed:
    """That a second person confirmed what a first one judged a campaign."""

    cluster: int
    judged_by: str
    confirmed_by: str
    confirmed_ms: int
    until_ms: int
    accounts: int
    """How many were noted as coordinated."""
    words: str


def put_seen(db: Db, cluster: int, accounts: Iterable[str]) -> None:
    db.executemany(
        "INSERT INTO coordination_seen (cluster, account) VALUES (?, ?)", [(cluster, account) for account in accounts]
    )


def seen(db: Db, cluster: int) -> frozenset[str]:
    rows = db.execute("SELECT account FROM coordination_seen WHERE cluster = ?", (cluster,)).fetchall()
    return frozenset(account for (account,) in rows)


def forget(db: Db, account: str) -> None:
    """One that is no more is noted by nobody."""
    db.execute("DELETE FROM coordination_seen WHERE account = ?", (account,))


def confirm(db: Db, made: Confirmed) -> None:
    db.execute(
        "INSERT INTO coordination_confirmed"
        " (cluster, judged_by, confirmed_by, confirmed_ms, until_ms, accounts, words) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            made.cluster,
            made.judged_by,
            made.confirmed_by,
            made.confirmed_ms,
            made.until_ms,
            made.accounts,
            made.words,
        ),
    )


def find(db: Db, cluster: int) -> Confirmed | None:
    row = db.execute(
        "SELECT cluster, judged_by, confirmed_by, confirmed_ms, until_ms, accounts, words FROM coordination_confirmed"
        " WHERE cluster = ?",
        (cluster,),
    ).fetchone()
    return None if row is None else Confirmed(*row)


def waiting(db: Db, found_ms: int, born_ms: int) -> list[tuple[int, str]]:
    """Campaigns that nobody has confirmed and that were found since then, with a member made since then whom confirming
    would note; and who judged each."""
    rows = db.execute(
        "SELECT c.number, c.judged_by FROM coordination_cluster AS c WHERE c.state = 'confirmed' AND c.seen_ms >= ?"
        " AND c.judged_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM coordination_confirmed WHERE cluster = c.number)"
        " AND EXISTS (SELECT 1 FROM coordination_member AS m JOIN coordination_seen AS s"
        " ON s.cluster = m.cluster AND s.account = m.account"
        " WHERE m.cluster = c.number AND NOT m.standing AND m.born_ms > ?)",
        (found_ms, born_ms),
    ).fetchall()
    return [(int(number), str(first)) for number, first in rows]


def drop(db: Db, cluster: int) -> None:
    """What the first saw, and what the second confirmed."""
    db.execute("DELETE FROM coordination_seen WHERE cluster = ?", (cluster,))
    db.execute("DELETE FROM coordination_confirmed WHERE cluster = ?", (cluster,))
