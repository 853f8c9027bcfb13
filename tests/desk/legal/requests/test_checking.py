# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Nobody is taken for somebody else: a passkey signs the request, or paper is checked, and a call is made where due."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.agencies.errors import AgencyNotActive, OfficerNotActive, ProofRefused
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import checking, service
from privity.desk.legal.requests.errors import (
    DocumentGone,
    FactsUnread,
    GuardUnmet,
    NotInThisState,
    NotTheRegistersNumber,
    WordsMissing,
)
from privity.desk.legal.requests.model import Part, State
from privity.desk.legal.rulebook import strict_yaml
from privity.desk.staff.errors import ChallengeRefused, NotYourRole
from tests.desk.legal.agencies.bureau import HOME, PLACE
from tests.desk.legal.casework import CLERK, GUARD, RELEASER, REVIEWER, RULES, Casework

EPOC = "eu.epoc"


def verified(work: Casework, number: int) -> State:
    return checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms).state


def on_paper(work: Casework, number: int, agency: int | None, officer: int | None = None, words: str = "seal") -> None:
    checking.on_paper(work.db, work.key, CLERK, number, agency, officer, words, work.now_ms, work.random)


def test_an_officers_passkey_signs_the_hash_of_what_came(work: Casework) -> None:
    number = work.submitted(EPOC)
    work.verifying(number)
    with pytest.raises(GuardUnmet, match="nobody has verified"):
        verified(work, number)
    found = work.asserted(number)
    assert (found.agency, found.officer) == (work.team.agency.number, work.team.officer)
    work.called(number)
    assert verified(work, number) is State.VERIFIED
    known = service.facts_of(work.db, work.key, number)
    assert known.get("requester_verified") is True
    assert known.text("channel") == "agency_account"
    assert known.get("first_contact_agency") is True
    assert known.shown("callback_done")
    assert service.parties(work.db, number) == {(CLERK.who, Part.VERIFIED), (CLERK.who, Part.CALLED)}


def test_an_answer_for_another_request_counts_for_nothing(work: Casework) -> None:
    first, other = work.submitted(EPOC), work.submitted(EPOC, {"offence": "another teapot"})
    for number in (first, other):
        work.verifying(number)
    options = checking.ask(work.db, PLACE, work.team.officer, first)
    answer = work.bureau.keys[work.team.officer].get(options, PLACE.origin)
    with pytest.raises(ChallengeRefused):
        checking.by_assertion(work.db, work.key, PLACE, CLERK, other, answer, HOME, work.now_ms, work.random)
    checking.by_assertion(work.db, work.key, PLACE, CLERK, first, answer, HOME, work.now_ms, work.random)
    assert work.of(other).officer is None


def test_the_same_bytes_are_signed_once(work: Casework) -> None:
    """Whoever copies a request and its assertion has nothing: the hash counted already."""
    first, again = work.submitted(EPOC), work.submitted(EPOC)
    for number in (first, again):
        work.verifying(number)
    options = checking.ask(work.db, PLACE, work.team.officer, first)
    answer = work.bureau.keys[work.team.officer].get(options, PLACE.origin)
    checking.by_assertion(work.db, work.key, PLACE, CLERK, first, answer, HOME, work.now_ms, work.random)
    with pytest.raises(ProofRefused):
        checking.by_assertion(work.db, work.key, PLACE, CLERK, again, answer, HOME, work.now_ms, work.random)


def test_what_was_too_much_to_keep_nobody_can_have_signed(work: Casework) -> None:
    work.submit(b"#" * (strict_yaml.MAX_BYTES + 1))
    work.verifying(1)
    with pytest.raises(DocumentGone):
        work.asserted(1)


def test_a_place_that_nobody_knows_yet_is_called_back_even_without_an_emergency(work: Casework) -> None:
    """The score of where it came from never lets in; it asks for a call, and the database waits for it."""
    number = work.submitted(EPOC)
    work.verifying(number)
    work.asserted(number)
    (entry,) = work.log(Act.LEGAL_CHECKED)
    assert entry.said["call_back"] is True
    with pytest.raises(GuardUnmet, match="called back first"):
        verified(work, number)
    work.called(number)
    assert verified(work, number) is State.VERIFIED


