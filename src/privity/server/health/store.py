# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of the look at the storage. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Tx


def write_nothing(tx: Tx) -> None:
    """A row becomes what it is: the transaction is written and synced like any other, and changes nothing."""
    tx.execute("UPDATE inbox_base SET seq = seq WHERE only_one = 1")
