# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which evidence a referral keeps from being deleted, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from privity.desk.clearinghouse.model import PRESERVED_FOR_MS
from privity.desk.db.transaction import Db
from privity.desk.evidence import holds

_OF: Final = "referral:"


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


def let_go(db: Db, now_ms: int, referrals_at: Callable[[int], int]) -> None:
    """Forget the holds whose year is over. `referrals_at`: the highest number of a referral that there was at a time.

    One that was not there a year ago holds on, whatever a wrong clock wrote into it.
    """
    latest = referrals_at(now_ms - PRESERVED_FOR_MS)
    for because in holds.over(db, now_ms):
        if int(because.removeprefix(_OF)) <= latest:
            holds.expire(db, now_ms, because)


def _because(referral: int) -> str:
    return f"{_OF}{referral}"
