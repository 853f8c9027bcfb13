# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Supervisors and officers: how they are named, make a passkey, enrol a key, are confirmed and end.

A supervisor is named by a clerk who spoke to them, and counts once a second member of staff has confirmed the round. An
officer is named, confirmed and ended by a supervisor's passkey, and counts as long as that supervisor is here.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import enrolling, people_store, proof_store, proving, service
from privity.desk.legal.agencies.errors import (
    NotTheirPart,
    PersonInvalid,
    ProofRefused,
    RecipientRefused,
    StepRefused,
    TakesStaff,
)
from privity.desk.legal.agencies.model import Deed, Invitation, Officer, Part, Person, Standing, Step
from privity.desk.limits import CLOCK_BACK_MS, CODE_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place, answered, creation_options, verify_made
from privity.desk.staff.codes import code_hash, fresh_code
from privity.desk.staff.errors import CodeRefused, MemberInvalid, PasskeyRefused
from privity.desk.staff.model import Passkey
from privity.desk.staff.rights import Right
from privity.desk.staff.service import checked_name, checked_reason
from privity.desk.staff.signing_in import Door
from privity.production import age_key
from privity.production.errors import BadRecipient


def name_supervisor(
    db: Db, acting: Acting, agency: int, name: str, now_ms: int, random: Callable[[int], bytes]
) -> Invitation:
    """Whom the switchboard put through, and the code with which they make their passkey.

    Raises StepRefused before they were spoken to, PersonInvalid or TakesStaff.
    """
    _clerk(acting)
    name = _checked_name(name)
    with transaction(db):
        found = enrolling.standing(db, agency)
        enrolling.must_await_supervisor(db, found)
        enrolling.took_part(db, acting, found)
        number = people_store.add_person(db, agency, Part.SUPERVISOR, name, random(32), now_ms)
        made = _code(db, number, now_ms, random)
        _say(db, acting.who, agency, Act.AGENCY_NAMED, now_ms, person=number, part=Part.SUPERVISOR.value)
    return made


def renew_code(db: Db, acting: Acting, number: int, now_ms: int, random: Callable[[int], bytes]) -> Invitation:
    """Another code for a supervisor who has not come; the one before works no more. Raises PersonInvalid."""
    _clerk(acting)
    with transaction(db):
        found = service.person(db, number)
        if found.part is not Part.SUPERVISOR or found.state is not Standing.NAMED:
            raise PersonInvalid(
                f"{found.who} is {found.state.value}; only a supervisor who has not come gets a code here"
            )
        agency = enrolling.standing(db, found.agency)
        enrolling.must_await_supervisor(db, agency)
        enrolling.took_part(db, acting, agency)
        made = _code(db, number, now_ms, random)
        _say(db, acting.who, found.agency, Act.AGENCY_NAMED, now_ms, person=number, part=found.part.value)
    return made


def whose_code(db: Db, door: Door, code: str, now_ms: int) -> Person:
    """Who may make a passkey with this code. Raises CodeRefused or TooManyTries."""
    door.tries.check(now_ms)
    found = people_store.whose_code(db, code_hash(code), now_ms, now_ms + CODE_MS + CLOCK_BACK_MS)
    if found is None:
        door.tries.wrong(now_ms)
        raise CodeRefused("this code is not one of ours, was used, or is too old; ask whoever gave it for another one")
    return found


def ask_first(door: Door, found: Person, browser: bytes, now_ms: int) -> str:
    """What the browser of somebody with a code is asked to make."""
    return creation_options(door.place, found, door.challenges.ask(_first(found), browser, now_ms), ())


