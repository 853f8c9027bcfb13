# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for sealed reports. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from privity.server.db.database import Query, Tx
from privity.server.reports.model import SealedReport
from privity.wire.staff import NOTICE_PREFIX


def add(tx: Tx, reporter_uri: str, received_ms: int, receipt: str, digest: bytes, sealed: bytes) -> None:
    tx.execute(
        "INSERT INTO report (reporter_uri, received_ms, receipt, digest, sealed) VALUES (?, ?, ?, ?, ?)",
        (reporter_uri, received_ms, receipt, digest, sealed),
    )


def receipt_of(query: Query, reporter_uri: str, digest: bytes) -> str | None:
    row = query.one("SELECT receipt FROM report WHERE reporter_uri = ? AND digest = ?", (reporter_uri, digest))
    return None if row is None else str(row[0])


def oldest(query: Query, limit: int, max_bytes: int) -> list[SealedReport]:
    """The oldest: at most `limit`, of at most `max_bytes` together, but one at least."""
    sizes = query.all("SELECT length(sealed) FROM report ORDER BY seq LIMIT ?", (limit,))
    sums = accumulate(int(size) for (size,) in sizes)
    count = max(1, sum(total <= max_bytes for total in sums))
    rows = query.all("SELECT reporter_uri, received_ms, receipt, sealed FROM report ORDER BY seq LIMIT ?", (count,))
    return [SealedReport(*row) for row in rows]


def forget(tx: Tx, receipts: Sequence[str]) -> None:
    """The desk takes the oldest first, so these are looked for among them, however many wait behind; one pass over the
    whole table only where some are not there."""
    if not receipts:
        return
    wanted = f"receipt IN ({', '.join('?' * len(receipts))})"
    oldest = "seq IN (SELECT seq FROM report ORDER BY seq LIMIT ?)"
    gone = tx.execute(
        f"DELETE FROM report WHERE {oldest} AND {wanted}",  # noqa: S608  # marks only
        (2 * len(receipts), *receipts),
    ).rowcount
    if gone < len(receipts):
        tx.execute(f"DELETE FROM report WHERE {wanted}", receipts)  # noqa: S608  # marks only


def count_of_public(query: Query) -> int:
    """Notices and their appeals that wait."""
    row = query.one(
        "SELECT COUNT(*) FROM report WHERE reporter_uri >= ? AND reporter_uri < ?",
        (NOTICE_PREFIX, NOTICE_PREFIX[:-1] + ";"),
    )
    return 0 if row is None else int(row[0])


def count(query: Query) -> int:
    row = query.one("SELECT COUNT(*) FROM report")
    return int(row[0]) if row is not None else 0
