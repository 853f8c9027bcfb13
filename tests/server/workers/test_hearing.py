# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever missed a word of another worker notices by its number."""

from __future__ import annotations

from privity.server.workers.hearing import MAX_WORKERS, Heard, Hearing


def test_numbers_that_rise_by_one() -> None:
    hearing = Hearing()
    assert [hearing.take("a", number) for number in (1, 2, 3)] == [Heard.NEXT] * 3


def test_one_that_was_missed_shows_with_the_next() -> None:
    hearing = Hearing()
    hearing.take("a", 1)
    assert hearing.take("a", 3) is Heard.GAP
    assert hearing.take("a", 4) is Heard.NEXT


def test_what_is_said_again_is_known() -> None:
    hearing = Hearing()
    for number in (1, 2, 3):
        hearing.take("a", number)
    assert [hearing.take("a", number) for number in (2, 3, 1)] == [Heard.AGAIN] * 3
    assert hearing.take("a", 4) is Heard.NEXT


def test_a_worker_that_spoke_before_anybody_listened() -> None:
    assert Hearing().take("a", 7) is Heard.GAP
    assert Hearing().take("a", 0) is Heard.AGAIN, "it has said nothing yet"


def test_workers_are_counted_apart() -> None:
    hearing = Hearing()
    assert hearing.take("a", 1) is Heard.NEXT
    assert hearing.take("b", 1) is Heard.NEXT
    assert hearing.take("a", 2) is Heard.NEXT


def test_names_do_not_add_up() -> None:
    hearing = Hearing()
    for number in range(3 * MAX_WORKERS):
        hearing.take(f"worker {number}", 1)
    hearing.take("worker 2999", 2)
    assert len(hearing._last) == MAX_WORKERS
