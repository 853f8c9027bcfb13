# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How an agency comes in, and is looked at anew each year: register, mail, telephone, supervisor, officer, colleague.

Where it is reached comes from an official register and from nowhere else. Each round takes two members of staff: who
had a part in it never confirms it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import indicators, normal, people_store, service, store
from privity.desk.legal.agencies.errors import (
    AgencyInvalid,
    CheckRefused,
    LooksForged,
    NotFromRegister,
    StepRefused,
    TakesAnother,
    TakesStaff,
)
from privity.desk.legal.agencies.model import Agency, Check, Found, Mark, Standing, State, Step, StepDone
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.limits import (
    CHECK_WRONG,
    CLOCK_BACK_MS,
    CODE_MS,
    MAX_AGENCY_NAME_CHARS,
    MAX_REASON_CHARS,
    MAX_SOURCE_CHARS,
    ROUND_DAYS,
)
from privity.desk.staff.acting import Acting
from privity.desk.staff.codes import code_hash, fresh_code
from privity.desk.staff.rights import Right

_ORDER: Final = tuple(Step)
_SPOKEN: Final = 16
"""Letters of a code that is read over a telephone, in groups of four: 80 bits, tried five times."""


def begin(db: Db, acting: Acting, found: Found, now_ms: int) -> Agency:
    """An agency as somebody found it in an official register. Raises AgencyInvalid or TakesStaff."""
    found = _checked(found)
    _must_enrol(acting)
    with transaction(db):
        suspected = _suspected(db, found.domain, found.switchboard)
        agency = service.of(db, store.add_agency(db, found, suspected, now_ms))
        _looked_up(db, acting, agency, found, now_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.AGENCY_FOUND,
            about=agency.about,
            country=found.country,
            kind=found.kind,
            suspected=suspected,
        )
    return agency


def look_again(db: Db, acting: Acting, number: int, found: Found, now_ms: int) -> Agency:
    """A new round: the register says the same of an agency as before. What was open of another round counts no more.

    Raises NotFromRegister where it says something else: then the agency is enrolled anew.
    """
    found = _checked(found)
    _must_enrol(acting)
    with transaction(db):
        agency = standing(db, number)
        for name in ("name", "country", "kind", "domain", "switchboard"):
            if getattr(found, name) != getattr(agency, name):
                raise NotFromRegister(f"the register names another {name} than {agency.about} has; it is enrolled anew")
        if any(done.round == agency.round for done in store.steps(db, number)):
            store.next_round(db, number)
        store.drop_checks(db, number)
        agency = service.of(db, number)
        _looked_up(db, acting, agency, found, now_ms)
    return agency


def ask_back(db: Db, acting: Acting, number: int, step: Step, now_ms: int, random: Callable[[int], bytes]) -> Check:
    """A code to send to the agency's domain (`Step.MAIL`), or to tell its supervisor so that they read it back when
    they are called at the switchboard (`Step.SWITCHBOARD`). The one before works no more. Raises StepRefused."""
    _must_enrol(acting)
    with transaction(db):
        agency = standing(db, number)
        if step not in (Step.MAIL, Step.SWITCHBOARD):
            raise StepRefused(f"expected mail or switchboard, got {step.value}: no code is said back for it")
        _must_be_next(db, agency, step)
        code, to = fresh_code(random), agency.domain
        if step is Step.SWITCHBOARD:
            code, to = code[:_SPOKEN], agency.switchboard
        store.put_check(db, number, step, _hashed(code), now_ms + CODE_MS)
        store.take_part(db, number, agency.round, acting.who)
    spoken = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
    return Check(spoken if step is Step.SWITCHBOARD else code, to, now_ms + CODE_MS)


def answered_mail(
    db: Db, acting: Acting, number: int, code: str, sender_domain: str, now_ms: int, *, dmarc_passed: bool
) -> None:
    """The code came back by mail. Not inside a transaction: what failed is kept.

    Raises StepRefused, CheckRefused, or NotFromRegister where it came from elsewhere.
    """
    _must_enrol(acting)
    agency = standing(db, number)
    _must_be_next(db, agency, Step.MAIL)
    sender = normal.domain(sender_domain)
    if not (dmarc_passed and normal.within(sender, agency.domain)):
        why = "domain" if dmarc_passed else "dmarc"
        _failed(db, acting, agency, Step.MAIL, why, now_ms)
        raise NotFromRegister("the code has to come from the domain in the register, and DMARC has to pass for it")
    _said_back(db, acting, agency, Step.MAIL, code, f"DMARC passed for {sender}", now_ms)


