# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Finding out who asks: a passkey's assertion or what a clerk checked, and a call to the number in the register.

An emergency shortens this and skips nothing: without the call nothing is verified, and the database says so, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.agencies import proving
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.errors import ProofRefused
from privity.desk.legal.agencies.model import Officer, Seen, Verified
from privity.desk.legal.agencies.normal import number as plain_number
from privity.desk.legal.requests import documents, reading, service, store
from privity.desk.legal.requests.counted import codes
from privity.desk.legal.requests.errors import DocumentGone, GuardUnmet, NotInThisState, NotTheRegistersNumber
from privity.desk.legal.requests.filing import words
from privity.desk.legal.requests.model import Checked, Document, LegalRequest, Part, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook import facts
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.rights import Right
from privity.mls.codec import u64

MAX_CHECKED: Final = 4000
"""Characters of what a clerk writes down."""
_AGAIN: Final = b"Privity legal request verified anew 1\n"
ANEW: Final = "verify_anew"
"""What the passkey is used for, in the log of agencies."""


class _Written(msgspec.Struct, frozen=True):
    """What a clerk wrote down of paper, or of a call."""

    checked: str = ""
    score: int = 0
    read_back: str = ""
    confirmed_by: str = ""


def begin(db: Db, acting: Acting, number: int, now_ms: int) -> LegalRequest:
    """A person looks at it for the first time, or, where who asks was not active for a while, anew."""
    acting.must(Right.WORK_LEGAL)
    with transaction(db):
        service.take_part(db, number, acting.who, Part.VERIFIED)
        return service.move(db, number, State.VERIFYING, acting.who, now_ms)


def ask(db: Db, place: Place, officer: int, number: int) -> str:
    """What an officer's browser is asked about this request, as JSON."""
    return proving.ask_officer(db, place, officer, _challenge(db, _verifying(db, number)))


def by_assertion(
    db: Db,
    evidence_key: bytes,
    place: Place,
    acting: Acting,
    number: int,
    answer: str,
    seen: Seen,
    now_ms: int,
    random: Callable[[int], bytes],
    officer: int | None = None,
) -> LegalRequest:
    """An officer's passkey signed the bytes of the request. Not inside a transaction.

    Anew it is the same officer who signs, or the one that is named here, and they are called back whatever the score.
    Raises what `agencies.proving` does, NotInThisState or DocumentGone.
    """
    acting.must(Right.WORK_LEGAL)
    request = _verifying(db, number)

    def counts(found: Officer, score: int, call_back: bool) -> None:
        """In the transaction that counts the answer: what is signed counts once, so that neither may be without it."""
        store.set_requester(db, number, found.agency, found.number)
        written = _Written(score=score)
        _add(db, evidence_key, acting, number, Checked.ASSERTION, written, now_ms, random, call_back=call_back)

    def first(found: Verified) -> None:
        counts(found.officer, found.score, found.call_back)

    def anew(found: Officer) -> None:
        counts(found, 0, True)

    if request.officer is None:
        proving.verify_request(db, place, _bytes(db, evidence_key, request), answer, seen, now_ms, then=first)
    else:
        who = request.officer if officer is None else officer
        proving.verify_officer(db, place, who, _challenge(db, request), answer, ANEW, now_ms, then=anew)
    return service.of(db, number)


