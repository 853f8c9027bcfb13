# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of accounts that share several telling columns: the rows of one incidence, multiplied with each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse
from scipy.special import gammaln

from privity.desk.signals.coordination.columns import Columns
from privity.desk.signals.coordination.model import Bools, Edges, Floats, Ints, Longs, View
from privity.desk.signals.coordination.overlap import blocks

COMMON: Final = 3
"""Objects that a pair must have in common."""
OVERLAP: Final = 0.15
"""Of the telling objects of the one that has fewer."""
UNLIKELY: Final = 7.0
"""The common logarithm of how unlikely it must be that they have so much in common."""
WORK: Final = 8_000_000.0
"""Multiplications of one block: what is held at once."""
MOST_WORK: Final = 1e9
"""Multiplications in all, some ten seconds. They grow with the square of a crowd: of a million people some ten thousand
go to the same place, and two such places would take longer than all others."""
MOST: Final = 5_000_000
"""Pairs of one view that are kept, the least likely ones, in 80 MB: a crowd has more than a machine has memory for."""
APART: Final = 2.0**20
"""One product counts the common columns and adds their weights: above this, and below."""


def pairs(found: Columns, telling: Bools, view: View, seed: int) -> Edges:
    """All pairs, each once. What others did as well counts less: the logarithm of one over the share who did it.

    Of too large a crowd a part is looked at that nobody can choose, the same in all columns (drawn by `seed`): a
    campaign of thousands is in it with so many that the rest is found when its group is asked about as a whole.
    """
    accounts = found.matrix.shape[0]
    chosen = sparse.csr_array(found.matrix[:, np.flatnonzero(telling)])
    weight = np.log10(accounts / found.size[telling])
    degree = np.diff(chosen.indptr).astype(float)
    looked = _without_most_of_crowds(chosen, np.random.default_rng(seed).random(accounts))
    rows = np.flatnonzero(np.diff(looked.indptr) >= COMMON)
    few = sparse.csr_array(looked[rows])
    degree = degree[rows]
    weighed = sparse.csr_array((APART + weight[few.indices], few.indices, few.indptr), shape=few.shape)
    turned = sparse.csr_array(few.T.astype(np.float64))
    size = np.bincount(few.indices, minlength=few.shape[1]).astype(float)
    kept = _LeastLikely()
    for begin, end in blocks(np.asarray(few @ size), WORK):
        product = (weighed[begin:end] @ turned).tocoo()
        above = (product.data >= COMMON * APART) & (product.row + begin < product.col)
        row, column, both = product.row[above] + begin, product.col[above], product.data[above]
        count = np.floor(both / APART)
        fewer = np.minimum(degree[row], degree[column])
        unlikely = both - count * APART - _ways(fewer, count)
        enough = (count >= OVERLAP * fewer) & (unlikely >= UNLIKELY)
        kept.add(rows[row[enough]], rows[column[enough]], unlikely[enough])
    return kept.edges(view)


def _without_most_of_crowds(chosen: sparse.csr_array, drawn: Floats) -> sparse.csr_array:
    """The same, with so few accounts in the fullest columns that all pairs are MOST_WORK. Low draws stay in."""
    size = np.bincount(chosen.indices, minlength=chosen.shape[1]).astype(float)
    most = _largest_crowd(size)
    if size.max(initial=0) <= most:
        return chosen
    row = np.repeat(np.arange(chosen.shape[0]), np.diff(chosen.indptr))
    kept = drawn[row] * size[chosen.indices] <= most
    return sparse.csr_array((chosen.data[kept], (row[kept], chosen.indices[kept])), shape=chosen.shape)


def _largest_crowd(size: Floats) -> float:
    """So many accounts in a column at the most, for all columns together to be MOST_WORK."""
    ordered = np.sort(size)
    smaller = np.concatenate([[0.0], np.cumsum(ordered**2)[:-1]]) if len(ordered) else np.zeros(0)
    rest = np.arange(len(ordered), 0, -1)
    over = np.flatnonzero(smaller + rest * ordered**2 > MOST_WORK)
    if not len(over):
        return float(size.max(initial=0))
    first = over[0]
    return float(np.sqrt((MOST_WORK - smaller[first]) / rest[first]))


@dataclass(slots=True)
class _LeastLikely:
    """The least likely of all pairs that come."""

    least: float = UNLIKELY
    _first: list[Ints] = field(default_factory=list)
    _second: list[Ints] = field(default_factory=list)
    _said: list[Floats] = field(default_factory=list)
    _count: int = 0

    def add(self, first: Longs, second: Longs, said: Floats) -> None:
        above = said >= self.least
        self._first.append(first[above].astype(np.int32))
        self._second.append(second[above].astype(np.int32))
        self._said.append(said[above])
        self._count += int(above.sum())
        if self._count > 2 * MOST:
            self._thin()

    def edges(self, view: View) -> Edges:
        if self._count > MOST:
            self._thin()
        return Edges(
            np.concatenate([np.zeros(0, np.int32), *self._first]),
            np.concatenate([np.zeros(0, np.int32), *self._second]),
            np.concatenate([np.zeros(0), *self._said]),
            view,
        )

    def _thin(self) -> None:
        said = np.concatenate(self._said)
        kept = np.sort(np.argpartition(said, len(said) - MOST)[-MOST:])
        self._first, self._second = [np.concatenate(self._first)[kept]], [np.concatenate(self._second)[kept]]
        self._said, self._count = [said[kept]], MOST
        self.least = float(said[kept].min())


def _ways(of: Floats, some: Floats) -> Floats:
    """In how many ways some can be chosen of all: the common logarithm."""
    return np.asarray((gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)) / np.log(10))
