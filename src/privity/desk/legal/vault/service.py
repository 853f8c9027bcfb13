# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What may be done with a hold, by whom. It is ordered in `ordering`, filled in `taking`, read in `reading`."""

from __future__ import annotations

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence.records import check_text
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import LegalRequest, about
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.rulebook.model import Action
from privity.desk.legal.vault import authority, expiry, store, terms
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.errors import (
    AnotherAgency,
    HoldOver,
    NotRenewable,
    OutsideScope,
    SamePerson,
    WrongState,
)
from privity.desk.legal.vault.expiry import step
from privity.desk.legal.vault.model import Because, Hold, Kind, ReceiptFacts, State
from privity.desk.legal.vault.ordering import JUDGED, found, mark_of, order, quarantine
from privity.desk.legal.vault.reading import names, read, read_for_case
from privity.desk.legal.vault.sharing import awaited, hand_in, share_file
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.classes import Releasable

__all__ = [
    "awaited",
    "classes",
    "hand_in",
    "hold",
    "holds",
    "late",
    "live",
    "names",
    "of_request",
    "order",
    "quarantine",
    "read",
    "read_for_case",
    "receipt_facts",
    "release",
    "released_to",
    "renew",
    "share_file",
    "step",
    "withdraw",
    "withdrawal_confirmed",
]

PAGE = 100
_IN_FORCE = JUDGED - {RequestState.REJECTED, RequestState.CLOSED}


def hold(db: Db, acting: Acting, number: int) -> Hold:
    """Raises HoldUnknown."""
    acting.must(Right.SEE_LEGAL)
    return found(db, number)


def holds(db: Db, acting: Acting, after: int = 0, limit: int = PAGE) -> tuple[Hold, ...]:
    """All there ever were, oldest first; nothing of what they keep."""
    acting.must(Right.SEE_LEGAL)
    return tuple(store.everything(db, after, limit))


def live(db: Db, acting: Acting, limit: int = PAGE) -> tuple[Hold, ...]:
    """Those that have not ended, the first to end first; nothing of what they keep."""
    acting.must(Right.SEE_LEGAL)
    return tuple(store.live(db, limit))


def classes(db: Db, acting: Acting, number: int) -> tuple[Releasable, ...]:
    """The classes that a hold keeps, or will. Raises HoldUnknown."""
    acting.must(Right.SEE_LEGAL)
    return tuple(each.data_class for each in store.classes(db, found(db, number).number) if each.dropped_ms is None)


def late(db: Db, acting: Acting, now_ms: int) -> tuple[Hold, ...]:
    """Those that should have been taken already."""
    acting.must(Right.SEE_LEGAL)
    return tuple(store.late(db, now_ms))


def of_request(db: Db, request: int) -> tuple[Hold, ...]:
    """For other rooms; no rights are asked."""
    return tuple(store.of_request(db, request))


def released_to(db: Db, request: int) -> tuple[Hold, ...]:
    """The holds that a request may read of; for other rooms, no rights are asked."""
    return tuple(store.released_to(db, request))


def renew(db: Db, custody: Custody, acting: Acting, number: int, by: int, now_ms: int) -> Hold:
    """Another request of the same agency makes a hold longer: once, and before its time is over.

    Raises HoldOver, NotRenewable, WrongState or AnotherAgency.
    """
    acting.must(Right.JUDGE_LEGAL)
    with transaction(db):
        held, asked = _live(db, number, now_ms), requests.of(db, by)
        if held.kind is not Kind.TERM or not held.renew_days:
            raise NotRenewable(f"hold {number} of {held.instrument or 'no instrument'} cannot be renewed")
        if held.renewed_by is not None:
            raise NotRenewable(f"hold {number} was renewed by request {held.renewed_by} already, and once is the most")
        if held.state is State.ORDERED:
            raise WrongState(f"hold {number} was not taken yet; there is nothing to renew")
        _must_be_of_its_agency(held, asked)
        _must_ask_for_it_again(db, custody, held, asked)
        until_ms = terms.end_ms(held.kind, held.from_ms, held.days, held.renew_days)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.HOLD_RENEWED,
            about=about(held.request),
            hold=number,
            by=asked.about,
            until_ms=until_ms,
        )
        state = State.RENEWED if held.state is State.HELD else held.state
        store.update(db, number, state=state, renewed_by=by, until_ms=until_ms)
    return found(db, number)


