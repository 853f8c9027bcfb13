# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case that somebody of the staff opens without a report: about what everybody can see, or what was heard elsewhere.

It rests on nobody's proof, so what it may lead to is little (`decisions.actions`): its reason counts in the priority
like a report that nobody has proven, and reports that come later join it like any other case.
"""

from __future__ import annotations

from collections.abc import Mapping

from privity.desk.cases import store
from privity.desk.cases.errors import CaseOpenAlready, NoSubject
from privity.desk.cases.gathering import ALIVE
from privity.desk.cases.model import SubjectKind
from privity.desk.cases.opening import Opening, open_new
from privity.desk.cases.priority import by_the_desk, priority
from privity.desk.cases.words import worded
from privity.desk.db.transaction import Db, transaction
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
        found = priority([by_the_desk(reason)])
        earlier = None if newest is None else newest.number
        return open_new(db, Opening(kind, subject, reason, acting.who, why, found, earlier, hours), now_ms)


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
