# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a group did in common, when, and who else did it: the group is asked about as a whole, account by account.

Each object has one window of time: the one in which the members' acts are least likely by chance. An account belongs
where it was in more windows than chance gives one of its activity. So who shares little with each single member, but
much with all of them, is found; and who only likes what a campaign hid among is let go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from privity.desk.signals.coordination.distinct import distinct
from privity.desk.signals.coordination.model import Acts, Bools, Floats, Ints, Longs
from privity.desk.signals.coordination.overlap import tail

FEWEST: Final = 3
"""Members who did the same, for it to be the group's; and windows in which an account must have been."""
SHARE: Final = 0.08
"""Of the members."""
UNLIKELY: Final = 4.0
"""The common logarithm of how unlikely a window must be."""
MOST_USUAL: Final = 0.95
"""No window is so much a group's that staying away says everything."""
BY_CHANCE: Final = 0.02
"""Accounts of all that one group may take in by chance."""
TRIMMED: Final = (0.0, 0.05, 0.1, 0.2)
"""Windows that are tried leave out this share of the members' acts at either end."""
ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Sorted:
    """All acts by object and time, so that those of one window are one slice."""

    account: Ints = field(repr=False)
    at_ms: Longs = field(repr=False)
    begin: Longs = field(repr=False)
    """Of each object, where its acts begin."""
    by_account: Longs = field(repr=False)
    """Places in this order, account by account."""
    account_begin: Longs = field(repr=False)
    object: Ints = field(repr=False)
    known: Bools = field(repr=False)
    accepted: Bools = field(repr=False)
    activity: Floats = field(repr=False)
    """Different objects of each account."""

    @classmethod
    def of(cls, acts: Acts) -> Self:
        order = np.lexsort((acts.at_ms, acts.object))
        account, item = acts.account[order], acts.object[order]
        by_account = np.argsort(account, kind="stable")
        pairs = distinct(account.astype(np.int64) * max(len(acts.objects), 1) + item)
        return cls(
            account,
            acts.at_ms[order],
            np.searchsorted(item, np.arange(len(acts.objects) + 1)),
            by_account,
            np.searchsorted(account[by_account], np.arange(len(acts.accounts) + 1)),
            item,
            acts.known[order],
            acts.accepted[order],
            np.bincount(pairs // max(len(acts.objects), 1), minlength=len(acts.accounts)).astype(float),
        )

    def acts_of(self, members: Ints) -> Longs:
        """Places of all acts of some accounts."""
        return np.concatenate(
            [self.by_account[self.account_begin[one] : self.account_begin[one + 1]] for one in members.tolist()]
        )


@dataclass(frozen=True, slots=True)
class Window:
    """When the members did the same thing, and everybody who did it then."""

    object: int
    begin: int
    end: int
    accounts: Ints
    members: int
    unlikely: float


def grown(acts: Sorted, members: Ints) -> tuple[Ints, list[Window]]:
    """The group as it is when each account is asked, and its windows."""
    found: list[Window] = []
    for _ in range(ROUNDS):
        found = windows(acts, members)
        again = _belonging(acts, found, len(members))
        if len(again) == len(members) and (again == members).all():
            break
        members = again
        if len(members) < FEWEST:
            return members, []
    return members, found


def windows(acts: Sorted, members: Ints) -> list[Window]:
    """Of each object that several did, the least likely window, where it is unlikely enough."""
    inside = np.zeros(len(acts.activity), dtype=np.bool_)
    inside[members] = True
    places = acts.acts_of(members)
    places = places[np.argsort(acts.object[places], kind="stable")]
    item = acts.object[places]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(item) > 0])) if len(item) else np.zeros(0, np.int64)
    least = max(FEWEST, SHARE * len(members))
    share = float(acts.activity[members].sum() / max(acts.activity.sum(), 1.0))
    found = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(item)], strict=True):
        if end - start < least:
            continue
        best = _window(acts, int(item[start]), places[start:end], inside, share, least)
        if best is not None:
            found.append(best)
    return found


def _window(acts: Sorted, item: int, places: Longs, inside: Bools, share: float, least: float) -> Window | None:
    times = np.sort(acts.at_ms[places])
    begin, end = int(acts.begin[item]), int(acts.begin[item + 1])
    best = None
    for trimmed in TRIMMED:
        cut = int(trimmed * len(times))
        low, high = np.searchsorted(acts.at_ms[begin:end], [times[cut], times[len(times) - 1 - cut] + 1]).tolist()
        who = distinct(acts.account[begin + low : begin + high]).astype(np.int32)
        count = int(inside[who].sum())
        unlikely = float(tail(np.array([float(count)]), np.array([(len(who) - count + 1) * share]))[0])
        if count >= least and unlikely >= UNLIKELY and (best is None or unlikely > best.unlikely):
            best = Window(item, begin + low, begin + high, who, count, unlikely)
    return best


def _belonging(acts: Sorted, found: list[Window], members: int) -> Ints:
    """Who is likelier a member than anybody of the same activity, by how often members and others are in a window.

    Chance brings about a likelihood ratio of r in one of r accounts at the most (Markov), whatever windows are like.
    """
    accounts = len(acts.activity)
    hits, said = np.zeros(accounts, dtype=np.int64), np.zeros(accounts)
    rate = acts.activity / max(acts.activity.sum(), 1.0)
    absent = 0.0
    for window in found:
        usual = min(window.members / members, MOST_USUAL)
        others = len(window.accounts) - window.members + 1
        chance = np.minimum(rate[window.accounts] * others, MOST_USUAL)
        hits[window.accounts] += 1
        said[window.accounts] += np.log10(usual / chance) - np.log10((1 - usual) / (1 - chance))
        absent += float(np.log10(1 - usual))
    some = np.flatnonzero(hits >= FEWEST)
    kept = said[some] + absent >= np.log10(accounts / BY_CHANCE)
    return np.asarray(some[kept], dtype=np.int32)
