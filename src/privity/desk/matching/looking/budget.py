# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much may follow from one list, and from one entry, in a day. Here a poisoned list ends.

Different accounts are counted, within the last 24 hours. An entry above its measure is only written down; a list above
its measure is paused until a person resumes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.matching.lists import service as lists
from privity.desk.matching.looking import store
from privity.desk.matching.looking.policy import Action, Hit, Verdict

DAY_MS: Final = 86_400_000
DESK: Final = "desk"


@dataclass(frozen=True, slots=True)
class Budgets:
    """About how many different accounts something may follow in a day."""

    of_list: int
    of_entry: int


def within(db: Db, budgets: Budgets, hit: Hit, found: Verdict, now_ms: int) -> Verdict:
    """The same verdict, or that it is written down only. Pauses the list. The caller owns the transaction."""
    if found.action is Action.LOG:
        return found
    since = now_ms - DAY_MS
    if store.acted(db, "list", hit.entry.list, since) >= budgets.of_list:
        why = f"something followed for {budgets.of_list} accounts within a day"
        lists.pause(db, DESK, hit.entry.list, why, now_ms)
        return Verdict(Action.LOG, f"its list is paused: {why}")
    if store.acted(db, "entry", hit.entry.number, since) >= budgets.of_entry:
        return Verdict(Action.LOG, f"this entry has matched {budgets.of_entry} accounts within a day: it says too much")
    return found
