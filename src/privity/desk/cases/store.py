# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for cases. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from privity.desk.cases.model import (
    Case,
    CaseEvent,
    CaseState,
    Facts,
    Outcome,
    OwnReason,
    Place,
    Reporting,
    SubjectKind,
)
from privity.desk.cases.priority import Priority
from privity.desk.cases.weight import weight
from privity.desk.db.transaction import Db
from privity.desk.intake.findings import LEVELS, Level
from privity.desk.intake.findings import Outcome as Found
from privity.desk.intake.model import Proven

_PROVEN: Final = tuple(found.value for found in LEVELS)
_CASE: Final = (
    "SELECT number, kind, subject, state, taken_by, priority, because, set_by, opened_ms, deadline_ms, deadline_basis,"
    " level, reports, reporters, newcomers, weighed, proven, omitted, reasons, campaign, earlier, joined_to, outcome"
    " FROM safety_case"
)
_COUNTED: Final = (
    "UPDATE safety_case SET level = ?, reports = ?, reporters = ?, newcomers = ?, proven = ?, omitted = ?, reasons = ?,"
    " deadline_basis = ?, because = ?, weighed = ?"
)
_MOVED: Final = ", priority = ?, deadline_ms = ?"
"""Only where it changes: naming a column writes its indexes anew, whatever stands in it."""
_PLACE: Final = " AND (priority, deadline_ms, number) > (?, ?, ?) ORDER BY priority, deadline_ms, number LIMIT ?"
OPEN: Final = _CASE + " WHERE state IN ('open', 'taken')" + _PLACE
MINE: Final = _CASE + " WHERE state = 'taken' AND taken_by = ?" + _PLACE
OVERDUE: Final = (
    _CASE + " WHERE state IN ('open', 'taken') AND deadline_ms < ? AND (deadline_ms, number) > (?, ?)"
    " ORDER BY deadline_ms, number LIMIT ?"
)
OF_SUBJECT: Final = _CASE + " WHERE (subject, number) > (?, ?) AND subject < ? ORDER BY subject, number LIMIT ?"


def find(db: Db, number: int) -> Case | None:
    return _case(db.execute(_CASE + " WHERE number = ?", (number,)).fetchone())


def newest_of(db: Db, subject: str) -> Case | None:
    """The newest case about this subject, whatever became of it; joined ones are no cases of their own."""
    found = db.execute(
        _CASE + " WHERE subject = ? AND state <> 'closed' ORDER BY number DESC LIMIT 1", (subject,)
    ).fetchone()
    return _case(found)


def open_after(db: Db, after: Place, limit: int) -> list[Case]:
    rows = db.execute(OPEN, (after.priority, after.deadline_ms, after.number, limit)).fetchall()
    return _cases(rows)


def mine_after(db: Db, who: str, after: Place, limit: int) -> list[Case]:
    rows = db.execute(
        MINE,
        (who, after.priority, after.deadline_ms, after.number, limit),
    ).fetchall()
    return _cases(rows)


def overdue_after(db: Db, now_ms: int, after: Place, limit: int) -> list[Case]:
    rows = db.execute(
        OVERDUE,
        (now_ms, after.deadline_ms, after.number, limit),
    ).fetchall()
    return _cases(rows)


def of_subject(db: Db, beginning: str, after: int, limit: int) -> list[Case]:
    """Cases about subjects that begin so, in the order of their addresses, after this one."""
    last = find(db, after)
    start = (beginning, -1) if last is None else (last.subject, last.number)
    return _cases(db.execute(OF_SUBJECT, (*start, beginning + "\U0010ffff", limit)).fetchall())


def in_campaign(db: Db, campaign: int, besides: int, limit: int) -> tuple[int, ...]:
    rows = db.execute(
        "SELECT number FROM safety_case WHERE campaign = ? AND number <> ? ORDER BY number LIMIT ?",
        (campaign, besides, limit),
    )
    return tuple(int(row[0]) for row in rows)


