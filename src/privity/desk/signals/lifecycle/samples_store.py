# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for the few accounts that a look back shows. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.signals.ladder.model import Done
from privity.desk.signals.lifecycle.model import Case
from privity.wire.observed import KEPT_MS

Facts: TypeAlias = dict[str, bool | int | float | str]


def put(db: Db, version: int, cases: Iterable[Case], now_ms: int) -> None:
    """In place of those of the look back before. They are over when what was seen is."""
    db.execute("DELETE FROM rule_sample WHERE version = ?", (version,))
    db.executemany(
        "INSERT INTO rule_sample (version, rule, subject, at_ms, because, facts, would, until_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                version,
                case.rule,
                case.subject,
                case.at_ms,
                case.because,
                msgspec.json.encode(case.facts).decode(),
                case.would.value,
                min(case.at_ms, now_ms) + KEPT_MS,
            )
            for case in cases
        ],
    )


def of(db: Db, version: int, now_ms: int) -> tuple[Case, ...]:
    """Those that are not over, by rule."""
    rows = db.execute(
        "SELECT rule, subject, at_ms, because, facts, would FROM rule_sample WHERE version = ? AND until_ms > ?"
        " ORDER BY rule, subject",
        (version, now_ms),
    ).fetchall()
    return tuple(
        Case(rule, subject, at_ms, because, msgspec.json.decode(facts, type=Facts), Done(would))
        for rule, subject, at_ms, because, facts, would in rows
    )


def drop(db: Db, now_ms: int) -> int:
    return int(db.execute("DELETE FROM rule_sample WHERE until_ms <= ?", (now_ms,)).rowcount)
