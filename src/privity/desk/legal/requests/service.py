# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the rooms of the legal desk ask about a request, and the one function by which it moves.

No right is asked here: whoever calls asks. `filing`, `checking` and `judging` are what people do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.requests import documents, due, naming_store, reading, store
from privity.desk.legal.requests.clocks import DAY_MS, Clock, Due, due_of, time_of
from privity.desk.legal.requests.errors import (
    AuthorityExpired,
    GuardUnmet,
    MoveRefused,
    NotJudged,
    OnHold,
    RequestUnknown,
    SamePerson,
    WordsMissing,
)
from privity.desk.legal.requests.model import (
    Authority,
    Decided,
    Ending,
    LegalRequest,
    Listed,
    Move,
    Naming,
    Part,
    ScopeLine,
    State,
    about,
)
from privity.desk.legal.requests.moves import ACTED_ON, MOVES
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Verdict
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

DESK: Final = "desk"
told: Final = structlog.get_logger()
PAGE: Final = 500
"""Requests that are listed at once."""
LEFT_MS: Final = 14 * DAY_MS
"""How long a question that was not answered in time stands on the list of what is due before the request ends."""

Purging = Callable[[Db, int, int], None]
"""Shreds what a room keeps of a request: the database, its number, the time. Inside the transaction that purges it."""

_STARTS: Final[Mapping[State, Clock]] = {
    State.CLARIFY: Clock.CLARIFICATION,
    State.RELEASED: Clock.DOWNLOAD,
    State.DELIVERED: Clock.PURGE,
    State.CLOSED: Clock.PURGE,
}
_LEAVING: Final[Mapping[State, tuple[Clock, ...]]] = {
    State.DRAFT: (Clock.DRAFT,),
    State.SUBMITTED: (Clock.FIRST_LOOK, Clock.FIRST_LOOK_EMERGENCY),
    State.CLARIFY: (Clock.CLARIFICATION, Clock.ANSWER),
}
_ANSWERED: Final = (Clock.PRODUCE, Clock.FRESH, Clock.ENFORCING, Clock.OBJECTION)
_ENTERING: Final[Mapping[State, tuple[Clock, ...]]] = {
    State.REJECTED: _ANSWERED,
    State.RELEASED: (*_ANSWERED, Clock.NOTICE),
    State.DELIVERED: (Clock.DOWNLOAD,),
    State.CLOSED: tuple(clock for clock in Clock if clock is not Clock.PURGE),
    State.PURGED: tuple(Clock),
}
_FREE: Final = frozenset({State.VERIFYING, State.CLOSED, State.PURGED})
"""Where a request that is on hold may go."""


def of(db: Db, number: int) -> LegalRequest:
    """The row. Raises RequestUnknown."""
    found = store.find(db, number)
    if found is None:
        raise RequestUnknown(f"there is no legal request {number}")
    return found


def by_pseudonym(db: Db, pseudonym: str) -> LegalRequest:
    """The row, by the name that the outside knows. Raises RequestUnknown."""
    found = store.by_pseudonym(db, pseudonym)
    if found is None:
        raise RequestUnknown("there is no legal request of this name")
    return found


def in_states(db: Db, states: Sequence[State]) -> tuple[LegalRequest, ...]:
    """Every request in one of these states, oldest first: what a room of the desk works on by itself."""
    found = [request for state in states for request in store.all_in(db, state)]
    return tuple(sorted(found, key=lambda request: request.number))


def move(db: Db, number: int, to: State, who: str, now_ms: int, **said: Said) -> LegalRequest:
    """Move a request on: the entry of the log first, then the row. Whoever catches a refusal lets the transaction go.

    Raises MoveRefused, OnHold, AuthorityExpired, or GuardUnmet: the database knows what each state needs.
    """
    return move_judged(db, number, to, who, now_ms, None, said)


def move_judged(
    db: Db,
    number: int,
    to: State,
    who: str,
    now_ms: int,
    judged: tuple[int, int, str] | None,
    said: Mapping[str, Said],
) -> LegalRequest:
    """`move`, with the verdict, the decision and the rulebook that count from now on; for `judging` alone."""
    with transaction(db):
        before = of(db, number)
        _check(db, before, to, now_ms)
        told: dict[str, Said] = {**said, "from": before.state.value, "to": to.value}
        entry = log.add(db, at_ms=now_ms, who=who, act=Act.LEGAL_MOVED, about=before.about, **told)
        try:
            store.add_move(db, number, Move(before.state, to, now_ms, who, entry))
            store.moved(db, number, to, now_ms, judged)
        except IntegrityError as err:
            raise GuardUnmet(f"request {number} does not become {to}: {err}") from None
        _clocks(db, before, to, now_ms)
        return of(db, number)


