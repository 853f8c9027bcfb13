# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is answered to a question is waited for, kept beside the request, and looked at next."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import transaction
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import answering, due, service
from privity.desk.legal.requests.clocks import Clock, end_of_day
from privity.desk.legal.requests.errors import QuestionClosed
from privity.desk.legal.requests.model import Answer, Outcome
from tests.desk.legal.casework import CLERK, Casework


def answer(work: Casework, number: int, officer: int) -> int:
    with transaction(work.db):
        said = Answer("It is 26-mj-17.")
        return answering.take_in(work.db, work.key, number, officer, said, work.now_ms, work.random)


def asked(work: Casework) -> int:
    number = work.ready()
    work.judged(number, Outcome.CLARIFY)
    return number


def test_it_is_waited_for_as_long_as_the_question_says(work: Casework) -> None:
    number = asked(work)
    for days in (5, 10):
        work.days(1)
        answering.wait(work.db, number, days, work.now_ms)
        assert answering.due_ms(work.db, number) == end_of_day(work.now_ms, days)
    scoped = work.scoped(change={"docket": "another"})
    answering.wait(work.db, scoped, 5, work.now_ms)
    assert answering.due_ms(work.db, scoped) is None, "nobody waits where nothing is asked"


def test_it_comes_from_the_officer_of_the_request_while_it_is_waited_for(work: Casework) -> None:
    number = asked(work)
    with pytest.raises(QuestionClosed):
        answer(work, number, work.team.officer + 1)
    document = answer(work, number, work.team.officer)
    assert service.read(work.db, work.key, CLERK, number, document, work.now_ms) == b"It is 26-mj-17."
    assert Clock.ANSWER in due.running(work.db, number)
    work.judged(number)
    with pytest.raises(QuestionClosed):
        answer(work, number, work.team.officer)
    assert Clock.ANSWER not in due.running(work.db, number), "it was looked at"


def test_who_is_not_active_any_more_answers_nothing(work: Casework) -> None:
    number = asked(work)
    work.bureau.revoke(Whom.all())
    with pytest.raises(QuestionClosed):
        answer(work, number, work.team.officer)
    assert work.log(Act.LEGAL_CLARIFIED) == []
