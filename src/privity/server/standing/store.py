# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for restrictions, warnings, statements and marks. No decisions here."""

from __future__ import annotations

from collections.abc import Collection

from privity.server.db.database import Query, Tx
from privity.server.standing.model import Restriction, What

# Restrictions.


def against(query: Query, subjects: Collection[str], now_ms: int) -> list[Restriction]:
    """What stands against these now."""
    rows = query.all(
        "SELECT subject, what, decision, since_ms, until_ms FROM restriction"  # noqa: S608  # marks only
        f" WHERE subject IN ({', '.join('?' * len(subjects))}) AND (until_ms IS NULL OR until_ms > ?)",
        (*subjects, now_ms),
    )
    return [Restriction(row[0], What(row[1]), *row[2:]) for row in rows]


def put(tx: Tx, made: Restriction) -> None:
    tx.execute(
        "INSERT INTO restriction (subject, what, decision, since_ms, until_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (subject, what, decision) DO UPDATE SET until_ms = excluded.until_ms",
        (made.subject, made.what.value, made.decision, made.since_ms, made.until_ms),
    )


def forget_over(tx: Tx, subject: str, now_ms: int) -> None:
    """What time has ended of this subject, without waiting for the hour."""
    tx.execute("DELETE FROM restriction WHERE subject = ? AND until_ms <= ?", (subject, now_ms))


def end(tx: Tx, subject: str, kinds: Collection[What], decision: str) -> int:
    """How many there were of these kinds by this decision."""
    return sum(
        tx.execute(
            "DELETE FROM restriction WHERE subject = ? AND what = ? AND decision = ?", (subject, what.value, decision)
        ).rowcount
        for what in kinds
    )


# Warnings.


def warn(tx: Tx, user_uri: str, decision: str, now_ms: int) -> bool:
    """Whether this is new."""
    return (
        tx.execute(
            "INSERT INTO warning (user_uri, decision, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (user_uri, decision, now_ms),
        ).rowcount
        == 1
    )


def unwarn(tx: Tx, user_uri: str, decision: str) -> bool:
    """Whether there was one."""
    found = tx.execute("DELETE FROM warning WHERE user_uri = ? AND decision = ?", (user_uri, decision))
    return found.rowcount == 1


def warnings(query: Query, user_uri: str) -> int:
    row = query.one("SELECT COUNT(*) FROM warning WHERE user_uri = ?", (user_uri,))
    return 0 if row is None else int(row[0])


# Statements.


def put_statement(tx: Tx, user_uri: str, effect: str, at_ms: int, statement: str) -> None:
    tx.execute(
        "INSERT INTO statement (user_uri, effect, at_ms, statement) VALUES (?, ?, ?, ?)",
        (user_uri, effect, at_ms, statement),
    )


def statements(query: Query, user_uri: str, limit: int) -> list[str]:
    """The newest first."""
    rows = query.all(
        "SELECT statement FROM statement WHERE user_uri = ? ORDER BY at_ms DESC, effect LIMIT ?", (user_uri, limit)
    )
    return [str(row[0]) for row in rows]


# Marks of accounts that ended while something stood against them.


def bar(tx: Tx, mark: bytes, until_ms: int) -> None:
    tx.execute(
        "INSERT INTO barred (mark, until_ms) VALUES (?, ?)"
        " ON CONFLICT (mark) DO UPDATE SET until_ms = excluded.until_ms WHERE excluded.until_ms > barred.until_ms",
        (mark, until_ms),
    )


def barred_until(query: Query, mark: bytes, now_ms: int) -> int | None:
    row = query.one("SELECT until_ms FROM barred WHERE mark = ? AND until_ms > ?", (mark, now_ms))
    return None if row is None else int(row[0])


# What time takes away.


def forget_old(tx: Tx, now_ms: int, statements_ms: int) -> None:
    """Restrictions and marks that are over, statements from before this time, warnings of as long ago."""
    tx.execute("DELETE FROM restriction WHERE until_ms <= ?", (now_ms,))
    tx.execute("DELETE FROM barred WHERE until_ms <= ?", (now_ms,))
    tx.execute("DELETE FROM statement WHERE at_ms <= ?", (statements_ms,))
    tx.execute("DELETE FROM warning WHERE at_ms <= ?", (statements_ms,))


def forget_person(tx: Tx, user_uri: str) -> None:
    tx.execute("DELETE FROM restriction WHERE subject = ?", (user_uri,))
    tx.execute("DELETE FROM warning WHERE user_uri = ?", (user_uri,))
    tx.execute("DELETE FROM statement WHERE user_uri = ?", (user_uri,))
