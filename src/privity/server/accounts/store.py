# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for accounts. No decisions here."""

from __future__ import annotations

from privity.server.accounts.model import Account
from privity.server.db.database import Query, Tx


def find(query: Query, user_uri: str) -> Account | None:
    row = query.one("SELECT user_uri, handle FROM account WHERE user_uri = ?", (user_uri,))
    return Account(*row) if row is not None else None


def find_handle(query: Query, handle: str) -> Account | None:
    row = query.one("SELECT user_uri, handle FROM account WHERE handle = ?", (handle,))
    return Account(*row) if row is not None else None


def add(tx: Tx, account: Account, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO account (user_uri, handle, created_ms) VALUES (?, ?, ?)",
        (account.user_uri, account.handle, now_ms),
    )
