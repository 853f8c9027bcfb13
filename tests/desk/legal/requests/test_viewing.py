# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One look shows everything that belongs to a request, and stands in the log before anything is opened."""

from __future__ import annotations

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import DbError
from privity.desk.legal.requests import documents, service, viewing
from privity.desk.legal.requests.clocks import Clock
from privity.desk.legal.requests.errors import DocumentGone, WordsMissing
from privity.desk.legal.requests.model import Attachment, Ending, Outcome, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from tests.desk.legal.casework import CLERK, RELEASER, REVIEWER, Casework


def test_one_look_shows_all_of_it(work: Casework) -> None:
    number = work.submitted(change={"a remark": "please"}, attachments=(Attachment("order.pdf", "a/b", b"order"),))
    work.verified(number)
    work.confirmed(number)
    work.judged(number, Outcome.CLARIFY)
    work.judged(number)
    found = viewing.look(work.db, work.key, RELEASER, number, work.now_ms)
    assert found.request == work.of(number)
    assert found.known == service.facts_of(work.db, work.key, number)
    assert found.claimed["docket"] == "26-mj-17"
    assert found.form.fields == {"a remark": "please"}
    assert [stated.why for stated in found.stated] == ["", "I looked"]
    assert [judged.number for judged in found.verdicts] == [1, 2]
    assert found.verdicts[1].verdict == service.verdict_of(work.db, work.key, number)
    assert [(one.decided.outcome, one.counts) for one in found.decisions] == [("clarify", False), ("accept", True)]
    assert found.decisions[1].words == "as the rulebook says"
    assert found.decisions[1].scope == service.scope_of(work.db, number)
    assert [paper.name for paper in found.papers if paper.name] == ["order.pdf"]
    assert [move.new for move in found.moves][-2:] == [State.TRIAGED, State.SCOPED]
    assert found.clocks.keys() == {Clock.FRESH}
    assert {who for who, _ in found.parties} == {CLERK.who, REVIEWER.who}
    assert "26-mj-17" not in repr(found)
    (entry,) = work.log(Act.LEGAL_READ)
    assert (entry.who, entry.about, entry.said) == (RELEASER.who, f"legal:{number}", {"kind": "all"})


def test_what_nobody_could_read_is_shown_as_that(work: Casework) -> None:
    work.submit(b"- no map")
    found = viewing.look(work.db, work.key, CLERK, 1, work.now_ms)
    assert (found.known, found.claimed) == (None, {})
    assert found.stated[0].unread


def test_nothing_is_opened_where_the_look_cannot_be_logged(work: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    number, opened = work.submitted(), []

    def unavailable(*_: object, **__: object) -> int:
        raise DbError("the log is closed")

    def seen(*given: object) -> bytes:
        opened.append(given)
        return b""

    monkeypatch.setattr(log, "add", unavailable)
    monkeypatch.setattr(documents, "opened", seen)
    with pytest.raises(DbError):
        viewing.look(work.db, work.key, CLERK, number, work.now_ms)
    assert opened == []


@pytest.mark.parametrize("role", [role for role in Role if not role.value.startswith("legal")])
def test_nobody_else_at_the_desk_sees_a_legal_request(work: Casework, role: Role) -> None:
    number, other = work.submitted(), Acting.member(9, frozenset({role}))
    for look in (
        lambda: viewing.look(work.db, work.key, other, number, work.now_ms),
        lambda: service.papers(work.db, other, number),
        lambda: service.read(work.db, work.key, other, number, 1, work.now_ms),
        lambda: service.listed(work.db, other, State.SUBMITTED),
        lambda: service.held(work.db, other),
    ):
        with pytest.raises(NotYourRole):
            look()
    assert work.log(Act.LEGAL_READ) == []


def test_a_list_goes_on_after_a_number(work: Casework) -> None:
    numbers = [work.submitted() for _ in range(3)]
    assert [one.number for one in service.listed(work.db, CLERK, State.SUBMITTED, limit=2)] == numbers[:2]
    assert [one.number for one in service.listed(work.db, CLERK, State.SUBMITTED, numbers[1])] == numbers[2:]


def test_a_request_ends_for_a_reason_that_can_be_counted(work: Casework) -> None:
    number = work.submitted()
    with pytest.raises(WordsMissing):
        service.close(work.db, CLERK, number, "I did not like it", work.now_ms)
    service.close(work.db, CLERK, number, Ending.DUPLICATE, work.now_ms)
    assert work.log(Act.LEGAL_MOVED)[-1].said["why"] == "duplicate"


def test_what_was_purged_is_not_looked_at(work: Casework) -> None:
    number = work.submitted()
    service.close(work.db, CLERK, number, Ending.FORGED, work.now_ms)
    work.days(31)
    service.step(work.db, work.now_ms)
    with pytest.raises(DocumentGone):
        viewing.look(work.db, work.key, CLERK, number, work.now_ms)
