# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From acts to clusters: three views, one graph, each group asked about as a whole, and told from harmless ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from privity.desk.signals.coordination import apart
from privity.desk.signals.coordination.distinct import distinct
from privity.desk.signals.coordination.enough import ENOUGH, HALF
from privity.desk.signals.coordination.infrastructure import infrastructure
from privity.desk.signals.coordination.joining import SMALLEST, groups
from privity.desk.signals.coordination.model import (
    DAY_MS,
    KINDS,
    Acts,
    Bools,
    Cluster,
    Edges,
    Ints,
    Member,
    Shared,
    View,
)
from privity.desk.signals.coordination.profile import Sorted, Window, grown
from privity.desk.signals.coordination.shared_objects import shared_objects
from privity.desk.signals.coordination.time_bins import WIDTHS_MS, time_bins

STANDING_MS: Final = 90 * DAY_MS
"""An account of this age has a standing of its own: being found among others takes nothing from it."""
FOLLOWED: Final = 0.6
"""Who came first in this share of what they share is followed, not one of them."""
OTHER_VIEWS: Final = (shared_objects, infrastructure)
FEWEST_ACTS: Final = 2 * SMALLEST
"""Fewer acts are no campaign."""


def find(acts: Acts, seed: int, enough: float = ENOUGH, wanted: Callable[[], bool] = lambda: True) -> list[Cluster]:
    """All clusters that something tells from people who belong together, what rests on most first.

    `seed` draws which part of the acts of the very busiest accounts is looked at. `enough`: the common logarithm of how
    unlikely a cluster must be by chance; less of it brings more before people. Nothing, once it is no longer `wanted`.
    """
    if acts.size < FEWEST_ACTS:
        return []
    views: list[Edges] = []
    for view in (*WIDTHS_MS, *OTHER_VIEWS):
        if not wanted():
            return []
        views += time_bins(acts, view, seed) if isinstance(view, int) else [view(acts, seed)]
    order = Sorted.of(acts)
    found, taken = [], np.zeros(len(acts.accounts), dtype=np.bool_)
    of_one_origin = [each for each in views if each.view is View.INFRASTRUCTURE]
    for group in (*groups(views, len(acts.accounts)), *groups(of_one_origin, len(acts.accounts))):
        if not wanted():
            return []
        members, windows = grown(order, group)
        if len(members) < SMALLEST or taken[members].mean() > HALF:
            continue
        cluster = _cluster(acts, order, members, windows, views, enough)
        if cluster is not None:
            taken[members] = True
            found.append(cluster)
    return sorted(found, key=lambda each: -each.score)


def _cluster(
    acts: Acts, order: Sorted, group: Ints, windows: Sequence[Window], views: Sequence[Edges], enough: float
) -> Cluster | None:
    outwards = [apart.outward(acts, order, group, window) for window in windows]
    members = apart.acting(len(acts.accounts), group, windows, outwards)
    if len(members) < SMALLEST:
        return None
    why = apart.why(acts, order, members, windows, outwards)
    score = apart.suspicious(why, enough)
    if not score:
        return None
    inside = np.zeros(len(acts.accounts), dtype=np.bool_)
    inside[members] = True
    seen = {each.view for each in views if (inside[each.first] & inside[each.second]).any()}
    both = [pair for pair in zip(windows, outwards, strict=True) if inside[pair[0].accounts].any()]
    return Cluster(
        tuple(_members(acts, order, members, [window for window, _ in both])),
        tuple(_shared(acts, order, window, others, inside) for window, others in both),
        tuple(view for view in View if view in seen),
        why,
        score,
    )


def _members(acts: Acts, order: Sorted, members: Ints, windows: Sequence[Window]) -> list[Member]:
    newest = int(acts.at_ms.max())
    shared = np.zeros(len(acts.accounts), dtype=np.int64)
    leads = np.zeros(len(acts.accounts), dtype=np.int64)
    for window in windows:
        shared[window.accounts] += 1
        places = np.arange(window.begin, window.end)
        ours = places[np.isin(order.account[places], members)]
        leads[order.account[ours[:1]]] += 1
    found = []
    for one in members.tolist():
        followed = leads[one] >= FOLLOWED * shared[one]
        born_ms = int(acts.born_ms[one])
        standing = bool(followed or newest - born_ms >= STANDING_MS)
        found.append(Member(acts.accounts[one], born_ms, int(shared[one]), int(leads[one]), standing))
    return found


def _shared(acts: Acts, order: Sorted, window: Window, others: bool, inside: Bools) -> Shared:
    places = np.arange(window.begin, window.end)
    ours = places[inside[order.account[places]]]
    begin, end = int(order.begin[window.object]), int(order.begin[window.object + 1])
    outside = len(distinct(order.account[begin:end][~inside[order.account[begin:end]]]))
    return Shared(
        acts.objects[window.object],
        KINDS[int(acts.kind[window.object])],
        int(order.at_ms[ours[0]]),
        int(order.at_ms[ours[-1]]),
        len(distinct(order.account[ours])),
        outside,
        others,
    )