def release(db: Db, custody: Custody, acting: Acting, number: int, to: int, now_ms: int) -> Hold:
    """A scoped request may read of it what its scope holds, and nothing else.

    One that was collected already is collected once more, with what was kept.
    Raises HoldOver, WrongState, AnotherAgency, NoAuthority, AuthorityExpired or OutsideScope.
    """
    acting.must(Right.JUDGE_LEGAL)
    with transaction(db):
        held, asked = _live(db, number, now_ms), requests.of(db, to)
        if held.kind is Kind.QUARANTINE or held.state is State.ORDERED:
            raise WrongState(f"hold {number} is {held.state} in {held.kind}; there is nothing that anybody may read")
        if held.released_to is not None and held.released_to != to:
            before = requests.of(db, held.released_to)
            if before.state in authority.READING:
                raise WrongState(f"hold {number} is being read for request {before.number}, which is {before.state}")
        if asked.number != held.request:
            _must_be_of_its_agency(held, asked)
        if asked.state is RequestState.COLLECTED:
            requests.move(db, to, RequestState.SCOPED, acting.who, now_ms, hold=number)
        elif asked.state is not RequestState.SCOPED:
            raise WrongState(f"request {to} is {asked.state}; a hold is released to one that is scoped or collected")
        lines = authority.token(db, to, now_ms).lines
        kept = {each.data_class for each in store.classes(db, number) if each.dropped_ms is None}
        classes = sorted({line.data_class for line in lines} & kept)
        if not classes:
            raise OutsideScope(f"the scope of request {to} holds no class that hold {number} keeps")
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.HOLD_RELEASED,
            about=about(held.request),
            hold=number,
            to=asked.about,
            classes=[each.value for each in classes],
        )
        store.update(db, number, state=State.RELEASED_TO_CASE, released_to=to)
    return found(db, number)


def withdraw(db: Db, acting: Acting, number: int, reason: str, now_ms: int) -> Hold:
    """The authority has withdrawn what it asked for. Nothing goes before a second person has confirmed it.

    Raises HoldOver, WrongState or ReasonMissing.
    """
    acting.must(Right.JUDGE_LEGAL)
    check_text("reason", reason, MAX_REASON_CHARS)
    with transaction(db):
        held = _live(db, number, now_ms)
        if held.withdrawn_by is not None:
            raise WrongState(f"hold {number} was said to be withdrawn already, and waits for a second person")
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.HOLD_WITHDRAWN,
            about=about(held.request),
            hold=number,
            reason=reason,
        )
        store.update(db, number, withdrawn_by=acting.who)
    return found(db, number)


def withdrawal_confirmed(db: Db, acting: Acting, number: int, now_ms: int) -> Hold:
    """The second person has seen it, too: the keys are overwritten now. Raises HoldOver, WrongState or SamePerson."""
    acting.must(Right.RELEASE_LEGAL)
    with transaction(db):
        held = _live(db, number, now_ms)
        if held.withdrawn_by is None:
            raise WrongState(f"nobody has said that hold {number} was withdrawn")
        if held.withdrawn_by == acting.who:
            raise SamePerson(f"{acting.who} has said that hold {number} was withdrawn; another person confirms it")
        store.update(db, number, confirmed_by=acting.who)
        expiry.end(db, held, Because.WITHDRAWN, acting.who, now_ms, withdrawn_by=held.withdrawn_by)
    return found(db, number)


def receipt_facts(db: Db, number: int) -> ReceiptFacts:
    """What the agency is told of a hold that was taken for it. Raises WrongState."""
    held = found(db, number)
    if held.kind is Kind.QUARANTINE or held.taken_ms is None or held.manifest_sha256 is None or not held.live:
        raise WrongState(f"hold {number} is {held.state} in {held.kind}; there is no receipt for it")
    return ReceiptFacts(
        hold=number,
        request=held.request,
        instrument=held.instrument,
        request_sha256=requests.of(db, held.request).request_sha256,
        classes=tuple(each.data_class for each in store.classes(db, number) if each.dropped_ms is None),
        taken_ms=held.taken_ms,
        until_ms=held.until_ms,
        renewed=held.renewed_by is not None,
        manifest_sha256=held.manifest_sha256,
    )


def _live(db: Db, number: int, now_ms: int) -> Hold:
    """Also one that is over and whose hour has not come: nothing makes it longer then."""
    held = found(db, number)
    if held.over(now_ms):
        raise HoldOver(f"hold {number} is over; nothing brings it back")
    return held


def _must_be_of_its_agency(held: Hold, asked: LegalRequest) -> None:
    if held.agency is None or asked.agency != held.agency or asked.on_hold:
        raise AnotherAgency(f"hold {held.number} was not taken for whoever asks in request {asked.number}")


def _must_ask_for_it_again(db: Db, custody: Custody, held: Hold, asked: LegalRequest) -> None:
    """A renewal is a request of its own, judged, of the same instrument and about the same targets."""
    if asked.number == held.request or asked.state not in _IN_FORCE:
        raise WrongState(f"request {asked.number} is {asked.state}; a renewal is another request, verified and judged")
    verdict = requests.verdict_of(db, custody.evidence_key, asked.number)
    if (
        verdict.action not in (Action.PROCEED, Action.NARROW)
        or verdict.instrument != held.instrument
        or not verdict.preserve
    ):
        raise NotRenewable(f"the verdict on request {asked.number} does not keep anything by {held.instrument}")
    targets = requests.facts_of(db, custody.evidence_key, asked.number).targets()
    if mark_of(custody, held.id, targets) != held.asked_mark:
        raise NotRenewable(f"request {asked.number} is about other targets than hold {held.number}")
