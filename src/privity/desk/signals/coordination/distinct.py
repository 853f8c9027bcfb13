# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Different values by sorting: an order of magnitude faster here than by the library's table, and in order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def distinct(values: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Each value once, the smallest first."""
    ordered = np.sort(values).astype(np.int64)
    return ordered[_first(ordered)]


def numbered(values: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each value once, and of each place which of them it is."""
    order = np.argsort(values, kind="stable")
    ordered = values[order].astype(np.int64)
    first = _first(ordered)
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    return ordered[first], place


def _first(ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.concatenate([np.ones(min(len(ordered), 1), dtype=np.bool_), ordered[1:] != ordered[:-1]])
