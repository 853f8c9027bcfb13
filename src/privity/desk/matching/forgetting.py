# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What matching keeps is forgotten when its time is over. The desk's retention says what time it is."""

from __future__ import annotations

from typing import Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.lists import service as lists
from privity.desk.matching.looking import store

FORGOTTEN: Final = 5_000
"""Of each in one transaction."""


def forget_over(db: Db, now_ms: int, matches_ms: int) -> bool:
    """Forget some hashes of what was public, matches, and entries that are in no list; whether there may be more.

    `now_ms` is a time that is believed; matches are kept for `matches_ms`.
    """
    with transaction(db):
        gone = (
            store.purge_media(db, now_ms, FORGOTTEN),
            store.purge_matches(db, now_ms - matches_ms, FORGOTTEN),
            lists.forget(db, now_ms, FORGOTTEN),
        )
    return FORGOTTEN in gone