def counted(db: Db, now_ms: int) -> tuple[int, int, int, int | None]:
    """Open, taken, overdue, and the earliest deadline."""
    (waiting,) = db.execute("SELECT count(*) FROM safety_case WHERE state IN ('open', 'taken')").fetchone()
    (taken,) = db.execute("SELECT count(*) FROM safety_case WHERE state = 'taken'").fetchone()
    (overdue,) = db.execute(
        "SELECT count(*) FROM safety_case WHERE state IN ('open', 'taken') AND deadline_ms < ?", (now_ms,)
    ).fetchone()
    (oldest,) = db.execute("SELECT min(deadline_ms) FROM safety_case WHERE state IN ('open', 'taken')").fetchone()
    return int(waiting) - int(taken), int(taken), int(overdue), None if oldest is None else int(oldest)


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that its first reports open."""

    number: int
    kind: SubjectKind
    subject: str
    facts: Facts
    priority: Priority
    opened_ms: int
    earlier: int | None


def next_number(db: Db) -> int:
    """The number of the next case that is added: no number is ever given twice."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'safety_case'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def add_cases(db: Db, cases: Sequence[NewCase]) -> None:
    db.executemany(
        "INSERT INTO safety_case (number, kind, subject, state, opened_ms, earlier, level, reports, reporters,"
        " newcomers, proven, omitted, reasons, deadline_ms, deadline_basis, priority, because, weighed)"
        " VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                case.number,
                case.kind.value,
                case.subject,
                case.opened_ms,
                case.earlier,
                *_facts(case.facts),
                case.priority.number,
                _json(case.priority.because),
                case.facts.reporters,
            )
            for case in cases
        ],
    )


def add_own(db: Db, number: int, own: OwnReason) -> None:
    db.execute(
        "INSERT INTO own_case (case_number, reason, who, at_ms) VALUES (?, ?, ?, ?)",
        (number, own.reason, own.who, own.at_ms),
    )


def own_reasons(db: Db, number: int) -> tuple[int, ...]:
    """For what it was opened without a report; of cases that were joined, once for each."""
    rows = db.execute("SELECT reason FROM own_case WHERE case_number = ? ORDER BY n", (number,))
    return tuple(int(row[0]) for row in rows)


def change_cases(db: Db, changed: Sequence[tuple[Case, Facts, Priority, int]]) -> None:
    """What is counted of each, the priority, and for how many reporters it was found."""
    rows: dict[bool, list[tuple[object, ...]]] = {True: [], False: []}
    for case, facts, priority, weighed in changed:
        moves = (priority.number, facts.deadline_ms) != (case.priority, case.deadline_ms)
        place = (priority.number, facts.deadline_ms) if moves else ()
        *counted, _, basis = _facts(facts)
        rows[moves].append((*counted, basis, _json(priority.because), weighed, *place, case.number))
    for moves, values in rows.items():
        db.executemany(_COUNTED + (_MOVED if moves else "") + " WHERE number = ?", values)


def set_priority(db: Db, number: int, priority: Priority, set_by: str) -> None:
    db.execute(
        "UPDATE safety_case SET priority = ?, because = ?, set_by = ? WHERE number = ?",
        (priority.number, _json(priority.because), set_by, number),
    )


def set_state(db: Db, number: int, state: CaseState, taken_by: str | None = None) -> None:
    db.execute("UPDATE safety_case SET state = ?, taken_by = ? WHERE number = ?", (state.value, taken_by, number))


def set_outcome(db: Db, number: int, outcome: Outcome | None) -> None:
    value = None if outcome is None else outcome.value
    db.execute("UPDATE safety_case SET outcome = ? WHERE number = ?", (value, number))


def set_campaign(db: Db, number: int, campaign: int) -> None:
    db.execute("UPDATE safety_case SET campaign = ? WHERE number = ?", (campaign, number))


def add_campaign(db: Db, found_ms: int) -> int:
    return int(db.execute("INSERT INTO campaign (found_ms) VALUES (?)", (found_ms,)).lastrowid)


def mark(db: Db, found: bytes, number: int) -> int | None:
    """Note where this was first proven; the case where it was before, if it was."""
    added = db.execute("INSERT OR IGNORE INTO campaign_mark (mark, case_number) VALUES (?, ?)", (found, number))
    if added.rowcount:
        return None
    (first,) = db.execute("SELECT case_number FROM campaign_mark WHERE mark = ?", (found,)).fetchone()
    return int(first)


