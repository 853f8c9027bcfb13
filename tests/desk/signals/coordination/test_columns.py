# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic below: columns, how unlikely an overlap is, and different values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import poisson

from privity.desk.signals.coordination.columns import BUSIEST, columns
from privity.desk.signals.coordination.distinct import distinct, numbered
from privity.desk.signals.coordination.model import HOUR_MS
from privity.desk.signals.coordination.overlap import blocks, tail, telling
from tests.desk.signals.coordination.weeks import STRONG, week, with_acts


@pytest.mark.parametrize(("count", "by_chance"), [(3, 0.1), (5, 2.0), (1, 1e-6), (40, 13.0)])
def test_how_unlikely_is_poissons_tail(count: int, by_chance: float) -> None:
    (found,) = tail(np.array([float(count)]), np.array([by_chance]))
    assert found == pytest.approx(-math.log10(poisson.sf(count - 1, by_chance)), rel=1e-9)


def test_far_out_it_stays_a_number_and_grows() -> None:
    found = tail(np.array([100.0, 200.0, 400.0]), np.full(3, 1e-3))
    assert np.isfinite(found).all() and (np.diff(found) > 0).all() and found[0] > 250


def test_different_values_are_those_of_the_library() -> None:
    values = np.random.default_rng(1).integers(0, 50, 300)
    assert (distinct(values) == np.unique(values)).all()
    found, place = numbered(values)
    assert (found[place] == values).all() and (found == np.unique(values)).all()
    assert distinct(np.zeros(0, np.int64)).size == 0 and numbered(np.zeros(0, np.int64))[1].size == 0


@pytest.mark.parametrize("most", [1.0, 7.0, 1000.0])
def test_blocks_are_all_rows_once_in_order(most: float) -> None:
    work = np.random.default_rng(2).integers(0, 5, 40).astype(float)
    assert [row for begin, end in blocks(work, most) for row in range(begin, end)] == list(range(40))


def test_a_column_is_an_object_within_a_bin_and_counts_each_account_once() -> None:
    made = week()
    found = columns(made.acts, 8 * HOUR_MS, 0, 1)
    inside = np.asarray(found.matrix.sum(axis=0)).ravel()
    assert (inside == found.size).all() and (found.matrix.data == 1).all()
    one = int(found.size.argmax())
    there = (made.acts.object == found.object[one]) & (made.acts.at_ms // (8 * HOUR_MS) == found.bin[one])
    assert len(set(made.acts.account[there].tolist())) == found.size[one]


def test_the_columns_of_a_campaign_are_telling_and_those_of_people_alone_are_hardly() -> None:
    made = week(STRONG)
    found = columns(made.acts, 8 * HOUR_MS, 0, 1)
    said = telling(found)
    ours = np.asarray(found.matrix[made.campaign >= 0].sum(axis=0)).ravel() >= 20
    nobody = np.asarray(found.matrix[(made.campaign >= 0) | (made.group >= 0)].sum(axis=0)).ravel() <= 1
    assert ours.any() and said[ours].mean() > 0.9
    assert said[nobody].mean() < 0.01


def test_whoever_does_very_much_costs_no_more_than_so_much() -> None:
    made = week()
    objects = np.flatnonzero(np.bincount(made.acts.object) >= 20)[:400].tolist()
    start = int(made.acts.at_ms.min())
    busy = with_acts(made.acts, 0, objects, [start + one * HOUR_MS // 100 for one in range(len(objects))])
    found = columns(busy, 200 * HOUR_MS, 0, 1)
    assert len(objects) > 1.5 * BUSIEST
    assert found.matrix[[0]].nnz < 1.25 * BUSIEST
