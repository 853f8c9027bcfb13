# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person says to a request for their data: it holds the release until a reviewer has answered it."""

from __future__ import annotations

import os

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.decisions.errors import TextRefused
from privity.desk.errors import EvidenceGone
from privity.desk.evidence.records import open_record
from privity.desk.legal.notices import service, settling
from privity.desk.legal.notices.errors import (
    AnsweredBefore,
    NoSuchNotice,
    ObjectedBefore,
    ObjectionOpen,
    ObjectionUnknown,
    TooLateToObject,
)
from privity.desk.legal.notices.lodging import TAKEN, TAKEN_LATE
from privity.desk.legal.notices.model import Answer, Objection
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import end_of_day
from privity.desk.legal.requests.errors import GuardUnmet, SamePerson
from privity.desk.legal.requests.model import Part, State
from privity.desk.staff.errors import NotYourRole
from privity.identity.uris import new_user_uri
from privity.wire.staff import Verb
from privity.wire.standing import StatementKind
from tests.desk.fake_hub import HOST
from tests.desk.legal.notices.post import OTHERS, REVIEWER, Post

WORDS = "We have looked: it is your account that the court names."


def objected(post: Post, number: int) -> int:
    made = post.objects(post.notice(number).reference, post.person)
    assert made is not None
    return made


def answered(post: Post, objection: int, outcome: Answer) -> Objection:
    return service.answer(post.db, REVIEWER, objection, outcome, WORDS, post.floor.later(), os.urandom)


def test_an_objection_holds_the_release_until_a_reviewer_answered_it(post: Post) -> None:
    number = post.told()
    post.approved(number)
    objection = objected(post, number)
    assert post.lines(post.person) == [TAKEN]
    post.days(8)
    with pytest.raises(ObjectionOpen):
        post.done(number)
    assert settling.ready_ms(post.db, number, post.now_ms) is None
    assert post.step() == 0 and post.of(number).state is State.APPROVED
    (open_one,) = service.open_objections(post.db, REVIEWER)
    assert (open_one.number, open_one.request) == (objection, number)
    assert [one.why for one in service.waiting(post.db, REVIEWER, post.telling, post.now_ms)] == [
        f"objection {objection} has no answer"
    ]
    answered(post, objection, Answer.GOES_ON)
    assert post.done(number).state is State.NOTICE_DONE
    assert service.waiting(post.db, REVIEWER, post.telling, post.now_ms) == ()


def test_the_database_holds_it_too_at_both_gates(post: Post) -> None:
    number = post.told()
    post.approved(number)
    post.days(8)
    post.done(number)
    objected(post, number)
    with pytest.raises(GuardUnmet, match="objection"):
        post.released(number)
    (open_one,) = service.open_objections(post.db, REVIEWER)
    answered(post, open_one.number, Answer.NARROWED)
    assert post.released(number)


def test_what_an_objection_stopped_stays_stopped_until_it_is_decided_anew(post: Post) -> None:
    number = post.told()
    post.approved(number)
    answered(post, objected(post, number), Answer.STOPPED)
    post.days(8)
    with pytest.raises(ObjectionOpen):
        post.done(number)
    (move,) = post.db.execute("SELECT max(n) FROM legal_move WHERE request = ?", (number,)).fetchone()
    request = post.of(number)
    post.db.execute(
        "INSERT INTO legal_notice_done (move, request, decision, how, at_ms) VALUES (?, ?, ?, 'told', ?)",
        (move, number, request.decision, post.floor.later()),
    )
    with pytest.raises(GuardUnmet, match="objection"):
        requests.move(post.db, number, State.NOTICE_DONE, "staff:7", post.now_ms)
    post.judged_anew(number)
    post.step()
    post.hub_takes()
    post.step()
    post.approved(number)
    post.days(8)
    assert post.done(number).state is State.NOTICE_DONE, "less is asked now, and the person was told of that anew"


def test_the_person_reads_the_answer_and_the_reviewer_never_releases(post: Post) -> None:
    number = post.told()
    objection = objected(post, number)
    done = answered(post, objection, Answer.GOES_ON)
    assert done.answered is not None and done.answered.answer is Answer.GOES_ON
    notice, told = post.said()
    assert (told.kind, told.reference) == (StatementKind.LEGAL_ANSWER, notice.reference)
    assert WORDS in told.text and "The request stands" in told.text
    assert post.asked()[-1].effect.subject == post.person
    (entry,) = post.acts(Act.LEGAL_OBJECTION_ANSWERED)
    assert entry.said["answer"] == "goes_on" and WORDS not in str(entry.said)
    with pytest.raises(SamePerson):
        requests.take_part(post.db, number, REVIEWER.who, Part.RELEASED)


