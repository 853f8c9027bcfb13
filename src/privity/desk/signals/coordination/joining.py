# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The views joined to one graph, and the graph cut where it is thin: groups of accounts of which each is tied to many.

Begun with what very unlikely pairs connect, each account then goes where most of its weight goes, a few times over. A
chain of chance pairs between two campaigns, or the many who like what a campaign hides among, does not make them one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from privity.desk.signals.coordination.distinct import numbered
from privity.desk.signals.coordination.model import Edges, Ints

SMALLEST: Final = 6
"""Accounts of a cluster: fewer are a family."""
CORE: Final = 14.0
"""The common logarithm of how unlikely a pair is with which a group begins."""
ROUNDS: Final = 8
TIED: Final = 0.2
"""To this share of its group each account must be tied, by a pair of its own."""
COUNTED: Final = 3
"""Accounts of a group that is asked whether it is one with another."""
AS_ONE: Final = 0.3
"""Groups with this share of all pairs between them are one."""


def groups(edges: Sequence[Edges], accounts: int) -> list[Ints]:
    """Groups of SMALLEST accounts or more, each account in one at the most; the largest first."""
    graph = _graph(edges, accounts)
    rows = np.flatnonzero(np.diff(graph.indptr))
    if not len(rows):
        return []
    graph = sparse.csr_array(graph[rows][:, rows])
    label = _settled(graph)
    label = _merged(graph, label)
    found = _peeled(graph, label)
    order = np.argsort(found, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(found[order])) + 1)
    kept = [rows[part].astype(np.int32) for part in parts if len(part) >= SMALLEST and found[part[0]] >= 0]
    return sorted(kept, key=lambda part: (-len(part), int(part[0])))


def _graph(edges: Sequence[Edges], accounts: int) -> sparse.csr_array:
    """Each pair with the most that any view says of it."""
    first = np.concatenate([np.zeros(0, np.int32), *(each.first for each in edges)])
    second = np.concatenate([np.zeros(0, np.int32), *(each.second for each in edges)])
    weight = np.concatenate([np.zeros(0), *(each.weight for each in edges)])
    key = np.minimum(first, second).astype(np.int64) * accounts + np.maximum(first, second)
    order = np.lexsort((-weight, key))
    key, weight = key[order], weight[order]
    kept = np.concatenate([[True], np.diff(key) > 0])[: len(key)]
    key, weight = key[kept], weight[kept]
    half = sparse.csr_array((weight, (key // accounts, key % accounts)), shape=(accounts, accounts))
    return sparse.csr_array(half + half.T)


def _settled(graph: sparse.csr_array) -> Ints:
    strong = sparse.csr_array(graph.multiply(graph >= CORE))
    _, label = connected_components(strong, directed=False)
    size = graph.shape[0]
    for _ in range(ROUNDS):
        label = numbered(label)[1].astype(np.int32)
        count = int(label.max(initial=-1)) + 1
        where = sparse.csr_array((np.ones(size), (np.arange(size), label)), shape=(size, count))
        pull = sparse.csr_array(graph @ where)
        best = _heaviest(pull)
        if (best == label).all():
            break
        label = best
    return np.asarray(label, dtype=np.int32)


def _heaviest(pull: sparse.csr_array) -> Ints:
    """The column of the largest entry of each row, the first of equals."""
    row = np.repeat(np.arange(pull.shape[0]), np.diff(pull.indptr))
    order = np.lexsort((pull.indices, -pull.data, row))
    starts = np.concatenate([[0], np.cumsum(np.diff(pull.indptr))[:-1]])
    return np.asarray(pull.indices[order][starts], dtype=np.int32)


def _merged(graph: sparse.csr_array, label: Ints) -> Ints:
    label = numbered(label)[1].astype(np.int32)
    count, size = int(label.max(initial=-1)) + 1, graph.shape[0]
    where = sparse.csr_array((np.ones(size), (np.arange(size), label)), shape=(size, count))
    between = sparse.coo_array(where.T @ (graph > 0).astype(float) @ where)
    members = np.bincount(label, minlength=count)
    dense = between.data >= AS_ONE * members[between.row] * members[between.col]
    dense &= (members[between.row] >= COUNTED) & (members[between.col] >= COUNTED)
    links = sparse.csr_array((np.ones(dense.sum()), (between.row[dense], between.col[dense])), shape=(count, count))
    _, joined = connected_components(links, directed=False)
    return np.asarray(joined[label], dtype=np.int32)


def _peeled(graph: sparse.csr_array, label: Ints) -> Ints:
    """Without those who are tied to too few of their group; -1 for them. Each that goes may take others along."""
    label = label.copy()
    pairs = graph.tocoo()
    for _ in range(ROUNDS):
        inside = (label[pairs.row] == label[pairs.col]) & (label[pairs.row] >= 0)
        tied = np.bincount(pairs.row[inside], minlength=len(label))
        members = np.bincount(label[label >= 0], minlength=int(label.max(initial=0)) + 1)
        loose = (label >= 0) & (tied < TIED * (members[label] - 1))
        if not loose.any():
            break
        label[loose] = -1
    return label
