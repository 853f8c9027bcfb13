# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How many of those who do not want it go so far as to block: nobody who says yes changes anything about it."""

from __future__ import annotations

import pytest

from privity.desk.signals.counters.periods import HOUR_MS, WEEK_MS
from privity.desk.signals.language.python_functions import wilson_low
from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind as K
from tests.desk.signals.features.observing import AT, Watch, seen

NAMES = ("refused_7d", "unwilling_7d", "refusal_lower")
MINORS = ("minors_refused_7d", "minors_unwilling_7d")


@pytest.fixture
def watch() -> Watch:
    """One account that asked six adults and four minors, seven hours ago."""
    found = Watch()
    found.saw(*(seen(K.ASKED, "a", f"p{n}", at_ms=AT - 7 * HOUR_MS) for n in range(6)))
    found.saw(*(seen(K.ASKED, "a", f"m{n}", at_ms=AT - 7 * HOUR_MS, other_age=AgeBand.MINOR) for n in range(4)))
    return found


def test_whoever_blocks_counts_among_those_who_did_not_want_it(watch: Watch) -> None:
    assert watch.values("a", NAMES) == [0, 0, 0.0], "nobody had an hour to answer yet"
    watch.saw(seen(K.BLOCKED, "p0", "a"), seen(K.BLOCKED, "m0", "a", age=AgeBand.MINOR))
    assert watch.values("a", NAMES) == [2, 10, wilson_low(2, 10)]
    assert watch.values("a", MINORS) == [1, 4]


@pytest.mark.parametrize("days_old", [0, 400])
def test_as_many_accounts_of_ones_own_as_one_likes_change_nothing(watch: Watch, days_old: int) -> None:
    watch.saw(seen(K.BLOCKED, "p0", "a"), seen(K.BLOCKED, "p1", "a"))
    before = watch.values("a", NAMES + MINORS)
    for n in range(30):
        watch.saw(seen(K.ASKED, "a", f"own{n}", at_ms=AT - 3 * HOUR_MS, other_age=AgeBand.MINOR))
        watch.saw(seen(K.ACCEPTED, f"own{n}", "a", at_ms=AT, born_ms=AT - days_old * 24 * HOUR_MS, age=AgeBand.MINOR))
    assert watch.values("a", NAMES + MINORS) == before
    assert float(watch.value("a", "acceptance_upper")) > 0.8, "while the share of those who say yes is theirs to choose"


def test_whoever_was_not_asked_and_blocks_is_not_counted(watch: Watch) -> None:
    watch.saw(*(seen(K.BLOCKED, f"mob{n}", "a") for n in range(20)))
    assert watch.values("a", NAMES) == [0, 10, 0.0]


def test_whoever_says_yes_and_blocks_then_did_not_want_it(watch: Watch) -> None:
    watch.saw(seen(K.ACCEPTED, "p0", "a"), seen(K.ACCEPTED, "p1", "a"))
    assert watch.values("a", NAMES[:2]) == [0, 8]
    watch.saw(seen(K.BLOCKED, "p0", "a"))
    assert watch.values("a", NAMES[:2]) == [1, 9]


def test_whoever_was_asked_just_now_had_no_time(watch: Watch) -> None:
    watch.saw(seen(K.ASKED, "a", "late"), seen(K.BLOCKED, "later", "a"))
    assert watch.value("a", "unwilling_7d") == 10
    watch.saw(seen(K.BLOCKED, "late", "a"))
    assert watch.values("a", NAMES[:2]) == [1, 11], "but who answers at once has answered"


def test_a_week_later_it_is_forgotten(watch: Watch) -> None:
    watch.saw(seen(K.BLOCKED, "p0", "a"))
    watch.saw(seen(K.CREATED, "a", at_ms=AT + WEEK_MS))
    assert watch.values("a", NAMES + MINORS) == [0, 0, 0.0, 0, 0]


def test_of_very_many_it_is_estimated(watch: Watch) -> None:
    watch.saw(*(seen(K.ASKED, "a", f"q{n}", at_ms=AT - 7 * HOUR_MS) for n in range(400)))
    watch.saw(*(seen(K.BLOCKED, f"q{n}", "a") for n in range(100)))
    refused, unwilling = (int(watch.value("a", name)) for name in NAMES[:2])
    assert 50 < refused < 160 and 280 < unwilling < 560