def proven_before(db: Db, number: int, report: int, one: Proven) -> bool:
    """Whether another report of the case has proven this message."""
    row = db.execute(
        "SELECT 1 FROM reported_message AS m JOIN case_report AS c ON c.report_seq = m.report_seq"
        " WHERE m.ts_ms = ? AND m.message_id = ? AND m.report_seq <> ? AND m.outcome IN (?, ?) AND c.case_number = ?"
        " LIMIT 1",
        (one.ts_ms, one.message_id, report, *_PROVEN, number),
    ).fetchone()
    return row is not None


def add_reports(db: Db, rows: Sequence[tuple[int, int, Reporting]]) -> None:
    """By the numbers of report and case."""
    db.executemany(
        "INSERT INTO case_report (report_seq, case_number, reporter_uri, received_ms, room_uri, reason, level, first,"
        " participated, fresh) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                report,
                number,
                row.reporter_uri,
                row.received_ms,
                row.room_uri,
                row.reason,
                int(row.level),
                int(row.first),
                int(row.participated),
                row.fresh,
            )
            for report, number, row in rows
        ],
    )


def change_report(db: Db, report: int, level: Level, *, participated: bool, fresh: int) -> None:
    """What was found about a report that is in its case already."""
    db.execute(
        "UPDATE case_report SET level = ?, participated = ?, fresh = ? WHERE report_seq = ?",
        (int(level), int(participated), fresh, report),
    )


def count_report(db: Db, reporter_uri: str, at_ms: int) -> tuple[bool, float]:
    """Count a report of this person: whether it is the first, and what their word counts."""
    reports, upheld, dismissed, abusive = db.execute(
        "INSERT INTO reporter (user_uri, reports, upheld, dismissed, abusive, reported_ms) VALUES (?, 1, 0, 0, 0, ?)"
        " ON CONFLICT (user_uri) DO UPDATE SET reports = reports + 1, reported_ms = max(reported_ms, ?)"
        " RETURNING reports, upheld, dismissed, abusive",
        (reporter_uri, at_ms, at_ms),
    ).fetchone()
    return reports == 1, weight(upheld, dismissed, abusive)


def count_ending(db: Db, number: int, outcome: Outcome, by: int) -> None:
    """Each reporter of the case once: one more ended so, or one less. What was forgotten meanwhile is not owed."""
    db.execute(
        "UPDATE reporter SET upheld = max(0, upheld + ?), dismissed = max(0, dismissed + ?),"
        " abusive = max(0, abusive + ?)"
        " WHERE user_uri IN (SELECT reporter_uri FROM case_report WHERE case_number = ?)",
        (*(by if outcome is one else 0 for one in (Outcome.UPHELD, Outcome.DISMISSED, Outcome.ABUSIVE)), number),
    )


def has_reporter(db: Db, number: int, reporter_uri: str) -> bool:
    row = db.execute(
        "SELECT 1 FROM case_report WHERE case_number = ? AND reporter_uri = ? LIMIT 1", (number, reporter_uri)
    ).fetchone()
    return row is not None


def reporting(db: Db, number: int) -> list[Reporting]:
    """The reports of a case in the order in which they were taken, with what their reporters' words count now."""
    rows = db.execute(
        "SELECT c.reporter_uri, c.received_ms, c.room_uri, c.reason, c.level, c.first, c.participated, c.fresh,"
        " coalesce(r.upheld, 0), coalesce(r.dismissed, 0), coalesce(r.abusive, 0) FROM case_report AS c"
        " LEFT JOIN reporter AS r ON r.user_uri = c.reporter_uri"
        " WHERE c.case_number = ? ORDER BY c.report_seq",
        (number,),
    ).fetchall()
    return [
        Reporting(uri, at_ms, room, reason, Level(level), bool(first), bool(there), fresh, weight(*endings))
        for uri, at_ms, room, reason, level, first, there, fresh, *endings in rows
    ]


def case_of(db: Db, report: int) -> int | None:
    row = db.execute("SELECT case_number FROM case_report WHERE report_seq = ?", (report,)).fetchone()
    return None if row is None else int(row[0])


def reports_of(db: Db, number: int, after: int, limit: int) -> list[tuple[int, int]]:
    """Numbers and times of its reports."""
    rows = db.execute(
        "SELECT report_seq, received_ms FROM case_report WHERE case_number = ? AND report_seq > ?"
        " ORDER BY report_seq LIMIT ?",
        (number, after, limit),
    )
    return [(int(seq), int(received_ms)) for seq, received_ms in rows]


