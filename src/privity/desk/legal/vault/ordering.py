# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is to be kept apart for which request, and for how long. Whether there is such an account is not asked here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.requests import clocks, filing
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import LegalRequest
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.requests.moves import UNVERIFIED
from privity.desk.legal.rulebook.facts import Days, Facts, Target
from privity.desk.legal.rulebook.model import Action, Rulebook
from privity.desk.legal.rulebook.scoping import names_accounts
from privity.desk.legal.vault import store, terms
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.errors import HoldUnknown, NothingToPreserve, WrongState
from privity.desk.legal.vault.model import Hold, Kind, State
from privity.desk.legal.vault.terms import Term
from privity.desk.staff.acting import Acting
from privity.production.classes import Releasable

DESK = "desk"
JUDGED = frozenset(RequestState) - UNVERIFIED - {RequestState.VERIFIED, RequestState.CLOSED, RequestState.PURGED}
"""States in which a request was judged and has not ended."""


def order(
    db: Db, custody: Custody, rulebook: Rulebook, request: int, now_ms: int, random: Callable[[int], bytes]
) -> Hold:
    """Keep what the verdict on a request preserves; a quarantine of the same targets becomes it.

    The desk does so by itself, once for each request. Raises WrongState or NothingToPreserve.
    """
    with transaction(db):
        asked = requests.of(db, request)
        rejected = _rejected(db, asked)
        if (asked.state not in JUDGED and not rejected) or asked.on_hold:
            raise WrongState(f"request {request} is {asked.state}; what is kept follows from a verdict on it")
        before = store.of_request(db, request)
        if any(hold.kind is not Kind.QUARANTINE for hold in before):
            raise WrongState(f"request {request} had its hold already; a term begins once")
        verdict = requests.verdict_of(db, custody.evidence_key, request)
        instrument = rulebook.instruments.get(verdict.instrument)
        rejected = rejected or verdict.action is Action.REJECT
        term = None if instrument is None else terms.of_instrument(instrument, rejected=rejected)
        if term is None or not verdict.preserve:
            raise NothingToPreserve(f"the verdict on request {request} keeps nothing apart")
        facts = requests.facts_of(db, custody.evidence_key, request)
        for hold in before:
            if _is_the_same(db, custody, hold, facts, verdict.preserve, now_ms):
                return _confirmed(db, hold, asked, verdict.instrument, term, verdict.preserve, now_ms)
        return _ordered(db, custody, asked, verdict.instrument, term, verdict.preserve, DESK, now_ms, random)


def quarantine(
    db: Db, custody: Custody, acting: Acting, request: int, now_ms: int, random: Callable[[int], bytes]
) -> Hold:
    """Keep what somebody asks for whom nobody has verified yet: for 72 hours, once, and unread.

    Raises NotInThisState, FactsUnread, WrongState or NothingToPreserve.
    """
    ordered: list[Hold] = []

    def take_apart(db: Db, number: int, until_ms: int) -> None:
        asked = requests.of(db, number)
        if store.of_request(db, number):
            raise WrongState(f"request {number} had its quarantine already; none is taken anew")
        facts = requests.facts_of(db, custody.evidence_key, number)
        classes = tuple(each for each in Releasable if each in facts.words("classes"))
        if not classes or not names_accounts(facts):
            raise NothingToPreserve(f"request {number} names no account, or no data that could be kept apart")
        instrument = facts.text("instrument") or ""
        from_ms = until_ms - terms.QUARANTINE_MS
        ordered.append(_ordered(db, custody, asked, instrument, terms.QUARANTINE, classes, acting.who, from_ms, random))

    filing.quarantine(db, acting, request, take_apart, now_ms)
    return ordered[0]


def mark_of(custody: Custody, hold_id: bytes, targets: Sequence[Target]) -> bytes:
    """What stands for the targets of a hold."""
    said = sorted((target.kind, target.value) for target in targets)
    return custody.mark(hold_id, b"targets" + msgspec.json.encode(said))


