# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When messages are told to the desk: by the hub's own tally for abusers, by the same rule on columns for a day.

Ten messages are told at the end of their window, fewer after an hour (`privity.server.observing.tally`). The hub tells
everything at once where more rooms of senders wait than `MOST_HELD`; a world here has fewer for each worker of a hub.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from privity.lab.columns import CODE, NOBODY, Columns, Numbers
from privity.server.observing.tally import HELD_MS, MANY, Tally, Window, windows
from privity.wire.observed import WINDOW_MS, ObservedKind


def window_end(at_ms: int) -> int:
    """Of the window in which something is sent at this time."""
    return at_ms // WINDOW_MS * WINDOW_MS + WINDOW_MS


class Teller:
    """What one account sent to people one by one, and when that is told."""

    __slots__ = ("_tally", "_waits_ms", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._tally = Tally()
        self._waits_ms = 0

    def sent(self, target: int, size: int) -> None:
        """One message to one other person."""
        self._tally.add([(self.name, target, size)])

    def take(self, ends_ms: int) -> tuple[list[Window], int | None]:
        """At the end of a window: what is told, and else when to come back at the latest."""
        told = self._tally.take(ends_ms)
        if told:
            self._waits_ms = 0
            return windows(told, {room: 2 for _, room in told}), None
        if self._waits_ms <= ends_ms:
            self._waits_ms = ends_ms + HELD_MS
            return [], self._waits_ms
        return [], None


def told(sent: Columns, before_ms: int) -> tuple[Columns, Columns]:
    """Messages in no order, as rows with the end of their window and their room: what is told before a time, and the
    rows of what is told later. A row without a room is of as many rooms as it says, which nothing else was sent to."""
    rows = sent.taken(np.lexsort((sent.at_ms, sent.account)))
    if not len(rows):
        return rows, rows
    first_of = _begins(rows.account, rows.at_ms)
    firsts = np.flatnonzero(first_of)
    counts = np.add.reduceat(rows.count, firsts)
    ends, told_ms = _segments(rows.account[firsts], rows.at_ms[firsts], counts)
    of_row = ends[np.cumsum(first_of) - 1]
    at_ms = told_ms[of_row]
    now = at_ms < before_ms
    later = rows.taken(~now)
    return _summed(rows.taken(now), of_row[now], at_ms[now]), later


def _segments(account: Numbers, at_ms: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """For each window of an account the number of the telling it belongs to, and when each of these is."""
    size = len(account)
    total = np.cumsum(counts)
    key = account * _SPAN + (at_ms - at_ms.min())
    last = np.searchsorted(account, account, side="right")
    by_hour = np.searchsorted(key, key + HELD_MS, side="right")
    by_many = np.searchsorted(total, total - counts + MANY, side="left") + 1
    waited = np.minimum(by_hour, last)
    ends = np.minimum(waited, by_many)
    begins = np.zeros(size, dtype=bool)
    starts = np.flatnonzero(_begins(account))
    while len(starts):
        begins[starts] = True
        following = ends[starts]
        starts = following[following < last[starts]]
    first = np.flatnonzero(begins)
    of_many = np.minimum(by_many[first], size) - 1
    told_ms = np.where(by_many[first] <= waited[first], at_ms[of_many], at_ms[first] + HELD_MS)
    return np.cumsum(begins) - 1, told_ms


_SPAN: Final = 10**12
"""Milliseconds: more than any world lasts, so that accounts stand apart in one ordered key."""


def _summed(rows: Columns, telling: Numbers, at_ms: Numbers) -> Columns:
    """One row for each telling: messages, different rooms, and the others in them."""
    if not len(rows):
        return rows
    room = np.where(rows.room == NOBODY, -2 - np.arange(len(rows)), rows.room)
    order = np.lexsort((room, telling))
    rows, telling, room, at_ms = rows.taken(order), telling[order], room[order], at_ms[order]
    firsts = np.flatnonzero(_begins(telling))
    once = _begins(telling, room)

    def summed(values: Numbers) -> Numbers:
        return np.add.reduceat(values, firsts)

    return Columns(
        at_ms=at_ms[firsts],
        kind=np.full(len(firsts), CODE[ObservedKind.SENT], dtype=np.int64),
        account=rows.account[firsts],
        other=np.full(len(firsts), NOBODY, dtype=np.int64),
        mutual=np.zeros(len(firsts), dtype=np.int64),
        together=np.zeros(len(firsts), dtype=np.int64),
        room=np.full(len(firsts), NOBODY, dtype=np.int64),
        count=summed(rows.count),
        people=summed(np.where(once, rows.people, 0)),
        rooms=summed(np.where(once, rows.rooms, 0)),
        largest=np.maximum.reduceat(rows.largest, firsts),
        network=np.full(len(firsts), NOBODY, dtype=np.int64),
        part=np.maximum.reduceat(rows.part, firsts),
    )


def _begins(*columns: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each row differs from the one before in any of these."""
    differs = np.ones(len(columns[0]), dtype=bool)
    differs[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return differs
