# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters reach the officer who asked and nobody else; an answer comes back into its request, signed, once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.agencies.errors import ProofRefused
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.answers import handing, store
from privity.desk.legal.answers.errors import LetterUnknown, Unverified
from privity.desk.legal.answers.model import Sort
from privity.desk.legal.requests import answering, due, filing
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import HOUR_MS, Clock, end_of_day
from privity.desk.legal.requests.errors import FilingRefused, QuestionClosed, WordsMissing
from privity.desk.legal.requests.model import Answer, Attachment, Document, Outcome, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import ChallengeRefused, NotYourRole, PasskeyRefused
from privity.desk.staff.rights import Role
from tests.desk.contents import contents
from tests.desk.legal.agencies.bureau import PLACE
from tests.desk.legal.answers.post_room import asked, replied, write
from tests.desk.legal.casework import CLERK, GUARD, RELEASER, REVIEWER, Casework
from tests.desk.retention.years import decrypted

NOBODY = Acting.member(50, frozenset({Role.MODERATOR, Role.AUDITOR, Role.ADMIN}))


def seen(work: Casework, officer: int) -> list[int]:
    return [each.letter.number for each in handing.offered(work.db, officer, work.now_ms)]


def test_a_letter_is_offered_to_the_officer_who_asked_and_fetched_with_its_hash_in_the_log(work: Casework) -> None:
    number, letter = asked(work)
    (offered,) = handing.offered(work.db, work.team.officer, work.now_ms)
    assert (offered.letter, offered.case, offered.asks) == (letter, work.of(number).pseudonym, True)
    found = handing.fetch(work.db, work.key, work.team.officer, letter.number, work.now_ms)
    assert hashlib.sha256(found.page).digest() == letter.sha256 and b"Please say the number at the court" in found.page
    assert found.name == f"{work.of(number).pseudonym}-clarification.html"
    (entry,) = work.log(Act.LEGAL_LETTER_GIVEN)
    assert (entry.who, entry.about) == (f"officer:{work.team.officer}", f"legal:{number}")
    assert (entry.said["page_sha256"], entry.said["how"]) == (letter.sha256.hex(), "fetched")
    (again,) = handing.of_request(work.db, CLERK, number)
    assert [(one.officer, one.at_ms) for one in again.given] == [(work.team.officer, work.now_ms)]
    with pytest.raises(NotYourRole):
        handing.of_request(work.db, NOBODY, number)


def test_nobody_else_has_it_whoever_they_are_and_is_told_the_same_as_for_one_that_never_was(work: Casework) -> None:
    _, letter = asked(work)
    colleague, _ = work.bureau.officer(work.team.supervisor, "Otto Other")
    stranger = work.bureau.enrolled(name="Bureau of Found Teapots", domain="found.example").officer
    said = set()
    for officer in (colleague, stranger):
        assert seen(work, officer) == []
        for wanted in (letter.number, 4711):
            for refused in (
                lambda who, n: handing.fetch(work.db, work.key, who, n, work.now_ms),
                lambda who, n: handing.ask(work.db, PLACE, who, n, "x", work.now_ms),
                lambda who, n: handing.answer(
                    work.db, work.key, PLACE, who, n, Answer("x"), "{}", work.now_ms, work.random
                ),
            ):
                with pytest.raises(LetterUnknown) as err:
                    refused(officer, wanted)
                said.add(str(err.value))
    assert len(said) == 1
    assert work.log(Act.LEGAL_LETTER_GIVEN) == []


def test_who_was_revoked_ended_or_has_lapsed_has_none(work: Casework) -> None:
    _, letter = asked(work)
    officer = work.team.officer
    assert seen(work, officer) == [letter.number]
    before = work.now_ms
    work.days(91)
    assert seen(work, officer) == [], "idle for too long, though nothing has looked yet"
    work.now_ms = before
    work.bureau.end_by(work.team.supervisor, officer)
    assert seen(work, officer) == []
    with pytest.raises(LetterUnknown):
        handing.fetch(work.db, work.key, officer, letter.number, work.now_ms)


def test_a_held_request_gives_nothing_until_it_is_known_anew_who_asks(work: Casework) -> None:
    number, letter = asked(work)
    work.bureau.revoke(Whom.all())
    assert work.of(number).on_hold and seen(work, work.team.officer) == []
    with pytest.raises(IntegrityError, match="for the officer of its request"):
        store.give(work.db, letter.number, work.team.officer, f"officer:{work.team.officer}", work.now_ms)


