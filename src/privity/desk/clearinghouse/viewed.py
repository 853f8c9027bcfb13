# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the audit log says of a file or a referral: looked up there by index, kept nowhere else, never assumed.

What an authority may open without a warrant can hang on whether staff looked at a file, so only a view that showed the
picture counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db

BLURRED: Final = "blurred"
"""The first stage of a view shows colours and no picture."""

_INDEXED: Final[Mapping[Act, str]] = {
    act: f'instr(entry, CAST(\'"act":"{act}"\' AS BLOB)) > 0' for act in (Act.MEDIA_VIEWED, Act.REFERRAL_FINISHED)
}
"""The conditions of the two indexes of the audit log, word for word."""


def was_viewed(db: Db, evidence: int) -> bool:
    """Whether some view of this very file showed it."""
    return any(entry.said.get("stage") != BLURRED for entry in _entries(db, f"evidence:{evidence}", Act.MEDIA_VIEWED))


def chain_said(db: Db, referral: int) -> bytes | None:
    """The hash that stands for all calls of a finished referral."""
    for entry in _entries(db, f"referral:{referral}", Act.REFERRAL_FINISHED):
        return bytes.fromhex(str(entry.said["chain"]))
    return None


def _entries(db: Db, about: str, act: Act) -> list[Entry]:
    """An entry begins with what it is about and which act it is."""
    start = f'{{"about":"{about}","act":"{act}",'.encode()
    rows = db.execute(
        f"SELECT entry FROM audit_entry WHERE {_INDEXED[act]} AND entry >= ? AND entry < ?",  # noqa: S608  # our own
        (start, start + b"\xff"),
    ).fetchall()
    return [Entry.decode(bytes(data)) for (data,) in rows]
