# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handing in on pages: a clerk is told of every field, whoever comes to the open page gets one answer in any case."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode

import pytest

from privity.desk.audit.acts import Act
from privity.desk.console import legal_desk
from privity.desk.legal.requests import service, signed, viewing
from privity.desk.legal.requests.model import Document, Part, State
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.legal.rulebook.facts import Target
from tests.desk.console.legal_scene import BOUNDARY, LegalPages, desk, fresh, multipart, send_files
from tests.desk.console.visitor import Answer, Visitor
from tests.desk.contents import contents
from tests.desk.legal.casework import CLERK, written

__all__ = ["desk", "fresh"]


def count(desk: LegalPages) -> int:
    (found,) = desk.db.execute("SELECT count(*) FROM legal_request").fetchone()
    return int(found)


async def test_a_file_is_handed_in_with_what_came_along(desk: LegalPages) -> None:
    clerk, request = await desk.clerk(), written()
    order = ("attachment", "order.pdf", "application/pdf", b"%PDF-1.7 an invented order")
    answer = await send_files(clerk, "/legal/file", [("file", "r.yaml", "text/yaml", request), order])
    assert (answer.status, answer.location) == (303, "/legal/1"), answer.text
    found = service.of(desk.db, 1)
    assert (found.state, found.request_sha256) == (State.SUBMITTED, hashlib.sha256(request).digest())
    (attached,) = [each for each in service.papers(desk.db, CLERK, 1) if each.kind is Document.ATTACHMENT]
    assert (attached.name, attached.sha256) == ("order.pdf", hashlib.sha256(order[3]).digest())
    assert (f"staff:{clerk.number}", Part.FILED) in service.parties(desk.db, 1)
    page = await clerk.get("/legal/1")
    assert "Pat Example" in page.text and "1 named" in page.text


