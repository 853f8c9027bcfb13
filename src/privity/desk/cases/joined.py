# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Cases that were made one: where the reports of a case are now, and who made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.db.transaction import Db

NOBODY: Final = "gone:"
"""Before a number, in place of who reported: it was forgotten, and nobody can be told anything."""


@dataclass(frozen=True, slots=True)
class Told:
    """One report of a case, and who is told what became of it. The receipt is what they know it by."""

    report: int
    reporter_uri: str
    receipt: str


def now_in(db: Db, number: int) -> int:
    """The case that this one was joined to, however often; itself where it was not."""
    (found,) = db.execute(
        "WITH RECURSIVE followed (number, next) AS ("
        " SELECT number, joined_to FROM safety_case WHERE number = ?"
        " UNION SELECT c.number, c.joined_to FROM safety_case AS c JOIN followed AS f ON c.number = f.next"
        ") SELECT coalesce(max(CASE WHEN next IS NULL THEN number END), ?) FROM followed",
        (number, number),
    ).fetchone()
    return int(found)


def all_in(db: Db, number: int) -> tuple[int, ...]:
    """A case and all that were joined to it, in order."""
    rows = db.execute(
        "WITH RECURSIVE gathered (number) AS ("
        " SELECT ? UNION SELECT c.number FROM safety_case AS c JOIN gathered AS g ON c.joined_to = g.number"
        ") SELECT number FROM gathered ORDER BY number",
        (number,),
    ).fetchall()
    return tuple(int(row[0]) for row in rows)


def reporters(db: Db, number: int) -> tuple[Told, ...]:
    """One for each report of the case whose maker is known, wherever they are now, the oldest first."""
    rows = db.execute(
        "SELECT r.seq, r.reporter_uri, r.receipt FROM case_report AS c JOIN report AS r ON r.seq = c.report_seq"
        " WHERE c.case_number = ? AND substr(r.reporter_uri, 1, ?) <> ? ORDER BY r.seq",
        (now_in(db, number), len(NOBODY), NOBODY),
    ).fetchall()
    return tuple(Told(*row) for row in rows)
