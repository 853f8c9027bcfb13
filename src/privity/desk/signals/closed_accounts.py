# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub says that a person closed their account: what is kept of it for rules ends, and whoever works on it is told.

Counters go when the observation is counted. Everything else ends here, in the transaction that takes it: words on the
account and what its reports counted for rules at once, observations of it a day later, when nobody has them still to
count. Cases, decisions and evidence are not touched: they are about what others received.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from privity.desk.cases import by_machine as cases
from privity.desk.db.transaction import Db
from privity.desk.signals.coordination import confirmed_store as campaigns
from privity.desk.signals.ladder import store as notes
from privity.desk.signals.taking import store as observations
from privity.wire.observed import Observed, ObservedKind

COUNTED_MS: Final = 86_400_000
"""So long observations of a closed account wait for whoever counts, and for the next looks for campaigns: others were
asked, blocked or reported by it."""
WORDS: Final = "Its person has closed the account."


def heard(db: Db, page: Sequence[Observed], now_ms: int) -> None:
    """Of each account that was closed in this page. The caller owns the transaction, which keeps the page already."""
    for account in sorted({one.account for one in page if one.kind is ObservedKind.CLOSED}):
        observations.end_of(db, account, now_ms + COUNTED_MS)
        notes.end_labels_of(db, account, now_ms)
        campaigns.forget(db, account)
        notes.drop_agreement_of(db, account)
        cases.note_where_open(db, account, WORDS, now_ms)
