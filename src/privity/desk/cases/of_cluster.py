# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One case for a cluster of accounts that acted as one: it is looked at as a whole, and nobody in it by that alone.

It is about no account. So a decision in it names whom it is about, rests on no message, and is mild (`decisions`).
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import store
from privity.desk.cases.deadlines import deadline_of
from privity.desk.cases.model import OWN, CaseEvent, EventKind, Facts, OwnReason, SubjectKind
from privity.desk.cases.priority import by_the_desk, priority
from privity.desk.db.transaction import Db
from privity.desk.intake.findings import Level
from privity.message.report import Reason

CLUSTER: Final = "cluster:"
"""Before a number, as the subject of a case."""
DESK: Final = "desk"


def open_case(db: Db, cluster: int, reason: Reason, words: str, now_ms: int) -> int:
    """Open it; its number. The caller owns the transaction."""
    number, subject = store.next_number(db), f"{CLUSTER}{cluster}"
    facts = Facts(Level.TIP, 0, 0, 0, 0, 0, (int(reason),), *deadline_of(reason, now_ms, {}))
    found = priority([by_the_desk(reason)])
    store.add_cases(db, [store.NewCase(number, SubjectKind.PUBLIC, subject, facts, found, now_ms, None)])
    store.add_own(db, number, OwnReason(reason, DESK, now_ms))
    n = audit.add(
        db,
        at_ms=now_ms,
        who=DESK,
        act=Act.CASE_OPENED,
        about=f"case:{number}",
        source=OWN,
        reason=int(reason),
        kind=SubjectKind.PUBLIC.value,
        words=words,
    )
    store.add_event(db, number, CaseEvent(now_ms, DESK, EventKind.OPENED, words, n))
    return number