def test_an_officer_who_is_back_has_none_until_it_is_known_anew_that_they_ask(work: Casework) -> None:
    number, letter = asked(work)
    officer, bureau = work.team.officer, work.bureau
    bureau.enrol_key(officer, str(x25519.Identity.generate().to_public()))
    bureau.confirm_officer(work.team.supervisor, officer)
    assert work.of(number).on_hold and seen(work, officer) == []
    with pytest.raises(IntegrityError, match="for the officer of its request"):
        store.give(work.db, letter.number, officer, f"officer:{officer}", work.now_ms)


def test_while_it_is_found_out_anew_who_asks_nothing_is_written(work: Casework) -> None:
    number, letter = asked(work)
    work.verifying(number)
    assert seen(work, work.team.officer) == []
    with pytest.raises(Unverified):
        write(work, number)
    assert [each.number for each in handing.of_request(work.db, CLERK, number)] == [letter.number]


def test_a_letter_is_withdrawn_by_another_one_of_its_sort_or_by_one_that_says_so(work: Casework) -> None:
    number, first = asked(work)
    second = write(work, number, Sort.CLARIFICATION, remarks="Which teapot?")
    assert seen(work, work.team.officer) == [second.number]
    with pytest.raises(LetterUnknown):
        handing.fetch(work.db, work.key, work.team.officer, first.number, work.now_ms)
    with pytest.raises(LetterUnknown):
        replied(work, first)
    beside = write(work, number, Sort.NOT_HELD)
    assert seen(work, work.team.officer) == [beside.number, second.number]
    instead = write(work, number, Sort.REFUSAL, instead=beside.number)
    assert seen(work, work.team.officer) == [instead.number, second.number]
    found = handing.of_request(work.db, CLERK, number)
    assert [each.withdrawn_by for each in found] == [second.number, None, instead.number, None]
    for wrong in (first.number, beside.number, 4711):
        with pytest.raises(LetterUnknown):
            write(work, number, Sort.REFUSAL, instead=wrong)
    assert len(handing.of_request(work.db, CLERK, number)) == len(found), "nothing of a refused one is kept"


def test_one_of_another_request_is_not_withdrawn(work: Casework) -> None:
    _, letter = asked(work)
    other = work.scoped(change={"docket": "another"})
    with pytest.raises(LetterUnknown):
        write(work, other, instead=letter.number)


def test_a_question_is_waited_for_from_the_day_on_which_it_was_written(work: Casework) -> None:
    number = work.submitted(drop=("docket",))
    work.verified(number)
    work.confirmed(number)
    work.judged(number, Outcome.CLARIFY)
    work.days(4)
    letter = write(work, number, Sort.CLARIFICATION)
    assert answering.due_ms(work.db, number) == end_of_day(work.now_ms, 5)
    (offered,) = handing.offered(work.db, work.team.officer, work.now_ms)
    assert offered.due_ms == end_of_day(work.now_ms, 5)
    work.days(5)
    requests.step(work.db, work.now_ms)
    assert work.of(number).state is State.CLARIFY, "five whole days, wherever the decision was"
    replied(work, letter)


def test_an_answer_lies_beside_the_request_and_somebody_looks_at_it_next(work: Casework) -> None:
    number, letter = asked(work)
    replied(work, letter)
    kept = [each for each in requests.papers(work.db, CLERK, number) if each.who == f"officer:{work.team.officer}"]
    assert [(each.kind, each.name) for each in kept] == [
        (Document.ATTACHMENT, "answer.txt"),
        (Document.ATTACHMENT, "order.pdf"),
    ]
    assert requests.read(work.db, work.key, CLERK, number, kept[0].number, work.now_ms) == b"It is 26-mj-17."
    running = due.running(work.db, number)
    assert Clock.CLARIFICATION not in running
    assert running[Clock.ANSWER].due_ms == end_of_day(work.now_ms, 1), "the next day is a working day"
    (entry,) = work.log(Act.LEGAL_CLARIFIED)
    assert entry.said["sha256"] == hashlib.sha256(b"It is 26-mj-17.").hexdigest() and entry.said["attachments"] == 1
    assert "26-mj" not in str(entry.said)
    (found,) = handing.of_request(work.db, CLERK, number)
    assert [(each.officer, each.document) for each in found.answers] == [(work.team.officer, kept[0].number)]
    work.days(60)
    requests.step(work.db, work.now_ms)
    assert work.of(number).state is State.CLARIFY, "what was answered does not end by itself"


