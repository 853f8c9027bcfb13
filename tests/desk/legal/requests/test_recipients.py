# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A key by hand takes two members of staff and a call to the number of the register, for one request and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.agencies.errors import (
    AgencyInvalid,
    AgencyNotActive,
    RecipientRefused,
    TakesAnother,
    TakesStaff,
)
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import checking, documents, recipients, service
from privity.desk.legal.requests.errors import (
    NotInThisState,
    NotReadBack,
    NotTheRegistersNumber,
    OnHold,
    SamePerson,
    WordsMissing,
)
from privity.desk.legal.requests.model import Came, Document, Part, ReadBack, Recipient
from privity.desk.limits import CHECK_WRONG
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.production import age_key
from tests.desk.contents import contents
from tests.desk.legal.agencies.bureau import DAY_MS
from tests.desk.legal.casework import BOTH, CLERK, GUARD, RELEASER, REVIEWER, RULES, Casework

LOW_ORDER = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
MACHINE = Acting.command("agency", Right.WORK_LEGAL, Right.CONFIRM_AGENCIES)


def on_paper(work: Casework, agency: bool = True, **change: str) -> int:
    """A request on paper whose agency is enrolled, and of which nobody has a passkey here."""
    number = work.submitted(change=change)
    work.verifying(number)
    named = work.team.agency.number if agency else None
    checked = "the clerk of the court has the same order"
    checking.on_paper(work.db, work.key, CLERK, number, named, None, checked, work.now_ms, work.random)
    checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    return number


def a_key() -> str:
    return str(x25519.Identity.generate().to_public())


def name(work: Casework, number: int, key: str, by: Acting = CLERK) -> Recipient:
    return recipients.name(work.db, by, number, key, Came.LETTER, work.now_ms)


def heard(work: Casework, key: str, **changes: str) -> ReadBack:
    """What somebody hears who calls the register's number and gets the right fingerprint."""
    return replace(ReadBack(work.team.agency.switchboard, recipients.spoken(key), "Sam Supervisor"), **changes)


def confirm(work: Casework, number: int, said: ReadBack, by: Acting = RELEASER) -> Recipient:
    return recipients.confirm(work.db, work.key, by, number, said, work.now_ms, work.random)


def test_one_writes_it_down_another_calls_and_both_stand_in_the_log(work: Casework) -> None:
    number, key = on_paper(work), a_key()
    made = name(work, number, f" {key}\n")
    assert (made.recipient, made.named_by, made.confirmed_by) == (key, CLERK.who, None)
    assert recipients.confirmed(work.db, number) is None, "what nobody confirmed is no recipient"
    done = confirm(work, number, heard(work, key, read_back=recipients.spoken(key).upper().replace(" ", "  ")))
    assert recipients.confirmed(work.db, number) == done
    assert (done.confirmed_by, done.confirmed_ms) == (RELEASER.who, work.now_ms)
    named, confirmed = work.log(Act.LEGAL_RECIPIENT_NAMED, Act.LEGAL_RECIPIENT_CONFIRMED)
    assert (named.who, confirmed.who, confirmed.said["named_by"]) == (CLERK.who, RELEASER.who, CLERK.who)
    assert confirmed.said["key_sha256"] == age_key.fingerprint(key)
    assert age_key.fingerprint(key) not in str(named.said), "whoever calls could read it there"
    assert "Sam" not in str(confirmed.said)
    (paper,) = [one for one in service.papers(work.db, CLERK, number) if one.kind is Document.CALL_BACK]
    assert b"Sam Supervisor" in service.read(work.db, work.key, CLERK, number, paper.number, work.now_ms)
    with pytest.raises(SamePerson):
        service.take_part(work.db, number, CLERK.who, Part.RELEASED)


def test_the_fingerprint_is_one_that_anybody_can_make_of_the_key() -> None:
    """`printf %s age1... | sha256sum | cut -c1-32`, in groups of four."""
    assert recipients.spoken("age1teapot") == "8757 b987 ee19 c68a 90ba d83b d785 8bb4"


