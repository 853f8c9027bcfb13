# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Columns that share more accounts than chance gives them. The same people, again and again, is what a campaign is.

Chance is the configuration model: each account keeps as many acts as it has, each column as many accounts, and who is
where is drawn. Two columns then share n1 * n2 * sum(d * (d - 1)) / sum(d)**2 accounts on average, and the number is
nearly Poisson. So popular objects are no hiding place: what they share by chance is counted in, and the work grows with
what one account does, not with how many like the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from scipy import sparse
from scipy.special import gammaln, pdtrc

from privity.desk.signals.coordination.columns import FEWEST, Columns
from privity.desk.signals.coordination.model import Bools, Floats

UNLIKELY: Final = 9.0
"""The common logarithm of how unlikely an overlap must be: there are up to 10^10 pairs of columns."""
PARTNERS: Final = 2
"""Other objects with which a column must share people."""
WORK: Final = 8_000_000.0
"""Multiplications of one block: what is held at once."""


def telling(found: Columns) -> Bools:
    """Which columns share people with at least PARTNERS others, of other objects, more than chance gives."""
    matrix, count = found.matrix, found.matrix.shape[1]
    partners = np.zeros(count, dtype=np.int64)
    degree = np.diff(matrix.indptr).astype(float)
    total = degree.sum()
    if not total:
        return partners > 0
    rate = float((degree * (degree - 1)).sum() / total**2)
    useful = sparse.csr_array(matrix[degree >= FEWEST])
    turned = sparse.csr_array(useful.T)
    for begin, end in blocks(np.asarray(turned @ np.diff(useful.indptr).astype(np.float32)), WORK):
        shared = (turned[begin:end] @ useful).tocoo()
        row, column, common = shared.row + begin, shared.col, shared.data
        many = (common >= FEWEST) & (found.object[row] != found.object[column])
        row, column, common = row[many], column[many], common[many].astype(float)
        by_chance = found.size[row] * found.size[column] * rate
        unlikely = tail(common, by_chance) >= UNLIKELY
        partners += np.bincount(row[unlikely], minlength=count)
    return np.asarray(partners >= PARTNERS)


def tail(common: Floats, by_chance: Floats) -> Floats:
    """How unlikely it is that chance gives at least so many: minus the common logarithm, of Poisson's distribution.

    Far out the first term is all that counts, and the table of the library has no digits left for it.
    """
    exact = pdtrc(common - 1, by_chance)
    first = common * np.log(np.maximum(by_chance, 1e-300)) - by_chance - gammaln(common + 1)
    with np.errstate(divide="ignore"):
        found = np.where(exact > 1e-250, -np.log10(exact), -first / np.log(10))
    return np.asarray(np.maximum(found, 0.0))


def blocks(work: Floats, most: float) -> Iterator[tuple[int, int]]:
    """Runs of rows of about `most` work each."""
    edges = np.searchsorted(np.cumsum(work), np.arange(most, float(work.sum()), most))
    ends = [0, *np.unique(edges + 1).tolist(), len(work)]
    for begin, end in pairwise(ends):
        if begin < end:
            yield begin, end
