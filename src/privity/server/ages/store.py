# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for ages. No decisions here."""

from __future__ import annotations

from privity.server.ages.model import StoredAge
from privity.server.db.database import Query, Row, Tx
from privity.wire.age import AgeBand

_AGE = "SELECT user_uri, band, adult_from_ms, review_ms FROM age"


def find(query: Query, user_uri: str) -> StoredAge:
    """Who has said nothing is unknown."""
    row = query.one(_AGE + " WHERE user_uri = ?", (user_uri,))
    return StoredAge(user_uri, AgeBand.UNKNOWN) if row is None else _age(row)


def put(tx: Tx, age: StoredAge) -> None:
    tx.execute(
        "INSERT INTO age (user_uri, band, adult_from_ms, review_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (user_uri) DO UPDATE SET band = excluded.band, adult_from_ms = excluded.adult_from_ms,"
        " review_ms = excluded.review_ms",
        (age.user_uri, age.band.value, age.adult_from_ms, age.review_ms),
    )


def reviews(query: Query) -> list[StoredAge]:
    """Who waits for a decision, the longest first."""
    return [_age(row) for row in query.all(_AGE + " WHERE review_ms IS NOT NULL ORDER BY review_ms")]


def grown(query: Query, now_ms: int) -> list[StoredAge]:
    """Whose day has come."""
    return [_age(row) for row in query.all(_AGE + " WHERE adult_from_ms <= ?", (now_ms,))]


def _age(row: Row) -> StoredAge:
    return StoredAge(row[0], AgeBand(row[1]), row[2], row[3])
