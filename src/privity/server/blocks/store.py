# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for blocks. No decisions here."""

from __future__ import annotations

from privity.server.blocks.model import Block
from privity.server.db.database import Query, Tx


def exists(query: Query, block: Block) -> int:
    """1 or 0."""
    row = query.one(
        "SELECT COUNT(*) FROM block WHERE user_uri = ? AND blocked_uri = ?", (block.user_uri, block.blocked_uri)
    )
    return int(row[0]) if row is not None else 0


def of_user(query: Query, user_uri: str) -> list[str]:
    rows = query.all("SELECT blocked_uri FROM block WHERE user_uri = ? ORDER BY blocked_uri", (user_uri,))
    return [str(row[0]) for row in rows]


def count(query: Query, user_uri: str) -> int:
    row = query.one("SELECT COUNT(*) FROM block WHERE user_uri = ?", (user_uri,))
    return int(row[0]) if row is not None else 0


def add(tx: Tx, block: Block, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO block (user_uri, blocked_uri, since_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (user_uri, blocked_uri) DO NOTHING",
        (block.user_uri, block.blocked_uri, now_ms),
    )


def remove(tx: Tx, block: Block) -> None:
    tx.execute("DELETE FROM block WHERE user_uri = ? AND blocked_uri = ?", (block.user_uri, block.blocked_uri))
