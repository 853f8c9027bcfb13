# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a passkey of an agency proves: that an officer filed exactly this request, that a supervisor wants exactly this.

The challenge is the hash of what is signed, so that no answer serves for anything else; and each hash counts once, for
ever. Whatever is refused here is looked at outside of a transaction: that a passkey has a copy is kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import people_store, proof_store, scoring, service, store
from privity.desk.legal.agencies.errors import NotTheirPart, OfficerNotActive, ProofRefused
from privity.desk.legal.agencies.model import Deed, Officer, Part, Person, Seen, Standing, Verified
from privity.desk.legal.agencies.proof_store import REQUEST, Proof
from privity.desk.limits import CLOCK_BACK_MS, DEED_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place, answered, request_options, verify_shown
from privity.desk.staff.errors import ChallengeRefused, PasskeyCopied, PasskeyUnknown
from privity.desk.staff.model import Passkey
from privity.desk.staff.rights import Right
from privity.desk.staff.signing_in import Door

_DEED: Final = b"Privity agency deed 1\n"
"""Before what is hashed: no request begins like this, and so none is a deed."""
_COMES: Final = "come as somebody of an agency"
_WHOSE: Final = {Deed.ENROL_KEY: Part.OFFICER}
"""Whose part a deed is; all others are the supervisor's."""
_STANDS: Final = {
    Deed.END_PERSON: frozenset({Standing.ACTIVE}),
    Deed.ENROL_KEY: frozenset({Standing.ENROLLED, Standing.ACTIVE, Standing.LAPSED}),
}
_ENROLLED_TOO: Final = frozenset({Standing.ENROLLED, Standing.ACTIVE})
"""A supervisor whom nobody has confirmed yet lets no officer file: their officers count once they do themselves."""


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a supervisor or an officer signs, written in one way only."""

    deed: Deed
    desk: str
    """The host of the desk's pages."""
    agency: int
    person: int
    """Who signs."""
    about: int
    """Whom it concerns; 0 where nobody."""
    text: str
    at_ms: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be signed, and what a browser is asked for it."""

    data: bytes
    options: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer that holds. It counts once `use` has written it down."""

    person: Person
    challenge: bytes
    passkey: Passkey
    count: int
    text: str = field(default="", repr=False)
    about: int = 0


def request_challenge(request: bytes) -> bytes:
    """What an officer's passkey answers for a request. Raises ProofRefused: this is no request."""
    if request.startswith(_DEED):
        raise ProofRefused("expected the bytes of a request, these are something else that passkeys sign")
    return hashlib.sha256(request).digest()


def ask_request(db: Db, place: Place, officer: int, request: bytes) -> str:
    """What an officer's browser is asked for a request, as JSON. Raises PersonUnknown or ProofRefused."""
    return ask_officer(db, place, officer, request_challenge(request))


def ask_officer(db: Db, place: Place, officer: int, challenge: bytes) -> str:
    """What an officer's browser is asked for a challenge of the caller's, as JSON. Raises PersonUnknown."""
    return request_options(place, challenge, people_store.passkeys(db, service.officer(db, officer).number))


def verify_request(
    db: Db,
    place: Place,
    request: bytes,
    answer: str,
    seen: Seen,
    now_ms: int,
    then: Callable[[Verified], object] = lambda _: None,
) -> Verified:
    """Which officer signed these bytes, and whether to call them back at the number in the register.

    `then` is done in the transaction that counts the answer: neither is there without the other. Not inside one.
    Raises PasskeyRefused, ProofRefused, NotTheirPart or NotInForce: then nothing is kept.
    """
    shown = _shown(db, place, request_challenge(request), answer, now_ms)
    officer = _filing(db, shown, now_ms)
    agency = service.of(db, officer.agency)
    score = scoring.score(db, agency, officer, seen, now_ms)
    where = Proof(
        shown.challenge, officer.number, REQUEST, now_ms, score, seen.device, seen.country, scoring.hour(now_ms)
    )
    found = Verified(officer, agency, score, scoring.calls_back(score))
    with transaction(db):
        _use(db, shown, where)
        _say(db, shown, REQUEST, now_ms, score=score)
        then(found)
    return found


def ask_who(door: Door, browser: bytes, now_ms: int) -> str:
    """What the browser of somebody of an agency is asked who wants to see what they can do, as JSON."""
    return request_options(door.place, door.challenges.ask(_COMES, browser, now_ms))


def who(db: Db, door: Door, answer: str, browser: bytes, now_ms: int) -> Person:
    """Who of an agency came: nothing counts as used by it, and nothing may be filed by it. Not inside a transaction.

    Raises PasskeyRefused or TooManyTries.
    """
    challenge, _ = answered(answer)
    door.challenges.take(challenge, _COMES, browser, now_ms)
    shown = _shown(db, door.place, challenge, answer, now_ms)
    with transaction(db):
        people_store.passkey_used(db, shown.passkey.id, shown.count, now_ms)
    return shown.person


def verify_officer(
    db: Db,
    place: Place,
    officer: int,
    challenge: bytes,
    answer: str,
    purpose: str,
    now_ms: int,
    then: Callable[[Officer], object] = lambda _: None,
) -> Officer:
    """The officer, if their own passkey answered a challenge of the caller's, which hashed it from what is meant.

    `then` as for a request. Not inside a transaction. Raises PasskeyRefused, ProofRefused, NotTheirPart or NotInForce:
    then nothing is kept.
    """
    shown = _shown(db, place, challenge, answer, now_ms)
    found = _filing(db, shown, now_ms)
    if found.number != officer:
        raise ProofRefused(f"expected the passkey of officer:{officer}, it is one of {found.who}")
    with transaction(db):
        _use(db, shown, Proof(challenge, found.number, purpose, now_ms))
        _say(db, shown, purpose, now_ms)
        then(found)
    return found


