# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for reports. Each is recorded once, however often the hub hands it out: its receipt is its name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from privity.desk.db.database import Db, transaction
from privity.desk.errors import AlreadyRecorded
from privity.desk.evidence import records as evidence
from privity.desk.intake.findings import LEVELS, Outcome
from privity.desk.intake.model import AssessedMessage, Assessment
from privity.desk.limits import MAX_DETAIL_CHARS
from privity.wire.staff import RelayedReport

Random = Callable[[int], bytes]


def is_recorded(db: Db, receipt: str) -> bool:
    return db.execute("SELECT 1 FROM report WHERE receipt = ?", (receipt,)).fetchone() is not None


def record(
    db: Db,
    evidence_key: bytes,
    random: Random,
    relayed: RelayedReport,
    found: Assessment,
    *,
    now_ms: int,
) -> int:
    """Keep findings and evidence together; returns the report's number. Raises AlreadyRecorded."""
    with transaction(db):
        if is_recorded(db, relayed.receipt):
            raise AlreadyRecorded("expected a receipt that is not recorded; another desk works on this database")
        made = db.execute(
            "INSERT INTO report (receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state, detail,"
            " accused_uri, room_uri, reason, omitted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
            (
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
            ),
        )
        number = int(made.fetchone()[0])
        for message in found.messages:
            _add_message(db, number, message)
        for item in found.records:
            evidence.keep(db, evidence_key, random, number, item)
    return number


def attachment_kept_in(db: Db, message_id: bytes, part: int) -> int | None:
    """The report with which this very attachment is kept already. By message and part, never by URL or hash."""
    row = db.execute(
        "SELECT m.report_seq FROM reported_message AS m"
        " JOIN reported_attachment AS a ON a.report_seq = m.report_seq AND a.position = m.position"
        " JOIN evidence AS e ON e.report_seq = m.report_seq AND e.position = m.position AND e.part = a.part"
        " WHERE m.message_id = ? AND a.part = ? AND a.outcome = 'OK' AND e.kind = 'attachment' LIMIT 1",
        (message_id, part),
    ).fetchone()
    return None if row is None else int(row[0])


def _add_message(db: Db, seq: int, message: AssessedMessage) -> None:
    participated = message.reporter_participated
    db.execute(
        "INSERT INTO reported_message (report_seq, position, message_id, ts_ms, outcome, detail, authorship,"
        " reporter_participated, repeats_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq,
            message.position,
            message.message_id,
            message.ts_ms,
            message.outcome.value,
            message.detail[:MAX_DETAIL_CHARS],
            message.authorship.value,
            None if participated is None else int(participated),
            _repeats(db, message),
        ),
    )
    for attachment in message.attachments:
        db.execute(
            "INSERT INTO reported_attachment (report_seq, position, part, outcome, detail) VALUES (?, ?, ?, ?, ?)",
            (seq, message.position, attachment.part, attachment.outcome.value, attachment.detail[:MAX_DETAIL_CHARS]),
        )


def _repeats(db: Db, message: AssessedMessage) -> int | None:
    """The first report with the same message at this level or above (V8). A mere tip never counts as a first one:
    otherwise a worthless report could make the genuine one after it look like a repetition."""
    level = LEVELS.get(message.outcome)
    if message.message_id is None or level is None:
        return None
    rows = db.execute(
        "SELECT report_seq, outcome FROM reported_message WHERE message_id = ? ORDER BY report_seq, position",
        (message.message_id,),
    ).fetchall()
    for report_seq, outcome in rows:
        if LEVELS.get(Outcome(outcome), -1) >= level:
            return int(report_seq)
    return None
