# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An officer fetches letters about their requests and answers a question; whoever else comes finds nothing there."""

from __future__ import annotations

import hashlib

import pytest

from privity.desk.audit.acts import Act
from privity.desk.console.legal_desk import GUEST_MS
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.answers import handing
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Outcome
from tests.desk.console.legal_scene import LegalPages, desk, fresh, send_files
from tests.desk.console.visitor import Answer, Visitor
from tests.desk.contents import contents
from tests.desk.legal.answers.post_room import asked, write
from tests.desk.legal.casework import CLERK

__all__ = ["desk", "fresh"]

LETTERS = "/agency/letters"
HOSTILE = "<script>alert(1)</script>\u202e{{7*7}}"


async def comes(desk: LegalPages, person: int) -> Visitor:
    """Somebody of an agency, who has shown their passkey."""
    visitor = Visitor(desk.client, passkey=desk.work.bureau.keys[person])
    answer = await visitor.submit("/agency", "/agency/in")
    assert answer.location == "/agency", answer.text
    return visitor


async def officer(desk: LegalPages) -> Visitor:
    return await comes(desk, desk.work.team.officer)


async def answers(
    visitor: Visitor, letter: int, text: str, files: tuple[tuple[str, str, str, bytes], ...] = ()
) -> Answer:
    """In two steps: the words, and then the passkey over exactly these."""
    at = f"{LETTERS}/{letter}"
    ready = await visitor.submit(f"{at}/answer", f"{at}/answer", text=text)
    assert ready.status == 200, ready.text
    form = ready.form(f"{at}/answered")
    fields = dict(form.fields) | {"answer": visitor.passkey.get(form.options, visitor.origin)}
    return await send_files(visitor, form.action, files, {name: str(value) for name, value in fields.items()})


async def test_the_officer_fetches_a_question_and_answers_it_and_the_page_of_the_request_says_all_of_it(
    desk: LegalPages,
) -> None:
    number, letter = asked(desk.work)
    clerk, visitor = await desk.clerk(), await officer(desk)
    at = f"/legal/{number}"
    assert "offered to the officer, who has not fetched it" in (await clerk.get(at)).text
    assert LETTERS in (await visitor.get("/agency")).text
    page = await visitor.get(LETTERS)
    assert desk.work.of(number).pseudonym in page.text and letter.sha256.hex() in page.text
    assert "Your answer is awaited until" in page.text
    given = await visitor.fill(page.form(f"{LETTERS}/{letter.number}"))
    assert hashlib.sha256(given.body).digest() == letter.sha256
    assert given.headers["Content-Type"].startswith("application/octet-stream")
    assert f"fetched by officer:{desk.work.team.officer}" in (await clerk.get(at)).text

    done = await answers(visitor, letter.number, HOSTILE, (("attachment", "order.pdf", "application/pdf", b"teapot"),))
    assert done.status == 200 and "Your answer has arrived" in done.text, done.text
    assert "you may add to that" in done.text
    page = await clerk.get(at)
    assert f"answered by officer:{desk.work.team.officer}" in page.text
    assert "look at their answer to our question" in page.text and "“order.pdf”" in page.text
    paper = next(one for one in requests.papers(desk.db, CLERK, number) if one.name == "answer.txt")
    read = await clerk.submit(at, f"{at}/paper/{paper.number}")
    assert "&lt;script&gt;" in read.text and "<script>alert" not in read.text and "\u202e" not in read.text
    (entry,) = desk.work.log(Act.LEGAL_CLARIFIED)
    assert entry.who == f"officer:{desk.work.team.officer}"


async def test_lp_12_whoever_showed_no_officers_passkey_is_sent_to_the_door_whatever_there_is(
    desk: LegalPages,
) -> None:
    _, letter = asked(desk.work)
    supervisor, clerk, stranger = await comes(desk, desk.work.team.supervisor), await desk.clerk(), desk.browser()
    before = contents(desk.db)
    for visitor in (stranger, supervisor, clerk):
        said = set()
        for number in (letter.number, 4711):
            at = f"{LETTERS}/{number}"
            for answer in (
                await visitor.get(LETTERS),
                await visitor.get(f"{at}/answer"),
                await visitor.post(at),
                await visitor.post(f"{at}/answer", text="x"),
                await visitor.post(f"{at}/answered", text="eA==", answer="{}"),
            ):
                said.add((answer.status, answer.location, answer.text))
        assert said == {(303, "/agency", "")}
    assert contents(desk.db) == before