def join(db: Db, door: Door, code: str, label: str, answer: str, browser: bytes, now_ms: int) -> Person:
    """Somebody's passkey; the code is used up. They are enrolled, and wait for who confirms them.

    Raises CodeRefused, TooManyTries, PasskeyRefused, PersonInvalid, or StepRefused where a round has ended meanwhile.
    """
    found = whose_code(db, door, code, now_ms)
    label = _checked_name(label)
    challenge, _ = answered(answer)
    door.challenges.take(challenge, _first(found), browser, now_ms)
    made = verify_made(door.place, challenge, answer)
    with transaction(db):
        agency = enrolling.standing(db, found.agency)
        if found.part is Part.SUPERVISOR:
            enrolling.must_await_supervisor(db, agency)
        if people_store.passkey(db, made.id) is not None:
            raise PasskeyRefused("this passkey is known here already; make another one")
        people_store.drop_code(db, found.number)
        people_store.add_passkey(
            db, Passkey(made.id, found.number, made.public_key, made.sign_count, label, now_ms, None)
        )
        people_store.set_state(db, found.number, Standing.ENROLLED)
        passkey = made.id.hex()[:16]
        _say(db, found.who, agency.number, Act.AGENCY_JOINED, now_ms, person=found.number, passkey=passkey)
        if found.part is Part.SUPERVISOR:
            enrolling.shown(db, agency, found.who, Step.SUPERVISOR, now_ms)
    return service.person(db, found.number)


def name_officer(
    db: Db, place: Place, data: bytes, answer: str, now_ms: int, random: Callable[[int], bytes]
) -> Invitation:
    """A supervisor names an officer (`Deed.NAME_OFFICER`, their name as `text`), and is shown the code for them once.

    Raises as `proving.signed`, and PersonInvalid.
    """
    by = proving.signed(db, place, Deed.NAME_OFFICER, data, answer, now_ms)
    name = _checked_name(by.text)
    with transaction(db):
        proving.use(db, by, Deed.NAME_OFFICER, now_ms)
        agency = by.person.agency
        number = people_store.add_person(db, agency, Part.OFFICER, name, random(32), now_ms)
        people_store.add_officer(db, number, agency, by.person.number)
        made = _code(db, number, now_ms, random)
        _say(db, by.person.who, agency, Act.AGENCY_NAMED, now_ms, person=number, part=Part.OFFICER.value)
    return made


def enrol_key(db: Db, place: Place, data: bytes, answer: str, now_ms: int) -> Officer:
    """An officer enrols the age key (`Deed.ENROL_KEY`, the key as `text`) to which productions are encrypted.

    A key in place of another one has to be confirmed like the first: until then they file nothing. Raises as
    `proving.signed`, and RecipientRefused.
    """
    by = proving.signed(db, place, Deed.ENROL_KEY, data, answer, now_ms)
    try:
        recipient = age_key.checked(by.text)
    except BadRecipient as err:
        raise RecipientRefused(str(err)) from None
    if people_store.knows_recipient(db, recipient):
        raise RecipientRefused("this age key was enrolled before; every officer makes one of their own")
    with transaction(db):
        proving.use(db, by, Deed.ENROL_KEY, now_ms)
        people_store.put_recipient(db, by.person.number, recipient, now_ms)
        people_store.set_state(db, by.person.number, Standing.ENROLLED)
        _say(db, by.person.who, by.person.agency, Act.AGENCY_KEY_ENROLLED, now_ms, person=by.person.number)
    return service.officer(db, by.person.number)


def confirm_officer(db: Db, place: Place, data: bytes, answer: str, now_ms: int) -> Officer:
    """A supervisor confirms an officer (`Deed.CONFIRM_OFFICER`, `about` them, `service.enrolled` as `text`): one who
    has enrolled passkey and key, has lapsed, or whose supervisor is gone. From now on they answer for them.

    Raises as `proving.signed`, and NotTheirPart or PersonInvalid.
    """
    by = proving.signed(db, place, Deed.CONFIRM_OFFICER, data, answer, now_ms)
    found = service.officer(db, by.about)
    if found.agency != by.person.agency:
        raise NotTheirPart(f"{found.who} is of another agency than {by.person.who}")
    if found.recipient is None or found.person.state not in (Standing.ENROLLED, Standing.ACTIVE, Standing.LAPSED):
        raise PersonInvalid(f"{found.who} enrols a passkey and an age key first")
    if found.supervisor != by.person.number and service.person(db, found.supervisor).state is Standing.ACTIVE:
        raise NotTheirPart(f"supervisor:{found.supervisor} answers for {found.who}, and is here")
    if not hmac.compare_digest(service.enrolled(db, found.number), by.text):
        raise ProofRefused(f"{found.who} has enrolled something else than what was confirmed")
    with transaction(db):
        proving.use(db, by, Deed.CONFIRM_OFFICER, now_ms)
        people_store.set_supervisor(db, found.number, by.person.number)
        people_store.activate(db, found.number, now_ms)
        agency = service.of(db, found.agency)
        _say(db, by.person.who, agency.number, Act.AGENCY_OFFICER_CONFIRMED, now_ms, person=found.number)
        enrolling.shown(db, agency, by.person.who, Step.OFFICER, now_ms)
    return service.officer(db, found.number)