def on_paper(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    agency: int | None,
    officer: int | None,
    checked: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> LegalRequest:
    """A clerk says how they found out who asks, of what no passkey signed. An agency that is enrolled is named.

    Raises NotInThisState, WordsMissing, or NotInForce by its name.
    """
    acting.must(Right.WORK_LEGAL)
    checked = words("what was checked", checked, MAX_CHECKED)
    with transaction(db):
        before = _verifying(db, number)
        if agency is not None:
            agencies.agency_in_force(agencies.of(db, agency), now_ms)
        if officer is not None and agencies.in_force(db, officer, now_ms).agency != agency:
            raise NotInThisState(f"officer {officer} is of another agency than the one that asks")
        store.set_requester(db, number, agency, officer)
        _add(
            db,
            evidence_key,
            acting,
            number,
            Checked.PAPER,
            _Written(checked=checked),
            now_ms,
            random,
            call_back=before.on_hold and agency is not None,
        )
    return service.of(db, number)


def call_back(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    dialled: str,
    read_back: str,
    confirmed_by: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> None:
    """Somebody called the agency and had it confirmed: at the number that the register gives, and at no other.

    Raises NotInThisState, NotTheRegistersNumber or WordsMissing.
    """
    acting.must(Right.WORK_LEGAL)
    said = _Written(
        read_back=words("what was read back", read_back), confirmed_by=words("who confirmed it", confirmed_by)
    )
    request = _verifying(db, number)
    if request.agency is None:
        raise NotInThisState(f"request {number} names no enrolled agency yet whom anybody could call back")
    agency = agencies.of(db, request.agency)
    if plain_number(dialled) != agency.switchboard:
        raise NotTheRegistersNumber(f"expected the number that the register gives for {agency.about}, got another one")
    checked = store.verification(db, number)
    if checked is not None and checked[1] is Checked.ASSERTION:
        with suppress(ProofRefused):  # it learns only from the first assertion of a request
            proving.called_back(db, acting, request.request_sha256, now_ms)
    with transaction(db):
        document = _keep(db, evidence_key, acting, number, Document.CALL_BACK, said, now_ms, random)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_CALLED_BACK,
            about=request.about,
            agency=agency.number,
            document=document,
        )
        try:
            store.add_call_back(db, number, agency.number, agency.switchboard, document, acting.who, now_ms)
        except IntegrityError as err:
            raise NotInThisState(f"request {number}: {err}") from None
        service.take_part(db, number, acting.who, Part.CALLED)


def verified(db: Db, evidence_key: bytes, rules: Rules, acting: Acting, number: int, now_ms: int) -> LegalRequest:
    """It is known who asks. Raises GuardUnmet where nobody checked or called, or NotInForce by its name."""
    acting.must(Right.WORK_LEGAL)
    with transaction(db):
        request = service.of(db, number)
        if request.officer is not None:
            agencies.in_force(db, request.officer, now_ms)
        elif request.agency is not None:
            agencies.agency_in_force(agencies.of(db, request.agency), now_ms)
        service.take_part(db, number, acting.who, Part.VERIFIED)
        said = _codes(db, evidence_key, rules, request)
        return service.move(db, number, State.VERIFIED, acting.who, now_ms, **said)


def _add(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    kind: Checked,
    written: _Written,
    now_ms: int,
    random: Callable[[int], bytes],
    *,
    call_back: bool,
) -> None:
    request = service.of(db, number)
    document = _keep(db, evidence_key, acting, number, Document.VERIFICATION, written, now_ms, random)
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.LEGAL_CHECKED,
        about=request.about,
        how=kind.value,
        agency=request.agency,
        officer=request.officer,
        score=written.score,
        call_back=call_back,
        document=document,
    )
    try:
        store.add_verification(db, request, kind, document, acting.who, now_ms, call_back=call_back)
    except IntegrityError as err:
        raise GuardUnmet(f"request {number}: {err}") from None
    service.take_part(db, number, acting.who, Part.VERIFIED)


def _keep(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    kind: Document,
    written: _Written,
    now_ms: int,
    random: Callable[[int], bytes],
) -> int:
    content = msgspec.json.encode(written)
    return documents.keep(db, evidence_key, random, number, kind, content, who=acting.who, now_ms=now_ms)


def _verifying(db: Db, number: int) -> LegalRequest:
    request = service.of(db, number)
    if request.state is not State.VERIFYING:
        raise NotInThisState(f"request {number} is {request.state}, and nobody is verifying it")
    return request


def _challenge(db: Db, request: LegalRequest) -> bytes:
    """The hash of the request; after that counted once, one that is of this verification alone."""
    if request.officer is None:
        return request.request_sha256
    at = store.last_move(db, request.number)
    return hashlib.sha256(_AGAIN + request.request_sha256 + u64(at)).digest()


def _bytes(db: Db, evidence_key: bytes, request: LegalRequest) -> bytes:
    found = documents.newest(db, request.number, Document.REQUEST)
    if found is None or found.sha256 != request.request_sha256:
        raise DocumentGone(f"what came as request {request.number} was too much to keep, so nobody can have signed it")
    return documents.opened(db, evidence_key, found.number)


def _codes(db: Db, evidence_key: bytes, rules: Rules, request: LegalRequest) -> dict[str, Said]:
    values = reading.values(reading.stated(db, evidence_key, request.number))
    return codes(rules.rulebook, request, None if values is None else facts.read(values))
