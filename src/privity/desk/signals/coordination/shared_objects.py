# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The second view: the same objects, at whatever time. It sees whoever takes days over it."""

from __future__ import annotations

from privity.desk.signals.coordination.columns import columns
from privity.desk.signals.coordination.model import Acts, Edges, View
from privity.desk.signals.coordination.overlap import telling
from privity.desk.signals.coordination.pairs import pairs


def shared_objects(acts: Acts, seed: int) -> Edges:
    """Pairs by all that was done in the whole time."""
    span_ms = int(acts.at_ms.max(initial=0)) + 1
    incidence = columns(acts, span_ms, 0, seed)
    return pairs(incidence, telling(incidence), View.SHARED_OBJECTS, seed)
