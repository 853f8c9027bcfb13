# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of the manifests that the desk ran with. No decisions here; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from privity.desk.db.transaction import Db

_SELECT: Final = "SELECT n, sha256, manifest, began_ms, seen_by, seen_ms FROM legal_manifest"


@dataclass(frozen=True, slots=True)
class Running:
    """One manifest, and who has looked at it."""

    number: int
    sha256: str
    manifest: bytes = field(repr=False)
    began_ms: int
    seen_by: str | None
    seen_ms: int | None

    @property
    def seen(self) -> bool:
        return self.seen_by is not None


def newest(db: Db) -> Running | None:
    return _one(db.execute(f"{_SELECT} ORDER BY n DESC LIMIT 1").fetchone())


def newest_seen(db: Db) -> Running | None:
    return _one(db.execute(f"{_SELECT} WHERE seen_by IS NOT NULL ORDER BY n DESC LIMIT 1").fetchone())


def add(db: Db, sha256: str, manifest: bytes, began_ms: int, entry: int) -> None:
    db.execute(
        "INSERT INTO legal_manifest (sha256, manifest, began_ms, began_entry) VALUES (?, ?, ?, ?)",
        (sha256, manifest, began_ms, entry),
    )


def see(db: Db, number: int, who: str, now_ms: int, entry: int) -> None:
    db.execute(
        "UPDATE legal_manifest SET seen_by = ?, seen_ms = ?, seen_entry = ? WHERE n = ?", (who, now_ms, entry, number)
    )


def _one(row: Sequence[Any] | None) -> Running | None:
    return None if row is None else Running(*row)
