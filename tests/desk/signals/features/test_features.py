# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each feature says what its sentence says."""

from __future__ import annotations

from typing import Any

import pytest

from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.known import UnknownLabel
from privity.desk.signals.language.python_functions import wilson_high, wilson_low
from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.features.observing import AT, BORN, Watch, seen, uri

MINOR, ADULT, UNKNOWN = AgeBand.MINOR, AgeBand.ADULT, AgeBand.UNKNOWN
K = ObservedKind


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_the_event_itself(watch: Watch) -> None:
    names: tuple[str, ...]
    watch.saw(seen(K.ASKED, "a", "b", other_age=MINOR, mutual=3, together=True))
    names = ("kind", "age", "other_age", "mutual", "together", "messages_15s")
    assert watch.values("a", names) == ["asked", "adult", "minor", 3, True, 0]
    watch.saw(seen(K.SENT, "a", count=120, people=7, rooms=2, largest=14))
    names = ("kind", "messages_15s", "count", "people", "rooms", "largest", "other_age", "mutual")
    assert watch.values("a", names) == ["sent", 120, 120, 7, 2, 14, "unknown", 0]


def test_how_old_the_account_is(watch: Watch) -> None:
    names = ("account_seconds", "account_hours", "account_days")
    watch.saw(seen(K.CREATED, "a", born_ms=AT - 25 * HOUR_MS - 1500))
    assert watch.values("a", names) == [25 * 3600 + 1, 25, 1]
    watch.saw(seen(K.CREATED, "a", born_ms=AT + 5000))
    assert watch.values("a", names) == [0, 0, 0]


def test_an_account_that_has_not_acted_yet_counts_as_old(watch: Watch) -> None:
    watch.saw(seen(K.BLOCKED, "b", "a"))
    assert watch.value("a", "account_days") == AT // DAY_MS
    watch.saw(seen(K.CREATED, "a", born_ms=AT - DAY_MS), seen(K.BLOCKED, "c", "a"))
    assert watch.value("a", "account_days") == 1
    watch.saw(seen(K.REPORTED, "a", "c", born_ms=0, age=UNKNOWN))
    assert watch.values("a", ("account_days", "age")) == [1, "adult"], "the desk's own do not know it, and say nothing"


@pytest.mark.parametrize(
    ("kind", "given", "feature", "each"),
    [
        (K.SENT, {"count": 4}, "messages", 4),
        (K.SENT, {"people": 3}, "reached", 3),
        (K.SENT, {"rooms": 2}, "rooms_written", 2),
        (K.CREATED, {}, "groups_made", 1),
        (K.ADDED, {"count": 5}, "people_added", 5),
        (K.SHOWED, {}, "shown", 1),
    ],
)
def test_sums_of_what_an_account_does(
    watch: Watch, kind: ObservedKind, given: dict[str, Any], feature: str, each: int
) -> None:
    watch.saw(seen(kind, "a", **given), seen(kind, "a", **given))
    assert watch.values("a", (f"{feature}_1h", f"{feature}_24h")) == [2 * each, 2 * each]
    watch.saw(seen(K.KNOCKED, "a", at_ms=AT + 6 * HOUR_MS))
    assert float(watch.value("a", f"{feature}_1h")) < 0.01 * each
    assert 1.5 * each < float(watch.value("a", f"{feature}_24h")) < 1.6 * each
    watch.saw(seen(K.CREATED if kind is not K.CREATED else K.KNOCKED, "b"))
    assert watch.value("b", f"{feature}_24h") == 0


def test_a_week_of_messages_decays_slowly(watch: Watch) -> None:
    watch.saw(seen(K.SENT, "a", count=100), seen(K.KNOCKED, "a", at_ms=AT + 2 * DAY_MS))
    assert 70 < float(watch.value("a", "messages_7d")) < 80


def test_first_contacts_are_counted_by_who_was_asked(watch: Watch) -> None:
    watch.saw(
        seen(K.ASKED, "a", "b", mutual=1),
        seen(K.ASKED, "a", "c", other_age=MINOR),
        seen(K.ASKED, "a", "c", other_age=MINOR),
        seen(K.ASKED, "a", "d", together=True, other_age=MINOR),
        seen(K.ASKED, "a", "e", other_age=UNKNOWN),
    )
    for period in ("24h", "7d"):
        names = [f"{name}_{period}" for name in ("asked", "strangers_asked", "minors_asked", "minor_strangers")]
        assert watch.values("a", names) == [4, 2, 2, 1]
    assert watch.values("a", ("asked_1h", "strangers_asked_1h", "minor_strangers_1h")) == [4, 2, 1]
    assert uri("c") not in watch.last, "nothing is counted of who is asked"
    watch.saw(seen(K.ASKED, "a", "f", at_ms=AT + 2 * DAY_MS))
    assert watch.values("a", ("asked_1h", "asked_24h", "asked_7d")) == [1, 1, 5]


