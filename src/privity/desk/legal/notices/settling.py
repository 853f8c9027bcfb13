# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether people were told as they must be: what a package says of it, and whether an approved request may go on."""

from __future__ import annotations

from datetime import UTC, datetime

from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.notices import store
from privity.desk.legal.notices.errors import NobodyTold, ObjectionOpen, WindowOpen
from privity.desk.legal.notices.model import Answer, Bar, How, Notice
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock, time_of
from privity.desk.legal.requests.errors import MoveRefused
from privity.desk.legal.requests.model import LegalRequest, State
from privity.production import model as production
from privity.production.model import NoticeState


def state_for(db: Db, number: int, now_ms: int) -> production.Notice | None:
    """What the package says of notice; None where what it holds is nobody's. Raises NobodyTold."""
    how, bar = standing(db, requests.of(db, number), now_ms)
    match how:
        case How.AUTHORITY_INFORMS:
            return production.Notice(NoticeState.AUTHORITY_INFORMS)
        case How.BARRED:
            assert bar is not None
            return production.Notice(NoticeState.BARRED_UNTIL, _written(bar.until_ms))
        case How.TOLD:
            return production.Notice(NoticeState.SENT)
        case How.NOBODY:
            return None


def standing(db: Db, request: LegalRequest, now_ms: int) -> tuple[How, Bar | None]:
    """How the people of a request stand now, whether or not their time to object is over. Raises NobodyTold."""
    decision = request.decision
    if decision is not None and store.informs(db, decision):
        return How.AUTHORITY_INFORMS, None
    people = None if decision is None else store.planned(db, decision)
    if people is None:
        raise NobodyTold(f"whom request {request.number} is about was not counted yet")
    if people == 0:
        return How.NOBODY, None
    notices = notices_of(db, request)
    if all(each.told is not None for each in notices):
        return How.TOLD, None
    bar = bar_of(db, request.number, now_ms)
    if bar is None:
        raise NobodyTold(f"the people whom request {request.number} is about were not told, and nothing bars it")
    return How.BARRED, bar


def ready_ms(db: Db, number: int, now_ms: int) -> int | None:
    """From when on an approved request could go on; None as long as something else than time stands against it."""
    request = requests.of(db, number)
    if _stopped(db, request):
        return None
    how, _ = standing(db, request, now_ms)
    if how is not How.TOLD:
        return now_ms
    ends = [_open_until(each) for each in notices_of(db, request) if not each.nobody]
    known = [end for end in ends if end is not None]
    return None if len(known) < len(ends) else max(known, default=now_ms)


def done(db: Db, number: int, who: str, now_ms: int) -> LegalRequest:
    """Let an approved request go on.

    Raises MoveRefused, NobodyTold, WindowOpen or ObjectionOpen; and what else keeps a request where it is.
    """
    with transaction(db):
        request = requests.of(db, number)
        if request.state is not State.APPROVED or request.decision is None:
            raise MoveRefused(f"request {number} is {request.state}; notices are settled of one that is approved")
        if _stopped(db, request):
            raise ObjectionOpen(f"an objection to request {number} waits for its answer, or has stopped it")
        how, bar = standing(db, request, now_ms)
        ready = ready_ms(db, number, now_ms)
        if ready is None or ready > now_ms:
            until = "after they were told" if ready is None else f"until {time_of(ready)}"
            raise WindowOpen(f"the people whom request {number} is about can object {until}")
        store.add_done(db, number, request.decision, how, None if bar is None else bar.number, now_ms)
        moved = requests.move(db, number, State.NOTICE_DONE, who, now_ms, how=how.value)
        requests.stop_clock(db, number, Clock.NOTICE, now_ms)
        return moved


def notices_of(db: Db, request: LegalRequest) -> tuple[Notice, ...]:
    """Those of the decision that counts."""
    return tuple(each for each in store.of_request(db, request.number) if each.decision == request.decision)


def bar_of(db: Db, number: int, now_ms: int) -> Bar | None:
    """The bar that counts longest, if one counts now."""
    found = [each for each in store.bars(db, number) if each.until_ms > now_ms]
    return max(found, key=lambda each: each.until_ms, default=None)


def _stopped(db: Db, request: LegalRequest) -> bool:
    for each in store.objections(db, request.number):
        if each.answered is None:
            return True
        notice = store.notice(db, each.notice)
        if each.answered.answer is Answer.STOPPED and notice is not None and notice.decision == request.decision:
            return True
    return False


def _open_until(notice: Notice) -> int | None:
    if notice.told is None or notice.told.open_until_ms is None:
        return None
    return max(notice.told.until_ms, notice.told.open_until_ms)


def _written(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
