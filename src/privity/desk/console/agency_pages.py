# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The agencies: the list, one of them with its next step, revoking one or all, and what is known of impostors."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.console.staff import Why
from privity.desk.legal.agencies import indicators, people, revoking, service
from privity.desk.legal.agencies.model import Agency, Mark, Standing, State, Step
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import service as requests
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.limits import AGENCY_YEAR_DAYS, MAX_REASON_CHARS
from privity.desk.periods import DAY_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

ONE: Final = "/agencies/{number:[0-9]+}"
SOON_DAYS: Final = 30
"""How long before a year is over the page asks to look at an agency anew."""
MAX_SHOWN: Final = 50
"""Open requests of an agency that its page lists."""
MAX_LINES: Final = 200_000
"""Letters of indicators in one form."""

STATES: Final = {
    State.ENROLLING: "being enrolled: it files nothing yet",
    State.ACTIVE: "may file",
    State.LAPSED: "has lapsed: it files nothing until it is looked at anew",
    State.REVOKED: "revoked: it stays so, and is enrolled anew under another number",
}
NEXT: Final = {
    Step.REGISTER: "Look it up in the official register, and begin a round with what stands there.",
    Step.MAIL: "Send a code to its domain, and write down what comes back.",
    Step.SWITCHBOARD: "Call the number in the register, ask for the supervisor, and have a code read back.",
    Step.SUPERVISOR: "The supervisor makes a passkey with a code of theirs, or attests with the one that they have.",
    Step.OFFICER: "The supervisor names an officer, who makes a passkey and enrols a key, and confirms them then.",
    Step.CONFIRMED: "A second member of staff, who had no part in it, looks at all of it and confirms.",
}
"""What comes next, in one sentence."""
DONE: Final = {
    Step.REGISTER: "found in the register",
    Step.MAIL: "its mail answered",
    Step.SWITCHBOARD: "its telephone answered",
    Step.SUPERVISOR: "a supervisor showed a passkey",
    Step.OFFICER: "a supervisor confirmed an officer",
    Step.CONFIRMED: "a second member of staff confirmed it",
}
STANDS: Final = {
    Standing.NAMED: "has a code, and has not come yet",
    Standing.ENROLLED: "has a passkey, and nobody has confirmed them yet",
    Standing.ACTIVE: "is here",
    Standing.LAPSED: "was idle for too long",
    Standing.ENDED: "was ended",
}
KINDS: Final = tuple(sorted(FACTS["authority_kind"].words))


class Revoking(Form, frozen=True):
    """Whom: one of the three, or every one."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON_CHARS)]
    whom: str
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] | None = None
    domain: Annotated[str, msgspec.Meta(max_length=253)] = ""


class Marking(Form, frozen=True):
    kind: Mark
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Lines(Form, frozen=True):
    lines: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_LINES)]


async def _list(asked: Asked, acting: Acting) -> web.Response:
    found, contact = service.listed(asked.db, acting), asked.legal.contact
    return asked.html(
        "agencies.html",
        agencies=found,
        contact=contact,
        states=STATES,
        soon={each.number for each in found if _is_due(each, asked.now_ms)},
        enrols=Right.MANAGE_AGENCIES in acting.rights,
        revokes=Right.REVOKE_AGENCIES in acting.rights,
        kinds=KINDS,
    )


async def _one(asked: Asked, acting: Acting) -> web.Response:
    return shown(asked, acting)


def shown(asked: Asked, acting: Acting) -> web.Response:
    """One agency: the register's words, what was done in this round, who is there, and what comes next."""
    number = asked.number("number")
    found = service.dossier(asked.db, acting, number)
    done = {each.step for each in found.steps}
    is_open = Step.CONFIRMED not in done and found.agency.state is not State.REVOKED
    coming = next((step for step in Step if step not in done), None) if is_open else None
    return asked.html(
        "agency.html",
        found=found,
        agency=found.agency,
        history=service.history(asked.db, acting, number),
        next=coming,
        says="" if coming is None else NEXT[coming],
        states=STATES,
        done=DONE,
        stands=STANDS,
        roster=service.roster(asked.db, number),
        enrolled={each.number: service.enrolled(asked.db, each.number) for each in found.officers},
        due=_is_due(found.agency, asked.now_ms),
        requests=requests.open_of_agency(asked.db, number)[:MAX_SHOWN],
        enrols=Right.MANAGE_AGENCIES in acting.rights,
        confirms=Right.CONFIRM_AGENCIES in acting.rights,
        revokes=Right.REVOKE_AGENCIES in acting.rights,
        kinds=KINDS,
    )


