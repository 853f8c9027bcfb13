# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What comes is kept as it came, sealed; its facts are corrected beside it, and never where they stand."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError
from privity.desk.legal.requests import documents, due, filing, reading, service, taking
from privity.desk.legal.requests.clocks import HOUR_MS, Clock
from privity.desk.legal.requests.errors import (
    DocumentGone,
    FactIsOurs,
    FactsUnread,
    FilingRefused,
    GuardUnmet,
    NotInThisState,
    RequestUnknown,
    WordsMissing,
)
from privity.desk.legal.requests.filing import MAX_ATTACHED, MAX_ATTACHMENTS
from privity.desk.legal.requests.model import Attachment, Document, Filing, Part, State
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.legal.rulebook import strict_yaml
from privity.desk.legal.rulebook.errors import FactIllTyped, FactUnknown
from privity.desk.staff.errors import NotYourRole
from tests.desk.legal.casework import CLERK, GUARD, RELEASER, REVIEWER, RULES, Casework, written

ORDER = Attachment("order.pdf", "application/pdf", b"%PDF an invented order about a teapot")


def filed(work: Casework, request: bytes, *attachments: Attachment, draft: bool = False) -> int:
    return filing.file(
        work.db, work.key, RULES, CLERK, Filing(request, attachments), work.now_ms, work.random, draft=draft
    ).number


def corrected(work: Casework, number: int, values: dict[str, Any], why: str = "I read it again") -> None:
    filing.correct(work.db, work.key, RULES, CLERK, number, values, why, work.now_ms, work.random)


def paper(work: Casework, number: int, kind: Document) -> bytes:
    found = documents.newest(work.db, number, kind)
    assert found is not None
    return service.read(work.db, work.key, CLERK, number, found.number, work.now_ms)


def test_what_came_is_kept_as_it_came(work: Casework) -> None:
    request = written()
    number = work.submitted(attachments=(ORDER,))
    found = work.of(number)
    assert found.state is State.SUBMITTED
    assert found.request_sha256 == hashlib.sha256(request).digest()
    assert paper(work, number, Document.REQUEST) == request
    assert paper(work, number, Document.ATTACHMENT) == ORDER.content
    (listed,) = (one for one in service.papers(work.db, CLERK, number) if one.kind is Document.ATTACHMENT)
    assert (listed.name, listed.media_type, listed.size) == ("order.pdf", "application/pdf", len(ORDER.content))
    assert listed.sha256 == hashlib.sha256(ORDER.content).digest()


