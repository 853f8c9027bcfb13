# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the bytes of a reported attachment are kept: with this report, or with another one of the same message."""

from __future__ import annotations

from privity.desk.db.transaction import Db


def attachment_record(db: Db, report: int, position: int, part: int) -> int | None:
    """The number of the record, None where no report brought it. By message and part, never by URL or hash."""
    row = db.execute(
        "SELECT e.id FROM reported_message AS m"
        " JOIN reported_message AS same ON same.ts_ms = m.ts_ms AND same.message_id = m.message_id"
        " JOIN evidence AS e ON e.about = 'report:' || same.report_seq AND e.position = same.position"
        " WHERE m.report_seq = ? AND m.position = ? AND e.kind = 'attachment' AND e.part = ?"
        " AND e.gone_ms IS NULL"
        " ORDER BY same.report_seq <> m.report_seq, e.id LIMIT 1",
        (report, position, part),
    ).fetchone()
    return None if row is None else int(row[0])