def answered_call(db: Db, acting: Acting, number: int, code: str, dialled: str, now_ms: int) -> None:
    """The supervisor, asked for at the switchboard, read the code back. Not inside a transaction.

    Raises StepRefused, CheckRefused, or NotFromRegister where another number was called.
    """
    _must_enrol(acting)
    agency = standing(db, number)
    _must_be_next(db, agency, Step.SWITCHBOARD)
    called = normal.number(dialled)
    if called != agency.switchboard:
        _failed(db, acting, agency, Step.SWITCHBOARD, "number", now_ms)
        raise NotFromRegister("the supervisor is asked for at the number in the register, and at no other")
    _said_back(db, acting, agency, Step.SWITCHBOARD, code, f"called {called}", now_ms)


def confirm(db: Db, acting: Acting, number: int, dossier_sha256: str, now_ms: int, *, despite: str = "") -> Agency:
    """The second member of staff has looked at the dossier: from now on its officers file.

    `despite` says why an agency that matches an indicator of fraud is one no less. Raises StepRefused, TakesAnother,
    TakesStaff, LooksForged.
    """
    acting.must(Right.CONFIRM_AGENCIES)
    _staff(acting)
    with transaction(db):
        agency = standing(db, number)
        done = service.open_steps(db, agency)
        _must_be_next(db, agency, Step.CONFIRMED)
        if acting.who in store.parts(db, number, agency.round).union(each.who for each in done.values()):
            raise TakesAnother(f"{acting.who} had a part in this round; another member of staff confirms it")
        if not service.within_days(done[Step.REGISTER].at_ms, ROUND_DAYS, now_ms):
            raise StepRefused(f"the register was looked at more than {ROUND_DAYS} days ago; a new round begins with it")
        if not hmac.compare_digest(service.dossier(db, acting, number).sha256, dossier_sha256):
            raise StepRefused(f"what there is about {agency.about} has changed since it was looked at; look again")
        suspected = agency.suspected or _suspected(db, agency.domain, agency.switchboard)
        if suspected and not despite.strip():
            raise LooksForged(f"{agency.about} matches what impostors used; say why it is no impostor, or revoke it")
        _do(db, acting.who, agency, Step.CONFIRMED, despite.strip()[:MAX_REASON_CHARS], now_ms)
        store.confirm(db, number, now_ms)
        _let_in(db, number, now_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.AGENCY_CONFIRMED,
            about=agency.about,
            round=agency.round,
            suspected=suspected,
        )
    return service.of(db, number)


def shown(db: Db, agency: Agency, who: str, step: Step, now_ms: int) -> None:
    """A supervisor showed a passkey or confirmed an officer: a step, if it is its turn. The caller owns the
    transaction."""
    done = service.open_steps(db, agency)
    if _next(done) is step:
        _do(db, who, agency, step, "", now_ms)


def took_part(db: Db, acting: Acting, agency: Agency) -> None:
    """They saw a code of somebody who comes in this round, and confirm nothing of it. The caller owns the
    transaction."""
    store.take_part(db, agency.number, agency.round, acting.who)


def must_await_supervisor(db: Db, agency: Agency) -> None:
    """Raise StepRefused unless a supervisor was spoken to in this round, and nobody has confirmed it yet."""
    if Step.SWITCHBOARD not in service.open_steps(db, agency):
        raise StepRefused(
            f"a supervisor of {agency.about} is asked for at the switchboard first, in a round of its own"
        )


def standing(db: Db, number: int) -> Agency:
    """An agency that was not revoked. Raises AgencyUnknown or StepRefused."""
    found = service.of(db, number)
    if found.state is State.REVOKED:
        raise StepRefused(f"{found.about} was revoked; it is enrolled anew")
    return found