def test_nothing_of_it_stands_readable_in_the_database(work: Casework) -> None:
    """The file is encrypted as a whole, and in it what came is sealed once more."""
    work.submitted(change={"docket": "26-teapot-1717"}, attachments=(ORDER,))
    tables = [name for (name,) in work.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    rows = str([work.db.execute(f"SELECT * FROM {name}").fetchall() for name in tables])
    assert "order.pdf" in rows
    for word in ("26-teapot-1717", "pot.collector", "invented order"):
        assert word not in rows


def test_pseudonyms_say_nothing_of_how_many_there_are(work: Casework) -> None:
    names = [work.of(work.submitted()).pseudonym for _ in range(5)]
    assert len(set(names)) == 5
    assert names != sorted(names)
    for name in names:
        assert name.startswith("LP-2026-")
        assert service.by_pseudonym(work.db, name).pseudonym == name
    with pytest.raises(RequestUnknown):
        service.by_pseudonym(work.db, "LP-2026-AAAAAAAAAA")


def test_fields_that_no_rule_asks_for_are_kept_as_they_are(work: Casework) -> None:
    number = work.submitted(change={"delivery_key": "age1 of the office", "a remark": "urgent, please"})
    form = paper(work, number, Document.FORM)
    assert b"age1 of the office" in form
    assert b"urgent, please" in form
    assert "delivery_key" not in service.facts_of(work.db, work.key, number).values


def test_what_the_house_finds_out_itself_is_taken_from_no_request(work: Casework) -> None:
    lies = {
        "requester_verified": True,
        "received_on": "2020-01-01",
        "callback_done": True,
        "callback_number_source": "my card",
        "first_contact_agency": False,
        "language_ok": True,
        "flags": [],
        "channel": "decentralised_it_system",
    }
    number = work.submitted(change=lies)
    known = service.facts_of(work.db, work.key, number)
    assert known.get("requester_verified") is False
    assert known.day("received_on") == date(2026, 11, 26)
    for name in lies.keys() - {"requester_verified", "received_on"}:
        assert known.get(name) is None


def test_what_has_to_be_shown_counts_once_a_clerk_has_seen_it(work: Casework) -> None:
    number = work.submitted()
    assert service.facts_of(work.db, work.key, number).get("judicial_signature") is None
    known = filing.confirm(
        work.db, work.key, RULES, CLERK, number, frozenset({"judicial_signature"}), "seen", work.now_ms, work.random
    )
    assert known.shown("judicial_signature")
    assert not known.shown("probable_cause_finding")
    for names in (frozenset({"jld_order"}), frozenset[str]()):
        with pytest.raises(FilingRefused):
            filing.confirm(work.db, work.key, RULES, CLERK, number, names, "seen", work.now_ms, work.random)


def test_what_a_clerk_files_was_seen_by_the_clerk(work: Casework) -> None:
    number = filed(work, written())
    assert service.facts_of(work.db, work.key, number).shown("judicial_signature")
    assert service.parties(work.db, number) == {(CLERK.who, Part.FILED)}


def test_a_correction_stands_beside_what_was_said_before(work: Casework) -> None:
    number = work.submitted()
    corrected(work, number, {"docket": "26-mj-18", "judge": None})
    known = service.facts_of(work.db, work.key, number)
    assert (known.text("docket"), known.text("judge")) == ("26-mj-18", None)
    first, second = reading.stated(work.db, work.key, number)
    assert first.values is not None
    assert first.values["docket"] == "26-mj-17"
    assert (second.values, second.why) == ({"docket": "26-mj-18", "judge": None}, "I read it again")
    (entry,) = work.log(Act.LEGAL_CORRECTED)
    assert entry.said["facts"] == ["docket", "judge"]
    assert "26-mj" not in str(entry.said)
    assert (CLERK.who, Part.SET_FACTS) in service.parties(work.db, number)
    for sql in (
        "UPDATE legal_fact SET who = 'me'",
        "DELETE FROM legal_fact",
        "UPDATE legal_document SET sha256 = zeroblob(32)",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


@pytest.mark.parametrize("name", sorted(taking.FOUND_OUT))
def test_no_clerk_sets_what_the_house_finds_out(work: Casework, name: str) -> None:
    number = work.submitted()
    with pytest.raises(FactIsOurs):
        corrected(work, number, {name: True})


def test_corrections_are_facts_with_a_reason(work: Casework) -> None:
    number = work.submitted()
    with pytest.raises(FactIllTyped):
        corrected(work, number, {"order_date": "yesterday"})
    with pytest.raises(FactUnknown):
        corrected(work, number, {"mood": "good"})
    for why in ("", " ", "x" * 1001):
        with pytest.raises(WordsMissing):
            corrected(work, number, {"docket": "1"}, why)
    assert len(reading.stated(work.db, work.key, number)) == 1
    assert work.log(Act.LEGAL_CORRECTED) == []


def test_facts_are_not_corrected_once_they_were_judged(work: Casework) -> None:
    number = work.scoped()
    with pytest.raises(NotInThisState):
        corrected(work, number, {"docket": "26-mj-18"})
    with pytest.raises(NotInThisState):
        filing.attach(work.db, work.key, CLERK, number, ORDER, work.now_ms, work.random)
    with pytest.raises(IntegrityError, match="not changed after they were judged"):
        work.db.execute(
            "INSERT INTO legal_fact (request, document, at_ms, who) SELECT ?, max(n), 1, 'x' FROM legal_document",
            (number,),
        )


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"\xff",
        b"- a list",
        b"docket: 17",
        b"classes: all of them",
        b"mood: {a: b}",
        b"a: &b c",
        b"x: " + b"y" * 3000,
    ],
    ids=["empty", "not utf-8", "list", "number", "no list", "map", "anchor", "long"],
)
def test_what_cannot_be_read_is_kept_with_the_reason(work: Casework, request_bytes: bytes) -> None:
    assert work.submit(request_bytes) == ACKNOWLEDGEMENT
    assert paper(work, 1, Document.REQUEST) == request_bytes
    (first,) = reading.stated(work.db, work.key, 1)
    assert first.values is None
    assert first.unread
    with pytest.raises(FactsUnread):
        service.facts_of(work.db, work.key, 1)
    corrected(work, 1, {"docket": "26-mj-17"})
    assert service.facts_of(work.db, work.key, 1).text("docket") == "26-mj-17"


