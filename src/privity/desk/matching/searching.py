# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking the lists about one file, by hand: without an index, for it is asked once."""

from __future__ import annotations

from typing import NamedTuple

from privity.desk.db.transaction import Db
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.looking.finding import found
from privity.desk.matching.looking.hashing import hashed
from privity.desk.matching.looking.policy import RADIUS, Surface, verdict


class _Near(NamedTuple):
    entry: int
    distance: int


class EveryEntry:
    """Compares with all of them, one after the other."""

    def __init__(self, db: Db) -> None:
        import numpy as np  # for this one command: the others of the lists do without

        standing: dict[int, bytes] = {}
        for change in ListChanges(db).after(0):
            if change.added:
                standing[change.entry] = change.bits
            else:
                standing.pop(change.entry, None)
        self._entries = list(standing)
        self._hashes = np.frombuffer(b"".join(standing.values()), np.uint64).reshape(-1, 4)

    def within(self, bits: bytes, radius: int = RADIUS) -> list[_Near]:
        import numpy as np

        apart = np.bitwise_count(self._hashes ^ np.frombuffer(bits, np.uint64)).sum(axis=1, dtype=np.uint16)
        return [_Near(self._entries[at], int(apart[at])) for at in np.flatnonzero(apart <= radius)]


async def search(db: Db, data: bytes, now_ms: int) -> list[str]:
    """A line for each entry that matches. Raises NoSandbox."""
    file = await hashed(data, turned=True)
    lines = []
    for hit in found(db, EveryEntry(db), file, now_ms):
        said = verdict(hit, Surface.PROFILE)
        where = "the same bytes" if hit.distance == 0 and hit.entry.kind.value != "pdq" else f"distance {hit.distance}"
        lines.append(f"list {hit.entry.list_name}: {where}; shown to everybody: {said.action.value}, {said.because}")
    return lines
