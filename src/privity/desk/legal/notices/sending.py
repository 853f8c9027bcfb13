# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk does about notices by itself, step by step: tell whom nothing bars, and let approved requests go on.

All that a step needs stands in the database, so that whatever ends the process, the next one goes on from there. A
notice is an effect of the outbox (`decisions.effects`): the hub does it once, and before it answers nobody was told.
"""

from __future__ import annotations

from typing import Final

import structlog

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import outbox
from privity.desk.decisions.outbox import EffectState, Ordered
from privity.desk.legal.errors import LegalError
from privity.desk.legal.notices import planning, settling, store, texts
from privity.desk.legal.notices.errors import NoticesError
from privity.desk.legal.notices.model import Notice
from privity.desk.legal.notices.planning import DESK, OPEN, Telling
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock, end_of_day
from privity.desk.legal.requests.model import State
from privity.wire.staff import EffectParams, Verb
from privity.wire.standing import Statement

PAGE: Final = 100
"""Notices in one step."""
LATE_DAYS: Final = 30
"""How long an objection is taken where the data have left already."""

_LEFT: Final = frozenset({State.RELEASED, State.DELIVERED, State.CLOSED, State.PURGED})

told: Final = structlog.get_logger()


def step(db: Db, telling: Telling, now_ms: int) -> int:
    """How many requests or notices went on. Whether the clock is right is for the caller to know."""
    done = _plan(db, telling, now_ms)
    done += sum(send(db, telling, each, now_ms) for each in store.unsent(db, now_ms, PAGE))
    return done + hear(db, now_ms) + _go_on(db, now_ms) + _forget(db)


def _plan(db: Db, telling: Telling, now_ms: int) -> int:
    done = 0
    for request in requests.in_states(db, OPEN):
        if request.on_hold or request.decision is None or store.planned(db, request.decision) is not None:
            continue
        try:
            route = planning.by_itself(db, telling, request)
            if route is None:
                continue
            planning.follow(db, telling, request, route, now_ms)
        except LegalError as err:
            told.warning("legal.notice_not_planned", request=request.number, reason=type(err).__name__)
            continue
        done += 1
    return done


def _go_on(db: Db, now_ms: int) -> int:
    done = 0
    for request in requests.in_states(db, (State.APPROVED,)):
        try:
            settling.done(db, request.number, DESK, now_ms)
        except NoticesError:
            continue  # people can still object, or were not told yet
        except LegalError as err:
            told.warning("legal.waits", request=request.number, reason=type(err).__name__)
            continue
        done += 1
    return done


def _forget(db: Db) -> int:
    over = store.over(db, PAGE)
    with transaction(db):
        for number, request in over:
            store.shred_notice(db, number)
            store.forget_basis(db, request)
    return len(over)


def send(db: Db, telling: Telling, notice: Notice, now_ms: int) -> bool:
    """Hand one notice to the outbox; False where its request ended without anything leaving."""
    with transaction(db):
        request = requests.of(db, notice.request)
        left_ms = _left_ms(db, notice.request)
        if notice.user_uri is None or (request.state in _LEFT and left_ms is None):
            return False
        too_late = left_ms is not None
        until_ms = end_of_day(now_ms, LATE_DAYS if too_late else notice.window_days)
        said = _said(db, telling, notice, now_ms, until_ms, left_ms)
        effect = outbox.add(
            db,
            telling.random,
            Verb.LEGAL_NOTICE,
            notice.user_uri,
            EffectParams(statement=said),
            case=None,
            decision=None,
            now_ms=now_ms,
        )
        store.add_sent(db, notice.number, effect, now_ms, until_ms, too_late=too_late)
        if not too_late:
            requests.start_clock(db, notice.request, Clock.NOTICE, now_ms, until_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.LEGAL_NOTICE_SENT,
            about=request.about,
            notice=notice.number,
            effect=effect,
            late=too_late,
            bars=len(store.bars(db, notice.request)),
            since_planned_ms=now_ms - notice.made_ms,
        )
    return True


def as_read(db: Db, telling: Telling, notice: Notice, now_ms: int) -> Statement | None:
    """How a notice reads to whom it went, or would read if it went now; None once its words are shredded."""
    if notice.user_uri is None:
        return None
    left_ms, told_ = _left_ms(db, notice.request), notice.told
    if told_ is not None:
        return _said(db, telling, notice, told_.sent_ms, told_.until_ms, left_ms if told_.too_late else None)
    days = notice.window_days if left_ms is None else LATE_DAYS
    return _said(db, telling, notice, now_ms, end_of_day(now_ms, days), left_ms)


def _said(db: Db, telling: Telling, notice: Notice, now_ms: int, until_ms: int, left_ms: int | None) -> Statement:
    matter = planning.matter_of(db, telling, notice)
    if left_ms is None:
        return texts.before(matter, notice.reference, now_ms, until_ms)
    return texts.after(matter, notice.reference, now_ms, until_ms, left_ms)


def hear(db: Db, now_ms: int) -> int:
    """Write down which notices the hub has by now, and until when the time to object runs from there."""
    heard = 0
    for notice in store.untold(db, PAGE):
        effect = effect_of(db, notice)
        if effect is None or effect.state is not EffectState.APPLIED or notice.told is None:
            continue
        at_ms = outbox.settled_ms(db, effect.number)
        if at_ms is None:
            continue
        with transaction(db):
            until_ms = max(notice.told.until_ms, end_of_day(at_ms, notice.window_days))
            store.add_told(db, notice.number, effect.number, at_ms, until_ms)
            log.add(
                db,
                at_ms=now_ms,
                who=DESK,
                act=Act.LEGAL_NOTICE_TOLD,
                about=f"legal:{notice.request}",
                notice=notice.number,
                told_ms=at_ms,
            )
        heard += 1
    return heard


def effect_of(db: Db, notice: Notice) -> Ordered | None:
    """What the hub was asked for it last: a refused effect may have been asked anew."""
    number = None if notice.told is None else notice.told.effect
    found = None
    while number is not None:
        found = outbox.find(db, number)
        number = outbox.sent_again(db, number)
    return found


def _left_ms(db: Db, number: int) -> int | None:
    """When data left by this request; None as long as none have."""
    return next((move.at_ms for move in requests.moves(db, number) if move.new is State.RELEASED), None)
