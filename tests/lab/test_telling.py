# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same sends through the hub's tally and the lab's two ways are told at the same times, in the same numbers."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from privity.lab.columns import Columns, columns
from privity.lab.telling import Teller, told, window_end
from privity.server.observing.tally import HELD_MS, MANY, Tally, windows
from privity.wire.observed import WINDOW_MS, ObservedKind

BEGIN = 1_750_000_005_000 // WINDOW_MS * WINDOW_MS
Send = tuple[int, int, int]
"""When, who, and to which room."""


def sends(seed: int, many: int, hours: float) -> list[Send]:
    """Of five accounts, some of which write far more than others, to four rooms each."""
    random = np.random.default_rng(seed)
    at_ms = BEGIN + np.sort(random.integers(0, int(hours * 3_600_000), many))
    who = (random.random(many) ** 3 * 5).astype(int)
    return list(zip(at_ms.tolist(), who.tolist(), random.integers(0, 4, many).tolist(), strict=True))


def by_the_hub(sent: list[Send]) -> list[tuple[int, int, int, int, int]]:
    """End of the window, account, messages, people and rooms, as a hub that ends a window every 15 seconds tells it."""
    tally, found, left = Tally(), [], list(sent)
    for ends_ms in range(BEGIN + WINDOW_MS, sent[-1][0] + 2 * HELD_MS, WINDOW_MS):
        while left and window_end(left[0][0]) == ends_ms:
            _, who, room = left.pop(0)
            tally.add([(str(who), who * 10 + room, 900)])
        taken = tally.take(ends_ms)
        for one in windows(taken, {room: 2 for _, room in taken}):
            found.append((ends_ms, int(one.account), one.count, one.people, one.rooms))
    assert not left
    return sorted(found)


def as_rows(sent: list[Send]) -> Columns:
    at_ms, who, room = (np.array(column) for column in zip(*sent, strict=True))
    ends = at_ms // WINDOW_MS * WINDOW_MS + WINDOW_MS
    return columns(ObservedKind.SENT, ends, who, people=1, rooms=1, room=who * 10 + room, largest=10)


def listed(rows: Columns) -> list[tuple[int, int, int, int, int]]:
    numbers = (rows.at_ms, rows.account, rows.count, rows.people, rows.rooms)
    return sorted(zip(*(column.tolist() for column in numbers), strict=True))


PLAYS = pytest.mark.parametrize(("seed", "many", "hours"), [(1, 40, 6.0), (2, 400, 3.0), (3, 900, 0.5), (4, 12, 1.2)])


@PLAYS
def test_a_day_as_columns_is_told_as_the_hub_tells_it(seed: int, many: int, hours: float) -> None:
    sent = sends(seed, many, hours)
    rows, later = told(as_rows(sent), sent[-1][0] + 2 * HELD_MS)
    assert len(later) == 0
    assert listed(rows) == by_the_hub(sent)


@PLAYS
def test_what_waits_at_midnight_is_told_with_what_comes_after(seed: int, many: int, hours: float) -> None:
    sent = sends(seed, many, hours)
    midnight = BEGIN + int(hours * 1_800_000) // WINDOW_MS * WINDOW_MS
    before = [one for one in sent if window_end(one[0]) < midnight]
    rows, later = told(as_rows(before), midnight)
    after = as_rows(sent[len(before) :])
    both = Columns(*(np.concatenate(pair) for pair in zip(astuple(later), astuple(after), strict=True)))
    rest, nothing = told(both, sent[-1][0] + 2 * HELD_MS)
    assert len(nothing) == 0
    assert sorted(listed(rows) + listed(rest)) == by_the_hub(sent)


@PLAYS
def test_an_abusers_account_is_told_as_the_hub_tells_it(seed: int, many: int, hours: float) -> None:
    sent = [one for one in sends(seed, many, hours) if one[1] == 0]
    teller, found, ends = Teller("0"), [], {window_end(at_ms) for at_ms, _, _ in sent}
    left = list(sent)
    while ends:
        now_ms = min(ends)
        ends.discard(now_ms)
        while left and window_end(left[0][0]) <= now_ms:
            teller.sent(left.pop(0)[2], 900)
        windows_told, again_ms = teller.take(now_ms)
        ends |= set() if again_ms is None else {again_ms}
        found += [(now_ms, 0, one.count, one.people, one.rooms) for one in windows_told]
    assert found == by_the_hub(sent)


def test_a_window_of_ten_is_told_at_its_end_and_one_of_nine_after_an_hour() -> None:
    for many, waits_ms in ((MANY, 0), (MANY - 1, HELD_MS)):
        sent = [(BEGIN, 0, nth % 3) for nth in range(many)]
        rows, _ = told(as_rows(sent), BEGIN + 2 * HELD_MS)
        assert listed(rows) == [(BEGIN + WINDOW_MS + waits_ms, 0, many, 3, 3)]
