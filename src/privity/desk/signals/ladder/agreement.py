# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How often people agreed with a reporter: half a year later, what they did counts half.

The totals of all reports stand beside the cases. What has come to them since somebody last asked is added here, and
what was there before has decayed meanwhile.
"""

from __future__ import annotations

from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.signals.ladder import store
from privity.desk.signals.ladder.model import Agreement

HALF_MS: Final = 182 * 86_400_000
"""After this time a report that ended counts half."""
KEPT_MS: Final = 2 * 365 * 86_400_000
"""What nobody asked for in two years is forgotten."""


def of(db: Db, reporter: str, now_ms: int) -> tuple[float, float]:
    """Reports of theirs that were right, and all that people decided, both decayed. The caller owns the transaction."""
    upheld, closed = store.totals(db, reporter)
    before = store.agreement(db, reporter)
    if before is None:
        if closed == 0:
            return 0.0, 0.0
        before = Agreement(0, 0, 0.0, 0.0, now_ms)
    kept = 0.5 ** (max(0, now_ms - before.at_ms) / HALF_MS)
    new_closed = max(0.0, before.closed * kept + closed - before.seen_closed)
    new_upheld = min(max(0.0, before.upheld * kept + upheld - before.seen_upheld), new_closed)
    store.put_agreement(db, reporter, Agreement(upheld, closed, new_upheld, new_closed, max(now_ms, before.at_ms)))
    return new_upheld, new_closed
