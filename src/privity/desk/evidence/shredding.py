# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The end of a record: its key is overwritten where it stands, its contents are dropped, its row stays and says when.

The audit log, decisions and appeals go on naming it by its number. What is under a hold is refused by SQLite itself.
A key keeps its length, so that SQLite writes it in place. Pages that are balanced anew may keep older copies of what
they held; a copy of contents without their key is noise.
"""

from __future__ import annotations

from collections.abc import Sequence

from privity.desk.db.transaction import Db


def shred(db: Db, numbers: Sequence[int], now_ms: int) -> int:
    """Returns how many had contents until now. The caller owns the transaction and says in the audit log what went."""
    gone = 0
    for number in numbers:
        db.execute(
            "UPDATE evidence_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
            " wrapped_key = zeroblob(length(wrapped_key)) WHERE evidence_id = ?",
            (number,),
        )
        gone += db.execute(
            "UPDATE evidence SET nonce = x'', ciphertext = x'', gone_ms = ? WHERE id = ? AND gone_ms IS NULL",
            (now_ms, number),
        ).rowcount
    return gone
