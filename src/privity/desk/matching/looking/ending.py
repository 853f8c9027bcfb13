# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list by which something was hidden acts no more: whoever works on a case that came from it reads that there.

What it hid stays hidden for as long as it was to be, or until somebody undoes it: that is for whoever has the case.
"""

from __future__ import annotations

from typing import Final

from privity.desk.cases import joined
from privity.desk.cases import service as cases
from privity.desk.cases.gathering import ALIVE
from privity.desk.cases.model import EventKind
from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.lists import agreement_store
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.model import HashList
from privity.desk.matching.looking import store
from privity.desk.staff.acting import Acting

GONE: Final = "it was removed with all that was on it"
_STAYS: Final = "what it hid is hidden until its time is over or somebody undoes it"


def note(db: Db, of: HashList, *, who: str, why: str, now_ms: int, audit_n: int | None = None) -> int:
    """In each case that waits or is worked on, and of which a match with this list is a part; how many they are.

    The caller owns the transaction, and wrote the end into the log. A case that is decided goes by its own time.
    """
    words = f"Nothing is hidden by list {of.name} any more: {why}; {_STAYS}"
    found = sorted({joined.now_in(db, one) for one in store.cases_of(db, of.number)})
    found = [one for one in found if cases.held(db, one).state in ALIVE]
    for one in found:
        cases.event(db, one, at_ms=now_ms, who=who, kind=EventKind.NOTED, words=words, audit_n=audit_n)
    return len(found)


def remove(db: Db, acting: Acting, name: str, now_ms: int) -> int:
    """As `lists.service.remove`, with the note where the list acted. Raises NotYourRole, ListUnknown or ListBusy."""
    with transaction(db):
        found = lists.named(db, name)
        acted = agreement_store.in_force(db, found.number) is not None
        removed = lists.remove(db, acting, name, now_ms)
        if acted:
            note(db, found, who=acting.who, why=GONE, now_ms=now_ms)
    return removed
