# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What may not be deleted yet: evidence that was reported to a clearinghouse is preserved for a year after that."""

from __future__ import annotations

from collections.abc import Iterable

from privity.desk.db.transaction import Db, transaction


def hold(db: Db, evidence_ids: Iterable[int], because: str, until_ms: int | None) -> None:
    """Keep these until then, or, with None, until something says until when. A hold is never shortened this way."""
    with transaction(db):
        for evidence_id in evidence_ids:
            db.execute(
                "INSERT INTO evidence_hold (evidence_id, because, until_ms) VALUES (?, ?, ?)"
                " ON CONFLICT (evidence_id, because) DO UPDATE SET until_ms ="
                " CASE WHEN excluded.until_ms IS NULL THEN NULL ELSE max(excluded.until_ms, coalesce(until_ms, 0)) END",
                (evidence_id, because, until_ms),
            )


def lift(db: Db, because: str) -> None:
    """What this held is not held for it any more: it was withdrawn before anything was finished."""
    db.execute("DELETE FROM evidence_hold WHERE because = ? AND until_ms IS NULL", (because,))


def preserved(db: Db, evidence_id: int, now_ms: int) -> bool:
    """Whether this record may not be deleted now. Whoever deletes evidence asks, and SQLite refuses beside."""
    row = db.execute(
        "SELECT 1 FROM evidence_hold WHERE evidence_id = ? AND (until_ms IS NULL OR until_ms > ?)",
        (evidence_id, now_ms),
    ).fetchone()
    return row is not None


def over(db: Db, now_ms: int) -> tuple[str, ...]:
    """What still holds something although the time that was said for it is over."""
    rows = db.execute("SELECT DISTINCT because FROM evidence_hold WHERE until_ms <= ? ORDER BY because", (now_ms,))
    return tuple(str(because) for (because,) in rows.fetchall())


def expire(db: Db, now_ms: int, because: str | None = None) -> int:
    """Forget the holds whose time is over, of one cause alone where it is named; returns how many.

    Only then can what they held be deleted.
    """
    return int(
        db.execute(
            "DELETE FROM evidence_hold WHERE until_ms <= ? AND (? IS NULL OR because = ?)", (now_ms, because, because)
        ).rowcount
    )
