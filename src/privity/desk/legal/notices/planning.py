# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom a request is about, and what each is to read: of their own data and nobody else's, sealed until it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence.sealing import seal, unseal
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.collecting import service as collecting
from privity.desk.legal.notices import store
from privity.desk.legal.notices.errors import NotYetKnown
from privity.desk.legal.notices.model import BarKind, Line, Matter, Notice
from privity.desk.legal.notices.ways import Route, Way, route_of
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock, end_of_day
from privity.desk.legal.requests.model import LegalRequest, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Facts, Target
from privity.desk.legal_office import LegalOffice
from privity.identity.uris import Random, new_id
from privity.mls.codec import u64, vec

DESK: Final = "desk"
OPEN: Final = (State.COLLECTED, State.REVIEWED, State.APPROVED)
"""Where it is known what a request reaches, and nothing has left."""

_LABEL: Final = b"Privity desk legal notice 1"

Resolved = Callable[[Db, bytes, int], Sequence[tuple[Target, str]]]
"""Each target of a request's scope with the user URI that it stands for; targets that nobody has are not in it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What it takes to tell somebody: keys, rules, names, and who knows whom a target stands for."""

    evidence_key: bytes = field(repr=False)
    rules: Rules
    operator: str
    contact: str
    resolved: Resolved
    random: Random


def telling_of(evidence_key: bytes, rules: Rules, office: LegalOffice, host: str, random: Random) -> Telling:
    """As the configuration says. A house by whose rules nothing leaves has no other name than its host's."""
    operator = host if office.releasing is None else office.releasing.operator
    return Telling(evidence_key, rules, operator, office.contact, collecting.resolved, random)


def route(db: Db, telling: Telling, number: int) -> Route:
    """How people are told of this request, by the rulebook."""
    verdict = requests.verdict_of(db, telling.evidence_key, number)
    return route_of(telling.rules.rulebook.instruments.get(verdict.instrument))


def by_itself(db: Db, telling: Telling, request: LegalRequest) -> Route | None:
    """How the desk goes on without anybody, or None where a person decides first.

    A request that asks for secrecy waits until a person has looked at that: a bar, or that it is only a wish.
    """
    found = route(db, telling, request.number)
    if found.way is Way.BEFORE and _wants_secrecy(db, telling, request) and not store.bars(db, request.number):
        return None
    return None if found.way is Way.COUNSEL else found


def follow(db: Db, telling: Telling, request: LegalRequest, found: Route, now_ms: int) -> None:
    """What the rulebook says by itself of a request that was collected: who tells, or whom. The caller owns nothing."""
    with transaction(db):
        if found.way is Way.AUTHORITY and not _decided(db, request):
            _authority(db, request, found.basis, DESK, now_ms)
        if found.way is Way.DELAYED and not store.bars(db, request.number):
            until_ms = end_of_day(request.received_ms, found.delay_days)
            if until_ms > now_ms:
                basis = f"emergency: told at the latest {found.delay_days} days after it came"
                add_bar(db, request.number, BarKind.EMERGENCY, basis, until_ms, DESK, now_ms)
        plan(db, telling, request.number, DESK, now_ms)


def plan(db: Db, telling: Telling, number: int, who: str, now_ms: int) -> tuple[Notice, ...]:
    """The people that the decision that counts lets something out about, each with a notice that waits.

    Planned once for each decision. Raises NotYetKnown.
    """
    with transaction(db):
        request = requests.of(db, number)
        if request.decision is None or request.state not in OPEN:
            raise NotYetKnown(f"request {number} is {request.state}; whom it reaches is known once it was collected")
        if store.planned(db, request.decision) is None:
            people = _people(db, telling, number)
            store.add_plan(db, request.decision, number, len(people), now_ms, who)
            window = route(db, telling, number).window_days
            facts = requests.facts_of(db, telling.evidence_key, number)
            for user_uri, lines in people.items():
                _add(
                    db,
                    telling,
                    request,
                    request.decision,
                    user_uri,
                    _matter(db, telling, request, facts, lines),
                    window,
                    now_ms,
                )
            log.add(db, at_ms=now_ms, who=who, act=Act.LEGAL_NOTICES_PLANNED, about=request.about, people=len(people))
        return tuple(each for each in store.of_request(db, number) if each.decision == request.decision)


