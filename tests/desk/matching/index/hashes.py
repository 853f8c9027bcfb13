# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented hashes, neighbours of them at a known distance, and the slow way to find them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np

from privity.desk.matching.index.changes import Change
from privity.desk.matching.index.kernel import Bands, Kernel, Words
from privity.desk.matching.index.layout import Layout


def moved(bits: bytes, distance: int, rnd: random.Random) -> bytes:
    """Another hash, at exactly this distance."""
    flips = sum(1 << place for place in rnd.sample(range(256), distance))
    return (int.from_bytes(bits, "big") ^ flips).to_bytes(32, "big")


def apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def words(hashes: list[bytes]) -> Words:
    return np.frombuffer(b"".join(hashes), dtype="<u8").reshape(-1, 4)


def banded(hashes: Words, layout: Layout, kernel: Kernel) -> Bands:
    """As a segment has them: nobody may write to them."""
    order, offsets = kernel.grouped(kernel.values(hashes, 0, layout.widths[0]), layout.widths[0])
    hashes = hashes[order]
    found = [
        kernel.grouped(kernel.values(hashes, shift, width), width) for shift, width in layout.rows[1:-1, :2].tolist()
    ]
    orders = np.concatenate([one for one, _ in found])
    tables = np.concatenate([offsets, *(one for _, one in found)])
    for array in (hashes, orders, tables):
        array.flags.writeable = False
    return Bands(layout, hashes, orders, tables)


class Listed:
    """Changes in memory, and what stands after them."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.standing: dict[int, bytes] = {}

    def after(self, sequence: int) -> Iterator[Change]:
        return itertools.dropwhile(lambda change: change.sequence <= sequence, self.changes)

    def add(self, entry: int, bits: bytes) -> None:
        self._append(entry, bits, added=True)
        self.standing[entry] = bits

    def remove(self, entry: int) -> None:
        self._append(entry, self.standing.pop(entry), added=False)

    def near(self, query: bytes, radius: int = 31) -> list[tuple[int, int]]:
        """(distance, entry) of all within the radius, one after another."""
        found = ((apart(bits, query), entry) for entry, bits in self.standing.items())
        return sorted(one for one in found if one[0] <= radius)

    def _append(self, entry: int, bits: bytes, *, added: bool) -> None:
        sequence = self.changes[-1].sequence + 1 if self.changes else 1
        self.changes.append(Change(sequence, entry, bits, added))


def filled(count: int, rnd: random.Random) -> Listed:
    """A list of so many entries, 1 to count."""
    found = Listed()
    for entry in range(1, count + 1):
        found.add(entry, rnd.randbytes(32))
    return found
