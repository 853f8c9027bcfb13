# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sums with decay: bursts, steady streams, what comes late, and what is kept."""

from __future__ import annotations

from math import e

import pytest

from privity.desk.signals.counters.decayed import Decayed
from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS

AT = 1_780_000_000_000


def test_a_burst_counts_in_full_and_leaves_by_its_period() -> None:
    sums = Decayed(AT)
    sums.add(100, AT)
    assert (sums.hour(AT), sums.day(AT), sums.week(AT)) == (100, 100, 100)
    assert sums.hour(AT + HOUR_MS) == pytest.approx(100 / e)
    assert sums.day(AT + DAY_MS) == pytest.approx(100 / e)
    assert sums.week(AT + WEEK_MS) == pytest.approx(100 / e)
    assert sums.hour(AT + 10 * HOUR_MS) < 0.01


def test_a_steady_stream_gives_what_a_window_would() -> None:
    sums = Decayed(AT)
    for minute in range(60 * 24 * 30):
        sums.add(1, AT + minute * 60_000)
    at_ms = sums.at_ms
    assert sums.hour(at_ms) == pytest.approx(60, rel=0.02)
    assert sums.day(at_ms) == pytest.approx(60 * 24, rel=0.01)
    assert sums.week(at_ms) == pytest.approx(60 * 24 * 7, rel=0.02)


def test_what_comes_late_counts_as_what_is_left_of_it() -> None:
    late, ordered = Decayed(AT), Decayed(AT)
    late.add(5, AT + HOUR_MS)
    late.add(7, AT)
    ordered.add(7, AT)
    ordered.add(5, AT + HOUR_MS)
    assert late.at_ms == ordered.at_ms == AT + HOUR_MS
    assert late.hour(late.at_ms) == pytest.approx(ordered.hour(late.at_ms))
    assert late.week(late.at_ms) == pytest.approx(ordered.week(late.at_ms))


def test_two_that_are_merged_are_one_that_counted_all() -> None:
    one, other, whole = Decayed(AT), Decayed(AT), Decayed(AT)
    for step in range(50):
        (one if step % 3 else other).add(step, AT + step * 100_000)
        whole.add(step, AT + step * 100_000)
    other.merge(one)
    at_ms = AT + DAY_MS
    assert other.hour(at_ms) == pytest.approx(whole.hour(at_ms))
    assert other.day(at_ms) == pytest.approx(whole.day(at_ms))
    assert other.week(at_ms) == pytest.approx(whole.week(at_ms))
    again = Decayed.unpacked(other.packed())
    assert again.packed() == other.packed()
