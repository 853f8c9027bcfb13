# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts at which people have looked and found nothing wrong: what a rule about behaviour should leave alone."""

from __future__ import annotations

from privity.desk.db.transaction import Db


def reviewed(db: Db, since_ms: int) -> frozenset[str]:
    """Of cases that were opened since then, and of which the newest ended so."""
    rows = db.execute(
        "SELECT subject FROM safety_case AS c WHERE kind = 'account' AND opened_ms >= ?"
        " AND outcome IN ('dismissed', 'abusive')"
        " AND NOT EXISTS (SELECT 1 FROM safety_case AS later WHERE later.subject = c.subject"
        " AND later.number > c.number AND later.outcome = 'upheld')",
        (since_ms,),
    ).fetchall()
    return frozenset(str(row[0]) for row in rows)
