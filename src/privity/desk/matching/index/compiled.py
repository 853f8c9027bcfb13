# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking and sorting with code that numba compiles when it is first used, which takes seconds. No lock is held."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit, uint64

from privity.desk.matching.index.kernel import Bands, Counts, Distances, Marks, Positions, Words
from privity.desk.matching.index.layout import FEW, NEAR, SHIFT, START, TABLE, WIDTH
from privity.desk.matching.index.prefetching import prefetch

_ROOM: Final = 64
"""For so many neighbours at first; whoever has more is looked for again."""
_BLOCK: Final = 4096
"""Candidates that are collected before they are compared."""
_AHEAD: Final = 24
"""Candidates whose hashes are asked for before they are compared."""


class Compiled:
    """A `Kernel` of machine code."""

    def ready(self) -> None:
        """Compile what looks up, for arrays as they are when a file is mapped: nobody may write to them."""
        hashes, offsets = np.zeros((1, 4), dtype=np.uint64), np.zeros(FEW.offsets, dtype=np.uint32)
        order, dead = np.zeros(len(FEW.widths) - 1, dtype=np.uint32), np.zeros(1, dtype=np.uint8)
        for array in (hashes, offsets, order):
            array.flags.writeable = False
        self.near(Bands(FEW, hashes, order, offsets), dead, hashes[0], 0)
        self.scan(np.zeros((1, 4), dtype=np.uint64), dead, hashes[0], 0)

    def near(self, bands: Bands, dead: Marks, query: Words, radius: int) -> tuple[Positions, Distances]:
        rows, flips, room = bands.layout.rows, bands.layout.flips, _ROOM
        while True:
            positions, distances = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
            count = _near(
                query, bands.hashes, bands.order, bands.offsets, dead, rows, flips, radius, positions, distances
            )
            if count <= room:
                return positions[:count], distances[:count]
            room = count

    def scan(self, hashes: Words, dead: Marks, query: Words, radius: int) -> tuple[Positions, Distances]:
        room = _ROOM
        while True:
            positions, distances = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
            count = _scan(query, hashes, dead, radius, positions, distances)
            if count <= room:
                return positions[:count], distances[:count]
            room = count

    def values(self, hashes: Words, shift: int, width: int) -> Counts:
        found: Counts = _values(hashes, shift, width)
        return found

    def grouped(self, values: Counts, width: int) -> tuple[Counts, Counts]:
        order, offsets = np.empty(values.size, dtype=np.uint32), np.zeros((1 << width) + 1, dtype=np.uint32)
        _group(values, order, offsets)
        return order, offsets