def test_what_is_too_much_is_kept_as_a_hash(work: Casework) -> None:
    request = b"#" * (strict_yaml.MAX_BYTES + 1)
    assert work.submit(request) == ACKNOWLEDGEMENT
    assert work.of(1).request_sha256 == hashlib.sha256(request).digest()
    assert paper(work, 1, Document.REQUEST) == b""
    many = tuple(ORDER for _ in range(MAX_ATTACHMENTS + 1))
    assert work.submit(written(), many) == ACKNOWLEDGEMENT
    assert reading.stated(work.db, work.key, 2)[0].unread
    for given in (Filing(request), Filing(written(), many), Filing(b"")):
        with pytest.raises(FilingRefused):
            filing.file(work.db, work.key, RULES, CLERK, given, work.now_ms, work.random)


def test_a_draft_waits_for_whoever_began_it(work: Casework) -> None:
    number = filed(work, written(), draft=True)
    assert work.of(number).state is State.DRAFT
    filing.attach(work.db, work.key, CLERK, number, ORDER, work.now_ms, work.random)
    large = Attachment("a", "b", bytes(MAX_ATTACHED))
    with pytest.raises(FilingRefused):
        filing.attach(work.db, work.key, CLERK, number, large, work.now_ms, work.random)
    assert filing.hand_in(work.db, CLERK, number, work.now_ms).state is State.SUBMITTED
    assert Clock.DRAFT not in due.running(work.db, number)


def test_only_a_clerk_works_on_requests(work: Casework) -> None:
    number = work.submitted()
    for other in (REVIEWER, RELEASER):
        with pytest.raises(NotYourRole):
            filing.file(work.db, work.key, RULES, other, Filing(written()), work.now_ms, work.random)
        with pytest.raises(NotYourRole):
            filing.correct(work.db, work.key, RULES, other, number, {"docket": "1"}, "x", work.now_ms, work.random)
        with pytest.raises(NotYourRole):
            filing.attach(work.db, work.key, other, number, ORDER, work.now_ms, work.random)
        with pytest.raises(NotYourRole):
            service.close(work.db, other, number, "withdrawn", work.now_ms)


def test_every_reading_of_a_document_is_logged_first(work: Casework) -> None:
    number, other = work.submitted(), work.submitted()
    (one, *_) = service.papers(work.db, REVIEWER, number)
    service.read(work.db, work.key, REVIEWER, number, one.number, work.now_ms)
    (entry,) = work.log(Act.LEGAL_READ)
    assert (entry.who, entry.about, entry.said["kind"]) == (REVIEWER.who, f"legal:{number}", "request")
    with pytest.raises(DocumentGone):
        service.read(work.db, work.key, REVIEWER, other, one.number, work.now_ms)
    with pytest.raises(RequestUnknown):
        service.papers(work.db, REVIEWER, 99)


def test_lp_12_a_quarantine_ends_after_72_hours_and_is_for_whom_nobody_has_verified(work: Casework) -> None:
    taken: list[tuple[int, int]] = []

    def take(_: Db, number: int, until_ms: int) -> None:
        taken.append((number, until_ms))

    number = work.submitted()
    assert filing.quarantine(work.db, CLERK, number, take, work.now_ms) == work.now_ms + 72 * HOUR_MS
    assert taken == [(number, work.now_ms + 72 * HOUR_MS)]
    assert [entry.said["until_ms"] for entry in work.log(Act.LEGAL_QUARANTINED)] == [work.now_ms + 72 * HOUR_MS]
    work.verified(number)
    with pytest.raises(NotInThisState):
        filing.quarantine(work.db, CLERK, number, take, work.now_ms)
    assert len(taken) == 1


def test_an_emergency_that_is_claimed_later_is_verified_as_one(work: Casework) -> None:
    number = work.submitted("eu.epoc")
    work.verified(number)
    with pytest.raises(GuardUnmet, match="verified as one"):
        corrected(work, number, {"emergency": True})
    assert service.facts_of(work.db, work.key, number).get("emergency") is False


def test_the_clocks_follow_the_facts(work: Casework) -> None:
    number = work.submitted("eu.epoc", {"emergency": True})
    at = work.now_ms
    running = due.running(work.db, number)
    assert running[Clock.PRODUCE].due_ms == at + 8 * HOUR_MS
    assert running[Clock.FIRST_LOOK_EMERGENCY].due_ms == at + HOUR_MS // 2
    assert Clock.ACKNOWLEDGE not in running  # it was answered at once
    corrected(work, number, {"emergency": False})
    assert due.running(work.db, number)[Clock.PRODUCE].due_ms > at + 8 * HOUR_MS
    corrected(work, number, {"instrument": "any.mlat"})
    assert Clock.PRODUCE not in due.running(work.db, number)


def test_an_instrument_that_needs_a_call_is_an_emergency_by_itself(work: Casework) -> None:
    number = work.submitted("us.sca.emergency")
    assert work.of(number).emergency
    assert not work.of(work.submitted("us.sca.subpoena")).emergency
