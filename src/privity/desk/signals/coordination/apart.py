# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What tells a campaign from people who belong together: fans, classes, newsrooms and prayer groups act as one as well.

Nobody is looked at for what a group is about. Three things count, and only where what was done concerns others:
accounts that were made together while everybody else was not; that came from one network or by one inviter; and people
who were asked by those whom they do not know, and said no. A group of old accounts of every age that goes to the same
rooms is left alone, however exactly it keeps time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import bdtrc

from privity.desk.signals.coordination.distinct import distinct
from privity.desk.signals.coordination.enough import ENOUGH, HALF, REFUSED
from privity.desk.signals.coordination.model import DAY_MS, KINDS, UNSEEN, Acts, Ints, Kind, Longs, Why
from privity.desk.signals.coordination.profile import Sorted, Window

BURST_MS: Final = 14 * DAY_MS
"""Accounts of one campaign are made within days."""
OUTWARD: Final = 3
"""Shared objects that concern others: a campaign has at least so many."""
STRANGERS: Final = 0.5
"""Somebody who was asked is concerned where at least this share of those who asked did not know them."""
FEWEST_OTHERS: Final = 3
OTHERS: Final = 0.15
"""A room concerns others where those outside are at least so many for each member in it, and FEWEST_OTHERS."""
ASKED: Final = 20
"""Asks of strangers from which on a share of them says something."""
REFUSED_COUNTS: Final = 8.0
"""What this share of asks that nobody wanted counts, beside the logarithms."""
SOURCES: Final = 3
"""Networks, or inviters, of one campaign."""
MOST: Final = 300.0
"""What is less likely than this has no number."""


def outward(acts: Acts, order: Sorted, members: Ints, window: Window) -> bool:
    """Whether a shared object concerns anybody but the members themselves.

    A room in which they are among themselves does not, nor one of their own whom they asked.
    """
    person = int(acts.person[window.object])
    kind = KINDS[int(acts.kind[window.object])]
    if kind is Kind.ASKED:
        asked = _asks(order, window, members)
        strangers = ~order.known[asked]
        return person not in members and bool(strangers.mean() >= STRANGERS) if len(asked) else False
    if kind is not Kind.KNOCKED:
        return person not in members
    begin, end = int(order.begin[window.object]), int(order.begin[window.object + 1])
    everybody = distinct(order.account[begin:end])
    inside = int(np.isin(everybody, members).sum())
    return len(everybody) - inside >= max(FEWEST_OTHERS, OTHERS * inside)


def acting(accounts: int, members: Ints, found: Sequence[Window], outwards: Sequence[bool]) -> Ints:
    """The members of a group who did what concerns others: whoever did not is there among themselves."""
    hits = np.zeros(accounts, dtype=np.int64)
    for window, others in zip(found, outwards, strict=True):
        hits[window.accounts] += others
    return members[hits[members] > 0]


def why(acts: Acts, order: Sorted, members: Ints, found: Sequence[Window], outwards: Sequence[bool]) -> Why:
    """All that is held against a group. Nothing, where too little of it concerns others."""
    burst, burst_share = _burst(acts, members)
    source, source_share = _source(acts, members)
    asked = [
        _asks(order, window, members)
        for window, others in zip(found, outwards, strict=True)
        if others and KINDS[int(acts.kind[window.object])] is Kind.ASKED
    ]
    places = np.concatenate([np.zeros(0, np.int64), *asked]).astype(np.int64)
    refused = (~order.known[places] & ~order.accepted[places]).mean() if len(places) >= ASKED else 0.0
    return Why(burst, burst_share, source, source_share, float(refused), sum(outwards))


def suspicious(said: Why, enough: float = ENOUGH) -> float:
    """What a group rests on, 0 to 100; 0 where nothing tells it from people who belong together."""
    if said.outward < OUTWARD:
        return 0.0
    made = said.burst if said.burst_share >= HALF else 0.0
    source = said.source if said.source_share >= HALF else 0.0
    refused = REFUSED_COUNTS if said.unwelcome >= REFUSED else 0.0
    held = max(made, 0.0) + max(source, 0.0) + refused
    return 0.0 if held < enough else 100.0 * held / (held + ENOUGH)


def _burst(acts: Acts, members: Ints) -> tuple[float, float]:
    """The most members made within BURST_MS, wherever that begins, given how many of all were."""
    born, everybody = np.sort(acts.born_ms[members]), np.sort(acts.born_ms)
    inside = np.searchsorted(born, born + BURST_MS, side="right") - np.arange(len(born))
    most = int(inside.argmax())
    low, high = np.searchsorted(everybody, [born[most], born[most] + BURST_MS]).tolist()
    share = (high - low - int(inside[most]) + 1) / len(everybody)
    return _chosen(int(inside[most]), len(members), share), float(inside[most] / len(members))


def _source(acts: Acts, members: Ints) -> tuple[float, float]:
    """The most members from one network, or by one inviter."""
    best = (0.0, 0.0)
    for origin in (acts.network, acts.inviter):
        seen = origin[members]
        seen = seen[seen != UNSEEN]
        if not len(seen):
            continue
        names, count = np.unique(seen, return_counts=True)
        few = np.argsort(-count)[:SOURCES]
        many = int(count[few].sum())
        all_of_them = int(np.isin(origin, names[few]).sum())
        share = (all_of_them - many + 1) / len(origin)
        best = max(best, (_chosen(many, len(members), share), many / len(members)))
    return best


def _chosen(some: int, of: int, share: float) -> float:
    """How unlikely it is that so many have what this share of all have, for whoever looked at each of them in turn."""
    by_chance = float(bdtrc(some - 1, of, min(share, 1.0))) * of
    return MOST if by_chance < 10.0**-MOST else float(max(0.0, -np.log10(by_chance)))


def _asks(order: Sorted, window: Window, members: Ints) -> Longs:
    """Places of the members' acts in a window."""
    places = np.arange(window.begin, window.end)
    return np.asarray(places[np.isin(order.account[places], members)])
