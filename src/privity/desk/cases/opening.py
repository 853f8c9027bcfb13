# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case that no report began: its row, why it was opened and by whom, its entry in the audit log, its first event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import store
from privity.desk.cases.deadlines import deadline_of
from privity.desk.cases.model import OWN, CaseEvent, EventKind, Facts, OwnReason, SubjectKind
from privity.desk.cases.priority import Priority
from privity.desk.db.transaction import Db
from privity.desk.intake.findings import Level
from privity.message.report import Reason


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of it when it is opened.

    Attributes:
        who: As the audit log names them.
        words: Why.
        priority: What it begins with.
        earlier: The newest case about the same, if there was one.
        hours: The operator's own deadlines.
    """

    kind: SubjectKind
    subject: str
    reason: Reason
    who: str
    words: str
    priority: Priority
    earlier: int | None = None
    hours: Mapping[str, int] = field(default_factory=dict)


def open_new(db: Db, opening: Opening, now_ms: int) -> int:
    """Its number. The caller owns the transaction."""
    number, reason, who, words = store.next_number(db), opening.reason, opening.who, opening.words
    facts = Facts(Level.TIP, 0, 0, 0, 0, 0, (int(reason),), *deadline_of(reason, now_ms, opening.hours))
    row = store.NewCase(number, opening.kind, opening.subject, facts, opening.priority, now_ms, opening.earlier)
    store.add_cases(db, [row])
    store.add_own(db, number, OwnReason(reason, who, now_ms))
    n = audit.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.CASE_OPENED,
        about=f"case:{number}",
        source=OWN,
        reason=int(reason),
        kind=opening.kind.value,
        words=words,
    )
    store.add_event(db, number, CaseEvent(now_ms, who, EventKind.OPENED, words, n))
    return number
