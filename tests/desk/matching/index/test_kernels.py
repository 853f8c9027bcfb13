# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Compiled code and NumPy find what a look at every hash finds, and nothing else."""

from __future__ import annotations

import random
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tests.desk.matching.index.hashes import apart, banded, filled, moved, words

from privity.desk.matching.index import kernel as of_kernels
from privity.desk.matching.index.index import Index
from privity.desk.matching.index.kernel import COMPILED_FROM, Bands, Kernel, kernel_for
from privity.desk.matching.index.layout import FEW, MANY, Layout
from privity.desk.matching.index.plain import Plain

ODD = Layout(
    (13, 21, 11, 19, 7, 23, 18, 15, 20, 10, 14, 16, 12, 17, 9, 8, 23),
    (1, 2, 1, 2, 0, 2, 1, 1, 2, 1, 1, 1, 1, 1, 0, 0, 1),
)
"""Bands that begin and end anywhere, across words, too."""


@cache
def compiled() -> Kernel:
    if find_spec("numba") is None:
        pytest.skip("numba is missing: the extra fast-matching")
    return kernel_for(COMPILED_FROM)


def kernel(name: str) -> Kernel:
    return compiled() if name == "compiled" else Plain()


def found(
    kernel: Kernel, bands: Bands, dead: np.ndarray[tuple[int], np.dtype[np.uint8]], query: bytes, radius: int
) -> list[tuple[int, bytes]]:
    """(distance, hash) of all that the bands show; the same as a look at every hash."""
    asked = words([query])[0]
    by_bands = kernel.near(bands, dead, asked, radius)
    one_by_one = kernel.scan(bands.hashes, dead, asked, radius)
    shown = [
        sorted(zip(distances.tolist(), positions.tolist(), strict=True))
        for positions, distances in (by_bands, one_by_one)
    ]
    assert shown[0] == shown[1]
    return sorted((distance, bands.hashes[position].tobytes()) for distance, position in shown[0])


@pytest.mark.parametrize("layout", [FEW, ODD], ids=["few", "odd"])
@pytest.mark.parametrize("name", ["plain", "compiled"])
def test_what_is_within_the_radius_is_found_and_nothing_else(name: str, layout: Layout) -> None:
    rnd = random.Random(31)
    hashes = [rnd.randbytes(32) for _ in range(400)]
    planted = {}
    for distance in range(41):
        query = rnd.randbytes(32)
        planted[distance] = query
        hashes.append(moved(query, distance, rnd))
    bands = banded(words(hashes), layout, Plain())
    dead = np.zeros(len(hashes) // 8 + 1, dtype=np.uint8)
    for radius in (31, 0):
        for distance, query in planted.items():
            expected = sorted((apart(one, query), one) for one in hashes if apart(one, query) <= radius)
            assert found(kernel(name), bands, dead, query, radius) == expected
            assert bool(expected) == (distance <= radius)


@pytest.mark.parametrize("name", ["plain", "compiled"])
def test_a_crowd_is_found_whole_and_each_once(name: str) -> None:
    """Thousands in one bucket, of equal hashes and of near ones, which many bands show."""
    rnd = random.Random(5)
    middle = rnd.randbytes(32)
    crowd = [middle] * 3000 + [moved(middle, rnd.randrange(1, 34), rnd) for _ in range(6000)]
    bands = banded(words(crowd), FEW, Plain())
    dead = np.zeros(len(crowd) // 8 + 1, dtype=np.uint8)
    expected = sorted((apart(one, middle), one) for one in crowd if apart(one, middle) <= 31)
    assert found(kernel(name), bands, dead, middle, 31) == expected
    assert 3000 < len(expected) < len(crowd)


@pytest.mark.parametrize("name", ["plain", "compiled"])
def test_what_is_marked_is_not_found(name: str) -> None:
    rnd = random.Random(6)
    middle = rnd.randbytes(32)
    bands = banded(words([moved(middle, distance, rnd) for distance in range(20)]), FEW, Plain())
    dead = np.zeros(3, dtype=np.uint8)
    standing = {bands.hashes[position].tobytes() for position in range(20)}
    for position in rnd.sample(range(20), 20):
        dead[position >> 3] |= 1 << (position & 7)
        standing.remove(bands.hashes[position].tobytes())
        assert found(kernel(name), bands, dead, middle, 31) == sorted((apart(one, middle), one) for one in standing)


def test_both_sort_alike() -> None:
    rnd = np.random.default_rng(7)
    hashes = rnd.integers(0, 1 << 64, (5000, 4), dtype=np.uint64)
    for layout in (FEW, ODD):
        for shift, width in layout.rows[:-1, :2].tolist():
            values = Plain().values(hashes, shift, width)
            assert values.tolist() == compiled().values(hashes, shift, width).tolist()
            for one, other in zip(Plain().grouped(values, width), compiled().grouped(values, width), strict=True):
                assert np.array_equal(one, other)
            number = [int.from_bytes(one.tobytes(), "little") for one in hashes[:20]]
            assert values[:20].tolist() == [one >> shift & ((1 << width) - 1) for one in number]


def test_an_index_of_many_is_looked_through_by_compiled_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()
    monkeypatch.setattr(of_kernels, "COMPILED_FROM", 1)
    rnd = random.Random(12)
    listed = filled(300, rnd)
    index = Index.open(tmp_path / "index", listed)
    assert not isinstance(index._view.kernel, Plain)
    for entry in range(1, 100, 2):
        listed.add(1000 + entry, moved(listed.standing[entry], rnd.randrange(31), rnd))
        listed.remove(entry)
    index.catch_up(listed)
    for again in (index, Index.open(tmp_path / "index", listed)):
        for change in listed.changes[:100]:
            assert again.within(change.bits) == listed.near(change.bits)


@pytest.mark.prove
def test_the_wide_bands_among_a_million() -> None:
    rnd = np.random.default_rng(8)
    hashes = rnd.integers(0, 1 << 64, (1_000_000, 4), dtype=np.uint64)
    bands = banded(hashes, MANY, compiled())
    dead = np.zeros(len(hashes) // 8 + 1, dtype=np.uint8)
    seeded = random.Random(8)
    for number in range(2000):
        bits = hashes[seeded.randrange(len(hashes))].tobytes()
        query = words([moved(bits, number % 41, seeded)])[0]
        shown = [
            sorted(zip(*(one.tolist() for one in pair), strict=True))
            for pair in (compiled().near(bands, dead, query, 31), compiled().scan(bands.hashes, dead, query, 31))
        ]
        assert shown[0] == shown[1]
        assert bool(shown[0]) == (number % 41 <= 31)
