# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Different people: exact while few, within its error when many, forgetting by itself, never larger than it may be."""

from __future__ import annotations

import random
import statistics

import pytest

from privity.desk.signals.counters.distinct import KEPT, Distinct, estimated
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.marks import MARKS, Marks
from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS

AT = 1_780_000_000_000


def _marks(seed: int, count: int) -> list[int]:
    """Of so many people: a few of them may share one."""
    draw = random.Random(seed)
    return [draw.randrange(MARKS) for _ in range(count)]


def test_few_are_counted_exactly_and_each_once() -> None:
    seen = Distinct()
    for at_ms, mark in ((AT, 1), (AT, 2), (AT + 1000, 1), (AT + 2000, 3)):
        seen.add(mark, at_ms)
    assert seen.within(HOUR_MS, AT + 2000) == 3
    assert not seen.add(3, AT + 3000), "it is not new"
    assert seen.add(4, AT + 3000)


def test_windows_slide() -> None:
    seen = Distinct()
    seen.add(1, AT)
    seen.add(2, AT + 30 * 60_000)
    seen.add(3, AT + 23 * HOUR_MS)
    now = AT + 23 * HOUR_MS
    assert [seen.within(period, now) for period in (HOUR_MS, DAY_MS, WEEK_MS)] == [1, 3, 3]
    assert seen.within(DAY_MS, AT + DAY_MS + 60_000) == 2
    seen.add(1, now)
    assert seen.within(HOUR_MS, now) == 2, "who comes again counts as of now"
    assert seen.forget(now + WEEK_MS + 1000)
    assert len(seen) == 0


def test_two_counters_are_held_against_each_other_at_the_level_of_the_one_that_samples_more() -> None:
    few, many = Distinct(), Distinct()
    few.add(8, AT)
    few.add(1, AT + 2 * HOUR_MS)
    assert few.marks(HOUR_MS, AT + 2 * HOUR_MS, 0) == {1}
    assert few.marks(DAY_MS, AT + 2 * HOUR_MS, 0) == {1, 8}
    for mark in range(4 * KEPT):
        many.add(mark, AT)
    assert many.level > 0
    shared = few.marks(DAY_MS, AT, many.level) & many.marks(DAY_MS, AT, many.level)
    assert shared == {8}, "1 is not in the sample, so it is left out of both"
    assert estimated(len(shared), many.level) >= 2**many.level
    assert estimated(3, 0) == 3


def test_what_comes_late_lies_where_it_belongs() -> None:
    seen = Distinct()
    seen.add(1, AT + 2 * HOUR_MS)
    seen.add(2, AT)
    seen.add(1, AT)
    assert seen.within(HOUR_MS, AT + 2 * HOUR_MS) == 1
    assert seen.within(DAY_MS, AT + 2 * HOUR_MS) == 2


@pytest.mark.parametrize("count", [200, 1_000, 5_000])
def test_many_are_estimated_within_the_error_that_is_said(count: int) -> None:
    off = []
    for seed in range(24):
        seen = Distinct()
        for i, mark in enumerate(_marks(seed, count)):
            seen.add(mark, AT + i)
            assert len(seen) <= KEPT
        off.append(seen.within(HOUR_MS, AT + count) / count - 1)
    assert abs(statistics.mean(off)) < 0.12, "it leans to neither side"
    assert statistics.pstdev(off) < 0.25
    assert max(map(abs, off)) < 0.6


def test_after_a_week_without_many_it_is_exact_again() -> None:
    seen = Distinct()
    for mark in _marks(1, 3_000):
        seen.add(mark, AT)
    assert seen.level > 0
    later = AT + WEEK_MS + 2000
    for mark in (1, 2, 3, 4, 5):
        seen.add(mark, later)
    assert seen.level == 0
    assert seen.within(WEEK_MS, later) == 5


def test_merging_counts_who_is_in_both_once() -> None:
    one, other = Distinct(), Distinct()
    for mark in range(40):
        one.add(mark, AT)
    for mark in range(20, 60):
        other.add(mark, AT + 1000)
    one.merge(other)
    assert one.within(DAY_MS, AT + 1000) == 60
    for mark in _marks(2, 2_000):
        other.add(mark, AT + 2000)
    one.merge(other)
    assert len(one) <= KEPT
    assert one.within(DAY_MS, AT + 2000) == pytest.approx(2_050, rel=0.4)


def test_what_is_kept_is_small_and_reads_again() -> None:
    seen = Distinct()
    for mark in _marks(3, 500):
        seen.add(mark, AT)
    packed = seen.packed()
    assert len(packed[2]) + len(packed[3]) <= 6 * KEPT
    assert Distinct.unpacked(packed).packed() == packed
    with pytest.raises(CountersUnreadable):
        Distinct.unpacked((packed[0], packed[1], packed[2][:-4], packed[3]))
    with pytest.raises(CountersUnreadable):
        Distinct.unpacked((99, packed[1], packed[2], packed[3]))


def test_a_mark_does_not_tell_who() -> None:
    marks, others = Marks(b"k" * 32), Marks(b"l" * 32)
    people = [f"mimi://hub.example/u/{n:032x}" for n in range(8_000)]
    mark = marks.of("mimi://hub.example/u/me", people[7])
    alike = [person for person in people if marks.of("mimi://hub.example/u/me", person) == mark]
    assert people[7] in alike
    again = sum(marks.of("mimi://hub.example/u/me", one) == marks.of("mimi://hub.example/u/you", one) for one in people)
    assert again < 4, "marks of two accounts cannot be joined"
    elsewhere = sum(
        marks.of("mimi://hub.example/u/me", one) == others.of("mimi://hub.example/u/me", one) for one in people
    )
    assert elsewhere < 4, "without the key they say nothing"
    with pytest.raises(ValueError, match="32 bytes"):
        Marks(b"short")
    assert marks.name("a network") != marks.name("another")