def test_lp_13_an_emergency_is_shortened_and_skips_nothing(work: Casework) -> None:
    number = work.submitted(EPOC, {"emergency": True})
    work.verifying(number)
    on_paper(work, number, work.team.agency.number)
    with pytest.raises(GuardUnmet, match="called back first"):
        verified(work, number)
    with pytest.raises(IntegrityError):  # nor does the database take it from anybody else
        work.db.execute("UPDATE legal_request SET state = 'verified' WHERE n = ?", (number,))
    work.called(number)
    assert verified(work, number) is State.VERIFIED


def test_lp_13_the_number_is_the_registers_and_not_the_requests(work: Casework) -> None:
    number = work.submitted(EPOC, {"emergency": True, "contact": "+49 171 5550100"})
    work.verifying(number)
    on_paper(work, number, work.team.agency.number)
    with pytest.raises(NotTheRegistersNumber):
        work.called(number, dialled="+49 171 5550100")
    assert work.log(Act.LEGAL_CALLED_BACK) == []
    work.db.execute("SAVEPOINT raw")
    with pytest.raises(IntegrityError, match="number of the register"):
        work.db.execute(
            "INSERT INTO legal_call_back (request, move, agency, number, confirmed, document, called_ms, who)"
            " SELECT ?, (SELECT max(n) FROM legal_move), ?, '+491715550100', 1, max(n), 1, 'x' FROM legal_document",
            (number, work.team.agency.number),
        )
    work.db.execute("RELEASE raw")
    work.called(number, dialled=" +49 (30) 1234-0 ")
    (entry,) = work.log(Act.LEGAL_CALLED_BACK)
    assert "1234" not in str(entry.said)


def test_lp_13_a_call_is_of_this_verification_and_says_what_was_said(work: Casework) -> None:
    number = work.submitted(EPOC, {"emergency": True})
    with pytest.raises(NotInThisState):
        work.called(number)
    work.verifying(number)
    with pytest.raises(NotInThisState):  # nobody knows yet whom to call
        work.called(number)
    on_paper(work, number, work.team.agency.number)
    number_to = work.team.agency.switchboard
    for read_back, by in (("", "Sam"), ("teapot", " ")):
        with pytest.raises(WordsMissing):
            checking.call_back(work.db, work.key, CLERK, number, number_to, read_back, by, work.now_ms, work.random)
    work.called(number)
    with pytest.raises(NotInThisState):  # once for each verification
        work.called(number)


def test_paper_is_checked_by_a_clerk_who_says_how(work: Casework) -> None:
    number = work.submitted(EPOC)
    with pytest.raises(NotInThisState):
        on_paper(work, number, None)
    work.verifying(number)
    with pytest.raises(WordsMissing):
        on_paper(work, number, None, words=" ")
    on_paper(work, number, None, words="the court's clerk confirmed the seal")
    assert verified(work, number) is State.VERIFIED
    assert work.of(number).agency is None
    assert "seal" not in str([entry.said for entry in work.log()])
    assert service.facts_of(work.db, work.key, number).text("channel") is None


def test_an_officer_is_of_the_agency_that_asks(work: Casework) -> None:
    other = work.bureau.enrolled(name="Office of Spoons", domain="spoons.example", switchboard="+49 30 99999-0")
    number = work.submitted(EPOC)
    work.verifying(number)
    with pytest.raises(NotInThisState):
        on_paper(work, number, other.agency.number, work.team.officer)
    on_paper(work, number, work.team.agency.number, work.team.officer)
    assert work.of(number).officer == work.team.officer


