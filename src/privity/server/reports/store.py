# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for sealed reports. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Tx
from privity.server.reports.model import SealedReport


def add(tx: Tx, reporter_uri: str, received_ms: int, receipt: str, digest: bytes, sealed: bytes) -> None:
    tx.execute(
        "INSERT INTO report (reporter_uri, received_ms, receipt, digest, sealed) VALUES (?, ?, ?, ?, ?)",
        (reporter_uri, received_ms, receipt, digest, sealed),
    )


def receipt_of(query: Query, reporter_uri: str, digest: bytes) -> str | None:
    row = query.one("SELECT receipt FROM report WHERE reporter_uri = ? AND digest = ?", (reporter_uri, digest))
    return None if row is None else str(row[0])


def after(query: Query, seq: int, limit: int) -> list[SealedReport]:
    rows = query.all(
        "SELECT seq, reporter_uri, received_ms, receipt, sealed FROM report WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )
    return [SealedReport(*row) for row in rows]


def forget_through(tx: Tx, seq: int) -> int:
    return tx.execute("DELETE FROM report WHERE seq <= ?", (seq,)).rowcount