async def _revoke_one(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Why)
    asked.fresh(f"revoke agency:{number}")
    return _revoked(asked, acting, Whom(number=number), form.reason)


async def _revoking(asked: Asked, acting: Acting) -> web.Response:
    found = [each for each in service.listed(asked.db, acting) if each.state is not State.REVOKED]
    return asked.html("agencies-revoke.html", count=len(found), countries=sorted({each.country for each in found}))


async def _revoke(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Revoking)
    whom = _meant(form)
    asked.fresh(f"revoke agencies: {_named(form)}")
    return _revoked(asked, acting, whom, form.reason)


async def _end(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("person"), asked.form(Why)
    asked.fresh(f"end person {number} of an agency")
    people.end(asked.db, acting, number, form.reason, asked.now_ms)
    return asked.go(f"/agencies/{service.person(asked.db, number).agency}")


async def _impostors(asked: Asked, acting: Acting) -> web.Response:
    return _indicators(asked, acting, "")


async def _mark(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Marking)
    indicators.mark(asked.db, acting, form.kind, form.value, asked.now_ms, asked.random)
    return _indicators(asked, acting, "It is remembered, as a salted hash.")


async def _take(asked: Asked, acting: Acting) -> web.Response:
    new = indicators.taken(asked.db, acting, asked.form(Lines).lines.splitlines(), asked.now_ms)
    return _indicators(asked, acting, f"{new} of these lines were new.")


def _indicators(asked: Asked, acting: Acting, said: str) -> web.Response:
    return asked.html("impostors.html", lines=indicators.shared(asked.db, acting), kinds=list(Mark), said=said)


def _revoked(asked: Asked, acting: Acting, whom: Whom, reason: str) -> web.Response:
    done = revoking.revoke(asked.db, acting, whom, reason, asked.now_ms, requests.open_of_agencies)
    return asked.html("agencies-revoked.html", done=done)


def _meant(form: Revoking) -> Whom:
    """Raises FormInvalid: what is to be revoked is never more than what somebody wrote."""
    match form.whom, form.country, form.domain:
        case "all", None, "":
            return Whom.all()
        case "country", str() as country, "":
            return Whom(country=country)
        case "domain", None, str() as domain if domain:
            return Whom.below(domain)
    raise FormInvalid("expected every agency, or a country, or a domain, and nothing beside it")


def _named(form: Revoking) -> str:
    """Whom, in words that mean one thing: the passkey answers for them."""
    match form.country, form.domain:
        case str() as country, _:
            return f"all of the country {country}"
        case None, "":
            return "all"
        case _, domain:
            return f"all of the domain {domain}"


def _is_due(agency: Agency, now_ms: int) -> bool:
    """Whether its year is nearly over."""
    attested = agency.attested_ms
    return (
        agency.state is State.ACTIVE
        and attested is not None
        and now_ms >= attested + (AGENCY_YEAR_DAYS - SOON_DAYS) * DAY_MS
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/agencies", Right.SEE_LEGAL, _list),
    page("GET", "/agencies/revoke", Right.REVOKE_AGENCIES, _revoking),
    page("POST", "/agencies/revoke", Right.REVOKE_AGENCIES, _revoke),
    page("GET", "/agencies/impostors", Right.MANAGE_AGENCIES, _impostors),
    page("POST", "/agencies/impostors", Right.MANAGE_AGENCIES, _mark),
    page("POST", "/agencies/impostors/take", Right.MANAGE_AGENCIES, _take),
    page("POST", "/agencies/person/{person:[0-9]+}/end", Right.REVOKE_AGENCIES, _end),
    page("GET", ONE, Right.SEE_LEGAL, _one),
    page("POST", f"{ONE}/revoke", Right.REVOKE_AGENCIES, _revoke_one),
)
