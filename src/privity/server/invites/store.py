# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for invites. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Tx


def add(tx: Tx, code_hash: bytes, now_ms: int, expires_ms: int) -> None:
    tx.execute(
        "INSERT INTO invite (code_hash, created_ms, expires_ms, used_by) VALUES (?, ?, ?, NULL)",
        (code_hash, now_ms, expires_ms),
    )


def use(tx: Tx, code_hash: bytes, user_uri: str, now_ms: int) -> int:
    """How many invites this used: 1, or 0 when it is unknown, used or expired."""
    return tx.execute(
        "UPDATE invite SET used_by = ? WHERE code_hash = ? AND used_by IS NULL AND expires_ms > ?",
        (user_uri, code_hash, now_ms),
    ).rowcount


def forget(tx: Tx, before_ms: int) -> None:
    """Those that have not worked since then, used or not."""
    tx.execute("DELETE FROM invite WHERE expires_ms < ?", (before_ms,))


def open_count(query: Query, now_ms: int) -> int:
    row = query.one("SELECT COUNT(*) FROM invite WHERE used_by IS NULL AND expires_ms > ?", (now_ms,))
    return int(row[0]) if row is not None else 0
