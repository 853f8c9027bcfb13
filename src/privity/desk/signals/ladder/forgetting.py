# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules noted of accounts is forgotten when its time is over. The desk's retention says what time it is."""

from __future__ import annotations

from typing import Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder import agreement, store

DAY_MS: Final = 86_400_000
HITS_KEPT_DAYS: Final = 30
"""So long it is kept for which account a rule held; after that, only what was decided."""
LABELS_KEPT_MS: Final = 7 * DAY_MS
"""After its end."""


def forget_over(db: Db, now_ms: int) -> int:
    """How many notes went. `now_ms` is a time that is believed."""
    with transaction(db):
        return (
            store.drop_hits(db, now_ms // DAY_MS - HITS_KEPT_DAYS)
            + store.drop_labels(db, now_ms - LABELS_KEPT_MS)
            + store.drop_agreements(db, now_ms - agreement.KEPT_MS)
        )
