# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation is read page by page, in order and without a gap, from wherever one stands."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.client.history import LATEST, History, Page
from privity.client.store.database import Store
from tests.client.entries import ROOM, entry, make, rows

OTHER = "mimi://hub.example/r/b"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Entries 0, 3, 6 and so on: not every event of a room shows something."""
    store = make(tmp_path_factory.mktemp("history"))
    store.save(rows(*(entry(seq, f"number {seq}") for seq in range(0, 600, 3))))
    store.save(rows(*(entry(seq, "elsewhere", OTHER) for seq in range(600))))
    return store


def seqs(page: Page) -> list[int]:
    return [item.seq for item in page.items]


def test_going_back_page_by_page_shows_everything_once(store: Store) -> None:
    history, shown = History(store), list[int]()
    before: int | None = None
    while True:
        page = history.before(ROOM, before, 17)
        assert page.later == (before is not None)
        shown = seqs(page) + shown
        if not page.earlier:
            break
        before = page.items[0].seq
    assert shown == list(range(0, 600, 3))


def test_going_forth_page_by_page_shows_everything_once(store: Store) -> None:
    history, shown, after = History(store), [0], 0
    while True:
        page = history.after(ROOM, after, 17)
        assert page.earlier
        shown += seqs(page)
        if not page.later:
            break
        after = page.items[-1].seq
    assert shown == list(range(0, 600, 3))


@given(st.integers(0, 650), st.integers(2, 250))
@settings(max_examples=60)
def test_around_a_place_is_a_stretch_without_gaps(store: Store, seq: int, limit: int) -> None:
    page = History(store).around(ROOM, seq, limit)
    there = list(range(0, 600, 3))
    found = seqs(page)
    assert found == there[there.index(found[0]) :][: len(found)]
    assert len(found) == min(limit, len(there))
    assert (page.earlier, page.later) == (found[0] != there[0], found[-1] != there[-1])
    if seq in there:
        assert seq in found
        assert found.index(seq) <= (limit + 1) // 2 or not page.later


def test_an_empty_conversation_is_an_empty_page(store: Store) -> None:
    history = History(store)
    for page in (history.before("x", None, 5), history.after("x", 0, 5), history.around("x", 7, 5)):
        assert page == Page((), earlier=False, later=False)
    assert history.before(ROOM, 0, 5) == Page((), earlier=False, later=True)
    assert history.after(ROOM, 597, 5) == Page((), earlier=True, later=False)


@pytest.mark.parametrize("seq", [-1, LATEST, LATEST + 1])
def test_places_beyond_both_ends_are_no_error(store: Store, seq: int) -> None:
    history = History(store)
    assert history.at(ROOM, seq) is None or seq == -1
    assert len(history.around(ROOM, seq, 10).items) == 10
    assert len(history.before(ROOM, seq, 10).items) == (0 if seq == -1 else 10)


def test_a_page_costs_what_it_holds(store: Store) -> None:
    """Counted in steps of the database, so that no clock decides."""
    steps = {place: _steps(store, place) for place in (30, 300, 570)}
    assert max(steps.values()) < 1.5 * min(steps.values())


def _steps(store: Store, place: int) -> int:
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    store._db.set_progress_handler(step, 1)
    try:
        History(store).before(ROOM, place, 5)
        History(store).around(ROOM, place, 6)
    finally:
        store._db.set_progress_handler(None, 1)
    assert count > 0
    return count


def test_a_page_of_a_long_history_opens_at_once(tmp_path: Path) -> None:
    store = make(tmp_path)
    for first in range(0, 10_000, 1_000):
        store.save(rows(*(entry(seq, f"number {seq}") for seq in range(first, first + 1_000))))
    began = time.process_time()
    for place in (None, 9_000, 5_000, 60):
        assert len(History(store).before(ROOM, place, 60).items) == 60
    assert time.process_time() - began < 1
    store.close()
