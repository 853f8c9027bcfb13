# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for reports. Each is recorded once, however often the hub hands it out: its receipt is its name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import msgspec

from privity.desk.db.transaction import Db, IntegrityError
from privity.desk.errors import AlreadyRecorded
from privity.desk.evidence import records as evidence
from privity.desk.intake.findings import LEVELS, Outcome, State, Subject
from privity.desk.intake.model import AssessedMessage, Assessment
from privity.desk.limits import MAX_DETAIL_CHARS
from privity.wire.staff import RelayedReport

Random = Callable[[int], bytes]


def recorded(db: Db, receipts: Sequence[str]) -> frozenset[str]:
    """Those of the receipts that are on this desk's disk."""
    named = msgspec.json.encode(list(receipts)).decode()
    rows = db.execute("SELECT receipt FROM report WHERE receipt IN (SELECT value FROM json_each(?))", (named,))
    return frozenset(str(receipt) for (receipt,) in rows)


def record(
    db: Db,
    evidence_key: bytes,
    random: Random,
    page: Sequence[tuple[RelayedReport, Assessment]],
    *,
    now_ms: int,
) -> Sequence[int]:
    """Keep findings and evidence together; returns the numbers of the reports. The caller owns the transaction.

    Raises AlreadyRecorded.
    """
    numbers = _add(db, page, now_ms)
    found = [(number, message) for number, (_, one) in zip(numbers, page, strict=True) for message in one.messages]
    _add_messages(db, found)
    evidence.keep_all(
        db,
        evidence_key,
        random,
        [
            (evidence.of_report(number), record)
            for number, (_, one) in zip(numbers, page, strict=True)
            for record in one.records
        ],
    )
    return numbers


def remember(db: Db, relayed: RelayedReport, *, now_ms: int) -> None:
    """Note the receipt of an appeal, so that it is lodged once. What it says is kept by those who answer it."""
    _add(db, [(relayed, Assessment(State.ASSESSED, "", subject=Subject.APPEAL))], now_ms)


def read_later(db: Db, report: int, found: Assessment, *, who: str, at_ms: int) -> None:
    """The findings on a report that was recorded without any, in place of what was said of it then."""
    db.execute(
        "INSERT INTO report_later (report_seq, at_ms, who, came_state, came_reason, came_source)"
        " SELECT seq, ?, ?, state, reason, source FROM report WHERE seq = ?",
        (at_ms, who, report),
    )
    db.execute(
        "UPDATE report SET state = ?, detail = ?, accused_uri = ?, room_uri = ?, reason = ?, omitted = ?, subject = ?,"
        " source = ?, escalated_for = ? WHERE seq = ?",
        (
            found.state.value,
            found.detail[:MAX_DETAIL_CHARS],
            found.accused_uri,
            found.room_uri,
            found.reason,
            found.omitted,
            found.subject.value,
            found.source.value,
            found.escalated_for,
            report,
        ),
    )
    db.execute("DELETE FROM report_aside WHERE report_seq = ?", (report,))
    db.execute("DELETE FROM reported_attachment WHERE report_seq = ?", (report,))
    db.execute("DELETE FROM reported_message WHERE report_seq = ?", (report,))
    _add_messages(db, [(report, message) for message in found.messages])


def attachment_kept_in(db: Db, message_id: bytes, ts_ms: int, part: int) -> int | None:
    """The report with which this very attachment is kept already. By message and part, never by URL or hash."""
    row = db.execute(
        "SELECT m.report_seq FROM reported_message AS m"
        " JOIN reported_attachment AS a ON a.report_seq = m.report_seq AND a.position = m.position"
        " JOIN evidence AS e ON e.about = 'report:' || m.report_seq AND e.position = m.position AND e.part = a.part"
        " WHERE m.ts_ms = ? AND m.message_id = ? AND a.part = ? AND a.outcome = 'OK' AND e.kind = 'attachment'"
        " AND e.gone_ms IS NULL LIMIT 1",
        (ts_ms, message_id, part),
    ).fetchone()
    return None if row is None else int(row[0])


def _add(db: Db, page: Sequence[tuple[RelayedReport, Assessment]], now_ms: int) -> Sequence[int]:
    (last,) = db.execute("SELECT coalesce(max(seq), 0) FROM report").fetchone()
    numbers = range(int(last) + 1, int(last) + 1 + len(page))
    rows = [
        (
            number,
            relayed.receipt,
            relayed.reporter_uri,
            relayed.received_ms,
            now_ms,
            hashlib.sha256(relayed.sealed).digest(),
            found.state.value,
            found.detail[:MAX_DETAIL_CHARS],
            found.accused_uri,
            found.room_uri,
            found.reason,
            found.omitted,
            found.subject.value,
            found.source.value,
            found.escalated_for,
        )
        for number, (relayed, found) in zip(numbers, page, strict=True)
    ]
    try:
        _insert(db, rows)
    except IntegrityError as err:
        if "report.receipt" not in str(err):
            raise
        raise AlreadyRecorded("expected receipts that are not recorded; another desk works on this database") from None
    return numbers


def _insert(db: Db, rows: Sequence[tuple[object, ...]]) -> None:
    db.executemany(
        "INSERT INTO report (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state, detail,"
        " accused_uri, room_uri, reason, omitted, subject, source, escalated_for)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _add_messages(db: Db, found: Sequence[tuple[int, AssessedMessage]]) -> None:
    here: dict[bytes, list[tuple[int, Outcome]]] = {}
    rows = []
    for number, message in found:
        participated = message.reporter_participated
        rows.append(
            (
                number,
                message.position,
                message.message_id,
                message.ts_ms,
                message.outcome.value,
                message.detail[:MAX_DETAIL_CHARS],
                message.authorship.value,
                None if participated is None else int(participated),
                _repeats(db, message, here),
            )
        )
        if message.message_id is not None:
            here.setdefault(message.message_id, []).append((number, message.outcome))
    db.executemany(
        "INSERT INTO reported_message (report_seq, position, message_id, ts_ms, outcome, detail, authorship,"
        " reporter_participated, repeats_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    db.executemany(
        "INSERT INTO reported_attachment (report_seq, position, part, outcome, detail) VALUES (?, ?, ?, ?, ?)",
        [
            (number, message.position, one.part, one.outcome.value, one.detail[:MAX_DETAIL_CHARS])
            for number, message in found
            for one in message.attachments
        ],
    )


def _repeats(db: Db, message: AssessedMessage, here: Mapping[bytes, list[tuple[int, Outcome]]]) -> int | None:
    """The first report with the same message at this level or above (V8). A mere tip never counts as a first one:
    otherwise a worthless report could make the genuine one after it look like a repetition. What is proven is proven
    with its time, so the same message has the same. `here` are those of this page."""
    level = LEVELS.get(message.outcome)
    if message.message_id is None or level is None:
        return None
    rows = db.execute(
        "SELECT report_seq, outcome FROM reported_message WHERE ts_ms = ? AND message_id = ?"
        " ORDER BY report_seq, position",
        (message.ts_ms, message.message_id),
    ).fetchall()
    before = [(report, Outcome(outcome)) for report, outcome in rows] + here.get(message.message_id, [])
    return next((report for report, outcome in before if LEVELS.get(outcome, -1) >= level), None)
