# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where very many go to the same place, the work stays what it is, and who hides there is found."""

from __future__ import annotations

import numpy as np
import pytest
from bench.campaigns import Attack

from privity.desk.signals.coordination import pairs as module
from privity.desk.signals.coordination.columns import Columns, columns
from privity.desk.signals.coordination.finding import find
from privity.desk.signals.coordination.model import HOUR_MS, Edges, View
from privity.desk.signals.coordination.overlap import telling
from privity.desk.signals.coordination.pairs import pairs
from tests.desk.signals.coordination.weeks import found, week

LARGE = Attack(cells=(150, 190))
"""What one of fifty people does at the most is looked at, and this is nearly as many: there is no larger crowd."""


def _looked() -> tuple[Columns, Edges]:
    incidence = columns(week(LARGE).acts, 8 * HOUR_MS, 0, 1)
    return incidence, pairs(incidence, telling(incidence), View.TIME_BINS, 1)


def _named(edges: Edges) -> set[tuple[int, int]]:
    return set(zip(edges.first.tolist(), edges.second.tolist(), strict=True))


def test_a_campaign_that_is_a_crowd_is_found_through_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = _looked()
    monkeypatch.setattr(module, "MOST_WORK", 2e4)
    _, part = _looked()
    assert 0 < len(part.first) < len(whole.first) / 20
    assert _named(part) < _named(whole), "nobody is tied who would not be tied in the whole"
    made = week(LARGE)
    hit = found(made, find(made.acts, 1))
    assert hit[made.campaign >= 0].mean() >= 0.95
    assert not hit[made.campaign < 0].any()


def test_the_part_is_another_one_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WORK", 2e4)
    incidence = columns(week(LARGE).acts, 8 * HOUR_MS, 0, 1)
    said = telling(incidence)
    first, again, other = (_named(pairs(incidence, said, View.TIME_BINS, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first & other) < 0.7 * len(first)


@pytest.mark.parametrize("most", [1e3, 1e5, 1e9])
def test_a_crowd_is_as_large_as_all_the_work_allows(monkeypatch: pytest.MonkeyPatch, most: float) -> None:
    monkeypatch.setattr(module, "MOST_WORK", most)
    size = np.random.default_rng(4).integers(1, 300, 50).astype(float)
    largest = module._largest_crowd(size)
    work = float((np.minimum(size, largest) ** 2).sum())
    assert work == pytest.approx(min(most, float((size**2).sum())))
    assert module._largest_crowd(np.zeros(0)) == 0


def test_of_too_many_pairs_the_least_likely_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = _looked()
    monkeypatch.setattr(module, "MOST", 500)
    monkeypatch.setattr(module, "WORK", 1e4)
    _, few = _looked()
    assert len(few.first) == 500 < len(whole.first) / 4
    assert np.sort(few.weight) == pytest.approx(np.sort(whole.weight)[-500:])
    assert _named(few) < _named(whole)