def parties(db: Db, number: int) -> frozenset[tuple[str, Part]]:
    """Who had which part, as the audit log names them."""
    return store.parts(db, number)


def take_part(db: Db, number: int, who: str, part: Part) -> None:
    """Write down who did what. Raises SamePerson: whoever releases has no other part. In the act's transaction."""
    with transaction(db):
        of(db, number)
        try:
            store.add_part(db, number, who, part)
        except IntegrityError as err:
            raise SamePerson(f"{who} cannot have the part {part} in request {number}: {err}") from None


def facts_of(db: Db, evidence_key: bytes, number: int) -> Facts:
    """What is known, with what the house found out itself. Raises RequestUnknown, FactsUnread or DocumentGone."""
    return reading.facts_of(db, evidence_key, of(db, number))


def verdict_of(db: Db, evidence_key: bytes, number: int) -> Verdict:
    """What counts, or, before anybody has decided, the newest. Raises NotJudged."""
    request = of(db, number)
    newest = store.newest_verdict(db, number)
    if newest is None:
        raise NotJudged(f"there is no verdict on request {number} yet")
    counts = newest[0] if request.verdict is None else request.verdict
    return reading.verdict(db, evidence_key, counts)


def decided_of(db: Db, number: int) -> Decided:
    """The decision that counts. Raises NotJudged."""
    request = of(db, number)
    for decided, _ in store.decisions(db, number):
        if decided.number == request.decision:
            return decided
    raise NotJudged(f"nobody has decided about request {number} yet")


def scope_of(db: Db, number: int) -> tuple[ScopeLine, ...]:
    """What may be collected by the decision that counts; nothing where there is none."""
    request = of(db, number)
    return () if request.decision is None else store.scope(db, request.decision)


def naming_of(db: Db, number: int) -> Naming | None:
    """Whom else the decision that counts has named; None where everybody else has a pseudonym."""
    request = of(db, number)
    if request.decision is None:
        return None
    classes = naming_store.naming(db, request.decision)
    if not classes:
        return None
    at_ms, who = naming_store.confirmed(db, request.decision) or (None, None)
    return Naming(classes, decided_of(db, number).who, who, at_ms)


def authority(db: Db, number: int) -> Authority:
    """Until when the decision that counts can be acted on. Raises NotJudged."""
    request = of(db, number)
    if request.decision is None or request.verdict is None:
        raise NotJudged(f"nobody has decided about request {number} yet")
    return Authority(request.decision, store.holds_until(db, request.verdict))


def must_hold(db: Db, number: int, now_ms: int) -> Authority:
    """The authority, if it holds now and nobody revoked who asks. Raises NotJudged, AuthorityExpired or OnHold."""
    request, found = of(db, number), authority(db, number)
    if request.on_hold:
        raise OnHold(f"who asks in request {number} is not active any more")
    if now_ms >= found.until_ms:
        raise AuthorityExpired(f"the verdict on request {number} held until {time_of(found.until_ms)}")
    return found


def moves(db: Db, number: int) -> tuple[Move, ...]:
    """Everything that happened to it, in order."""
    return tuple(store.moves(db, number))


def start_clock(db: Db, number: int, clock: Clock, from_ms: int, until_ms: int | None = None) -> Due:
    """Begin a clock of this request. Raises ClockUndetermined."""
    found = due_of(clock, from_ms, until_ms)
    due.start(db, of(db, number).number, clock, found)
    return found


def stop_clock(db: Db, number: int, clock: Clock, now_ms: int) -> None:
    """What was due has happened."""
    with transaction(db):
        due.stop(db, number, (clock,), now_ms)


def listed(db: Db, acting: Acting, state: State, after: int = 0, limit: int = PAGE) -> tuple[LegalRequest, ...]:
    """The requests in one state, after a number."""
    acting.must(Right.SEE_LEGAL)
    return tuple(store.in_state(db, state, after, limit))


def held(db: Db, acting: Acting, limit: int = PAGE) -> tuple[LegalRequest, ...]:
    """The requests that wait because who asks is not active any more."""
    acting.must(Right.SEE_LEGAL)
    return tuple(store.held(db, limit))


