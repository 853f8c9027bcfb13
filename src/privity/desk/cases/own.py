# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case that somebody of the staff opens without a report: about what everybody can see, or what was heard elsewhere.

It rests on nobody's proof, so what it may lead to is little (`decisions.actions`): its reason counts in the priority
like a report that nobody has proven, and reports that come later join it like any other case.
"""

from __future__ import annotations

from collections.abc import Mapping

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import store
from privity.desk.cases.deadlines import deadline_of
from privity.desk.cases.errors import CaseOpenAlready, NoSubject
from privity.desk.cases.gathering import ALIVE
from privity.desk.cases.model import OWN, CaseEvent, EventKind, Facts, OwnReason, SubjectKind
from privity.desk.cases.priority import by_the_desk, priority
from privity.desk.cases.words import worded
from privity.desk.db.transaction import Db, transaction
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.errors import BadUri
from privity.identity.uris import parse_room_uri, parse_user_uri
from privity.message.report import Reason


def open_case(
    db: Db, acting: Acting, hours: Mapping[str, int], subject: str, reason: Reason, words: str, now_ms: int
) -> int:
    """Open a case about an account or a conversation; its number. `hours`: the operator's own deadlines.

    Raises NotYourRole, NoSubject, NoteMissing or CaseOpenAlready.
    """
    acting.must(Right.WORK_CASE)
    kind, why = kind_of(subject), worded("why a case is opened", words)
    with transaction(db):
        newest = store.newest_of(db, subject)
        if newest is not None and newest.state in ALIVE:
            raise CaseOpenAlready(f"case {newest.number} is about the same and open; note there what you know")
        number = store.next_number(db)
        facts = Facts(Level.TIP, 0, 0, 0, 0, 0, (int(reason),), *deadline_of(reason, now_ms, hours))
        earlier = None if newest is None else newest.number
        found = priority([by_the_desk(reason)])
        store.add_cases(db, [store.NewCase(number, kind, subject, facts, found, now_ms, earlier)])
        store.add_own(db, number, OwnReason(reason, acting.who, now_ms))
        n = audit.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.CASE_OPENED,
            about=f"case:{number}",
            source=OWN,
            reason=int(reason),
            kind=kind.value,
            words=why,
        )
        store.add_event(db, number, CaseEvent(now_ms, acting.who, EventKind.OPENED, why, n))
    return number


def kind_of(subject: str) -> SubjectKind:
    """Raises NoSubject where it is the address of neither."""
    try:
        parse_user_uri(subject)
        return SubjectKind.ACCOUNT
    except BadUri:
        pass
    try:
        parse_room_uri(subject)
    except BadUri:
        raise NoSubject("a case is about an account or a conversation, named by its address (mimi://...)") from None
    return SubjectKind.ROOM
