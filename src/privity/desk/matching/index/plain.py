# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking and sorting with NumPy alone."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from privity.desk.matching.index.kernel import Bands, Counts, Distances, Marks, Positions, Words
from privity.desk.matching.index.layout import START

_AT_ONCE: Final = 1 << 18
"""Hashes compared in one step: 8 MB."""


class Plain:
    """A `Kernel` that needs nothing but NumPy."""

    def ready(self) -> None:
        """There is nothing to do."""

    def near(self, bands: Bands, dead: Marks, query: Words, radius: int) -> tuple[Positions, Distances]:
        layout = bands.layout
        found = [np.empty(0, dtype=np.int64)]
        for band, (shift, width, _, table, start) in enumerate(layout.rows[:-1].tolist()):
            value = self.values(query[None, :], shift, width)[0]
            flips = layout.flips[start : layout.rows[band + 1, START]]
            at = table + (np.uint64(value) ^ flips).astype(np.int64)
            places = _ranges(bands.offsets[at].astype(np.int64), bands.offsets[at + 1].astype(np.int64))
            if band:
                places = bands.order[(band - 1) * len(bands.hashes) + places].astype(np.int64)
            found.append(_within(bands.hashes, places, query, radius))
        positions = np.unique(np.concatenate(found))
        positions = positions[~_marked(dead, positions)]
        return positions, _distances(bands.hashes[positions], query)

    def scan(self, hashes: Words, dead: Marks, query: Words, radius: int) -> tuple[Positions, Distances]:
        found = [np.empty(0, dtype=np.int64)]
        for start in range(0, len(hashes), _AT_ONCE):
            near = _distances(hashes[start : start + _AT_ONCE], query) <= radius
            found.append(np.flatnonzero(near) + start)
        positions = np.concatenate(found)
        positions = positions[~_marked(dead, positions)]
        return positions, _distances(hashes[positions], query)

    def values(self, hashes: Words, shift: int, width: int) -> Counts:
        word, low = divmod(shift, 64)
        value = hashes[:, word] >> np.uint64(low)
        if low + width > 64:
            value = value | hashes[:, word + 1] << np.uint64(64 - low)
        return (value & np.uint64((1 << width) - 1)).astype(np.uint32)

    def grouped(self, values: Counts, width: int) -> tuple[Counts, Counts]:
        offsets = np.zeros((1 << width) + 1, dtype=np.uint32)
        np.cumsum(np.bincount(values, minlength=1 << width), out=offsets[1:], dtype=np.uint32)
        return np.argsort(values, kind="stable").astype(np.uint32), offsets


def _ranges(begin: Positions, end: Positions) -> Positions:
    """All whole numbers of all ranges, one range after another."""
    sizes = end - begin
    before = np.cumsum(sizes) - sizes
    places: Positions = np.arange(int(sizes.sum()), dtype=np.int64) + np.repeat(begin - before, sizes)
    return places


def _within(hashes: Words, places: Positions, query: Words, radius: int) -> Positions:
    found = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        found.append(some[_distances(hashes[some], query) <= radius])
    near: Positions = np.concatenate(found)
    return near


def _distances(hashes: Words, query: Words) -> Distances:
    apart: Distances = np.bitwise_count(hashes ^ query).sum(axis=1, dtype=np.int64)
    return apart


def _marked(dead: Marks, positions: Positions) -> npt.NDArray[np.bool_]:
    marked: npt.NDArray[np.bool_] = (dead[positions >> 3] >> (positions & 7).astype(np.uint8) & 1) == 1
    return marked
