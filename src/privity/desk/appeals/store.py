# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for appeals. Rows are added and never changed; the caller owns the transaction."""

from __future__ import annotations

from typing import Any, Final

from privity.desk.appeals.model import Answer, Answered, Appeal, Party
from privity.desk.db.transaction import Db

_SELECT: Final = (
    "SELECT a.n, a.decision, a.party, a.appellant, a.receipt, a.report_receipt, a.evidence, a.lodged_ms, a.deadline_ms,"
    " r.answer, r.at_ms, r.who, r.words FROM appeal AS a LEFT JOIN appeal_answer AS r ON r.appeal = a.n"
)


def next_number(db: Db) -> int:
    """The number of the next appeal: what it says is kept under it first."""
    (last,) = db.execute("SELECT max(n) FROM appeal").fetchone()
    return 1 if last is None else int(last) + 1


def add(db: Db, appeal: Appeal) -> None:
    db.execute(
        "INSERT INTO appeal (n, decision, party, appellant, receipt, report_receipt, evidence, lodged_ms, deadline_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            appeal.number,
            appeal.decision,
            appeal.party.value,
            appeal.appellant,
            appeal.receipt,
            appeal.report_receipt,
            appeal.evidence,
            appeal.lodged_ms,
            appeal.deadline_ms,
        ),
    )


def add_answer(db: Db, number: int, answered: Answered) -> None:
    db.execute(
        "INSERT INTO appeal_answer (appeal, answer, at_ms, who, words) VALUES (?, ?, ?, ?, ?)",
        (number, answered.answer.value, answered.at_ms, answered.who, answered.words),
    )


def find(db: Db, number: int) -> Appeal | None:
    row = db.execute(_SELECT + " WHERE a.n = ?", (number,)).fetchone()
    return None if row is None else _appeal(row)


def of_decision(db: Db, decision: int) -> tuple[Appeal, ...]:
    """Oldest first."""
    rows = db.execute(_SELECT + " WHERE a.decision = ? ORDER BY a.n", (decision,)).fetchall()
    return tuple(_appeal(row) for row in rows)


def of_report(db: Db, report_receipt: str) -> tuple[Appeal, ...]:
    """Of whoever made this report or notice, oldest first."""
    rows = db.execute(_SELECT + " WHERE a.report_receipt = ? ORDER BY a.n", (report_receipt,)).fetchall()
    return tuple(_appeal(row) for row in rows)


def open_ones(db: Db, limit: int) -> tuple[Appeal, ...]:
    """Those without an answer, the earliest deadline first."""
    rows = db.execute(_SELECT + " WHERE r.appeal IS NULL ORDER BY a.deadline_ms, a.n LIMIT ?", (limit,)).fetchall()
    return tuple(_appeal(row) for row in rows)


def count_open(db: Db) -> tuple[int, int | None]:
    """How many have no answer, and the earliest deadline of them."""
    count, deadline = db.execute(
        "SELECT count(*), min(deadline_ms) FROM appeal AS a"
        " WHERE NOT EXISTS (SELECT 1 FROM appeal_answer AS r WHERE r.appeal = a.n)"
    ).fetchone()
    return int(count), None if deadline is None else int(deadline)


def _appeal(row: tuple[Any, ...]) -> Appeal:
    number, decision, party, appellant, receipt, report, evidence, lodged, deadline, answer, at_ms, who, words = row
    answered = None if answer is None else Answered(Answer(answer), at_ms, who, words)
    return Appeal(number, decision, Party(party), appellant, receipt, report, evidence, lodged, deadline, answered)
