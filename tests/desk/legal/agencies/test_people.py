# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Supervisors answer for officers, officers file, and nobody does the other's part."""

from __future__ import annotations

import os

import pytest
from pyrage import decrypt, encrypt, x25519

from privity.desk.audit.acts import Act
from privity.desk.errors import ReasonMissing
from privity.desk.legal.agencies import enrolling, people, proving, service
from privity.desk.legal.agencies.errors import (
    NotTheirPart,
    OfficerNotActive,
    PersonInvalid,
    PersonUnknown,
    ProofRefused,
    RecipientRefused,
    StepRefused,
    SupervisorGone,
    TakesStaff,
)
from privity.desk.legal.agencies.model import Deed, Invitation, Standing, State
from privity.desk.limits import CLOCK_BACK_MS, CODE_MS, CODE_TRIES, CODE_TRIES_MS, DEED_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import creation_options
from privity.desk.staff.errors import (
    ChallengeRefused,
    CodeRefused,
    NotYourRole,
    PasskeyCopied,
    PasskeyRefused,
    PasskeyUnknown,
    TooManyTries,
)
from privity.desk.staff.rights import Right
from tests.desk.contents import stands_in
from tests.desk.legal.agencies.bureau import BROWSER, CLERK, HOME, PLACE, RELEASER, TEAPOTS, Bureau
from tests.desk.staff.authenticator import Authenticator


def _fresh_key() -> str:
    return str(x25519.Identity.generate().to_public())


def test_an_officer_waits_for_passkey_key_and_supervisor(bureau: Bureau) -> None:
    team = bureau.enrolled()
    invited = people.name_officer(
        bureau.db,
        PLACE,
        *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text=" Bo  Example "),
        bureau.now_ms,
        os.urandom,
    )
    bo = service.officer(bureau.db, invited.person)
    assert (bo.person.name, bo.person.state, bo.supervisor) == ("Bo Example", Standing.NAMED, team.supervisor)
    assert invited.code not in repr(invited) and stands_in(bureau.db, invited.code) == []
    with pytest.raises(PersonInvalid, match="first"):
        bureau.confirm_officer(team.supervisor, bo.number)
    bureau.join(invited)
    with pytest.raises(PersonInvalid, match="an age key first"):
        bureau.confirm_officer(team.supervisor, bo.number)
    with pytest.raises(RecipientRefused):
        service.recipients(bureau.db, bo.number)
    identity = x25519.Identity.generate()
    bureau.enrol_key(bo.number, f" {identity.to_public()}\n")
    with pytest.raises(OfficerNotActive, match="enrolled"):
        service.in_force(bureau.db, bo.number, bureau.now_ms)
    bureau.confirm_officer(team.supervisor, bo.number)
    assert service.in_force(bureau.db, bo.number, bureau.now_ms).number == bo.number
    (recipient,) = service.recipients(bureau.db, bo.number)
    assert decrypt(encrypt(b"teapots", [x25519.Recipient.from_str(recipient)]), [identity]) == b"teapots"


def test_another_key_has_to_be_confirmed_like_the_first(bureau: Bureau) -> None:
    team = bureau.enrolled()
    before, after = service.recipients(bureau.db, team.officer), _fresh_key()
    bureau.enrol_key(team.officer, after)
    with pytest.raises(OfficerNotActive):
        service.in_force(bureau.db, team.officer, bureau.now_ms)
    bureau.confirm_officer(team.supervisor, team.officer)
    assert service.recipients(bureau.db, team.officer) == (after,) != before
    with pytest.raises(RecipientRefused, match="before"):
        bureau.enrol_key(team.officer, *before)