async def test_another_officer_and_another_agency_find_what_nobody_has(desk: LegalPages) -> None:
    number, letter = asked(desk.work)
    bureau, team = desk.work.bureau, desk.work.team
    colleague, _ = bureau.officer(team.supervisor, "Otto Other")
    stranger = bureau.enrolled(name="Bureau of Found Teapots", domain="found.example").officer
    before = contents(desk.db)
    for person in (colleague, stranger):
        visitor = await comes(desk, person)
        page = await visitor.get(LETTERS)
        assert "There is no letter for you now" in page.text and desk.work.of(number).pseudonym not in page.text
        for there, not_there in (
            (f"{LETTERS}/{letter.number}", f"{LETTERS}/4711"),
            (f"{LETTERS}/{letter.number}/answer", f"{LETTERS}/4711/answer"),
        ):
            first, second = await visitor.post(there, text="x"), await visitor.post(not_there, text="x")
            assert (first.status, first.text) == (second.status, second.text)
            assert first.status in (400, 404), first.text
        first = await visitor.get(f"{LETTERS}/{letter.number}/answer")
        second = await visitor.get(f"{LETTERS}/4711/answer")
        assert (first.status, first.text) == (second.status, second.text) == (404, second.text)
    after = contents(desk.db)
    assert after["legal_letter_given"] == before["legal_letter_given"] == []
    assert after["legal_letter_answer"] == [] and desk.work.log(Act.LEGAL_LETTER_GIVEN) == []


@pytest.mark.parametrize("how", ["revoked", "ended", "lapsed", "gone from the page for long"])
async def test_who_may_not_file_any_more_has_no_letters(desk: LegalPages, how: str) -> None:
    _, letter = asked(desk.work)
    visitor = await officer(desk)
    form = (await visitor.get(LETTERS)).form(f"{LETTERS}/{letter.number}")
    match how:
        case "revoked":
            desk.work.bureau.revoke(Whom.all())
        case "ended":
            desk.work.bureau.end_by(desk.work.team.supervisor, desk.work.team.officer)
        case "lapsed":
            desk.days(91)
            visitor = await officer(desk)
        case _:
            desk.clock.pass_ms(GUEST_MS)
    answer = await visitor.fill(form)
    assert answer.status in (303, 403, 404), answer.text
    assert b"Please say" not in answer.body
    assert desk.work.log(Act.LEGAL_LETTER_GIVEN) == []


async def test_words_that_the_passkey_did_not_sign_are_no_answer(desk: LegalPages) -> None:
    number, letter = asked(desk.work)
    visitor = await officer(desk)
    at = f"{LETTERS}/{letter.number}"
    form = (await visitor.submit(f"{at}/answer", f"{at}/answer", text="It is 26-mj-17.")).form(f"{at}/answered")
    signed = visitor.passkey.get(form.options, visitor.origin)
    for fields in ({"text": "SXQgaXMgYW5vdGhlci4="}, {"text": "!!!"}, {"answer": "{}"}):
        refused = await visitor.fill(form, **{"answer": signed, **fields})
        assert refused.status in (400, 403, 409), refused.text
    forged = await visitor.fill(form, csrf="0" * 64)
    assert forged.status == 403
    assert desk.work.log(Act.LEGAL_CLARIFIED) == []
    assert (await visitor.fill(form, answer=visitor.passkey.get(form.options, visitor.origin))).status == 200
    again = await visitor.fill(form, answer=visitor.passkey.get(form.options, visitor.origin))
    assert again.status == 409 and "counted already" in again.text
    assert len(handing.of_request(desk.db, CLERK, number)[0].answers) == 1


async def test_a_letter_that_was_corrected_is_not_there_and_one_that_asks_nothing_takes_no_answer(
    desk: LegalPages,
) -> None:
    number = desk.work.ready()
    desk.work.judged(number, Outcome.REJECT)
    first = write(desk.work, number)
    second = write(desk.work, number, remarks="It is about another teapot.")
    visitor = await officer(desk)
    page = await visitor.get(LETTERS)
    assert [each.action for each in page.forms if each.action.startswith(LETTERS)] == [f"{LETTERS}/{second.number}"]
    assert (await visitor.post(f"{LETTERS}/{first.number}")).status == 404
    closed = await visitor.get(f"{LETTERS}/{second.number}/answer")
    assert closed.status == 409 and "QuestionClosed" in closed.text
