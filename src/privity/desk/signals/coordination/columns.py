# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who did what when, as a sparse matrix: a row for each account, a column for each object within a bin of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from privity.desk.signals.coordination.distinct import distinct, numbered
from privity.desk.signals.coordination.model import Acts, Floats, Ints, Longs

FEWEST: Final = 3
"""A column of two says nothing that a pair of columns could confirm."""
MOST_SHARE: Final = 0.02
"""What more than this share of all accounts did is no secret between any of them."""
BUSIEST: Final = 200
"""Columns of one account that are looked at: the work grows with their square. Whoever does more is looked at in a
part of what they did that nobody can choose."""


@dataclass(frozen=True, slots=True)
class Columns:
    """An incidence. Rows are all accounts of the acts, whether they have a column or not."""

    matrix: sparse.csr_array
    object: Ints
    """Of each column."""
    bin: Longs
    size: Floats
    """Accounts in each column."""
    width_ms: int
    shift_ms: int


def columns(acts: Acts, width_ms: int, shift_ms: int, seed: int) -> Columns:
    """The incidence for bins of one width, of which the first is moved by `shift_ms`."""
    bins = (acts.at_ms + shift_ms) // width_ms
    span = int(bins.max(initial=0)) + 1
    keys, column = numbered(acts.object.astype(np.int64) * span + bins)
    accounts, count = len(acts.accounts), len(keys)
    pairs = distinct(acts.account.astype(np.int64) * max(count, 1) + column)
    row, column = pairs // max(count, 1), pairs % max(count, 1)
    size = np.bincount(column, minlength=count)
    kept = (size >= FEWEST) & (size <= max(accounts * MOST_SHARE, 4 * FEWEST))
    inside = kept[column]
    row, column = row[inside], column[inside]
    place = np.cumsum(kept) - 1
    found = _not_too_busy(row, place[column], accounts, seed)
    matrix = sparse.csr_array(
        (np.ones(len(found[0]), dtype=np.float32), found), shape=(accounts, int(kept.sum())), dtype=np.float32
    )
    return Columns(
        matrix, (keys[kept] // span).astype(np.int32), keys[kept] % span, size[kept].astype(float), width_ms, shift_ms
    )


def _not_too_busy(row: Longs, column: Longs, accounts: int, seed: int) -> tuple[Longs, Longs]:
    degree = np.bincount(row, minlength=accounts)
    if not (degree > BUSIEST).any():
        return row, column
    kept = np.random.default_rng(seed).random(len(row)) * degree[row] < BUSIEST
    return row[kept], column[kept]
