# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that could not be opened, read, or asked about: none is lost, each waits here until somebody has looked.

What is kept of one is sealed, so a list says when it came, from whom as the hub says, and why it is here. Putting it
aside takes it off the list and keeps everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence.records import check_text
from privity.desk.intake.errors import AsideAlready, NotUnopened
from privity.desk.intake.findings import Source, State
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.wire.staff import Source as Relayer

PAGE: Final = 50
"""Reports in one list."""

_SEALED: Final = (
    " LEFT JOIN evidence AS e ON e.about = 'report:' || r.seq AND e.kind = 'sealed' AND e.position = 0 AND e.part = 0"
    " LEFT JOIN report_aside AS a ON a.report_seq = r.seq"
    " WHERE r.state IN ('cannot_open', 'malformed', 'undecided')"
)
_SELECT: Final = (
    "SELECT r.seq, r.receipt, r.reporter_uri, r.received_ms, r.state, r.detail, r.source,"  # noqa: S608  # constants of this file
    " iif(e.gone_ms IS NULL, e.id, NULL), length(e.ciphertext), a.at_ms, a.who, a.reason FROM report AS r" + _SEALED
)
_WAITS: Final = " AND a.report_seq IS NULL AND e.gone_ms IS NULL"
"""What was deleted because its time was over waits for nobody."""
WAITING: Final = _SELECT + _WAITS + " AND r.seq > ? ORDER BY r.seq LIMIT ?"
ASIDE: Final = _SELECT + " AND a.report_seq IS NOT NULL AND r.seq > ? ORDER BY r.seq LIMIT ?"
ONE: Final = _SELECT + " AND r.seq = ?"
COUNT: Final = "SELECT count(*) FROM report AS r" + _SEALED + _WAITS  # noqa: S608  # constants of this file


@dataclass(frozen=True, slots=True)
class Aside:
    """Who put it aside, when, and why."""

    at_ms: int
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unopened:
    """One such report. `detail` is the intake's own word for what was wrong, never anything of its content."""

    report: int
    receipt: str
    reporter_uri: str
    received_ms: int
    state: State
    detail: str
    source: Source
    evidence: int | None
    """The record of its sealed bytes; None where they were more than any report may have, or their time was over."""
    size: int
    aside: Aside | None

    @property
    def relayer(self) -> Relayer:
        """By which way the hub got it. A moderator who passes something on is a user."""
        return Relayer.PUBLIC if self.source is Source.PUBLIC else Relayer.USER


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of them, and after which one the next page begins, if there is one."""

    reports: tuple[Unopened, ...]
    after: int | None


def listed(db: Db, acting: Acting, after: int = 0, *, aside: bool = False) -> Listing:
    """The oldest first; those that were put aside by themselves. Raises NotYourRole."""
    acting.must(Right.SEE_QUEUE)
    rows = db.execute(ASIDE if aside else WAITING, (after, PAGE + 1)).fetchall()
    found = tuple(_unopened(row) for row in rows[:PAGE])
    return Listing(found, found[-1].report if len(rows) > PAGE else None)


def waiting(db: Db) -> int:
    """How many nobody has looked at. It says nothing of any of them."""
    (found,) = db.execute(COUNT).fetchone()
    return int(found)


def find(db: Db, report: int) -> Unopened:
    """Raises NotUnopened."""
    row = db.execute(ONE, (report,)).fetchone()
    if row is None:
        raise NotUnopened(f"report {report} is not one that waits to be opened; it may have been read meanwhile")
    return _unopened(row)


def put_aside(db: Db, acting: Acting, report: int, reason: str, now_ms: int) -> None:
    """Off the list, with everything kept. Raises NotYourRole, ReasonMissing, NotUnopened or AsideAlready."""
    acting.must(Right.WORK_CASE)
    check_text("reason", reason, MAX_REASON_CHARS)
    with transaction(db):
        found = find(db, report)
        if found.aside is not None:
            raise AsideAlready(f"report {report} was put aside by {found.aside.who}")
        db.execute(
            "INSERT INTO report_aside (report_seq, at_ms, who, reason) VALUES (?, ?, ?, ?)",
            (report, now_ms, acting.who, reason.strip()),
        )
        audit.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.REPORT_ASIDE,
            about=f"report:{report}",
            state=found.state.value,
            reason=reason.strip(),
        )


def _unopened(row: tuple[Any, ...]) -> Unopened:
    report, receipt, reporter, received_ms, state, detail, source, evidence, size, aside_ms, who, reason = row
    aside = None if aside_ms is None else Aside(aside_ms, who, reason)
    return Unopened(
        report, receipt, reporter, received_ms, State(state), detail, Source(source), evidence, size or 0, aside
    )