def test_a_verification_and_a_call_are_never_changed(work: Casework) -> None:
    number = work.submitted(EPOC)
    work.verified(number)
    for sql in (
        "UPDATE legal_verification SET who = 'x'",
        "DELETE FROM legal_verification",
        "UPDATE legal_call_back SET who = 'x'",
        "DELETE FROM legal_call_back",
        "UPDATE legal_request SET agency = NULL",
        "UPDATE legal_request SET emergency = 1",
        "UPDATE legal_request SET received_ms = 1",
        "UPDATE legal_request SET pseudonym = 'LP-2026-X'",
        "DELETE FROM legal_request",
        "UPDATE legal_part SET who = 'x'",
        "DELETE FROM legal_part",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


def test_a_verification_is_of_the_moment_in_which_the_request_is_verified(work: Casework) -> None:
    """Nobody prepares one, adds one later, or brings that of another request."""
    number, other = work.submitted(EPOC), work.submitted(EPOC, {"offence": "another teapot"})
    work.verifying(other)

    def added(move: str) -> None:
        with pytest.raises(IntegrityError, match="verified while the request is being verified"):
            work.db.execute(
                "INSERT INTO legal_verification (request, move, kind, call_back, document, at_ms, who)"
                f" SELECT ?, ({move}), 'paper', 0, max(n), 1, 'x' FROM legal_document",
                (number,),
            )

    added(f"SELECT max(n) FROM legal_move WHERE request = {number}")
    added(f"SELECT max(n) FROM legal_move WHERE request = {other}")
    work.verifying(number)
    added(f"SELECT max(n) FROM legal_move WHERE request = {other}")
    added(f"SELECT min(n) FROM legal_move WHERE request = {number}")
    on_paper(work, number, None)
    verified(work, number)
    added(f"SELECT max(n) FROM legal_move WHERE request = {number}")


def test_what_is_not_active_now_verifies_nothing(work: Casework) -> None:
    number, late = work.submitted(EPOC), work.submitted(EPOC, {"offence": "another teapot"})
    for each in (number, late):
        work.verifying(each)
        work.asserted(each)
        work.called(each)
    work.days(91)  # nobody has looked at the clock since, and it counts all the same
    with pytest.raises(AgencyNotActive):
        verified(work, number)
    work.bureau.revoke(Whom(work.team.agency.number))
    with pytest.raises((AgencyNotActive, OfficerNotActive)):
        verified(work, late)
    with pytest.raises(IntegrityError):
        work.db.execute("UPDATE legal_request SET state = 'verified'")


def test_only_a_clerk_verifies(work: Casework) -> None:
    number = work.submitted(EPOC)
    for other in (REVIEWER, RELEASER):
        with pytest.raises(NotYourRole):
            work.verifying(number, other)
        with pytest.raises(NotYourRole):
            checking.verified(work.db, work.key, RULES, other, number, work.now_ms)
    work.verifying(number)
    for other in (REVIEWER, RELEASER):
        with pytest.raises(NotYourRole):
            work.asserted(number, other)
        with pytest.raises(NotYourRole):
            work.called(number, other)
        with pytest.raises(NotYourRole):
            checking.on_paper(work.db, work.key, other, number, None, None, "x", work.now_ms, work.random)


def test_the_log_counts_in_codes_and_says_nothing_in_the_words_of_whoever_asks(work: Casework) -> None:
    secret = "teapot-17.example"
    change = {
        "instrument": EPOC,
        "offence": secret,
        "targets": [{"kind": "handle", "value": secret}, {"kind": "account", "value": secret}],
        "contact": secret,
        "asks": ["disclose", "a_word_of_theirs"],
    }
    number = work.submitted(EPOC, change)
    work.verified(number)
    (entry,) = (one for one in work.log(Act.LEGAL_MOVED) if one.said["to"] == "verified")
    told = {name: entry.said[name] for name in ("instrument", "country", "emergency", "targets", "asks", "secrecy")}
    assert told == {
        "instrument": EPOC,
        "country": "AT",
        "emergency": False,
        "targets": 2,
        "asks": ["disclose"],
        "secrecy": False,
    }
    assert secret not in str([one.said for one in work.log()])
    assert "a_word_of_theirs" not in str([one.said for one in work.log()])


def test_unread_facts_are_verified_and_then_set(work: Casework) -> None:
    """Who asks and what is asked are two things: a clerk may find out the first before they have typed the second."""
    work.submit(b"a list of nothing")
    work.verifying(1)
    on_paper(work, 1, None)
    assert verified(work, 1) is State.VERIFIED
    with pytest.raises(FactsUnread):
        work.triaged(1)
