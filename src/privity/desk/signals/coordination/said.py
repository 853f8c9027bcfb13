# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody says of a cluster, in the log and in the history of its case. The caller owns the transaction."""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.cases import service as cases
from privity.desk.db.transaction import Db
from privity.desk.signals.coordination.kept import Kept
from privity.desk.staff.acting import Acting

JUDGED: Final = "judged"
"""The kind of event in a case."""


def write(
    db: Db, acting: Acting, act: Act, found: Kept, now_ms: int, *, words: str, in_case: str, **said: Said
) -> None:
    """`words`: their own, for the log; `in_case`: those before them, for the case."""
    n = audit.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=act,
        about=f"cluster:{found.number}",
        case=found.case_number,
        words=words,
        **said,
    )
    cases.event(
        db, found.case_number, at_ms=now_ms, who=acting.who, kind=JUDGED, words=f"{in_case}: {words}", audit_n=n
    )
