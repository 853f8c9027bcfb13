# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The changes of all lists, as the index of similar hashes reads them (`index.changes.Changes`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.matching.index.changes import Change

PAGE: Final = 20_000
"""Rows read at once: nothing else waits meanwhile."""


class ListChanges:
    """What came and went among the entries whose hashes are compared by distance."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def after(self, sequence: int) -> Iterator[Change]:
        """All changes with a greater number, the smallest first."""
        while True:
            rows = self._db.execute(
                "SELECT c.sequence, c.entry, e.value, c.added FROM list_change AS c"
                " JOIN list_entry AS e ON e.n = c.entry"
                " WHERE c.sequence > ? AND e.kind = 'pdq' ORDER BY c.sequence LIMIT ?",
                (sequence, PAGE),
            ).fetchall()
            for number, entry, value, added in rows:
                yield Change(number, entry, bytes(value), bool(added))
            if len(rows) < PAGE:
                return
            sequence = rows[-1][0]


def newest(db: Db) -> int:
    """The number of the newest change; 0 before the first."""
    (last,) = db.execute("SELECT coalesce(max(sequence), 0) FROM list_change").fetchone()
    return int(last)
