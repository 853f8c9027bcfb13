# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules found, for people who look at it: of a version in shadow or live, and of one account.

Two rules that say nothing can hold for both sides of one act: who said yes, and whom that was said to. So what is shown
says the day and no moment, its order follows from none, and what was only watched is shown when its day is over:
otherwise whoever may write rules would read off who knows whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.cases import benign
from privity.desk.db.transaction import Db
from privity.desk.signals.ladder import store
from privity.desk.signals.ladder.model import Hit, Label
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

REVIEWED_DAYS: Final = 365
"""Cases of so long ago say still that people found nothing wrong with an account."""


@dataclass(frozen=True, slots=True)
class Found:
    """That a rule held, and whether people have looked at the account and found nothing wrong."""

    hit: Hit
    harmless: bool


def found_by(db: Db, acting: Acting, version: int, last_days: int, limit: int, now_ms: int) -> tuple[Found, ...]:
    """The hits of a version, the newest day first; accounts that people have found harmless come before all others.

    Raises NotYourRole.
    """
    acting.must(Right.SEE_RULES)
    innocent = benign.reviewed(db, now_ms - REVIEWED_DAYS * DAY_MS)
    today = now_ms // DAY_MS
    hits = store.hits_for(db, version, today - last_days + 1, today, limit)
    return tuple(sorted((Found(hit, hit.subject in innocent) for hit in hits), key=lambda each: not each.harmless))


def harmless(db: Db, acting: Acting, now_ms: int) -> frozenset[str]:
    """Accounts at which people have looked and found nothing wrong. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return benign.reviewed(db, now_ms - REVIEWED_DAYS * DAY_MS)


def about(db: Db, acting: Acting, account: str, limit: int, now_ms: int) -> tuple[tuple[Hit, ...], tuple[Label, ...]]:
    """What held for an account, the newest day first, and the words that are on it. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return store.hits_of(db, account, now_ms // DAY_MS, limit), store.labels_of(db, account, now_ms)