def attest(db: Db, place: Place, data: bytes, answer: str, now_ms: int) -> None:
    """A supervisor says in a new round that the officers (`Deed.ATTEST`, `service.roster` as `text`) are still theirs.

    Raises as `proving.signed`, and StepRefused.
    """
    by = proving.signed(db, place, Deed.ATTEST, data, answer, now_ms)
    agency = enrolling.standing(db, by.person.agency)
    enrolling.must_await_supervisor(db, agency)
    if not hmac.compare_digest(service.roster(db, agency.number), by.text):
        raise StepRefused(f"the officers of {agency.about} are others than those that were attested; look again")
    with transaction(db):
        proving.use(db, by, Deed.ATTEST, now_ms)
        enrolling.shown(db, agency, by.person.who, Step.SUPERVISOR, now_ms)
        if any(map(service.counts, people_store.officers(db, agency.number))):
            enrolling.shown(db, agency, by.person.who, Step.OFFICER, now_ms)


def end_person(db: Db, place: Place, data: bytes, answer: str, now_ms: int) -> None:
    """A supervisor ends an officer or another supervisor of the agency (`Deed.END_PERSON`, `about` them), at once.

    Raises as `proving.signed`, and NotTheirPart or PersonInvalid.
    """
    by = proving.signed(db, place, Deed.END_PERSON, data, answer, now_ms)
    found = service.person(db, by.about)
    if found.agency != by.person.agency:
        raise NotTheirPart(f"{found.who} is of another agency than {by.person.who}")
    with transaction(db):
        proving.use(db, by, Deed.END_PERSON, now_ms)
        _end(db, by.person.who, found, now_ms, by="supervisor")


def end(db: Db, acting: Acting, number: int, reason: str, now_ms: int) -> None:
    """A member of staff ends somebody of an agency. Raises ReasonMissing, PersonUnknown or PersonInvalid."""
    acting.must(Right.REVOKE_AGENCIES)
    reason = checked_reason(reason)
    with transaction(db):
        _end(db, acting.who, service.person(db, number), now_ms, reason=reason)


def take_away(db: Db, found: Person, now_ms: int) -> tuple[int, int, int]:
    """End somebody who is not ended: how many passkeys, codes and age keys that were. The caller owns the transaction
    and says it in the log."""
    passkeys, codes = people_store.drop_passkeys(db, found.number), people_store.drop_code(db, found.number)
    keys = people_store.end_recipient(db, found.number, now_ms)
    proof_store.drop_habits(db, found.number)
    people_store.end(db, found.number, now_ms)
    return passkeys, codes, keys


def _end(db: Db, who: str, found: Person, now_ms: int, **said: Said) -> None:
    if found.state is Standing.ENDED:
        raise PersonInvalid(f"{found.who} was ended already")
    passkeys, codes, keys = take_away(db, found, now_ms)
    said |= {"person": found.number, "part": found.part.value, "passkeys": passkeys, "codes": codes, "keys": keys}
    _say(db, who, found.agency, Act.AGENCY_PERSON_ENDED, now_ms, **said)


def _code(db: Db, number: int, now_ms: int, random: Callable[[int], bytes]) -> Invitation:
    code, expires_ms = fresh_code(random), now_ms + CODE_MS
    people_store.put_code(db, number, code_hash(code), expires_ms)
    return Invitation(number, code, expires_ms)


def _first(found: Person) -> str:
    return f"first passkey of {found.who}"


def _checked_name(name: str) -> str:
    try:
        return checked_name(name)
    except MemberInvalid as err:
        raise PersonInvalid(str(err)) from None


def _clerk(acting: Acting) -> None:
    acting.must(Right.MANAGE_AGENCIES)
    if acting.number is None:
        raise TakesStaff(f"{acting.who} names no supervisor; a member of staff does, who spoke to them")


def _say(db: Db, who: str, agency: int, act: Act, now_ms: int, **said: Said) -> None:
    log.add(db, at_ms=now_ms, who=who, act=act, about=f"agency:{agency}", **said)
