# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the tree's tables no other test noticed: counts against a model, with copies taken on the way."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from privity.mls.tree.counts import Counts


def same(counts: Counts[int], model: Counter[int]) -> None:
    there = +model
    assert sorted(counts) == sorted(there)
    assert counts.repeated == {what for what, count in there.items() if count > 1}
    assert all(counts.of(what) == model[what] for what in range(220))


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_a_model_and_copies_go_their_own_ways(seed: int) -> None:
    seeded = random.Random(seed)
    counts, model = Counts[int](), Counter[int]()
    kept: list[tuple[Counts[int], Counter[int]]] = []
    for step in range(700):
        what = seeded.randrange(200)
        if model[what] and seeded.random() < 0.5:
            counts.drop(what)
            model[what] -= 1
        else:
            counts.add(what)
            model[what] += 1
        if step % 50 == 49:
            kept.append((counts, Counter(model)))
            counts = counts.copy()
            same(counts, model)
    for old, then in kept:
        same(old, then)


def test_a_table_is_taken_over() -> None:
    counts = Counts({1: 1, 2: 2})
    assert (counts.of(1), counts.of(2), counts.of(3)) == (1, 2, 0)
    counts.drop(1)
    assert list(counts) == [2]


def test_a_copy_costs_the_difference_until_there_is_much_of_it() -> None:
    counts = Counts[int]()
    for what in range(3):
        counts.add(what)
    assert len(counts.copy()._now) == 3
    for what in range(200):
        counts.add(what)
        counts.drop(what)
    twin = counts.copy()
    assert (twin._now, counts._now) == ({}, {})
    assert twin._shared == {0: 1, 1: 1, 2: 1}
