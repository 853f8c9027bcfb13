# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever looks for campaigns reads what accounts did to others, the newest first, and no windows of messages."""

from __future__ import annotations

from privity.desk.db.transaction import transaction
from privity.desk.signals.taking import store
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import House

ADA, BEN = "mimi://hub.example/u/ada", "mimi://hub.example/u/ben"
KINDS = (ObservedKind.ASKED, ObservedKind.SENT, ObservedKind.REGISTERED, ObservedKind.SENT, ObservedKind.ACCEPTED)
COUNT = 5_000


def _keep(house: House, count: int = COUNT) -> None:
    observed = [Observed(1, 1_000 + n, KINDS[n % len(KINDS)], ADA, 500, other=BEN) for n in range(count)]
    with transaction(house.db):
        store.add(house.db, observed, 1_000)


def test_all_but_windows_newest_first_in_parts(house: House) -> None:
    _keep(house)
    parts = list(store.acts_since(house.db, 0))
    assert [len(part) for part in parts] == [1_000, 1_000, 1_000, 0]
    found = [one for part in parts for one in part]
    assert [one.at_ms for one in found] == [at for at in range(5_999, 999, -1) if (at - 1_000) % 5 in (0, 2, 4)]
    assert ObservedKind.SENT not in {one.kind for one in found}


def test_from_a_time_on(house: House) -> None:
    _keep(house, 10)
    assert [one.at_ms for part in store.acts_since(house.db, 1_004) for one in part] == [1_009, 1_007, 1_005, 1_004]


def test_what_comes_while_it_is_read_is_for_the_next_time(house: House) -> None:
    _keep(house)
    seen = 0
    for part in store.acts_since(house.db, 0):
        seen += len(part)
        _keep(house, 5)
    assert seen == COUNT * 3 // 5


def test_windows_are_passed_over_without_being_read(house: House) -> None:
    plan = house.db.execute(
        "EXPLAIN QUERY PLAN SELECT number FROM observed INDEXED BY observed_acts WHERE kind <> 'sent' AND number < 9"
        " ORDER BY number DESC LIMIT 1"
    ).fetchall()
    assert [row[-1] for row in plan] == ["SEARCH observed USING INDEX observed_acts (number<?)"]