def called_back(db: Db, acting: Acting, request_sha256: bytes, now_ms: int) -> None:
    """Somebody called at the number in the register, and the officer says that it was them: from where it came is
    known from now on. Raises ProofRefused where nothing of the kind was signed, or it is forgotten."""
    acting.must(Right.WORK_LEGAL)
    found = proof_store.proof(db, request_sha256)
    if found is None or found.hour is None:
        raise ProofRefused("expected a request that an officer signed lately and nobody called back about")
    with transaction(db):
        scoring.learn(db, found, now_ms)
        proof_store.forget_where(db, request_sha256)
        about = f"agency:{service.person(db, found.person).agency}"
        log.add(db, at_ms=now_ms, who=acting.who, act=Act.AGENCY_CALLED_BACK, about=about, officer=found.person)


def ask(
    db: Db,
    place: Place,
    person: int,
    deed: Deed,
    now_ms: int,
    random: Callable[[int], bytes],
    *,
    about: int = 0,
    text: str = "",
) -> Asked:
    """What a supervisor or an officer signs for a deed. Raises PersonUnknown."""
    found = service.person(db, person)
    said = Signed(deed, place.host, found.agency, person, about, text, now_ms, random(16).hex())
    data = msgspec.json.encode(said)
    return Asked(data, request_options(place, _deed_challenge(data), people_store.passkeys(db, person)))


def signed(db: Db, place: Place, deed: Deed, data: bytes, answer: str, now_ms: int) -> Shown:
    """Who signed this deed a moment ago. Not inside a transaction.

    Raises PasskeyRefused, ProofRefused, NotTheirPart or OfficerNotActive.
    """
    said = _read(data)
    if (said.deed, said.desk) != (deed, place.host):
        raise ProofRefused(f"expected {deed.value} for this desk, this is something else")
    if not -CLOCK_BACK_MS <= now_ms - said.at_ms < DEED_MS:
        raise ProofRefused("what is signed counts for five minutes; ask for it again")
    shown = _shown(db, place, _deed_challenge(data), answer, now_ms)
    found = shown.person
    if (said.agency, said.person) != (found.agency, found.number):
        raise ProofRefused(f"this is to be signed by somebody else than {found.who}")
    if found.part is not _WHOSE.get(deed, Part.SUPERVISOR):
        raise NotTheirPart(f"{found.who} does not {deed.value.replace('_', ' ')}")
    if found.state not in _STANDS.get(deed, _ENROLLED_TOO):
        raise OfficerNotActive(f"{found.who} is {found.state.value}, and does not {deed.value.replace('_', ' ')}")
    return Shown(found, shown.challenge, shown.passkey, shown.count, said.text, said.about)


def use(db: Db, shown: Shown, deed: Deed, now_ms: int) -> None:
    """Write a deed down, so that it counts once. The caller owns the transaction, in which it happens."""
    _use(db, shown, Proof(shown.challenge, shown.person.number, deed.value, now_ms))


def _filing(db: Db, shown: Shown, now_ms: int) -> Officer:
    if shown.person.part is not Part.OFFICER:
        raise NotTheirPart(f"{shown.person.who} answers for officers, and neither files nor downloads")
    return service.in_force(db, shown.person.number, now_ms)


def _shown(db: Db, place: Place, challenge: bytes, answer: str, now_ms: int) -> Shown:
    said, passkey_id = answered(answer)
    if not hmac.compare_digest(said, challenge):
        raise ChallengeRefused("the passkey answered something else than this")
    if proof_store.proof(db, challenge) is not None:
        raise ProofRefused("this counted already; what is meant again is signed again, with another nonce")
    passkey = people_store.passkey(db, passkey_id)
    if passkey is None:
        raise PasskeyUnknown("nobody of an agency has this passkey; it may have ended")
    found = service.person(db, passkey.member)
    count = verify_shown(place, challenge, passkey, answer)
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        with transaction(db):
            log.add(
                db,
                at_ms=now_ms,
                who=found.who,
                act=Act.AGENCY_PASSKEY_COPIED,
                about=f"agency:{found.agency}",
                passkey=passkey.id.hex()[:16],
            )
        raise PasskeyCopied(
            f"the passkey counted {count} where at least {passkey.sign_count + 1} was due: there may be a copy of it;"
            f" end {found.who}"
        )
    return Shown(found, challenge, passkey, count)


def _use(db: Db, shown: Shown, proof: Proof) -> None:
    """The agency and who signed were used now, where they count already."""
    proof_store.add_proof(db, proof)
    people_store.passkey_used(db, shown.passkey.id, shown.count, proof.at_ms)
    if shown.person.state is Standing.ACTIVE:
        people_store.used(db, shown.person.number, proof.at_ms)
        store.used(db, shown.person.agency, proof.at_ms)


def _say(db: Db, shown: Shown, purpose: str, now_ms: int, **said: int) -> None:
    about = f"agency:{shown.person.agency}"
    log.add(db, at_ms=now_ms, who=shown.person.who, act=Act.AGENCY_PROVED, about=about, purpose=purpose, **said)


def _read(data: bytes) -> Signed:
    try:
        said = msgspec.json.decode(data, type=Signed)
    except (msgspec.DecodeError, UnicodeError):
        raise ProofRefused("expected what this desk asked to be signed, this cannot be read") from None
    if msgspec.json.encode(said) != data:
        raise ProofRefused("what is signed is written in one way only, this is another")
    return said


def _deed_challenge(data: bytes) -> bytes:
    return hashlib.sha256(_DEED + data).digest()
