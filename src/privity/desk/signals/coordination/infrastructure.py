# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The third view: accounts that came from one network, or by one inviter, within a day, and share what they do.

A school, a company and a carrier come from one network as well. So this view never says anything alone: it only asks
less of pairs that also have an origin in common.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from privity.desk.signals.coordination.columns import MOST_SHARE, columns
from privity.desk.signals.coordination.model import DAY_MS, UNSEEN, Acts, Edges, Ints, View

LARGEST: Final = 400
"""Accounts from one origin within a day: more are a carrier's, or a country's."""
COMMON: Final = 2
"""Objects that a pair of one origin must have in common."""
UNLIKELY: Final = 4.0
"""The common logarithm of how unlikely that must be: pairs of one origin are few, and need less."""


def infrastructure(acts: Acts, seed: int) -> Edges:
    """Pairs of one origin by what they did in the whole time."""
    span_ms = int(acts.at_ms.max(initial=0)) + 1
    incidence = columns(acts, span_ms, 0, seed)
    weight = np.log10(max(len(acts.accounts), 1) / np.maximum(incidence.size, 1.0))
    weighed = sparse.csr_array(
        (weight[incidence.matrix.indices], incidence.matrix.indices, incidence.matrix.indptr), incidence.matrix.shape
    )
    first, second, said = [], [], []
    for group in _origins(acts):
        rows = sparse.csr_array(incidence.matrix[group])
        common, weights = rows @ rows.T, sparse.csr_array(weighed[group]) @ rows.T
        row, column = np.nonzero(np.triu(common.toarray() >= COMMON, 1))
        unlikely = weights.toarray()[row, column] - 2 * np.log10(np.maximum(np.diff(rows.indptr)[row], 1))
        kept = unlikely >= UNLIKELY
        first.append(group[row[kept]])
        second.append(group[column[kept]])
        said.append(unlikely[kept])
    empty = np.zeros(0, dtype=np.int32)
    return Edges(
        np.concatenate([empty, *first]),
        np.concatenate([empty, *second]),
        np.concatenate([np.zeros(0), *said]),
        View.INFRASTRUCTURE,
    )


def _origins(acts: Acts) -> list[Ints]:
    """Accounts of one network or inviter, made within the same day."""
    found = []
    for origin in (acts.network, acts.inviter):
        seen = np.flatnonzero(origin != UNSEEN)
        key = origin[seen].astype(np.int64) * 100_000 + acts.born_ms[seen] // DAY_MS % 100_000
        order = np.argsort(key, kind="stable")
        parts = np.split(seen[order], np.flatnonzero(np.diff(key[order])) + 1)
        most = min(LARGEST, max(len(acts.accounts) * MOST_SHARE, 50))
        found += [part.astype(np.int32) for part in parts if COMMON < len(part) <= most]
    return found
