# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person says whether a match was right. It counts for the entry, and its exchange is told with the next pull."""

from __future__ import annotations

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.errors import MatchUnknown
from privity.desk.matching.lists import service as lists
from privity.desk.matching.looking import store
from privity.desk.matching.looking.store import Match
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


def matches(db: Db, acting: Acting, limit: int, before: int | None = None) -> tuple[Match, ...]:
    """The newest first, or those before one of this number. Raises NotYourRole."""
    acting.must(Right.SEE_CASE)
    return store.newest(db, limit, (1 << 62) if before is None else before)


def judge(db: Db, acting: Acting, number: int, *, right: bool, now_ms: int) -> Match:
    """Raises NotYourRole or MatchUnknown, also for an entry that is in no list any more."""
    acting.must(Right.DECIDE)
    with transaction(db):
        found = store.find(db, number)
        if found is None or not lists.entries(db, [found.entry], now_ms):
            raise MatchUnknown(f"there is no match {number} with an entry that is in a list now")
        lists.vote(db, found.entry, right, acting.who, now_ms)
        audit.add(db, at_ms=now_ms, who=acting.who, act=Act.MATCH_JUDGED, about=f"match:{number}", right=right)
    return found
