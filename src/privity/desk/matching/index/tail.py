# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was added since the base was written: a few thousand hashes that are looked through one after another."""

from __future__ import annotations

from typing import Final

import numpy as np

from privity.desk.matching.index.kernel import Distances, Kernel, Marks, Positions, Words

_ROOM: Final = 1024


class Tail:
    """Grows while others look through it: they see the rows that were there when they began."""

    def __init__(self) -> None:
        self.count = 0
        self._hashes: Words = np.zeros((_ROOM, 4), dtype=np.uint64)
        self._entries = np.zeros(_ROOM, dtype=np.int64)
        self._sequences = np.zeros(_ROOM, dtype=np.int64)
        self._dead: Marks = np.zeros(_ROOM // 8, dtype=np.uint8)
        self._rows: dict[int, int] = {}

    def __contains__(self, entry: int) -> bool:
        return entry in self._rows

    @property
    def standing_count(self) -> int:
        """Rows that were not removed again."""
        return len(self._rows)

    def add(self, sequence: int, entry: int, words: Words) -> None:
        """One more row; who begins to look when this has returned finds it."""
        row = self.count
        if row == len(self._hashes):
            self._grow()
        self._hashes[row], self._entries[row], self._sequences[row] = words, entry, sequence
        self._rows[entry] = row
        self.count = row + 1

    def remove(self, entry: int, words: Words) -> bool:
        """Whether it was there with this hash."""
        row = self._rows.get(entry)
        if row is None or not np.array_equal(self._hashes[row], words):
            return False
        del self._rows[entry]
        self._dead[row >> 3] |= 1 << (row & 7)
        return True

    def near(self, kernel: Kernel, query: Words, radius: int) -> tuple[Positions, Distances]:
        """Entries and their distances."""
        count, entries = self.count, self._entries  # the count first: arrays only grow
        positions, distances = kernel.scan(self._hashes[:count], self._dead, query, radius)
        return entries[positions], distances

    def standing(self) -> tuple[Words, Positions]:
        """Hashes and entries of what was not removed again."""
        rows = np.fromiter(self._rows.values(), dtype=np.int64, count=len(self._rows))
        return self._hashes[rows], self._entries[rows]

    def since(self, sequence: int) -> Tail:
        """What stands of the rows after a change, in a tail of its own."""
        found = Tail()
        for entry, row in self._rows.items():
            if self._sequences[row] > sequence:
                found.add(int(self._sequences[row]), entry, self._hashes[row])
        return found

    def _grow(self) -> None:
        """Larger arrays in the place of the old ones, which whoever looks keeps until it is done."""
        room = 2 * len(self._hashes)
        self._hashes = np.concatenate([self._hashes, np.zeros((room - self.count, 4), dtype=np.uint64)])
        self._entries = np.concatenate([self._entries, np.zeros(room - self.count, dtype=np.int64)])
        self._sequences = np.concatenate([self._sequences, np.zeros(room - self.count, dtype=np.int64)])
        self._dead = np.concatenate([self._dead, np.zeros((room - self.count) // 8, dtype=np.uint8)])
