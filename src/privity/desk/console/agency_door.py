# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the people of agencies come: a first passkey by a code, and what supervisors and officers sign with it.

Nothing of a request and nothing of an account is shown here. The agencies' own portal is another program, to come: it
would ask the same services.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form
from privity.desk.console.front import Code, Join, Nothing
from privity.desk.console.pages import Open, Page, page
from privity.desk.legal.agencies import people, proving, service
from privity.desk.legal.agencies.errors import PersonUnknown
from privity.desk.legal.agencies.model import Deed, Invitation, Part, Person, Standing
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import ChallengeRefused
from privity.desk.staff.signing_in import token_hash

MAX_DATA: Final = 8000
"""Letters of what is signed, in base64."""

DEEDS: Final = {
    Deed.NAME_OFFICER: "name an officer",
    Deed.CONFIRM_OFFICER: "confirm an officer: from then on you answer for them, and they file",
    Deed.END_PERSON: "end somebody of your agency, at once and for good",
    Deed.ATTEST: "attest that these officers are still your agency’s",
    Deed.ENROL_KEY: "enrol the age key to which everything for you is encrypted",
}
"""What is signed, in words."""


class Come(Form, frozen=True):
    code: Code


class Wish(Form, frozen=True):
    """What somebody wants to sign."""

    deed: Deed
    about: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)] = 0
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Signing(Form, frozen=True):
    """What was signed, exactly, in base64."""

    deed: Deed
    data: Annotated[str, msgspec.Meta(max_length=MAX_DATA)]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the same agency, as a supervisor sees them."""

    person: Person
    fingerprint: str
    """What stands for what an officer enrolled; empty for a supervisor."""
    confirmable: bool


async def _home(asked: Asked, acting: Acting) -> web.Response:
    who = guest(asked)
    if who is None:
        return _at_the_door(asked, 200, "")
    agency = service.of(asked.db, who.agency)
    officer = service.officer(asked.db, who.number) if who.part is Part.OFFICER else None
    return asked.html(
        "agency-home.html",
        who=who,
        agency=agency,
        officer=officer,
        fingerprint="" if officer is None else service.enrolled(asked.db, who.number),
        colleagues=_colleagues(asked, who) if officer is None else (),
        roster=service.roster(asked.db, who.agency) if officer is None else "",
    )


async def _in(asked: Asked, acting: Acting) -> web.Response:
    """A browser that showed a passkey gets another cookie: whatever it carried before is worth nothing."""
    asked.form(Nothing)
    legal = asked.legal
    try:
        who = proving.who(asked.db, legal.door, asked.answer, asked.browser, asked.now_ms)
    except ChallengeRefused as err:  # the page was open for long: it asks again
        return _at_the_door(asked, 403, f"{err}. Try again")
    return _let_in(asked, who)


async def _out(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    asked.legal.guests.leave(asked.browser)
    return asked.go("/agency")


async def _join(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("agency-join.html", contact=asked.legal.contact)


async def _come(asked: Asked, acting: Acting) -> web.Response:
    """The code is looked at and stays; it is used up with the passkey."""
    code, door = asked.form(Come).code.rpartition("#")[2], asked.legal.door
    found = people.whose_code(asked.db, door, code, asked.now_ms)
    options = people.ask_first(door, found, asked.browser, asked.now_ms)
    agency = service.of(asked.db, found.agency)
    return asked.html("agency-passkey.html", who=found, agency=agency, code=code, options=options)


async def _joined(asked: Asked, acting: Acting) -> web.Response:
    form, door = asked.form(Join), asked.legal.door
    who = people.join(asked.db, door, form.code, form.label, asked.answer, asked.browser, asked.now_ms)
    return _let_in(asked, who)


async def _sign(asked: Asked, acting: Acting) -> web.Response:
    """What is to be signed, in words, before a passkey signs it."""
    who = guest(asked)
    if who is None:
        return asked.go("/agency")
    wish = asked.form(Wish)
    whom = _whom(asked, who, wish.about)
    text = wish.text.strip()
    said = proving.ask(
        asked.db,
        asked.legal.door.place,
        who.number,
        wish.deed,
        asked.now_ms,
        asked.random,
        about=wish.about,
        text=text,
    )
    return asked.html(
        "agency-sign.html",
        who=who,
        says=DEEDS[wish.deed],
        deed=wish.deed.value,
        about=whom,
        text=text,
        data=base64.b64encode(said.data).decode(),
        options=said.options,
    )


async def _signed(asked: Asked, acting: Acting) -> web.Response:
    if guest(asked) is None:
        return asked.go("/agency")
    form, place = asked.form(Signing), asked.legal.door.place
    data, answer = _bytes(form.data), asked.answer
    match form.deed:
        case Deed.NAME_OFFICER:
            made = people.name_officer(asked.db, place, data, answer, asked.now_ms, asked.random)
            return invited_page(asked, made)
        case Deed.CONFIRM_OFFICER:
            people.confirm_officer(asked.db, place, data, answer, asked.now_ms)
        case Deed.END_PERSON:
            people.end_person(asked.db, place, data, answer, asked.now_ms)
        case Deed.ATTEST:
            people.attest(asked.db, place, data, answer, asked.now_ms)
        case Deed.ENROL_KEY:
            people.enrol_key(asked.db, place, data, answer, asked.now_ms)
    return asked.go("/agency")


def invited_page(asked: Asked, made: Invitation) -> web.Response:
    """A code of somebody of an agency, shown this once. It stands behind `#`, which no browser sends to anybody."""
    return asked.html(
        "agency-invited.html",
        person=service.person(asked.db, made.person),
        address=f"{asked.console.origin}/agency/join#{made.code}",
        expires_ms=made.expires_ms,
    )


def guest(asked: Asked) -> Person | None:
    """Who showed a passkey a while ago, unless they were ended since."""
    number = asked.legal.guests.person(asked.browser, asked.now_ms)
    found = None if number is None else service.person(asked.db, number)
    return None if found is None or found.state is Standing.ENDED else found


def _whom(asked: Asked, who: Person, number: int) -> Person | None:
    """Somebody of the same agency; nobody for 0. Who is in another agency nobody is told. Raises PersonUnknown."""
    if not number:
        return None
    try:
        found = service.person(asked.db, number)
    except PersonUnknown:
        found = None
    if found is None or found.agency != who.agency:
        raise PersonUnknown(f"nobody of your agency has the number {number}")
    return found


def _let_in(asked: Asked, who: Person) -> web.Response:
    response, cookies, guests = asked.go("/agency"), asked.console.cookies, asked.legal.guests
    guests.leave(asked.browser)
    if asked.somebody is not None:  # staff who try it out keep their own session
        guests.come(asked.browser, who.number, asked.now_ms)
        return response
    cookie = cookies.fresh(asked.random)
    guests.come(token_hash(cookie), who.number, asked.now_ms)
    cookies.set(response, cookies.door, cookie)
    return response


def _at_the_door(asked: Asked, status: int, said: str) -> web.Response:
    options = proving.ask_who(asked.legal.door, asked.browser, asked.now_ms)
    return asked.html("agency-door.html", status, options=options, said=said, contact=asked.legal.contact)


def _colleagues(asked: Asked, who: Person) -> tuple[Colleague, ...]:
    return tuple(
        Colleague(
            each.person,
            service.enrolled(asked.db, each.number),
            each.recipient is not None and each.person.state in (Standing.ENROLLED, Standing.ACTIVE, Standing.LAPSED),
        )
        for each in service.officers(asked.db, who.agency)
        if each.person.state is not Standing.ENDED
    )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise FormInvalid("expected what this desk asked to be signed, this cannot be read") from None


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/agency", Open.TO_EVERYBODY, _home),
    page("POST", "/agency/in", Open.TO_EVERYBODY, _in),
    page("POST", "/agency/out", Open.TO_EVERYBODY, _out),
    page("GET", "/agency/join", Open.TO_EVERYBODY, _join),
    page("POST", "/agency/join", Open.TO_EVERYBODY, _come),
    page("POST", "/agency/join/passkey", Open.TO_EVERYBODY, _joined),
    page("POST", "/agency/sign", Open.TO_EVERYBODY, _sign),
    page("POST", "/agency/signed", Open.TO_EVERYBODY, _signed),
)
