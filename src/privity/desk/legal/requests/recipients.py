# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key of whoever asks on paper, for one request: no officer of theirs has enrolled one here.

One member of staff writes down the age key that the authority sent by letter or read out. Another, who was shown
neither the key nor its fingerprint, calls the number that the official register gives, and writes down the fingerprint
that is read back. Only then anything is encrypted to it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.errors import RecipientRefused, TakesAnother, TakesStaff
from privity.desk.legal.agencies.normal import number as plain_number
from privity.desk.legal.requests import documents, recipient_store, service
from privity.desk.legal.requests.errors import NotInThisState, NotReadBack, NotTheRegistersNumber, OnHold
from privity.desk.legal.requests.filing import words
from privity.desk.legal.requests.model import Came, Document, LegalRequest, Part, ReadBack, Recipient
from privity.desk.limits import CHECK_WRONG
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production import age_key
from privity.production.errors import BadRecipient

SPOKEN: Final = 32
"""Letters of a fingerprint that are read back, in groups of four."""


def of_request(db: Db, number: int) -> tuple[Recipient, ...]:
    """All that were ever written down for a request, the oldest first. No right is asked: whoever calls asks."""
    return recipient_store.of_request(db, number)


def confirmed(db: Db, number: int) -> Recipient | None:
    """The one to which a package of this request is encrypted; None where there is none, or nobody confirmed it."""
    found = recipient_store.standing(db, number)
    return found if found is not None and found.confirmed_ms is not None else None


def spoken(recipient: str) -> str:
    """The fingerprint of a key as it is read over a telephone."""
    letters = age_key.fingerprint(recipient)[:SPOKEN]
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def name(db: Db, acting: Acting, number: int, recipient: str, came: Came, now_ms: int) -> Recipient:
    """Write down the key that came. One that was written down before and that nobody confirmed gives way.

    Raises RecipientRefused, TakesStaff, NotInThisState, OnHold, or NotInForce by its name.
    """
    acting.must(Right.WORK_LEGAL)
    _staff(acting)
    try:
        key = age_key.checked(recipient)
    except BadRecipient as err:
        raise RecipientRefused(str(err)) from None
    with transaction(db):
        request, agency = _on_paper(db, number, now_ms)
        before = recipient_store.standing(db, number)
        if before is not None and before.recipient == key:
            raise NotInThisState(f"this key is written down for request {number} already")
        if before is not None:
            _end(db, acting.who, request, before, "another", now_ms)
        service.take_part(db, number, acting.who, Part.VERIFIED)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_RECIPIENT_NAMED,
            about=request.about,
            agency=agency,
            came=came.value,
        )
        try:
            recipient_store.add(db, number, agency, key, came, now_ms, acting.who)
        except IntegrityError as err:
            raise RecipientRefused(f"request {number}: {err}") from None
        found = recipient_store.standing(db, number)
        assert found is not None
        return found


def confirm(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    said: ReadBack,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Recipient:
    """Another member of staff called and had the fingerprint read back. Not inside a transaction: what failed is kept.

    Raises TakesAnother, TakesStaff, NotTheRegistersNumber, NotReadBack, WordsMissing, NotInThisState, OnHold, or
    NotInForce by its name.
    """
    acting.must(Right.CONFIRM_AGENCIES)
    _staff(acting)
    confirmed_by = words("who read it back", said.confirmed_by)
    request, agency = _on_paper(db, number, now_ms)
    found = recipient_store.standing(db, number)
    if found is None or found.confirmed_ms is not None:
        raise NotInThisState(f"no key of request {number} waits to be read back")
    if acting.who == found.named_by:
        raise TakesAnother(f"{acting.who} wrote this key down; another member of staff calls")
    called = agencies.of(db, agency).switchboard
    if plain_number(said.dialled) != called:
        _failed(db, acting, request, "number", now_ms)
        raise NotTheRegistersNumber(f"expected the number that the register gives for agency:{agency}, got another one")
    if not hmac.compare_digest(_letters(said.read_back), _letters(spoken(found.recipient))):
        with transaction(db):
            recipient_store.wrong(db, found.number)
            _failed(db, acting, request, "fingerprint", now_ms)
            if found.wrong + 1 >= CHECK_WRONG:
                _end(db, acting.who, request, found, "read_back_wrongly", now_ms)
        raise NotReadBack(
            f"this is not the fingerprint of the key that was written down; after {CHECK_WRONG} wrong ones it is ended"
        )
    content = msgspec.json.encode({"read_back": said.read_back, "confirmed_by": confirmed_by})
    with transaction(db):
        document = documents.keep(
            db, evidence_key, random, number, Document.CALL_BACK, content, who=acting.who, now_ms=now_ms
        )
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_RECIPIENT_CONFIRMED,
            about=request.about,
            agency=agency,
            key_sha256=age_key.fingerprint(found.recipient),
            named_by=found.named_by,
            document=document,
        )
        try:
            recipient_store.confirmed(db, found.number, called, document, now_ms, acting.who)
        except IntegrityError as err:
            raise NotInThisState(f"request {number}: {err}") from None
    done = confirmed(db, number)
    assert done is not None
    return done


def end(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """Nothing is encrypted to it any more; what was approved for it counts no more. Raises NotInThisState."""
    acting.must(Right.WORK_LEGAL)
    with transaction(db):
        found = recipient_store.standing(db, number)
        if found is None:
            raise NotInThisState(f"no key is written down for request {number}")
        _end(db, acting.who, service.of(db, number), found, "taken_back", now_ms)


def _on_paper(db: Db, number: int, now_ms: int) -> tuple[LegalRequest, int]:
    """The request and its agency, where it is one that asks without an officer here."""
    request = service.of(db, number)
    if request.on_hold:
        raise OnHold(f"who asks in request {number} is not active any more")
    if request.agency is None:
        raise NotInThisState(f"request {number} is of no enrolled agency, so there is no number that could be called")
    if request.officer is not None:
        raise NotInThisState(f"request {number} is of an officer who has a key of their own")
    agencies.agency_in_force(agencies.of(db, request.agency), now_ms)
    return request, request.agency


def _end(db: Db, who: str, request: LegalRequest, found: Recipient, why: str, now_ms: int) -> None:
    log.add(db, at_ms=now_ms, who=who, act=Act.LEGAL_RECIPIENT_ENDED, about=request.about, why=why)
    recipient_store.ended(db, found.number, now_ms, who)


def _failed(db: Db, acting: Acting, request: LegalRequest, why: str, now_ms: int) -> None:
    log.add(db, at_ms=now_ms, who=acting.who, act=Act.LEGAL_RECIPIENT_NOT_CONFIRMED, about=request.about, why=why)


def _letters(text: str) -> bytes:
    """However it was typed."""
    return "".join(text.split()).lower().encode()


def _staff(acting: Acting) -> None:
    if acting.number is None:
        raise TakesStaff(f"{acting.who} names and confirms no key; members of staff do, who answer for it")