def test_acceptance_waits_until_people_could_answer(watch: Watch) -> None:
    names = ("answerable_7d", "acceptance_lower", "acceptance_upper")
    for n in range(30):
        watch.saw(seen(K.ASKED, "a", f"p{n}"))
    assert watch.values("a", names) == [0, 0.0, 1.0], "a class that is asked at once has not refused"
    for n in range(6):
        watch.saw(seen(K.ACCEPTED, f"p{n}", "a", at_ms=AT + 60_000, age=MINOR if n < 2 else ADULT))
    assert watch.values("a", names) == [6, wilson_low(6, 6), 1.0]
    assert watch.values("a", ("accepted_24h", "accepted_7d", "minors_accepted_7d")) == [6, 6, 2]
    watch.saw(seen(K.ASKED, "a", "late", at_ms=AT + 2 * HOUR_MS))
    assert watch.values("a", names) == [30, wilson_low(6, 30), wilson_high(6, 30)]
    watch.saw(seen(K.ASKED, "a", "later", at_ms=AT + 8 * DAY_MS))
    assert watch.values("a", names) == [0, 0.0, 1.0], "last week's answers are over"


def test_who_needs_longer_to_answer_has_not_refused_before_six_hours(watch: Watch) -> None:
    names = ("answerable_7d", "long_answerable_7d", "long_acceptance_upper")
    for n in range(10):
        watch.saw(seen(K.ASKED, "a", f"p{n}"))
    watch.saw(seen(K.ASKED, "a", "late", at_ms=AT + 5 * HOUR_MS))
    assert watch.values("a", names) == [10, 0, 1.0]
    for n in range(3):
        watch.saw(seen(K.ACCEPTED, f"p{n}", "a", at_ms=AT + 5 * HOUR_MS))
    assert watch.values("a", names) == [10, 3, 1.0], "who did answer counts"
    watch.saw(seen(K.ASKED, "a", "later", at_ms=AT + 7 * HOUR_MS))
    assert watch.values("a", names) == [11, 10, wilson_high(3, 10)]


def test_only_the_word_of_old_accounts_is_a_tie(watch: Watch) -> None:
    watch.saw(seen(K.ACCEPTED, "b", "a"), seen(K.ACCEPTED, "c", "a", born_ms=AT - 29 * DAY_MS))
    assert watch.value("a", "old_ties") == 1
    watch.saw(seen(K.ACCEPTED, "b", "a"))
    assert watch.value("a", "old_ties") == 1, "and it counts once"
    watch.saw(seen(K.CREATED, "a", at_ms=AT + 90 * DAY_MS))
    assert 0.3 < float(watch.value("a", "old_ties")) < 0.4
    watch.saw(seen(K.CREATED, "b"))
    assert watch.value("b", "old_ties") == 0, "to accept somebody is no word of others"


def test_who_blocks_and_reports(watch: Watch) -> None:
    watch.saw(
        seen(K.BLOCKED, "b", "a", age=MINOR),
        seen(K.BLOCKED, "b", "a", age=MINOR),
        seen(K.BLOCKED, "c", "a"),
    )
    names = ("kind", "blocked_by_1h", "blocked_by_24h", "blocked_by_7d", "blocked_by_minors_7d")
    assert watch.values("a", names) == ["was_blocked", 2, 2, 2, 1]
    assert watch.values("b", ("kind", "blocks_24h")) == ["blocked", 1]
    watch.saw(
        seen(K.REPORTED, "b", "a", age=MINOR),
        seen(K.REPORTED, "c", "a", born_ms=AT - HOUR_MS),
        seen(K.REPORTED, "c", "a", born_ms=AT - HOUR_MS),
        seen(K.REPORTED, "c", "d", born_ms=AT - HOUR_MS),
        seen(K.REPORTED, "e", "a", born_ms=0),
    )
    names = ("reported_by_1h", "reported_by_24h", "reported_by_7d", "reported_by_new_24h", "reported_by_minors_7d")
    assert watch.values("a", names) == [3, 3, 3, 1, 1]
    assert watch.values("c", ("kind", "reports_made_1h", "reports_made_24h")) == ["reported", 2, 2]
    assert watch.values("a", ("other_age", "kind")) == ["adult", "was_reported"]


