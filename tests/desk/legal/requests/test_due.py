# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clocks that run: what is over and what is next, found by an index however many requests there are."""

from __future__ import annotations

import pytest

from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.requests import due, service
from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, Clock, Due
from privity.desk.legal.requests.errors import ClockUndetermined
from privity.desk.legal.requests.model import Outcome, State
from tests.desk.legal.casework import Casework

INSERT = "INSERT INTO legal_clock (request, clock, from_ms, due_ms, warn_ms, page_ms)"


def test_what_is_over_and_what_is_next(work: Casework) -> None:
    epoc = work.submitted("eu.epoc", {"emergency": True})
    warrant = work.submitted()
    at = work.now_ms
    assert due.overdue(work.db, at) == ()
    order = [(one.request, one.clock) for one in due.next(work.db, at, 3)]
    assert order == [(epoc, "first_look_emergency"), (epoc, "produce"), (warrant, "first_look")]
    late = due.overdue(work.db, at + 8 * HOUR_MS)
    assert [(one.request, one.clock) for one in late] == order[:2]
    assert due.overdue(work.db, at + 8 * HOUR_MS - 1) == late[:1]
    assert due.overdue(work.db, at + 8 * HOUR_MS, limit=1) == late[:1]
    assert due.next(work.db, at + 8 * HOUR_MS, 1)[0].clock == "first_look"
    assert due.over(work.db, Clock.PRODUCE, at + 8 * HOUR_MS) == (epoc,)


def test_a_look_stops_the_clock_of_the_first_look(work: Casework) -> None:
    number = work.submitted()
    assert Clock.FIRST_LOOK in due.running(work.db, number)
    work.verifying(number)
    assert Clock.FIRST_LOOK not in due.running(work.db, number)


def test_a_question_has_five_days_and_an_answer_stops_them(work: Casework) -> None:
    number = work.ready()
    work.judged(number, Outcome.CLARIFY)
    assert due.running(work.db, number)[Clock.CLARIFICATION].due_ms > work.now_ms + 5 * DAY_MS
    work.judged(number)
    assert Clock.CLARIFICATION not in due.running(work.db, number)


def test_a_refusal_stops_what_was_to_be_produced(work: Casework) -> None:
    number = work.ready("us.sca.subpoena")
    assert Clock.PRODUCE in due.running(work.db, number)
    work.judged(number, Outcome.REJECT)
    assert due.running(work.db, number) == {}


def test_what_has_ended_waits_for_nothing_but_to_be_purged(work: Casework) -> None:
    number = work.submitted("eu.epoc")
    service.move(work.db, number, State.CLOSED, "desk", work.now_ms)
    assert due.running(work.db, number).keys() == {Clock.PURGE}


def test_a_clock_runs_once_and_is_stopped_and_never_set_again(work: Casework) -> None:
    number = work.submitted()
    begun = service.start_clock(work.db, number, Clock.GAG_REVIEW, work.now_ms)
    service.start_clock(work.db, number, Clock.GAG_REVIEW, work.now_ms)
    sooner = service.start_clock(work.db, number, Clock.GAG_REVIEW, work.now_ms, work.now_ms + 5)
    assert due.running(work.db, number)[Clock.GAG_REVIEW].due_ms == sooner.due_ms < begun.due_ms
    rows = work.db.execute("SELECT count(*) FROM legal_clock WHERE clock = 'gag_review'").fetchone()
    assert rows == (2,)
    for sql in (
        "UPDATE legal_clock SET due_ms = due_ms + 1",
        "UPDATE legal_clock SET stopped_ms = NULL WHERE stopped_ms IS NOT NULL",
        "DELETE FROM legal_clock",
        f"{INSERT} VALUES ({number}, 'gag_review', 1, 1, 1, 1)",
        f"{INSERT} VALUES ({number}, 'notice', 2, 1, 1, 1)",
    ):
        with pytest.raises(IntegrityError):
            work.db.execute(sql)
    service.stop_clock(work.db, number, Clock.GAG_REVIEW, work.now_ms)
    assert Clock.GAG_REVIEW not in due.running(work.db, number)
    with pytest.raises(ClockUndetermined):
        service.start_clock(work.db, number, Clock.PRODUCE, work.now_ms)


@pytest.mark.parametrize(("query", "values"), [(due.OVERDUE, (5, 10)), (due.NEXT, (5, 10))], ids=["overdue", "next"])
def test_what_is_due_is_found_by_an_index_and_sorted_by_it(work: Casework, query: str, values: tuple[int, int]) -> None:
    steps = [str(row[-1]) for row in work.db.execute("EXPLAIN QUERY PLAN " + query, values).fetchall()]
    assert len(steps) == 1, steps
    assert "USING INDEX legal_clock_due" in steps[0]


def test_a_clock_that_is_over_already_is_due_at_once(work: Casework) -> None:
    number = work.submitted()
    due.start(work.db, number, Clock.PRODUCE, Due(work.now_ms, work.now_ms))
    assert due.overdue(work.db, work.now_ms)[0].clock == "produce"
