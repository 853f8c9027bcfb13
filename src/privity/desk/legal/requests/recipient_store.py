# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of keys that were written down for requests on paper. Decisions about them are made in `recipients`."""

from __future__ import annotations

from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.legal.requests.model import Came, Recipient

_RECIPIENT: Final = (
    "SELECT n, request, agency, recipient, came, named_ms, named_by, wrong, confirmed_ms, confirmed_by, ended_ms,"
    " ended_by FROM legal_recipient"
)


def of_request(db: Db, number: int) -> tuple[Recipient, ...]:
    """All of a request, the oldest first."""
    rows = db.execute(f"{_RECIPIENT} WHERE request = ? ORDER BY n", (number,)).fetchall()
    return tuple(map(_recipient, rows))


def standing(db: Db, number: int) -> Recipient | None:
    """The one of a request that was not ended, confirmed or not."""
    row = db.execute(f"{_RECIPIENT} WHERE request = ? AND ended_ms IS NULL", (number,)).fetchone()
    return None if row is None else _recipient(row)


def add(db: Db, request: int, agency: int, recipient: str, came: Came, now_ms: int, who: str) -> None:
    db.execute(
        "INSERT INTO legal_recipient (request, agency, recipient, came, named_ms, named_by) VALUES (?, ?, ?, ?, ?, ?)",
        (request, agency, recipient, came.value, now_ms, who),
    )


def wrong(db: Db, number: int) -> None:
    """It was read back wrongly once more."""
    db.execute("UPDATE legal_recipient SET wrong = wrong + 1 WHERE n = ?", (number,))


def confirmed(db: Db, number: int, called: str, document: int, now_ms: int, who: str) -> None:
    db.execute(
        "UPDATE legal_recipient SET number = ?, document = ?, confirmed_ms = ?, confirmed_by = ? WHERE n = ?",
        (called, document, now_ms, who, number),
    )


def ended(db: Db, number: int, now_ms: int, who: str) -> None:
    db.execute("UPDATE legal_recipient SET ended_ms = ?, ended_by = ? WHERE n = ?", (now_ms, who, number))


def _recipient(row: Any) -> Recipient:
    number, request, agency, recipient, came, *rest = row
    return Recipient(number, request, agency, recipient, Came(came), *rest)
