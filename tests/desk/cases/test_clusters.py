# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Clusters are found in times and history, and shown in one sentence."""

from __future__ import annotations

from dataclasses import replace

from privity.desk.cases.clusters import FEWEST, PAUSE_MS, PROOF_FOR_EACH, clusters, tied
from privity.desk.cases.model import Reporting
from privity.desk.cases.priority import facts_of, priority
from privity.desk.intake.findings import Level
from privity.message.report import Reason

MINUTE = 60_000
T0 = 1_800_000_000_000
ONE = Reporting(
    "mimi://hub.example/u/a", T0, "mimi://hub.example/r/a", int(Reason.HARASSMENT), Level.HUB, True, True, 0, 0.5
)


def mob(people: int, within_ms: int, fresh: int = 1) -> list[Reporting]:
    """People who never reported before, all about the same message, evenly spread."""
    return [
        replace(
            ONE,
            reporter_uri=f"mimi://hub.example/u/mob{at}",
            received_ms=T0 + at * within_ms // max(people - 1, 1),
            fresh=fresh if at == 0 else 0,
        )
        for at in range(people)
    ]


def regulars(people: int) -> list[Reporting]:
    return [
        replace(ONE, reporter_uri=f"mimi://hub.example/u/old{at}", first=False, received_ms=T0) for at in range(people)
    ]


def test_the_sentence_says_what_ties_them() -> None:
    found = clusters([*mob(198, 9 * MINUTE), *regulars(2)])
    assert found.sentence == (
        "198 of 200 reporters never reported before and reported within 9 minutes;"
        " 1 distinct message of theirs is proven"
    )
    assert (found.reporters, found.tied, found.minutes, found.rooms, found.proven) == (200, 198, 9, 1, 1)


def test_two_waves_are_two_and_each_is_found() -> None:
    second = [
        replace(one, reporter_uri=one.reporter_uri + "x", received_ms=one.received_ms + 90 * MINUTE)
        for one in mob(9, MINUTE)
    ]
    found = clusters([*mob(20, 9 * MINUTE), *second])
    assert found.tied == 29
    assert "in 2 waves, each within 9 minutes; 2 distinct messages of theirs are proven" in found.sentence


def test_few_newcomers_are_no_cluster() -> None:
    assert tied(mob(FEWEST - 1, MINUTE)) == frozenset()
    assert len(tied(mob(FEWEST, MINUTE))) == FEWEST


def test_newcomers_who_come_over_days_are_no_cluster() -> None:
    assert tied(mob(40, 40 * 2 * PAUSE_MS)) == frozenset()


def test_who_reported_before_is_in_no_cluster() -> None:
    assert tied(regulars(50)) == frozenset()


def test_witnesses_of_many_things_are_no_cluster() -> None:
    everybody = [replace(one, fresh=1) for one in mob(100, 5 * MINUTE)]
    assert tied(everybody) == frozenset()
    few = [replace(one, fresh=int(at < 100 // PROOF_FOR_EACH)) for at, one in enumerate(everybody)]
    assert len(tied(few)) == 100


def test_one_person_who_reports_often_is_one_person() -> None:
    assert tied([ONE] * 50) == frozenset()
    assert clusters([ONE] * 50).reporters == 1


def test_a_cluster_counts_as_one_and_takes_nothing_from_who_came_before() -> None:
    honest = replace(ONE, reporter_uri="mimi://hub.example/u/honest", received_ms=T0 - 5 * PAUSE_MS, fresh=1)
    alone, crowd = priority(facts_of([honest])), mob(200, 9 * MINUTE)
    assert priority(facts_of([honest, *crowd])).number == alone.number
    assert priority(facts_of(crowd)).number > alone.number


def test_absent_ones_are_counted() -> None:
    found = clusters([replace(one, participated=at % 2 == 0) for at, one in enumerate(mob(10, MINUTE))])
    assert (found.tied, found.absent) == (10, 5)


def test_nothing_ties_nobody() -> None:
    assert clusters([]).sentence == ""
    assert tied([]) == frozenset()