def first_report(db: Db, number: int) -> tuple[int, str] | None:
    """When the hub took the first of its reports, and from where it came."""
    row = db.execute(
        "SELECT c.received_ms, r.source FROM case_report AS c JOIN report AS r ON r.seq = c.report_seq"
        " WHERE c.case_number = ? ORDER BY c.received_ms, c.report_seq LIMIT 1",
        (number,),
    ).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


def message_outcome(db: Db, report: int, position: int) -> str | None:
    row = db.execute(
        "SELECT outcome FROM reported_message WHERE report_seq = ? AND position = ?", (report, position)
    ).fetchone()
    return None if row is None else str(row[0])


def move(db: Db, source: int, target: int) -> None:
    """All reports of one case to another, and for what it was opened without any."""
    db.execute("UPDATE own_case SET case_number = ? WHERE case_number = ?", (target, source))
    db.execute("UPDATE case_report SET case_number = ? WHERE case_number = ?", (target, source))
    db.execute("UPDATE safety_case SET joined_to = ? WHERE number = ?", (target, source))


def proven(db: Db, number: int) -> tuple[int, Level]:
    """How many distinct messages, and the best level of one."""
    count, signed = db.execute(
        "SELECT count(DISTINCT m.message_id), coalesce(max(m.outcome = ?), 0) FROM case_report AS c"
        " JOIN reported_message AS m ON m.report_seq = c.report_seq WHERE c.case_number = ? AND m.outcome IN (?, ?)",
        (Found.VERIFIED_AUTHORSHIP.value, number, *_PROVEN),
    ).fetchone()
    return int(count), Level.AUTHORSHIP if signed else Level.HUB if count else Level.TIP


def omitted(db: Db, number: int) -> int:
    (found,) = db.execute(
        "SELECT coalesce(sum(r.omitted), 0) FROM case_report AS c JOIN report AS r ON r.seq = c.report_seq"
        " WHERE c.case_number = ?",
        (number,),
    ).fetchone()
    return int(found)


def add_event(db: Db, number: int, event: CaseEvent) -> None:
    db.execute(
        "INSERT INTO case_event (case_number, at_ms, who, kind, words, audit_n) VALUES (?, ?, ?, ?, ?, ?)",
        (number, event.at_ms, event.who, event.kind, event.words, event.audit_n),
    )


def events(db: Db, number: int) -> list[CaseEvent]:
    rows = db.execute(
        "SELECT at_ms, who, kind, words, audit_n FROM case_event WHERE case_number = ? ORDER BY n", (number,)
    )
    return [CaseEvent(*row) for row in rows]


def _case(row: Sequence[Any] | None) -> Case | None:
    return None if row is None else _cases([row])[0]


def _cases(rows: Sequence[Sequence[Any]]) -> list[Case]:
    return [
        Case(
            number,
            SubjectKind(kind),
            subject,
            CaseState(state),
            taken_by,
            priority,
            _because(because),
            set_by,
            opened_ms,
            deadline_ms,
            deadline_basis,
            Level(level),
            reports,
            reporters,
            newcomers,
            weighed,
            proven,
            omitted,
            _reasons(reasons),
            campaign,
            earlier,
            joined_to,
            None if outcome is None else Outcome(outcome),
        )
        for (
            number,
            kind,
            subject,
            state,
            taken_by,
            priority,
            because,
            set_by,
            opened_ms,
            deadline_ms,
            deadline_basis,
            level,
            reports,
            reporters,
            newcomers,
            weighed,
            proven,
            omitted,
            reasons,
            campaign,
            earlier,
            joined_to,
            outcome,
        ) in rows
    ]


_because: Final = msgspec.json.Decoder(tuple[str, ...]).decode
_reasons: Final = msgspec.json.Decoder(tuple[int, ...]).decode


def _facts(facts: Facts) -> tuple[object, ...]:
    return (
        int(facts.level),
        facts.reports,
        facts.reporters,
        facts.newcomers,
        facts.proven,
        facts.omitted,
        _json(facts.reasons),
        facts.deadline_ms,
        facts.deadline_basis,
    )


def _json(value: Sequence[str | int]) -> str:
    return msgspec.json.encode(list(value)).decode()