def test_in_an_emergency_the_answer_is_looked_at_within_half_an_hour(work: Casework) -> None:
    number = work.submitted("us.sca.emergency", drop=("emergency_reasons",))
    work.verified(number)
    work.confirmed(number)
    work.judged(number, Outcome.CLARIFY)
    letter = write(work, number, Sort.CLARIFICATION, remarks="Why is it one?")
    replied(work, letter, "Somebody is in danger.")
    assert due.running(work.db, number)[Clock.ANSWER].due_ms == work.now_ms + HOUR_MS // 2


def test_the_answer_changes_no_fact_and_the_request_is_judged_anew(work: Casework) -> None:
    number, letter = asked(work)
    replied(work, letter)
    assert requests.facts_of(work.db, work.key, number).text("docket") is None, "a clerk sets it"
    said = {"docket": "26-mj-17"}
    filing.correct(work.db, work.key, work.rules, CLERK, number, said, "their answer", work.now_ms, work.random)
    work.judged(number)
    assert work.of(number).state is State.SCOPED
    assert Clock.ANSWER not in due.running(work.db, number)
    with pytest.raises(QuestionClosed):
        replied(work, letter, "Once more.")


def test_what_is_signed_is_what_is_said_and_counts_once(work: Casework) -> None:
    number, letter = asked(work)
    with pytest.raises(ChallengeRefused):
        replied(work, letter, "Another one.", signed="It is 26-mj-17.")
    colleague, _ = work.bureau.officer(work.team.supervisor, "Otto Other")
    with pytest.raises(ProofRefused):
        replied(work, letter, key=work.bureau.keys[colleague])
    with pytest.raises(PasskeyRefused):
        handing.answer(
            work.db, work.key, PLACE, work.team.officer, letter.number, Answer("x"), "{}", work.now_ms, work.random
        )
    before = contents(work.db)
    assert before["legal_letter_answer"] == [] and work.log(Act.LEGAL_CLARIFIED) == []
    replied(work, letter)
    with pytest.raises(ProofRefused, match="counted already"):
        replied(work, letter)
    replied(work, letter, "And it is of the second of May.", ())
    assert len(handing.of_request(work.db, CLERK, number)[0].answers) == 2


def test_an_answer_has_the_limits_of_a_filing_and_a_refused_one_uses_nothing_up(work: Casework) -> None:
    number, letter = asked(work)
    many = tuple(Attachment(f"{n}.txt", "text/plain", b"x") for n in range(filing.MAX_ATTACHMENTS))
    with pytest.raises(FilingRefused):
        replied(work, letter, attachments=many)
    for text in ("", "   ", "x" * (filing.MAX_ANSWER + 1)):
        with pytest.raises(WordsMissing):
            replied(work, letter, text)
    assert work.log(Act.LEGAL_CLARIFIED) == []
    replied(work, letter, attachments=many[1:])
    with pytest.raises(FilingRefused):
        replied(work, letter, "one more", ())
    assert len([one for one in requests.papers(work.db, CLERK, number) if one.kind is Document.ATTACHMENT]) == 32


def test_only_a_question_is_answered_and_only_while_it_is_waited_for(work: Casework) -> None:
    number = work.ready()
    work.judged(number, Outcome.REJECT)
    refusal = write(work, number)
    with pytest.raises(QuestionClosed):
        replied(work, refusal)
    with pytest.raises(QuestionClosed):
        answering.take_in(work.db, work.key, number, work.team.officer, Answer("x"), work.now_ms, work.random)


def test_a_letter_is_fetched_so_often_and_no_more(work: Casework) -> None:
    _, letter = asked(work)
    for _ in range(handing.MAX_FETCHED):
        handing.fetch(work.db, work.key, work.team.officer, letter.number, work.now_ms)
    with pytest.raises(LetterUnknown):
        handing.fetch(work.db, work.key, work.team.officer, letter.number, work.now_ms)


