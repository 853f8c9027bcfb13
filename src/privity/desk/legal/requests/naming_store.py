# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of whom else a package names. Rows are added and never changed; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable

from privity.desk.db.transaction import Db
from privity.production.classes import Releasable


def add_may_name(db: Db, verdict: int, classes: Iterable[Releasable]) -> None:
    """Before anybody has decided on the verdict."""
    db.executemany(
        "INSERT INTO legal_may_name (verdict, data_class) VALUES (?, ?)", [(verdict, each.value) for each in classes]
    )


def may_name(db: Db, verdict: int) -> frozenset[Releasable]:
    rows = db.execute("SELECT data_class FROM legal_may_name WHERE verdict = ?", (verdict,)).fetchall()
    return frozenset(Releasable(data_class) for (data_class,) in rows)


def add_naming(db: Db, decision: int, classes: Iterable[Releasable]) -> None:
    db.executemany(
        "INSERT INTO legal_naming (decision, data_class) VALUES (?, ?)", [(decision, each.value) for each in classes]
    )


def naming(db: Db, decision: int) -> frozenset[Releasable]:
    rows = db.execute("SELECT data_class FROM legal_naming WHERE decision = ?", (decision,)).fetchall()
    return frozenset(Releasable(data_class) for (data_class,) in rows)


def add_confirmed(db: Db, decision: int, at_ms: int, who: str, audit_n: int) -> None:
    db.execute(
        "INSERT INTO legal_naming_confirmed (decision, at_ms, who, audit_n) VALUES (?, ?, ?, ?)",
        (decision, at_ms, who, audit_n),
    )


def confirmed(db: Db, decision: int) -> tuple[int, str] | None:
    """When, and by whom."""
    row = db.execute("SELECT at_ms, who FROM legal_naming_confirmed WHERE decision = ?", (decision,)).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))
