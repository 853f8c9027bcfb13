# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The first view: the same to the same within the same hours, at several widths, each in two grids.

What falls on both sides of an edge of the one grid is together in the other.
"""

from __future__ import annotations

from typing import Final

from privity.desk.signals.coordination.columns import columns
from privity.desk.signals.coordination.model import HOUR_MS, Acts, Edges, View
from privity.desk.signals.coordination.overlap import telling
from privity.desk.signals.coordination.pairs import pairs

WIDTHS_MS: Final = (2 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS)


def time_bins(acts: Acts, width_ms: int, seed: int) -> list[Edges]:
    """Pairs by bins of one width, in each grid."""
    found = []
    for shift_ms in (0, width_ms // 2):
        incidence = columns(acts, width_ms, shift_ms, seed)
        found.append(pairs(incidence, telling(incidence), View.TIME_BINS, seed))
    return found