def test_on_paper_it_is_handed_over_by_a_clerk_who_answers_for_it(work: Casework) -> None:
    number, letter = asked(work)
    found = handing.read(work.db, work.key, REVIEWER, letter.number, work.now_ms)
    assert hashlib.sha256(found.page).digest() == letter.sha256
    assert work.log(Act.LEGAL_READ)[-1].said == {"kind": "letter", "letter": letter.number}
    for other in (REVIEWER, RELEASER):
        with pytest.raises(NotYourRole):
            handing.hand_over(work.db, other, letter.number, work.now_ms)
    handing.hand_over(work.db, CLERK, letter.number, work.now_ms)
    (kept,) = handing.of_request(work.db, CLERK, number)
    assert [(one.officer, one.who) for one in kept.given] == [(None, CLERK.who)]
    write(work, number, Sort.CLARIFICATION, remarks="Which teapot?")
    with pytest.raises(LetterUnknown):
        handing.hand_over(work.db, CLERK, letter.number, work.now_ms)
    with pytest.raises(LetterUnknown):
        handing.hand_over(work.db, CLERK, 4711, work.now_ms)


def test_a_letter_goes_with_its_request_and_its_hash_stays(work: Casework, tmp_path: Path) -> None:
    number, letter = asked(work)
    other, beside = asked(work, investigation_ref="TI-18")
    (key,) = work.db.execute("SELECT wrapped_key FROM legal_letter_key WHERE letter = ?", (letter.number,)).fetchone()
    work.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert bytes(key) in decrypted(tmp_path / "desk.db", work.keys)
    requests.close(work.db, CLERK, number, "withdrawn", work.now_ms)
    assert seen(work, work.team.officer) == [beside.number, letter.number], "until it is purged"
    work.days(32)
    requests.step(work.db, work.now_ms, (handing.purge,))
    assert work.of(number).state is State.PURGED and work.of(other).state is not State.PURGED
    assert bytes(key) not in decrypted(tmp_path / "desk.db", work.keys)
    (left,) = handing.of_request(work.db, CLERK, number)
    assert (left.sha256, left.gone_ms) == (letter.sha256, work.now_ms)
    with pytest.raises(LetterUnknown):
        handing.read(work.db, work.key, CLERK, letter.number, work.now_ms)


def test_a_request_is_not_purged_while_a_letter_about_it_is_there(work: Casework) -> None:
    number, _ = asked(work)
    requests.close(work.db, CLERK, number, "withdrawn", work.now_ms)
    work.days(32)
    requests.step(work.db, work.now_ms)
    assert work.of(number).state is State.CLOSED, "whoever forgets this room purges nothing"
    requests.step(work.db, work.now_ms, (handing.purge,))
    assert work.of(number).state is State.PURGED and seen(work, work.team.officer) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE legal_letter SET sha256 = zeroblob(32)",
        "UPDATE legal_letter SET withdrawn_by = n",
        "UPDATE legal_letter SET gone_ms = 1, nonce = x'', ciphertext = x''",
        "DELETE FROM legal_letter",
        "UPDATE legal_letter_key SET wrapped_key = zeroblob(length(wrapped_key))",
        "DELETE FROM legal_letter_key",
        "INSERT INTO legal_letter_given (letter, officer, who, at_ms) VALUES (1, NULL, 'desk', 9e15)",
        "UPDATE legal_letter_given SET at_ms = 0",
        "DELETE FROM legal_letter_given",
        "UPDATE legal_letter_answer SET at_ms = 0",
        "DELETE FROM legal_letter_answer",
        "INSERT INTO legal_letter (request, sort, language, sha256, size, written_ms, who, audit_n, nonce, ciphertext)"
        " SELECT request, sort, language, zeroblob(32), size, written_ms, who, audit_n - 1, nonce, ciphertext"
        " FROM legal_letter",
    ],
)
def test_the_database_itself_keeps_letters_as_they_were(work: Casework, sql: str) -> None:
    _, letter = asked(work)
    handing.fetch(work.db, work.key, work.team.officer, letter.number, work.now_ms)
    replied(work, letter)
    with pytest.raises(IntegrityError, match=GUARD):
        work.db.execute(sql.replace("9e15", str(work.now_ms)))


def test_a_letter_that_was_altered_does_not_open(work: Casework) -> None:
    _, letter = asked(work)
    work.db.execute("DROP TRIGGER legal_letter_is_shredded_whole")
    work.db.execute("UPDATE legal_letter SET ciphertext = zeroblob(length(ciphertext))")
    with pytest.raises(Exception, match="does not open"):
        handing.fetch(work.db, work.key, work.team.officer, letter.number, work.now_ms)
    assert work.log(Act.LEGAL_LETTER_GIVEN) == []