@njit
def _ones(x: Any) -> Any:
    """How many bits are set (Warren, "Hacker's Delight", 5-1); compilers know these steps as one instruction."""
    x = x - ((x >> uint64(1)) & uint64(0x5555555555555555))
    x = (x & uint64(0x3333333333333333)) + ((x >> uint64(2)) & uint64(0x3333333333333333))
    x = (x + (x >> uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
    return (x * uint64(0x0101010101010101)) >> uint64(56)


@njit
def _distance(hashes: Any, at: Any, query: Any) -> Any:
    near = _ones(hashes[at, 0] ^ query[0]) + _ones(hashes[at, 1] ^ query[1])
    return near + _ones(hashes[at, 2] ^ query[2]) + _ones(hashes[at, 3] ^ query[3])


@njit
def _value(words: Any, shift: Any, width: Any) -> Any:
    word, low = shift >> 6, uint64(shift & 63)
    value = words[word] >> low
    if low + uint64(width) > uint64(64):
        value |= words[word + 1] << (uint64(64) - low)
    return value & ((uint64(1) << uint64(width)) - uint64(1))


@njit
def _is_marked(dead: Any, at: Any) -> Any:
    return (dead[at >> 3] >> (at & 7)) & 1


@njit
def _found_before(band: Any, words: Any, query: Any, rows: Any) -> Any:
    """Whether an earlier band has shown the same hash."""
    for one in range(band):
        shift, width, radius = rows[one, SHIFT], rows[one, WIDTH], rows[one, NEAR]
        if _ones(_value(words, shift, width) ^ _value(query, shift, width)) <= uint64(radius):
            return True
    return False


@njit
def _compare(
    candidates: Any, band: Any, query: Any, hashes: Any, order: Any, dead: Any, rows: Any, radius: Any,
    positions: Any, distances: Any, found: Any,
) -> Any:  # fmt: skip
    """Which candidates are near, each hash only in the first band that shows it; how many were found by now."""
    if band > 0:
        for i in range(candidates.size):
            candidates[i] = order[(band - 1) * hashes.shape[0] + candidates[i]]
    words = hashes.reshape(-1)
    for i in range(min(candidates.size, _AHEAD)):
        prefetch(words, np.int64(candidates[i]) * 4)
    for i in range(candidates.size):
        if i + _AHEAD < candidates.size:
            prefetch(words, np.int64(candidates[i + _AHEAD]) * 4)
        at = np.int64(candidates[i])
        apart = _distance(hashes, at, query)
        if apart > uint64(radius) or _is_marked(dead, at) or _found_before(band, hashes[at], query, rows):
            continue
        if found < positions.size:
            positions[found], distances[found] = at, np.int64(apart)
        found += 1
    return found


@njit(nogil=True)
def _near(
    query: Any, hashes: Any, order: Any, offsets: Any, dead: Any, rows: Any, flips: Any, radius: Any,
    positions: Any, distances: Any,
) -> Any:  # fmt: skip
    """How many neighbours there are; as many of them as there is room for are written down."""
    candidates = np.empty(_BLOCK, dtype=np.uint32)
    found = 0
    for band in range(rows.shape[0] - 1):
        value, table = _value(query, rows[band, SHIFT], rows[band, WIDTH]), rows[band, TABLE]
        wanted = flips[rows[band, START] : rows[band + 1, START]]
        for flip in wanted:
            prefetch(offsets, table + np.int64(value ^ flip))
        count = 0
        for flip in wanted:
            bucket = table + np.int64(value ^ flip)
            begin, end = np.int64(offsets[bucket]), np.int64(offsets[bucket + 1])
            if band > 0 and end > begin:
                prefetch(order, (band - 1) * hashes.shape[0] + begin)
            for place in range(begin, end):
                if count == _BLOCK:
                    found = _compare(
                        candidates, band, query, hashes, order, dead, rows, radius, positions, distances, found
                    )
                    count = 0
                candidates[count] = place
                count += 1
        found = _compare(
            candidates[:count], band, query, hashes, order, dead, rows, radius, positions, distances, found
        )
    return found


@njit(nogil=True)
def _scan(query: Any, hashes: Any, dead: Any, radius: Any, positions: Any, distances: Any) -> Any:
    found = 0
    for at in range(hashes.shape[0]):
        apart = _distance(hashes, at, query)
        if apart <= uint64(radius) and not _is_marked(dead, at):
            if found < positions.size:
                positions[found], distances[found] = at, np.int64(apart)
            found += 1
    return found


@njit(nogil=True)
def _values(hashes: Any, shift: Any, width: Any) -> Any:
    found = np.empty(hashes.shape[0], dtype=np.uint32)
    for i in range(hashes.shape[0]):
        found[i] = np.uint32(_value(hashes[i], shift, width))
    return found


@njit(nogil=True)
def _group(values: Any, order: Any, offsets: Any) -> None:
    """By counting (Knuth, "The Art of Computer Programming" 3, 5.2, algorithm D)."""
    for value in values:
        offsets[value + 1] += np.uint32(1)
    for value in range(1, offsets.size):
        offsets[value] += offsets[value - 1]
    at = offsets[:-1].copy()
    for i in range(values.size):
        order[at[values[i]]] = np.uint32(i)
        at[values[i]] += np.uint32(1)
