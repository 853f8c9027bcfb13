# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which evidence a referral keeps from being deleted, and until when."""

from __future__ import annotations

from collections.abc import Iterable

from privity.desk.db.transaction import Db
from privity.desk.evidence import holds


def hold_while_open(db: Db, referral: int, evidence: Iterable[int]) -> None:
    """Nothing that a referral names disappears while it is on its way."""
    holds.hold(db, evidence, _because(referral), None)


def preserve(db: Db, referral: int, until_ms: int) -> None:
    """From its finish on: for the year that the law asks for."""
    rows = db.execute("SELECT evidence_id FROM evidence_hold WHERE because = ?", (_because(referral),)).fetchall()
    holds.hold(db, [int(number) for (number,) in rows], _because(referral), until_ms)


def unhold(db: Db, referral: int) -> None:
    """Withdrawn: it held nothing for the law."""
    holds.lift(db, _because(referral))


def _because(referral: int) -> str:
    return f"referral:{referral}"