def test_a_report_weighs_what_earlier_ones_were_worth(watch: Watch) -> None:
    watch.known.agreed("mimi://hub.example/u/right", 18, 18)
    watch.known.agreed("mimi://hub.example/u/wrong", 0, 18)
    for reporter, weight in (("right", 1.9), ("wrong", 0.1), ("new", 1.0)):
        target = f"by {reporter}"
        watch.saw(seen(K.REPORTED, reporter, target), seen(K.REPORTED, reporter, target))
        assert watch.value(target, "report_weight_24h") == pytest.approx(weight)
    names = ("reports_closed", "reports_upheld", "upheld_lower", "upheld_upper")
    assert watch.values("wrong", names) == [18, 0, wilson_low(0, 18), wilson_high(0, 18)]
    assert watch.values("new", names) == [0, 0, 0.0, 1.0]
    with pytest.raises(ValueError, match="of 1 decided"):
        watch.known.agreed("x", 2, 1)


def test_where_accounts_come_from(watch: Watch) -> None:
    for n in range(5):
        watch.saw(seen(K.REGISTERED, f"n{n}", "inviter" if n < 3 else "", network="net", born_ms=AT))
    watch.saw(seen(K.CREATED, "n0"), seen(K.CREATED, "n4"), seen(K.REGISTERED, "alone", network="other"))
    names = (
        "network_registered_1h",
        "network_registered_24h",
        "came_invited",
        "inviter_invited_24h",
        "inviter_invited_7d",
    )
    assert watch.values("n0", names) == [5, 5, True, 3, 3]
    assert watch.values("n4", names) == [5, 5, False, 0, 0]
    assert watch.values("alone", names) == [1, 1, False, 0, 0]
    assert watch.values("inviter", ("kind", "invited_24h", "invited_7d")) == ["invited", 3, 3]
    watch.saw(seen(K.CREATED, "n0", at_ms=AT + DAY_MS))
    assert watch.values("n0", names)[:3] == [0, 0, True], "the name of a network is good for a day"
    watch.saw(seen(K.CREATED, "n0", at_ms=AT + WEEK_MS))
    assert watch.value("n0", "came_invited") is False


def test_knocks_count_rooms(watch: Watch) -> None:
    for room in ("r1", "r2", "r1"):
        watch.saw(seen(K.KNOCKED, "a", room=room))
    assert watch.values("a", ("knocks_1h", "knocks_24h")) == [2, 2]


def test_what_the_desk_knows(watch: Watch) -> None:
    watch.known.label(uri("a"), "watched", AT + 1)
    watch.known.election = True
    watch.saw(seen(K.CREATED, "a"))
    assert watch.values("a", ("labelled_watched", "labelled_coordinated", "election")) == [True, False, True]
    watch.saw(seen(K.CREATED, "a", at_ms=AT + 1))
    assert watch.value("a", "labelled_watched") is False, "labels end"
    watch.known.label(uri("a"), "watched", AT + DAY_MS)
    watch.known.unlabel(uri("a"), "watched")
    assert watch.value("a", "labelled_watched") is False
    with pytest.raises(UnknownLabel):
        watch.known.label(uri("a"), "disliked", AT)
    watch.known.label(uri("a"), "watched", AT + DAY_MS)
    watch.known.forget()
    assert watch.values("a", ("labelled_watched", "election")) == [False, False]


def test_nothing_is_asked_about_whom_something_is_done_to_without_their_doing(watch: Watch) -> None:
    kinds = [moment.kind for moment in watch.saw(seen(K.ASKED, "a", "b"), seen(K.ADDED, "a", count=3))]
    assert kinds == [EventKind.ASKED, EventKind.ADDED]
    assert [moment.account for moment in watch.saw(seen(K.REPORTED, "a", "a"))] == [uri("a")]


def test_a_clock_that_is_wrong_stops_nothing(watch: Watch) -> None:
    (moment,) = watch.counting.count(seen(K.SENT, "a", at_ms=(1 << 53) - 1, count=2), AT)
    assert moment.at_ms == AT
    for kind in (K.ASKED, K.BLOCKED, K.REGISTERED, K.ACCEPTED):
        watch.saw(seen(kind, "b", "c", at_ms=(1 << 53) - 1), seen(kind, "b", "c", at_ms=0, born_ms=BORN))
    watch.saw(seen(K.ASKED, "b", "d"))
    assert 1 <= int(watch.value("b", "asked_1h")) <= 2, "and it goes on counting"