def test_a_supervisor_confirms_what_the_officer_enrolled_and_nothing_else(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bo = bureau.named(team.supervisor, "Bo").number
    bureau.enrol_key(bo, _fresh_key())
    told = service.enrolled(bureau.db, bo)
    signed = bureau.sign(team.supervisor, Deed.CONFIRM_OFFICER, about=bo, text=told)
    bureau.enrol_key(bo, _fresh_key())
    with pytest.raises(ProofRefused, match="something else"):
        people.confirm_officer(bureau.db, PLACE, *signed, bureau.now_ms)
    assert service.officer(bureau.db, bo).person.state is Standing.ENROLLED


def test_an_officer_whose_supervisor_is_gone_files_nothing_until_another_takes_them_over(bureau: Bureau) -> None:
    team = bureau.ready()
    second = bureau.supervisor(team.agency, name="Sue Supervisor").number
    bureau.confirm(team.agency.number)
    with pytest.raises(NotTheirPart, match="and is here"):
        bureau.confirm_officer(second, team.officer)
    bureau.end_by(second, team.supervisor)
    with pytest.raises(SupervisorGone):
        service.in_force(bureau.db, team.officer, bureau.now_ms)
    with pytest.raises(SupervisorGone):
        bureau.file(team.officer, b"a request")
    bureau.confirm_officer(second, team.officer)
    assert bureau.file(team.officer, b"a request").officer.supervisor == second


def test_a_new_supervisor_counts_once_a_colleague_has_confirmed_the_round(bureau: Bureau) -> None:
    """The only one has gone: the desk calls the switchboard again, and a clerk alone brings nobody in."""
    team = bureau.enrolled()
    people.end(bureau.db, RELEASER, team.supervisor, "left the bureau", bureau.now_ms)
    with pytest.raises(StepRefused, match="at the switchboard first"):
        bureau.supervisor(team.agency)
    _round(bureau, team.agency.number)
    new = bureau.supervisor(team.agency, name="Sue Supervisor").number
    bureau.confirm_officer(new, team.officer)
    with pytest.raises(SupervisorGone):
        bureau.file(team.officer, b"a request")
    with pytest.raises(OfficerNotActive, match="enrolled, and does not end person"):
        bureau.end_by(new, team.officer)
    bureau.confirm(team.agency.number)
    assert bureau.file(team.officer, b"a request").officer.supervisor == new


def _round(bureau: Bureau, number: int) -> None:
    bureau.reached(enrolling.look_again(bureau.db, CLERK, number, TEAPOTS, bureau.now_ms))


def test_who_was_ended_is_gone_at_once(bureau: Bureau) -> None:
    team = bureau.enrolled()
    answer = bureau.answer(team.officer, b"a request")
    bureau.end_by(team.supervisor, team.officer)
    with pytest.raises(PasskeyUnknown):
        proving.verify_request(bureau.db, PLACE, b"a request", answer, HOME, bureau.now_ms)
    with pytest.raises(OfficerNotActive, match="ended"):
        service.in_force(bureau.db, team.officer, bureau.now_ms)
    with pytest.raises(PersonInvalid, match="ended already"):
        bureau.end_by(team.supervisor, team.officer)
    with pytest.raises(RecipientRefused):
        service.recipients(bureau.db, team.officer)
    (entry,) = bureau.log(Act.AGENCY_PERSON_ENDED)
    assert (entry.who, entry.said) == (
        f"supervisor:{team.supervisor}",
        {"by": "supervisor", "person": team.officer, "part": "officer", "passkeys": 1, "codes": 0, "keys": 1},
    )


def test_staff_end_somebody_for_a_reason(bureau: Bureau) -> None:
    team = bureau.enrolled()
    with pytest.raises(ReasonMissing):
        people.end(bureau.db, RELEASER, team.officer, " ", bureau.now_ms)
    with pytest.raises(PersonUnknown):
        people.end(bureau.db, RELEASER, 77, "a reason", bureau.now_ms)
    people.end(bureau.db, RELEASER, team.officer, "lost their key", bureau.now_ms)
    assert service.officer(bureau.db, team.officer).person.state is Standing.ENDED


def test_nobody_does_the_other_part(bureau: Bureau) -> None:
    team = bureau.enrolled()
    with pytest.raises(NotTheirPart, match=r"officer:\d+ does not name officer"):
        people.name_officer(
            bureau.db, PLACE, *bureau.sign(team.officer, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
        )
    with pytest.raises(NotTheirPart, match=r"supervisor:\d+ does not enrol key"):
        bureau.enrol_key(team.supervisor, _fresh_key())
    with pytest.raises(NotTheirPart, match=r"officer:\d+ does not end person"):
        bureau.end_by(team.officer, team.supervisor)
    challenge = b"\x07" * 32
    with pytest.raises(PersonUnknown, match="no officer"):
        proving.ask_officer(bureau.db, PLACE, team.supervisor, challenge)


def test_a_supervisor_does_nothing_for_another_agency(bureau: Bureau) -> None:
    team, other = bureau.enrolled(), bureau.enrolled(domain="kettles.example", name="Office of Kettles")
    with pytest.raises(NotTheirPart, match="another agency"):
        bureau.end_by(team.supervisor, other.officer)
    with pytest.raises(NotTheirPart, match="another agency"):
        bureau.confirm_officer(team.supervisor, other.officer)
    assert service.in_force(bureau.db, other.officer, bureau.now_ms)


def test_what_is_signed_counts_once_for_five_minutes_and_for_its_deed(bureau: Bureau) -> None:
    team = bureau.enrolled()
    signed = bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo")
    with pytest.raises(ProofRefused, match="expected end_person"):
        people.end_person(bureau.db, PLACE, *signed, bureau.now_ms)
    people.name_officer(bureau.db, PLACE, *signed, bureau.now_ms, os.urandom)
    with pytest.raises(ProofRefused, match="counted already"):
        people.name_officer(bureau.db, PLACE, *signed, bureau.now_ms, os.urandom)
    late = bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo")
    for later in (DEED_MS, -CLOCK_BACK_MS - 1):
        with pytest.raises(ProofRefused, match="five minutes"):
            people.name_officer(bureau.db, PLACE, *late, bureau.now_ms + later, os.urandom)
    people.name_officer(bureau.db, PLACE, *late, bureau.now_ms + DEED_MS - 1, os.urandom)
    early = bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo")
    people.name_officer(bureau.db, PLACE, *early, bureau.now_ms - CLOCK_BACK_MS, os.urandom)


def test_what_is_signed_is_what_was_asked(bureau: Bureau) -> None:
    team = bureau.enrolled()
    data, answer = bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo")
    for other, error in (
        (data.replace(b"Bo", b"Eve"), ChallengeRefused),
        (b" " + data, ProofRefused),
        (data[:-1] + b',"more":1}', ProofRefused),
        (b"no teapot", ProofRefused),
        (b"\xff", ProofRefused),
    ):
        with pytest.raises(error):
            people.name_officer(bureau.db, PLACE, other, answer, bureau.now_ms, os.urandom)
    assert len(bureau.log(Act.AGENCY_NAMED)) == 2


def test_a_deed_of_one_is_not_signed_by_another(bureau: Bureau) -> None:
    team = bureau.ready()
    second = bureau.supervisor(team.agency, name="Sue Supervisor").number
    asked = proving.ask(bureau.db, PLACE, team.supervisor, Deed.NAME_OFFICER, bureau.now_ms, os.urandom, text="Bo")
    answer = bureau.keys[second].get(asked.options, PLACE.origin)
    with pytest.raises(ProofRefused, match="somebody else"):
        people.name_officer(bureau.db, PLACE, asked.data, answer, bureau.now_ms, os.urandom)


def test_a_copied_passkey_is_noticed_and_said(bureau: Bureau) -> None:
    team = bureau.enrolled()
    thief = bureau.keys[team.officer].copy()
    bureau.file(team.officer, b"a request")
    with pytest.raises(PasskeyCopied):
        proving.verify_request(
            bureau.db, PLACE, b"another", bureau.answer(team.officer, b"another", thief), HOME, bureau.now_ms
        )
    assert [entry.who for entry in bureau.log(Act.AGENCY_PASSKEY_COPIED)] == [f"officer:{team.officer}"]


def test_a_passkey_that_counts_nothing_serves(bureau: Bureau) -> None:
    """Many count 0 for ever; then only the counter says nothing."""
    team = bureau.enrolled()
    invited = people.name_officer(
        bureau.db, PLACE, *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
    )
    bo = bureau.join(invited, Authenticator(counts=0)).number
    bureau.enrol_key(bo, _fresh_key())
    bureau.confirm_officer(team.supervisor, bo)
    assert bureau.file(bo, b"one").officer.number == bureau.file(bo, b"two").officer.number == bo


def test_a_code_works_once_and_ends(bureau: Bureau) -> None:
    agency = bureau.found()
    bureau.reached(agency)

    def invited() -> Invitation:
        return people.name_supervisor(bureau.db, CLERK, agency.number, "Sam", bureau.now_ms, os.urandom)

    first = invited()
    bureau.join(first)
    with pytest.raises(CodeRefused):
        bureau.join(first)
    late = invited()
    bureau.now_ms += CODE_MS
    with pytest.raises(CodeRefused):
        bureau.join(late)
    renewed = people.renew_code(bureau.db, CLERK, late.person, bureau.now_ms, os.urandom)
    assert bureau.join(renewed).number == late.person
    with pytest.raises(PersonInvalid, match="who has not come"):
        people.renew_code(bureau.db, CLERK, late.person, bureau.now_ms, os.urandom)
    with pytest.raises(PersonInvalid, match="1 to 80"):
        people.name_supervisor(bureau.db, CLERK, agency.number, " ", bureau.now_ms, os.urandom)


def test_guessing_codes_is_slowed_down(bureau: Bureau) -> None:
    agency = bureau.found()
    bureau.reached(agency)
    invited = people.name_supervisor(bureau.db, CLERK, agency.number, "Sam", bureau.now_ms, os.urandom)
    for guess in range(CODE_TRIES):
        with pytest.raises(CodeRefused):
            people.whose_code(bureau.db, bureau.door, f"guess {guess}", bureau.now_ms)
    with pytest.raises(TooManyTries):
        people.whose_code(bureau.db, bureau.door, invited.code, bureau.now_ms)
    bureau.now_ms += CODE_TRIES_MS
    assert people.whose_code(bureau.db, bureau.door, invited.code, bureau.now_ms).number == invited.person


def test_a_passkey_is_of_one_person(bureau: Bureau) -> None:
    team = bureau.enrolled()
    for key, why in ((Authenticator(verifies=False), "no passkey"), (bureau.keys[team.supervisor], "known here")):
        invited = people.name_officer(
            bureau.db, PLACE, *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
        )
        other = Authenticator(verifies=key.verifies, id=key.id)
        with pytest.raises(PasskeyRefused, match=why):
            bureau.join(invited, other)
        del bureau.keys[invited.person]


def test_a_supervisor_comes_no_more_once_the_round_has_ended(bureau: Bureau) -> None:
    team = bureau.ready()
    late = people.name_supervisor(bureau.db, CLERK, team.agency.number, "Sue", bureau.now_ms, os.urandom)
    found = people.whose_code(bureau.db, bureau.door, late.code, bureau.now_ms)
    key = Authenticator()
    answer = key.create(people.ask_first(bureau.door, found, BROWSER, bureau.now_ms), PLACE.origin)
    bureau.confirm(team.agency.number)
    with pytest.raises(CodeRefused):
        people.join(bureau.db, bureau.door, late.code, "a key", answer, BROWSER, bureau.now_ms)


def test_attesting_names_the_officers_as_they_are(bureau: Bureau) -> None:
    team = bureau.enrolled()
    with pytest.raises(StepRefused, match="at the switchboard first"):
        bureau.attest(team.supervisor)
    _round(bureau, team.agency.number)
    signed = bureau.sign(team.supervisor, Deed.ATTEST, text=service.roster(bureau.db, team.agency.number))
    people.end(bureau.db, RELEASER, team.officer, "left the bureau", bureau.now_ms)
    with pytest.raises(StepRefused, match="look again"):
        people.attest(bureau.db, PLACE, *signed, bureau.now_ms)
    bureau.attest(team.supervisor)
    with pytest.raises(StepRefused, match="officer comes next"):
        bureau.confirm(team.agency.number)  # nobody is left who files
    bureau.officer(team.supervisor, "Bo")
    assert bureau.confirm(team.agency.number).state is State.ACTIVE


def test_nobody_acts_for_a_person_that_there_is_not(bureau: Bureau) -> None:
    team = bureau.enrolled()
    with pytest.raises(PersonUnknown):
        proving.ask(bureau.db, PLACE, 77, Deed.ATTEST, bureau.now_ms, os.urandom)
    signed = bureau.sign(team.supervisor, Deed.CONFIRM_OFFICER, about=77, text="")
    with pytest.raises(PersonUnknown):
        people.confirm_officer(bureau.db, PLACE, *signed, bureau.now_ms)


def test_nobody_is_named_before_they_were_spoken_to(bureau: Bureau) -> None:
    agency = bureau.found()
    with pytest.raises(StepRefused, match="at the switchboard first"):
        people.name_supervisor(bureau.db, CLERK, agency.number, "Sam", bureau.now_ms, os.urandom)
    assert service.dossier(bureau.db, CLERK, agency.number).supervisors == ()


def test_another_code_is_for_a_supervisor_of_the_round_that_is_open(bureau: Bureau) -> None:
    team = bureau.ready()
    late = people.name_supervisor(bureau.db, CLERK, team.agency.number, "Sue", bureau.now_ms, os.urandom)
    bo = people.name_officer(
        bureau.db, PLACE, *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
    )

    def renew(number: int, by: Acting = CLERK) -> None:
        people.renew_code(bureau.db, by, number, bureau.now_ms, os.urandom)

    named = len(bureau.log(Act.AGENCY_NAMED))
    renew(late.person)
    assert len(bureau.log(Act.AGENCY_NAMED)) == named + 1
    with pytest.raises(PersonInvalid, match="only a supervisor"):
        renew(bo.person)  # their supervisor names them again
    with pytest.raises(NotYourRole):
        renew(late.person, RELEASER)
    with pytest.raises(TakesStaff):
        renew(late.person, Acting.command("agency", *Right))
    enrolling.look_again(bureau.db, CLERK, team.agency.number, TEAPOTS, bureau.now_ms)
    with pytest.raises(StepRefused, match="at the switchboard first"):
        renew(late.person)


def test_a_supervisor_who_comes_when_another_round_has_begun_comes_too_early(bureau: Bureau) -> None:
    agency = bureau.found()
    bureau.reached(agency)
    invited = people.name_supervisor(bureau.db, CLERK, agency.number, "Sam", bureau.now_ms, os.urandom)
    enrolling.look_again(bureau.db, CLERK, agency.number, TEAPOTS, bureau.now_ms)
    with pytest.raises(StepRefused, match="at the switchboard first"):
        bureau.join(invited)
    bureau.reached(service.of(bureau.db, agency.number))
    assert bureau.join(invited).state is Standing.ENROLLED


def test_a_passkey_is_made_for_the_question_of_this_desk_and_this_browser(bureau: Bureau) -> None:
    agency = bureau.found()
    bureau.reached(agency)
    invited = people.name_supervisor(bureau.db, CLERK, agency.number, "Sam", bureau.now_ms, os.urandom)
    found = people.whose_code(bureau.db, bureau.door, invited.code, bureau.now_ms)
    answer = Authenticator().create(
        people.ask_first(bureau.door, found, b"another browser", bureau.now_ms), PLACE.origin
    )
    own = creation_options(PLACE, found, bytes(56), ())
    for made in (answer, Authenticator().create(own, PLACE.origin)):
        with pytest.raises(ChallengeRefused):
            people.join(bureau.db, bureau.door, invited.code, "a key", made, BROWSER, bureau.now_ms)
    assert bureau.join(invited)
