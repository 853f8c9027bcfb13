# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for public notices. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Tx
from privity.server.notices.model import Line, Notice


def add(tx: Tx, receipt: str, code_hash: bytes, received_ms: int) -> None:
    tx.execute(
        "INSERT INTO notice (receipt, code_hash, received_ms, appealed_ms) VALUES (?, ?, ?, NULL)",
        (receipt, code_hash, received_ms),
    )


def find(query: Query, receipt: str) -> Notice | None:
    row = query.one("SELECT receipt, code_hash, received_ms, appealed_ms FROM notice WHERE receipt = ?", (receipt,))
    if row is None:
        return None
    lines = query.all("SELECT at_ms, text FROM notice_line WHERE receipt = ? ORDER BY at_ms, effect", (receipt,))
    return Notice(row[0], row[1], row[2], row[3], tuple(Line(*line) for line in lines))


def add_line(tx: Tx, receipt: str, effect: str, line: Line) -> None:
    tx.execute(
        "INSERT INTO notice_line (receipt, effect, at_ms, text) VALUES (?, ?, ?, ?)",
        (receipt, effect, line.at_ms, line.text),
    )


def set_appealed(tx: Tx, receipt: str, now_ms: int) -> None:
    tx.execute("UPDATE notice SET appealed_ms = ? WHERE receipt = ?", (now_ms, receipt))


def forget_old(tx: Tx, before_ms: int) -> None:
    """Notices of which nothing has been said since then."""
    tx.execute(
        "DELETE FROM notice WHERE received_ms <= ?1"
        " AND NOT EXISTS (SELECT 1 FROM notice_line WHERE receipt = notice.receipt AND at_ms > ?1)",
        (before_ms,),
    )
