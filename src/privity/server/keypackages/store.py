# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for KeyPackages. No decisions here.

`last_resort` is 0 for one that is handed out once, 1 for a last resort, 2 for one that was handed out.
"""

from __future__ import annotations

from privity.server.db.database import Query, Tx
from privity.server.keypackages.model import Checked, Stock


def stock(query: Query, client_uri: str, now_ms: int) -> list[Stock]:
    """What there is, by suite; nothing of a suite of which there is none."""
    rows = query.all(
        "SELECT suite, SUM(CASE WHEN last_resort = 0 THEN 1 ELSE 0 END), MAX(last_resort) FROM key_package"
        " WHERE client_uri = ? AND not_after_ms > ? GROUP BY suite ORDER BY suite",
        (client_uri, now_ms),
    )
    return [Stock(int(suite), int(left), last > 0, last > 1) for suite, left, last in rows]


def seen(query: Query, reference: bytes) -> int:
    """1 when this KeyPackage was uploaded before, else 0."""
    row = query.one("SELECT COUNT(*) FROM key_package_seen WHERE reference = ?", (reference,))
    return int(row[0]) if row is not None else 0


def add(tx: Tx, client_uri: str, package: Checked) -> None:
    tx.execute(
        "INSERT INTO key_package_seen (reference, not_after_ms) VALUES (?, ?)",
        (package.reference, package.not_after_ms),
    )
    tx.execute(
        "INSERT INTO key_package (client_uri, suite, last_resort, not_after_ms, value) VALUES (?, ?, ?, ?, ?)",
        (client_uri, package.suite, int(package.last_resort), package.not_after_ms, package.value),
    )


def take_oldest(tx: Tx, client_uri: str, suite: int, not_before_ms: int) -> bytes | None:
    """Delete and return the oldest one-time KeyPackage that is good beyond `not_before_ms`."""
    row = tx.one(
        "DELETE FROM key_package WHERE id = (SELECT id FROM key_package WHERE client_uri = ? AND last_resort = 0"
        " AND suite = ? AND not_after_ms > ? ORDER BY id LIMIT 1) RETURNING value",
        (client_uri, suite, not_before_ms),
    )
    return bytes(row[0]) if row is not None else None


def last_resort(tx: Tx, client_uri: str, suite: int, not_before_ms: int) -> bytes | None:
    """It stays, and is marked as handed out."""
    row = tx.one(
        "SELECT value, id, last_resort FROM key_package"
        " WHERE client_uri = ? AND last_resort >= 1 AND suite = ? AND not_after_ms > ? ORDER BY id DESC LIMIT 1",
        (client_uri, suite, not_before_ms),
    )
    if row is None:
        return None
    if row[2] == 1:
        tx.execute("UPDATE key_package SET last_resort = 2 WHERE id = ?", (row[1],))
    return bytes(row[0])


def remove_last_resort(tx: Tx, client_uri: str, suite: int) -> None:
    tx.execute("DELETE FROM key_package WHERE client_uri = ? AND last_resort >= 1 AND suite = ?", (client_uri, suite))


def remove_expired(tx: Tx, now_ms: int) -> None:
    tx.execute("DELETE FROM key_package WHERE not_after_ms <= ?", (now_ms,))
    tx.execute("DELETE FROM key_package_seen WHERE not_after_ms <= ?", (now_ms,))