@pytest.mark.parametrize("who", [CLERK, BOTH], ids=["clerk", "clerk and reviewer"])
def test_nobody_does_both(work: Casework, who: Acting) -> None:
    number, key = on_paper(work), a_key()
    name(work, number, key, who)
    both = Acting.member(who.number or 0, frozenset(Role))
    for acting in (who, both):
        with pytest.raises(TakesAnother):
            confirm(work, number, heard(work, key), acting)
    assert recipients.confirmed(work.db, number) is None


def test_the_database_refuses_the_same_person_the_wrong_number_and_a_second_confirmation(work: Casework) -> None:
    number, key = on_paper(work), a_key()
    made = name(work, number, key)
    document = documents.keep(
        work.db, work.key, work.random, number, Document.CALL_BACK, b"{}", who=CLERK.who, now_ms=work.now_ms
    )
    sql = "UPDATE legal_recipient SET number = ?, document = ?, confirmed_ms = ?, confirmed_by = ? WHERE n = ?"
    called = work.team.agency.switchboard
    for values in (
        (called, document, work.now_ms, CLERK.who),
        ("+4930666", document, work.now_ms, RELEASER.who),
        (called, 1, work.now_ms, RELEASER.who),
        (called, document, made.named_ms - 1, RELEASER.who),
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql, (*values, made.number))
    confirm(work, number, heard(work, key))
    with pytest.raises(IntegrityError, match=GUARD):
        work.db.execute(sql, (called, document, work.now_ms, REVIEWER.who, made.number))
    for swap in (
        f"UPDATE legal_recipient SET recipient = '{a_key()}'",
        "UPDATE legal_recipient SET request = 1 + request",
        "UPDATE legal_recipient SET named_by = 'staff:9'",
        "UPDATE legal_recipient SET wrong = 0 - 1",
        "DELETE FROM legal_recipient",
        "INSERT INTO legal_recipient (request, agency, recipient, came, named_ms, named_by, number, document,"
        " confirmed_ms, confirmed_by) SELECT request, agency, recipient, came, named_ms, named_by, number, document,"
        " confirmed_ms, confirmed_by FROM legal_recipient",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(swap)


def test_who_is_no_clerk_names_none_and_who_is_not_of_the_desk_confirms_none(work: Casework) -> None:
    number, key = on_paper(work), a_key()
    for other in (REVIEWER, RELEASER):
        with pytest.raises(NotYourRole):
            name(work, number, key, other)
    name(work, number, key)
    for role in set(Role) - {Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER}:
        with pytest.raises(NotYourRole):
            confirm(work, number, heard(work, key), Acting.member(50, frozenset({role})))
    with pytest.raises(TakesStaff):
        name(work, number, a_key(), MACHINE)
    with pytest.raises(TakesStaff):
        confirm(work, number, heard(work, key), MACHINE)


@pytest.mark.parametrize("key", ["", "age1teapot", LOW_ORDER, "ssh-ed25519 AAAA"], ids=str)
def test_what_is_no_key_is_refused_by_name(work: Casework, key: str) -> None:
    number = on_paper(work)
    with pytest.raises(RecipientRefused):
        name(work, number, key)
    assert contents(work.db)["legal_recipient"] == []


def test_the_key_of_an_officer_or_of_another_request_is_none_for_this_one(work: Casework) -> None:
    first, second, key = on_paper(work), on_paper(work, docket="another"), a_key()
    name(work, first, key)
    confirm(work, first, heard(work, key))
    before = contents(work.db)
    for taken in (key, str(work.team.identity.to_public())):
        with pytest.raises(RecipientRefused):
            name(work, second, taken)
    assert contents(work.db) == before, "a refused one leaves no entry"
    assert recipients.confirmed(work.db, second) is None


def test_only_the_number_of_the_register_is_called(work: Casework) -> None:
    number, key = on_paper(work), a_key()
    name(work, number, key)
    with pytest.raises(NotTheRegistersNumber):
        confirm(work, number, heard(work, key, dialled="+49 30 6666-0"))
    with pytest.raises(AgencyInvalid):
        confirm(work, number, heard(work, key, dialled="the number in the letter"))
    with pytest.raises(WordsMissing):
        confirm(work, number, heard(work, key, confirmed_by=" "))
    assert [one.said["why"] for one in work.log(Act.LEGAL_RECIPIENT_NOT_CONFIRMED)] == ["number"]
    assert recipients.confirmed(work.db, number) is None


def test_another_fingerprint_confirms_nothing_and_after_five_the_key_is_ended(work: Casework) -> None:
    number, key = on_paper(work), a_key()
    name(work, number, key)
    for at in range(CHECK_WRONG):
        assert recipients.of_request(work.db, number)[0].wrong == at
        with pytest.raises(NotReadBack):
            confirm(work, number, heard(work, key, read_back=recipients.spoken(a_key()) if at else ""))
    with pytest.raises(NotInThisState):
        confirm(work, number, heard(work, key))
    assert work.log(Act.LEGAL_RECIPIENT_ENDED)[0].said["why"] == "read_back_wrongly"
    assert len(work.log(Act.LEGAL_RECIPIENT_NOT_CONFIRMED)) == CHECK_WRONG
    name(work, number, key)
    assert confirm(work, number, heard(work, key)).recipient == key


def test_another_key_takes_the_place_of_the_one_before_and_is_confirmed_anew(work: Casework) -> None:
    number, key, other = on_paper(work), a_key(), a_key()
    name(work, number, key)
    with pytest.raises(NotInThisState):
        name(work, number, key)
    confirm(work, number, heard(work, key))
    name(work, number, other)
    assert recipients.confirmed(work.db, number) is None
    with pytest.raises(NotReadBack):
        confirm(work, number, heard(work, key))
    confirm(work, number, heard(work, other))
    assert [each.ended_by for each in recipients.of_request(work.db, number)] == [CLERK.who, None]
    recipients.end(work.db, CLERK, number, work.now_ms)
    assert recipients.confirmed(work.db, number) is None
    with pytest.raises(NotInThisState):
        recipients.end(work.db, CLERK, number, work.now_ms)
    with pytest.raises(IntegrityError, match=GUARD):
        work.db.execute("UPDATE legal_recipient SET ended_ms = NULL, ended_by = NULL")


def test_no_agency_no_key_and_an_officer_has_their_own(work: Casework) -> None:
    nobody, theirs = on_paper(work, agency=False), work.ready(change={"docket": "another"})
    for number in (nobody, theirs, work.submitted(change={"docket": "a third"})):
        with pytest.raises(NotInThisState):
            name(work, number, a_key())
    assert contents(work.db)["legal_recipient"] == []


def test_before_anybody_is_verified_the_database_takes_no_key(work: Casework) -> None:
    number = work.submitted()
    work.verifying(number)
    agency = work.team.agency.number
    checking.on_paper(work.db, work.key, CLERK, number, agency, None, "looked", work.now_ms, work.random)
    with pytest.raises(RecipientRefused, match="written down for one request"):
        name(work, number, a_key())


def test_who_asks_is_revoked_or_found_out_anew_and_the_key_counts_no_more(work: Casework) -> None:
    number, key = on_paper(work), a_key()
    name(work, number, key)
    confirm(work, number, heard(work, key))
    work.verifying(number)
    assert recipients.confirmed(work.db, number) is None
    assert recipients.of_request(work.db, number)[0].ended_by == "desk"
    second, other = on_paper(work, docket="another"), a_key()
    name(work, second, other)
    work.now_ms += 91 * DAY_MS
    with pytest.raises(AgencyNotActive):
        confirm(work, second, heard(work, other))
    work.now_ms -= 91 * DAY_MS
    work.bureau.revoke(Whom.all())
    with pytest.raises(OnHold):
        name(work, second, a_key())
    with pytest.raises(OnHold):
        confirm(work, second, heard(work, other))
