# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rates of very many names: never too low, hardly too high, in a table that does not grow."""

from __future__ import annotations

import random
from collections import Counter
from math import e

import pytest

from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.count_min import WIDTH, CountMin
from privity.desk.signals.counters.errors import CountersUnlike, CountersUnreadable
from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS

AT = 1_780_000_000_000


def test_thirty_thousand_names_stay_within_the_bound() -> None:
    draw = random.Random(5)
    sketch, truth = CountMin(DAY_MS, AT), Counter[int]()
    for _ in range(30_000):
        name = draw.getrandbits(63) if draw.random() < 0.7 else draw.randrange(50) + 1
        sketch.add(name, 1, AT)
        truth[name] += 1
    bound = e / WIDTH * 30_000
    over = 0
    for name, count in truth.items():
        found = sketch.of(name, AT)
        assert found >= count - 1e-6
        over += found > count + bound
    assert over <= len(truth) / e**4, "it is above the bound for one name of e^depth at the most"
    assert len(sketch.packed()[2]) == CountMin(DAY_MS).packed()[2].__len__()


def test_a_sum_decays_and_survives_being_written_anew() -> None:
    sketch = CountMin(HOUR_MS, AT)
    sketch.add(7, 10, AT)
    assert sketch.of(7, AT + HOUR_MS) == pytest.approx(10 / e)
    later = AT + 400 * HOUR_MS
    sketch.add(8, 3, later)
    assert sketch.of(7, later) < 1e-9
    assert sketch.of(8, later) == pytest.approx(3)


def test_merging_adds() -> None:
    one, other = CountMin(DAY_MS, AT), CountMin(DAY_MS, AT + DAY_MS)
    one.add(3, 10, AT)
    other.add(3, 1, AT + DAY_MS)
    one.merge(other)
    assert one.of(3, AT + DAY_MS) == pytest.approx(10 / e + 1)
    with pytest.raises(CountersUnlike):
        one.merge(CountMin(HOUR_MS, AT))


def test_what_is_kept_reads_again() -> None:
    commons = Commons(AT)
    commons.registered(5, 6, AT)
    commons.registered(5, 0, AT)
    again = Commons.decode(commons.encode())
    assert again.network_day.of(5, AT) == 2
    assert again.inviter_week.of(6, AT) == 1
    again.merge(commons)
    assert again.network_hour.of(5, AT) == 4
    for wrong in (b"", b"\xc0", commons.encode()[:-3]):
        with pytest.raises(CountersUnreadable):
            Commons.decode(wrong)
    period, since, cells = commons.network_hour.packed()
    with pytest.raises(CountersUnreadable):
        CountMin.unpacked((period, since, cells[:-8]))
    with pytest.raises(CountersUnreadable):
        CountMin.unpacked((0, since, cells))
    swapped = Commons(AT)
    swapped.network_hour = CountMin(WEEK_MS, AT)
    with pytest.raises(CountersUnreadable):
        Commons.decode(swapped.encode())