def matter_of(db: Db, telling: Telling, notice: Notice) -> Matter:
    """What a person is to read. Raises EvidenceDamaged."""
    sealed = store.sealed_words(db, notice.number)
    opened = unseal(telling.evidence_key, _place(notice.number), sealed, f"notice {notice.number}")
    return msgspec.json.decode(opened, type=Matter)


def add_bar(db: Db, request: int, kind: BarKind, basis: str, until_ms: int, who: str, now_ms: int) -> int:
    """The caller owns the transaction, and has checked what it is."""
    number = store.add_bar(db, request, kind, basis, now_ms, until_ms, who)
    requests.start_clock(db, request, Clock.GAG_REVIEW, now_ms, until_ms)
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.LEGAL_BARRED,
        about=f"legal:{request}",
        bar=number,
        kind=kind.value,
        until_ms=until_ms,
    )
    return number


def say_authority_informs(db: Db, request: LegalRequest, basis: str, who: str, now_ms: int) -> None:
    """The caller owns the transaction."""
    _authority(db, request, basis, who, now_ms)


def _authority(db: Db, request: LegalRequest, basis: str, who: str, now_ms: int) -> None:
    assert request.decision is not None
    store.add_informs(db, request.decision, request.number, basis, now_ms, who)
    log.add(db, at_ms=now_ms, who=who, act=Act.LEGAL_AUTHORITY_INFORMS, about=request.about)


def _decided(db: Db, request: LegalRequest) -> bool:
    return request.decision is not None and store.informs(db, request.decision)


def _wants_secrecy(db: Db, telling: Telling, request: LegalRequest) -> bool:
    facts = requests.facts_of(db, telling.evidence_key, request.number)
    return facts.shown("gag_requested") or facts.get("gag_basis") is not None or facts.get("gag_until") is not None


def _people(db: Db, telling: Telling, number: int) -> dict[str, tuple[Line, ...]]:
    """By user URI. Two names of one account are one person."""
    scope = requests.scope_of(db, number)
    found: dict[str, set[Line]] = {}
    for target, user_uri in telling.resolved(db, telling.evidence_key, number):
        lines = found.setdefault(user_uri, set())
        lines |= {Line(each.data_class.value, each.since_ms, each.until_ms) for each in scope if each.target == target}
    return {
        user_uri: tuple(sorted(lines, key=lambda line: (line.data_class, line.since_ms or 0, line.until_ms or 0)))
        for user_uri, lines in sorted(found.items())
        if lines
    }


def _matter(db: Db, telling: Telling, request: LegalRequest, facts: Facts, lines: tuple[Line, ...]) -> Matter:
    verdict = requests.verdict_of(db, telling.evidence_key, request.number)
    instrument = telling.rules.rulebook.instruments.get(verdict.instrument)
    named = facts.text("issuing_authority") or facts.text("court")
    agency = None if request.agency is None else agencies.of(db, request.agency)
    return Matter(
        authority=named or ("" if agency is None else agency.name),
        instrument="" if instrument is None else instrument.title,
        legal_basis=facts.text("legal_basis") or "",
        received_ms=request.received_ms,
        lines=lines,
        operator=telling.operator,
        contact=telling.contact,
    )


def _add(
    db: Db,
    telling: Telling,
    request: LegalRequest,
    decision: int,
    user_uri: str,
    matter: Matter,
    window_days: int,
    now_ms: int,
) -> None:
    number = store.next_notice(db)
    sealed = seal(telling.evidence_key, telling.random, _place(number), msgspec.json.encode(matter))
    reference = new_id(telling.random)
    store.add_notice(db, number, request.number, decision, user_uri, reference, window_days, now_ms, sealed)


def _place(number: int) -> bytes:
    return vec(_LABEL) + u64(number)