def range_of(facts: Facts) -> tuple[int | None, int | None]:
    """From which moment on and before which; None and None where the request names no days."""
    days = facts.get("time_range")
    if not isinstance(days, Days):
        return None, None
    return clocks.midnight(days.first), clocks.midnight(days.last) + clocks.DAY_MS


def _ordered(
    db: Db,
    custody: Custody,
    asked: LegalRequest,
    instrument: str,
    term: Term,
    classes: Sequence[Releasable],
    who: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Hold:
    from_ms = now_ms if term.kind is Kind.QUARANTINE else terms.begins(asked.received_ms, now_ms)
    hold = Hold(
        number=0,
        id=random(16),
        request=asked.number,
        agency=None if term.kind is Kind.QUARANTINE else asked.agency,
        kind=term.kind,
        state=State.ORDERED,
        instrument=instrument,
        custody=custody.keeper,
        ordered_ms=now_ms,
        due_ms=now_ms + term.within_ms,
        from_ms=from_ms,
        days=term.days,
        renew_days=term.renew_days,
        until_ms=terms.end_ms(term.kind, from_ms, term.days),
    )
    number = store.add(db, hold, classes)
    _say(db, asked, number, term.kind, classes, hold.until_ms, who, now_ms)
    return found(db, number)


def _rejected(db: Db, asked: LegalRequest) -> bool:
    """Also one that was closed after that: what the law keeps for who may object is kept."""
    if asked.state is RequestState.CLOSED:
        return requests.moves(db, asked.number)[-1].old is RequestState.REJECTED
    return asked.state is RequestState.REJECTED


def _is_the_same(
    db: Db, custody: Custody, hold: Hold, facts: Facts, classes: Sequence[Releasable], now_ms: int
) -> bool:
    """Whether a quarantine keeps all of this already, or will."""
    if hold.over(now_ms) or not set(classes) <= {each.data_class for each in store.classes(db, hold.number)}:
        return False
    if hold.asked_mark is None:
        return True
    if mark_of(custody, hold.id, facts.targets()) != hold.asked_mark:
        return False
    since_ms, until_ms = range_of(facts)
    if hold.asked_since_ms is None or hold.asked_until_ms is None:
        return True
    return (
        since_ms is not None
        and until_ms is not None
        and hold.asked_since_ms <= since_ms
        and until_ms <= hold.asked_until_ms
    )


def _confirmed(
    db: Db,
    hold: Hold,
    asked: LegalRequest,
    instrument: str,
    term: Term,
    classes: Sequence[Releasable],
    now_ms: int,
) -> Hold:
    """The quarantine goes on as a hold. Classes that the verdict does not keep lose their keys at once."""
    from_ms = terms.begins(asked.received_ms, now_ms)
    until_ms = terms.end_ms(term.kind, from_ms, term.days)
    store.update(
        db,
        hold.number,
        kind=term.kind,
        agency=asked.agency,
        instrument=instrument,
        ordered_ms=now_ms,
        from_ms=from_ms,
        days=term.days,
        renew_days=term.renew_days,
        until_ms=until_ms,
        seen_ms=None,
    )
    for each in store.classes(db, hold.number):
        if each.data_class not in classes:
            store.drop_class(db, hold.number, each.data_class, now_ms)
    _say(db, asked, hold.number, term.kind, classes, until_ms, DESK, now_ms)
    return found(db, hold.number)


def _say(
    db: Db,
    asked: LegalRequest,
    hold: int,
    kind: Kind,
    classes: Sequence[Releasable],
    until_ms: int | None,
    who: str,
    now_ms: int,
) -> None:
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.HOLD_ORDERED,
        about=asked.about,
        hold=hold,
        kind=kind.value,
        classes=[each.value for each in classes],
        until_ms=until_ms,
    )


def found(db: Db, number: int) -> Hold:
    """Raises HoldUnknown."""
    hold = store.find(db, number)
    if hold is None:
        raise HoldUnknown(f"there is no hold {number}")
    return hold