def test_only_a_reviewer_answers_once_and_with_words(post: Post) -> None:
    number = post.told()
    objection = objected(post, number)
    for other in OTHERS:
        with pytest.raises(NotYourRole):
            service.answer(post.db, other, objection, Answer.GOES_ON, WORDS, post.now_ms, os.urandom)
    for words in ("", " ", "turned \u202e around"):
        with pytest.raises(TextRefused):
            service.answer(post.db, REVIEWER, objection, Answer.GOES_ON, words, post.now_ms, os.urandom)
    with pytest.raises(ObjectionUnknown):
        answered(post, 99, Answer.GOES_ON)
    answered(post, objection, Answer.GOES_ON)
    with pytest.raises(AnsweredBefore):
        answered(post, objection, Answer.STOPPED)
    for sql in (
        "UPDATE legal_objection_answer SET answer = 'goes_on'",
        "DELETE FROM legal_objection_answer",
        "DELETE FROM legal_objection",
        "UPDATE legal_objection SET notice = 1",
    ):
        with pytest.raises(IntegrityError):
            post.db.execute(sql)


def test_an_objection_by_somebody_else_says_nothing_and_holds_nothing(post: Post) -> None:
    number = post.told()
    stranger = new_user_uri(HOST, os.urandom)
    assert post.objects(post.notice(number).reference, stranger) is None
    assert post.objects("a" * 26, stranger) is None
    first, second = post.lines(stranger)
    assert first == second, "whether there is such a notice is told to nobody"
    assert post.lines(post.person) == []
    assert [entry.said["why"] for entry in post.acts(Act.LEGAL_OBJECTION_TURNED_AWAY)] == [NoSuchNotice.__name__] * 2
    assert service.objections(post.db, REVIEWER, number) == ()


def test_a_notice_that_is_barred_cannot_be_objected_to_nor_found_out(post: Post) -> None:
    number = post.collected()
    post.bar(number, end_of_day(post.now_ms, 30))
    post.step()
    assert post.objects(post.notice(number).reference, post.person) is None
    assert post.objects("a" * 26, post.person) is None
    first, second = post.lines(post.person)
    assert first == second


def test_each_objects_once_and_what_they_say_is_evidence(post: Post) -> None:
    number = post.told()
    objected(post, number)
    assert post.objects(post.notice(number).reference, post.person, "And another thing.") is None
    assert [entry.said["why"] for entry in post.acts(Act.LEGAL_OBJECTION_TURNED_AWAY)] == [ObjectedBefore.__name__]
    (found,) = service.objections(post.db, REVIEWER, number)
    key = post.floor.keys.evidence
    record = open_record(post.db, key, found.evidence, who="staff:90", reason="to answer it", now_ms=post.now_ms)
    assert record.content == b"I am another teapot collector."
    requests.close(post.db, post.floor.clerk, number, "withdrawn", post.floor.later())
    post.purge(number)
    with pytest.raises(EvidenceGone):
        open_record(post.db, key, found.evidence, who="staff:90", reason="to answer it", now_ms=post.now_ms)
    assert post.notice(number).user_uri is None


def test_after_the_data_left_an_objection_is_heard_for_a_time_and_holds_nothing(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, 10))
    post.step()
    post.approved(number)
    post.step()
    post.released(number)
    post.to_the_day(bar.at_ms, 11)
    post.step()
    reference, sent_ms = post.notice(number).reference, post.now_ms
    objection = objected(post, number)
    assert post.lines(post.person) == [TAKEN_LATE]
    answered(post, objection, Answer.STOPPED)
    assert "had been handed over before" in post.said()[-1].text
    post.db.execute("DROP TRIGGER legal_objection_loses_none")
    post.db.execute("DROP TRIGGER legal_objection_answer_loses_none")
    post.db.execute("DELETE FROM legal_objection_answer")
    post.db.execute("DELETE FROM legal_objection")
    post.to_the_day(sent_ms, 31)
    assert post.objects(reference, post.person) is None
    assert [entry.said["why"] for entry in post.acts(Act.LEGAL_OBJECTION_TURNED_AWAY)] == [TooLateToObject.__name__]


def test_nothing_but_words_for_the_person_goes_to_the_hub(post: Post) -> None:
    number = post.told()
    answered(post, objected(post, number), Answer.GOES_ON)
    rows = post.db.execute("SELECT DISTINCT verb, subject FROM effect").fetchall()
    assert set(rows) == {(Verb.LEGAL_NOTICE.value, post.person), (Verb.TELL.value, post.person)}
