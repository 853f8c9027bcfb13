# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case that no person opened: a rule about behaviour asks people to look, or has restricted somebody for a time.

Where a case about the same is open, it is noted there. The caller owns the transaction.
"""

from __future__ import annotations

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import store
from privity.desk.cases.gathering import ALIVE
from privity.desk.cases.model import DESK, CaseEvent, CaseState, EventKind
from privity.desk.cases.opening import Opening, open_new
from privity.desk.cases.own import kind_of
from privity.desk.cases.priority import LOWEST, Priority
from privity.desk.db.transaction import Db
from privity.message.report import Reason


def open_or_note(
    db: Db, subject: str, reason: Reason, words: str, priority: int, now_ms: int, *, waits: bool = True
) -> int:
    """The case in which this is now. `waits`: people are to look; otherwise it is there for an appeal alone.

    Raises NoSubject.
    """
    kind = kind_of(subject)
    newest = store.newest_of(db, subject)
    if newest is not None and newest.state in ALIVE:
        _note(db, newest.number, words, now_ms)
        if waits and newest.set_by in (None, DESK) and priority < newest.priority:
            store.set_priority(db, newest.number, Priority(priority, (*newest.because, words)), DESK)
        return newest.number
    if newest is not None and newest.state is CaseState.DECIDED and newest.outcome is None and not waits:
        _note(db, newest.number, words, now_ms)
        return newest.number
    found = Priority(min(priority, LOWEST), (words,))
    earlier = None if newest is None else newest.number
    number = open_new(db, Opening(kind, subject, reason, DESK, words, found, earlier), now_ms)
    if not waits:
        store.set_state(db, number, CaseState.DECIDED)
    return number


def note_where_open(db: Db, subject: str, words: str, now_ms: int) -> int | None:
    """Note something about a subject where its newest case waits or is worked on; that case. One that is decided is not
    touched: its history says when its evidence may go."""
    newest = store.newest_of(db, subject)
    if newest is None or newest.state not in ALIVE:
        return None
    _note(db, newest.number, words, now_ms)
    return newest.number


def _note(db: Db, number: int, words: str, now_ms: int) -> None:
    n = audit.add(db, at_ms=now_ms, who=DESK, act=Act.CASE_NOTED, about=f"case:{number}", words=words)
    store.add_event(db, number, CaseEvent(now_ms, DESK, EventKind.NOTED, words, n))