def _let_in(db: Db, number: int, now_ms: int) -> None:
    """Supervisors who came count, codes of those who did not are worth nothing, officers who lapsed are back."""
    here = set()
    for each in people_store.supervisors(db, number):
        if each.state is Standing.NAMED:
            people_store.drop_code(db, each.number)
            people_store.end(db, each.number, now_ms)
        elif each.state is Standing.ENROLLED:
            people_store.activate(db, each.number, now_ms)
        if each.state in (Standing.ENROLLED, Standing.ACTIVE):
            here.add(each.number)
    for officer in people_store.officers(db, number):
        if officer.person.state is Standing.LAPSED and officer.supervisor in here:
            people_store.activate(db, officer.number, now_ms)


def _looked_up(db: Db, acting: Acting, agency: Agency, found: Found, now_ms: int) -> None:
    _do(db, acting.who, agency, Step.REGISTER, f"{found.register}: {found.source}", now_ms)


def _said_back(db: Db, acting: Acting, agency: Agency, step: Step, code: str, detail: str, now_ms: int) -> None:
    known = store.check(db, agency.number, step)
    if known is None:
        raise CheckRefused(f"no code waits for {agency.about} by {step.value}; make one and send it")
    digest, expires_ms, wrong = known
    if not now_ms < expires_ms <= now_ms + CODE_MS + CLOCK_BACK_MS:
        raise CheckRefused("this code is too old; make another one and send it")
    if not hmac.compare_digest(digest, _hashed(code)):
        with transaction(db):
            store.check_was_wrong(db, agency.number, step)
            if wrong + 1 >= CHECK_WRONG:
                store.drop_check(db, agency.number, step)
            _failed(db, acting, agency, step, "code", now_ms)
        raise CheckRefused(f"this is not the code; after {CHECK_WRONG} wrong ones another one has to be made")
    with transaction(db):
        store.drop_check(db, agency.number, step)
        _do(db, acting.who, agency, step, detail, now_ms)


def _do(db: Db, who: str, agency: Agency, step: Step, detail: str, now_ms: int) -> None:
    store.add_step(db, agency.number, StepDone(agency.round, step, now_ms, who, detail))
    log.add(db, at_ms=now_ms, who=who, act=Act.AGENCY_STEP, about=agency.about, step=step.value, round=agency.round)


def _failed(db: Db, acting: Acting, agency: Agency, step: Step, why: str, now_ms: int) -> None:
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.AGENCY_CHECK_FAILED,
        about=agency.about,
        step=step.value,
        why=why,
    )


def _must_be_next(db: Db, agency: Agency, step: Step) -> None:
    due = _next(service.open_steps(db, agency))
    if due is not step:
        raise StepRefused(f"{agency.about}: {due.value} comes next, got {step.value}")


def _next(done: dict[Step, StepDone]) -> Step:
    """REGISTER where no round is open."""
    return next((step for step in _ORDER if step not in done), Step.REGISTER)


def _must_enrol(acting: Acting) -> None:
    acting.must(Right.MANAGE_AGENCIES)
    _staff(acting)


def _staff(acting: Acting) -> None:
    if acting.number is None:
        raise TakesStaff(f"{acting.who} enrols no agency; members of staff do, who answer for it")


def _suspected(db: Db, domain: str, switchboard: str) -> bool:
    return indicators.matches(db, ((Mark.DOMAIN, domain), (Mark.NUMBER, switchboard)))


def _hashed(code: str) -> bytes:
    """However it was typed."""
    return code_hash("".join(code.replace("-", " ").split()))


def _checked(found: Found) -> Found:
    if not (
        len(found.country) == 2 and found.country.isascii() and found.country.isupper() and found.country.isalpha()
    ):
        raise AgencyInvalid("expected a country such as DE")
    if found.kind not in FACTS["authority_kind"].words:
        raise AgencyInvalid(f"expected a kind of authority that the rulebook names, got {found.kind[:64]!r}")
    return replace(
        found,
        name=_line("name", found.name, MAX_AGENCY_NAME_CHARS),
        domain=normal.domain(found.domain),
        switchboard=normal.number(found.switchboard),
        register=_line("register", found.register, MAX_AGENCY_NAME_CHARS),
        source=_line("source", found.source, MAX_SOURCE_CHARS),
    )


def _line(what: str, given: str, most: int) -> str:
    text = " ".join(given.split())
    if not (0 < len(text) <= most and text.isprintable()):
        raise AgencyInvalid(f"{what}: expected 1 to {most} letters that can be seen, got {len(text)}")
    return text
