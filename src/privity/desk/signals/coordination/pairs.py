# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of accounts that share several telling columns: the rows of one incidence, multiplied with each other."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse
from scipy.special import gammaln

from privity.desk.signals.coordination.columns import Columns
from privity.desk.signals.coordination.model import Bools, Edges, Floats, View
from privity.desk.signals.coordination.overlap import blocks

COMMON: Final = 3
"""Objects that a pair must have in common."""
OVERLAP: Final = 0.15
"""Of the telling objects of the one that has fewer."""
UNLIKELY: Final = 7.0
"""The common logarithm of how unlikely it must be that they have so much in common."""
WORK: Final = 8_000_000.0
"""Multiplications of one block: what is held at once."""
APART: Final = 2.0**20
"""One product counts the common columns and adds their weights: above this, and below."""


def pairs(found: Columns, telling: Bools, view: View) -> Edges:
    """All pairs, each once. What others did as well counts less: the logarithm of one over the share who did it."""
    accounts = found.matrix.shape[0]
    chosen = sparse.csr_array(found.matrix[:, np.flatnonzero(telling)])
    weight = np.log10(accounts / found.size[telling])
    degree = np.diff(chosen.indptr)
    rows = np.flatnonzero(degree >= COMMON)
    few = sparse.csr_array(chosen[rows])
    degree = degree[rows].astype(float)
    weighed = sparse.csr_array((APART + weight[few.indices], few.indices, few.indptr), shape=few.shape)
    turned = sparse.csr_array(few.T.astype(np.float64))
    size = np.bincount(few.indices, minlength=few.shape[1]).astype(float)
    first, second, said = [], [], []
    for begin, end in blocks(np.asarray(few @ size), WORK):
        product = (weighed[begin:end] @ turned).tocoo()
        above = (product.data >= COMMON * APART) & (product.row + begin < product.col)
        row, column, both = product.row[above] + begin, product.col[above], product.data[above]
        count = np.floor(both / APART)
        fewer = np.minimum(degree[row], degree[column])
        unlikely = both - count * APART - _ways(fewer, count)
        kept = (count >= OVERLAP * fewer) & (unlikely >= UNLIKELY)
        first.append(rows[row[kept]])
        second.append(rows[column[kept]])
        said.append(unlikely[kept])
    return Edges(
        np.concatenate([np.zeros(0, np.int64), *first]).astype(np.int32),
        np.concatenate([np.zeros(0, np.int64), *second]).astype(np.int32),
        np.concatenate([np.zeros(0), *said]),
        view,
    )


def _ways(of: Floats, some: Floats) -> Floats:
    """In how many ways some can be chosen of all: the common logarithm."""
    return np.asarray((gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)) / np.log(10))