def open_of_agency(db: Db, agency: int) -> tuple[LegalRequest, ...]:
    """What of an agency has not ended."""
    return tuple(store.open_of(db, "agency", agency))


def open_of_agencies(db: Db, agencies: Sequence[int]) -> tuple[str, ...]:
    """The same of several, by the names that the outside knows."""
    return tuple(each.pseudonym for number in agencies for each in open_of_agency(db, number))


def released_before(db: Db, agency: int) -> bool:
    """Whether anything was ever released to this agency."""
    return store.released_before(db, agency)


def papers(db: Db, acting: Acting, number: int) -> tuple[Listed, ...]:
    """The documents of a request, without opening one."""
    acting.must(Right.SEE_LEGAL)
    return documents.listed(db, of(db, number).number)


def read(db: Db, evidence_key: bytes, acting: Acting, number: int, document: int, now_ms: int) -> bytes:
    """Open one document, which is logged first. Not inside another transaction. Raises DocumentGone."""
    acting.must(Right.SEE_LEGAL)
    found = documents.of_request(db, of(db, number).number, document)
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.LEGAL_READ,
        about=about(number),
        document=document,
        kind=found.kind.value,
    )
    return documents.opened(db, evidence_key, document)


def close(db: Db, acting: Acting, number: int, why: str, now_ms: int) -> LegalRequest:
    """End a request; `why` is a word of `Ending`. Nothing leaves by it. Raises WordsMissing or MoveRefused."""
    acting.must(Right.WORK_LEGAL)
    if why not in set(Ending):
        raise WordsMissing(f"a request ends for one of {', '.join(Ending)}")
    return move(db, number, State.CLOSED, acting.who, now_ms, why=why)


def step(db: Db, now_ms: int, purging: Sequence[Purging] = ()) -> int:
    """What the desk does by itself: drafts and questions that nobody answered end, and what has ended is purged.

    One transaction for each; returns how many. Whether the clock is right is for the caller to know.
    """
    done = 0
    for clock, state, why, left_ms in (
        (Clock.DRAFT, State.DRAFT, "never_handed_in", 0),
        (Clock.CLARIFICATION, State.CLARIFY, "not_clarified", LEFT_MS),
    ):
        for number in due.over(db, clock, now_ms - left_ms):
            with transaction(db):
                if of(db, number).state is state:
                    move(db, number, State.CLOSED, DESK, now_ms, why=why)
                    done += 1
    before = done
    for number in due.over(db, Clock.PURGE, now_ms):
        try:
            _purge(db, number, now_ms, purging)
        except GuardUnmet as err:  # the others are purged all the same
            told.error("desk.legal_not_purged", request=number, reason=str(err))
        else:
            done += 1
    if done > before:
        documents.cut_journal(db)
    return done


def _purge(db: Db, number: int, now_ms: int, purging: Sequence[Purging]) -> None:
    with transaction(db):
        if of(db, number).state is State.DELIVERED:
            move(db, number, State.CLOSED, DESK, now_ms, why="delivered")
        for shred in purging:
            shred(db, number, now_ms)
        shredded = documents.shred(db, number, now_ms)
        store.forget_targets(db, number)
        move(db, number, State.PURGED, DESK, now_ms, documents=shredded)


def _check(db: Db, before: LegalRequest, to: State, now_ms: int) -> None:
    if to not in MOVES[before.state]:
        raise MoveRefused(f"request {before.number} is {before.state}; from there none becomes {to}")
    verified_anew = before.state is State.VERIFYING and to is State.VERIFIED
    if before.on_hold and to not in _FREE and not verified_anew:
        raise OnHold(f"who asks in request {before.number} is not active any more: verify it anew, or close it")
    if to in ACTED_ON and before.verdict is not None and now_ms >= store.holds_until(db, before.verdict):
        raise AuthorityExpired(f"the verdict on request {before.number} has expired: judge it anew")


def _clocks(db: Db, before: LegalRequest, to: State, now_ms: int) -> None:
    stopped = (*_LEAVING.get(before.state, ()), *_ENTERING.get(to, ()))
    due.stop(db, before.number, stopped, now_ms)
    clock = _STARTS.get(to)
    if clock is not None and clock not in due.running(db, before.number):
        due.start(db, before.number, clock, due_of(clock, now_ms))