async def test_pasted_text_is_handed_in_without_scripts_and_without_files(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    text = written().decode()
    answer = await clerk.submit("/legal/file", "/legal/file", request=text.replace("\n", "\r\n"), draft="true")
    assert answer.location == "/legal/1", answer.text
    assert service.of(desk.db, 1).state is State.DRAFT
    done = await clerk.submit("/legal/1", "/legal/1/hand-in")
    assert done.location == "/legal/1" and service.of(desk.db, 1).state is State.SUBMITTED


@pytest.mark.parametrize(
    "text", ["a: &b [1]", "targets: everybody", "classes: [", "\x00", "nobody_knows: [1]"], ids=list("abcde")
)
async def test_what_cannot_be_read_is_told_to_the_clerk_and_kept_only_if_they_say_so(
    desk: LegalPages, text: str
) -> None:
    clerk = await desk.clerk()
    answer = await clerk.submit("/legal/file", "/legal/file", request=text)
    assert answer.status == 400 and "The request cannot be read" in answer.text and count(desk) == 0
    answer = await clerk.fill(answer.form("/legal/file"), as_it_came="true")
    if text == "\x00":
        text = "\ufffd"  # what a page shows of it is what is sent on
    assert answer.location == "/legal/1", answer.text
    page = await clerk.get("/legal/1")
    assert "What came cannot be read" in page.text


async def test_a_form_for_what_is_usual_makes_the_same_request(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    fields: dict[str, str | list[str]] = {
        "fact.instrument": "us.sca.warrant",
        "fact.issuing_country": "us",
        "fact.targets": "handle pot.collector\naccount: mimi://hub.example/u/x",
        "fact.classes": ["subscriber", "session_ip"],
        "fact.time_range.from": "2026-10-01",
        "fact.time_range.to": "2026-10-31",
        "fact.asks": "none",
        "fact.expires_on": "Never",
        "fact.signature": "yes",
        "fact.emergency": "no",
        "fact.offence": 'theft of a teapot: "no", said 2026',
    }
    answer = await clerk.submit("/legal/file", "/legal/file/form", **fields)
    assert answer.location == "/legal/1", answer.text
    known = service.facts_of(desk.db, desk.keys.evidence, 1)
    assert known.targets() == (Target("account", "mimi://hub.example/u/x"), Target("handle", "pot.collector"))
    assert known.text("issuing_country") == "US" and known.words("classes") == {"subscriber", "session_ip"}
    assert known.get("asks") == frozenset() and known.shown("signature") and known.get("emergency") is False
    assert known.text("offence") == 'theft of a teapot: "no", said 2026'


async def test_every_field_that_cannot_be_taken_is_named_and_the_rest_is_kept(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    fields: dict[str, str | list[str]] = {
        "fact.instrument": "us.sca.warrant",
        "fact.issue_date": "yesterday",
        "fact.issuing_country": "USA",
        "fact.targets": "handle",
        "fact.asks": ["disclose", "none"],
        "fact.time_range.from": "2026-10-01",
        "fact.docket": "26-mj-17",
    }
    answer = await clerk.submit("/legal/file", "/legal/file/form", **fields)
    assert answer.status == 400 and count(desk) == 0
    for said in (
        "issue_date: expected a day such as 2026-01-31",
        "issuing_country: expected one word such as DE",
        "targets: line 1: expected a kind, a blank and an address",
        "asks: expected words, or none of them, got both",
        "time_range: expected a day such as 2026-01-31",
    ):
        assert said in answer.text, said
    assert 'value="26-mj-17"' in answer.text and answer.text.count('aria-invalid="true"') == 4
    for name in ("fact.callback_done", "fact.requester_verified", "fact.nobody", "stray"):
        assert (await clerk.post("/legal/file/form", {**fields, name: "yes"})).status == 400, name
    assert (await clerk.post("/legal/file/form", {})).status == 400
    assert count(desk) == 0


async def test_a_clerk_hands_in_one_request_at_a_time(desk: LegalPages) -> None:
    clerk, request = await desk.clerk(), written()
    for files, fields in (
        ([], {}),
        ([("file", "r.yaml", "text/yaml", request)], {"request": request.decode()}),
        ([("file", "a", "text/yaml", request), ("file", "b", "text/yaml", request)], {}),
    ):
        answer = await send_files(clerk, "/legal/file", files, fields)
        assert answer.status == 400 and "Expected one request" in answer.text
    assert count(desk) == 0


async def signed_by(desk: LegalPages, officer: Visitor, request: bytes, *, files: bool = True) -> Answer:
    """An officer shows the page their passkey for these bytes, and sends what it answered."""
    given = [("file", "r.yaml", "text/yaml", request)] if files else []
    page = await send_files(officer, "/agency/file/sign", given, {} if files else {"request": request.decode()})
    assert page.status == 200, page.text
    assert hashlib.sha256(request).hexdigest() in page.text
    return await officer.fill(page.form("/agency/file"))


async def test_an_officers_passkey_signs_the_bytes_and_a_clerk_has_it_checked(desk: LegalPages) -> None:
    team, clerk = desk.work.team, await desk.clerk()
    officer = Visitor(desk.client, passkey=desk.work.bureau.keys[team.officer])
    request = written("us.sca.subpoena").replace(b"\n", b"\r\n")
    answer = await signed_by(desk, officer, request)
    assert (answer.status, answer.body) == (200, ACKNOWLEDGEMENT)
    found = service.of(desk.db, 1)
    assert (found.state, found.agency, found.request_sha256) == (
        State.SUBMITTED,
        None,
        hashlib.sha256(request).digest(),
    )
    page = await clerk.get("/legal/1")
    assert "A passkey answered beside it" in page.text and "Bureau of Lost Teapots" not in page.text
    await clerk.submit("/legal/1", "/legal/1/verify")
    done = await clerk.submit("/legal/1", "/legal/1/answer")
    assert done.location == "/legal/1", done.text
    page = await clerk.get("/legal/1")
    assert "Olga Officer" in page.text and team.agency.switchboard in page.text
    assert service.of(desk.db, 1).officer == team.officer
    (entry,) = desk.work.log(Act.LEGAL_CHECKED)
    assert entry.said["call_back"] is True, "a browser that nobody knows is called back"


async def test_what_another_passkey_answered_verifies_nobody(desk: LegalPages) -> None:
    """A supervisor's, somebody's whom no agency knows, one for other bytes, and no answer at all."""
    team, clerk, work = desk.work.team, await desk.clerk(), desk.work
    request = written()
    stranger = Visitor(desk.client)
    stranger.passkey.create(CREATE, stranger.origin)
    supervisor = Visitor(desk.client, passkey=work.bureau.keys[team.supervisor])
    officer = Visitor(desk.client, passkey=work.bureau.keys[team.officer])
    other = (await send_files(officer, "/agency/file/sign", [("file", "x", "text/yaml", b"a: b")])).form("/agency/file")
    mixed = [(name, value) for name, value in other.fields if name not in ("request", "csrf", "answer")]
    for visitor, fields in ((stranger, None), (supervisor, None), (officer, "mixed"), (officer, "junk")):
        if fields is None:
            answer = await signed_by(desk, visitor, request)
        else:
            text = visitor.passkey.get(other.options, visitor.origin) if fields == "mixed" else "{}"
            sent = {"request": base64.b64encode(request).decode(), "answer": text, **dict(mixed)}
            answer = await visitor.post("/agency/file", sent)
        assert (answer.status, answer.body) == (200, ACKNOWLEDGEMENT)
        number = count(desk)
        await clerk.submit(f"/legal/{number}", f"/legal/{number}/verify")
        refused = await clerk.submit(f"/legal/{number}", f"/legal/{number}/answer")
        assert refused.status in (403, 409), refused.text
        assert service.of(desk.db, number).agency is None
        verified = await clerk.submit(f"/legal/{number}", f"/legal/{number}/verified")
        assert verified.status == 409 and service.of(desk.db, number).state is State.VERIFYING


INSIDE = ("audit_node", "sqlite_sequence")
"""Of the tree of the log, and of the database itself: they grow by the number of entries."""
CREATE = (
    '{"rp": {"id": "desk.example"}, "challenge": "eA", "pubKeyCredParams": [{"type": "public-key", "alg": -7}],'
    ' "user": {"id": "eA"}}'
)


async def test_lp_12_the_open_page_answers_everything_with_the_same_bytes(desk: LegalPages) -> None:
    """Whoever comes, and whatever they send: status, headers and body are those of everybody."""
    team = desk.work.team
    officer = Visitor(desk.client, passkey=desk.work.bureau.keys[team.officer])
    good = await signed_by(desk, officer, written(), files=False)
    nobody = desk.browser()
    token = await nobody.token()
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    other = written(change={"targets": [{"kind": "handle", "value": "nobody.here"}]})
    answers = [good]
    sent: tuple[dict[str, str | list[str]], ...] = (
        {},
        {"request": "!!!"},
        {"request": ["a", "b"]},
        {"request": "YTogYg=="},
        {"request": other.decode(), "answer": "{}"},
        {"request": "", "stray": "x" * 1000, "officer": "1"},
        {"answer": "\x00\U0001f600", "request": "=?"},
    )
    for fields in sent:
        answers.append(await nobody.send("/agency/file", multipart({"csrf": token, **fields}), kind))
        answers.append(await nobody.send("/agency/file", urlencode({"csrf": token, **fields}, doseq=True).encode()))
    files = [("attachment", f"{at}", "text/plain", b"x") for at in range(40)]
    answers.append(await nobody.send("/agency/file", multipart({"csrf": token}, files), kind))
    assert {(each.status, each.body) for each in answers} == {(200, ACKNOWLEDGEMENT)}
    heads = [{name: value for name, value in each.headers.items() if name != "Date"} for each in answers]
    assert all(head == heads[0] for head in heads)
    assert count(desk) == len(answers)


async def test_the_open_page_reads_nothing_of_what_is_there(desk: LegalPages) -> None:
    """A request about somebody and one about nobody write the same rows, as many, into the same tables."""
    nobody = desk.browser()
    rows = []
    for who in ("pot.collector", "no.body.here."):
        before = contents(desk.db)
        request = written(change={"targets": [{"kind": "handle", "value": who}]})
        await nobody.post("/agency/file", request=request.decode())
        after = contents(desk.db)
        rows.append({name: len(rows) - len(before[name]) for name, rows in after.items() if name not in INSIDE})
    assert rows[0] == rows[1]


async def test_the_open_page_takes_no_more_in_an_hour_than_anybody_could_look_at(
    desk: LegalPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legal_desk, "FILED_AN_HOUR", 3)
    nobody = desk.browser()
    for _ in range(3):
        assert (await nobody.post("/agency/file", request="a: b")).body == ACKNOWLEDGEMENT
    for request in ("a: b", written().decode()):
        answer = await nobody.post("/agency/file", request=request)
        assert answer.status == 429 and "TooManyTries" in answer.text
    assert count(desk) == 3
    desk.clock.pass_ms(3_600_000)
    assert (await nobody.post("/agency/file", request="a: b")).body == ACKNOWLEDGEMENT


async def test_nothing_is_kept_before_a_passkey_has_signed(desk: LegalPages) -> None:
    nobody = desk.browser()
    before = contents(desk.db)
    page = await nobody.submit("/agency/file", "/agency/file/sign", request="a: b")
    assert page.status == 200 and page.form("/agency/file").passkey == "get"
    for wrong in ("", "   ", "Privity agency deed 1\n{}"):
        assert (await nobody.submit("/agency/file", "/agency/file/sign", request=wrong)).status == 400, wrong
    assert contents(desk.db) == before


def test_what_lies_beside_is_found_by_its_kind_alone(desk: LegalPages) -> None:
    attached = signed.beside("{}", b"\x01" * 32)
    number = desk.work.submitted(attachments=(attached,))
    whole = viewing.look(desk.db, desk.keys.evidence, CLERK, number, desk.work.now_ms)
    found = signed.among(whole.papers)
    assert found is not None and found.name == signed.NAME
    answer, seen = signed.came(desk.db, desk.keys.evidence, number)
    assert (answer, seen.device, seen.country) == ("{}", b"\x01" * 32, None) and "desk 4" in seen.contact
