# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making the report: the log is verified, the report computed from it alone, and compared with the tables."""

from __future__ import annotations

from pathlib import Path

from privity.desk.audit import export, log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.export import Shown, silent
from privity.desk.audit.verify import stored, verify
from privity.desk.db.transaction import Db, one_moment
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.transparency.compare import must_agree
from privity.desk.transparency.compute import compute, compute_exactly
from privity.desk.transparency.model import TransparencyReport
from privity.desk.transparency.period import Period
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import VerifierKey


def report(
    db: Db,
    acting: Acting,
    period: Period,
    key: VerifierKey,
    kept: list[SignedNote],
    now_ms: int,
    shown: Shown = silent,
) -> TransparencyReport:
    """The report of a period, and an entry that it was made.

    Raises NotYourRole, what `audit.verify` raises, EntryUnreadable or ReportDisagrees.
    """
    acting.must(Right.EXPORT)
    with one_moment(db):
        size = log.size(db)
        verify(shown(stored(db), size), key, kept)
        computed = compute_exactly((Entry.decode(data) for data in log.entries(db)), period)
        made = computed.report
        must_agree(db, made, computed.exact)
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.TRANSPARENCY_MADE,
        first=period.first,
        last=period.last,
        entries=made.entries,
    )
    return made


def of_export(path: Path, period: Period, key: VerifierKey, shown: Shown = silent) -> TransparencyReport:
    """The same out of an exported log, without the desk; there are no tables to compare it with.

    Raises BadExport, what `audit.verify` raises, or EntryUnreadable.
    """
    export.verified(path, key, [], shown)
    with path.open("rb") as file:
        _, entries = export.read(file)
        return compute((Entry.decode(data) for data in entries), period)
