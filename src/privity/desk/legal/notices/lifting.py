# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bars that end early, because the court or the authority lifts them: one person says so, and another confirms it.

Telling somebody cannot be undone, so it takes two. From the moment of the lift on, and not before it was confirmed, the
bar counts no more: the notices that waited for it go at the next look. Nothing here makes a bar longer.
"""

from __future__ import annotations

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.notices import store
from privity.desk.legal.notices.errors import BarRefused, BarUnknown
from privity.desk.legal.notices.model import MAX_BASIS, Bar, Lift
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock
from privity.desk.legal.requests.errors import SamePerson
from privity.desk.legal.requests.model import LegalRequest, Part, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


def lift(db: Db, acting: Acting, number: int, bar: int, basis: str, from_ms: int | None, now_ms: int) -> Lift:
    """Say that a bar of this request is lifted from a moment on, and by what. Nothing ends before it is confirmed.

    Raises BarUnknown, or BarRefused without a basis or a day, or where it would end the bar no sooner.
    """
    acting.must(Right.JUDGE_LEGAL)
    if not basis.strip() or from_ms is None:
        raise BarRefused("who lifts a bar names the court or the authority that says so, and the day from which it is")
    if len(basis) > MAX_BASIS:
        raise BarRefused(f"a basis has at most {MAX_BASIS:,} characters, this one {len(basis):,}")
    with transaction(db):
        request, found = _counting(db, number, bar, now_ms)
        if from_ms >= found.until_ms:
            raise BarRefused(f"bar {bar} ends before that by itself; a bar is lifted early, and never made longer")
        requests.take_part(db, number, acting.who, Part.JUDGED)
        try:
            made = store.add_lift(db, bar, basis, from_ms, now_ms, acting.who)
        except IntegrityError as err:
            raise BarRefused(f"bar {bar}: {err}") from None
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_BAR_LIFT_SAID,
            about=request.about,
            bar=bar,
            lift=made,
            from_ms=from_ms,
        )
        return _newest(db, bar, made)


def confirm(db: Db, acting: Acting, number: int, bar: int, said: int, now_ms: int) -> Bar:
    """Confirm as another person what was said last of a bar. The caller has seen fresh proof of a passkey.

    Raises BarUnknown, BarRefused or SamePerson.
    """
    acting.must(Right.RELEASE_LEGAL)
    with transaction(db):
        request, _ = _counting(db, number, bar, now_ms)
        found = _newest(db, bar, said)
        if found.who == acting.who:
            raise SamePerson(f"{acting.who} has said that bar {bar} is lifted; another person confirms it")
        try:
            store.add_lifted(db, bar, said, now_ms, max(found.from_ms, now_ms), acting.who)
        except IntegrityError as err:
            raise BarRefused(f"bar {bar}: {err}") from None
        left = [each for each in store.bars(db, number) if each.until_ms > now_ms]
        until_ms = max((each.until_ms for each in left), default=now_ms)
        if request.state not in (State.CLOSED, State.PURGED):
            requests.stop_clock(db, number, Clock.GAG_REVIEW, now_ms)
            if left:
                requests.start_clock(db, number, Clock.GAG_REVIEW, now_ms, until_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_BAR_LIFTED,
            about=request.about,
            bar=bar,
            lift=said,
            until_ms=until_ms,
        )
        lifted = store.find_bar(db, bar)
        assert lifted is not None
        return lifted


def _counting(db: Db, number: int, bar: int, now_ms: int) -> tuple[LegalRequest, Bar]:
    """A bar of this request that counts now and holds something back. Raises BarUnknown."""
    request, found = requests.of(db, number), store.find_bar(db, bar)
    if found is None or found.request != number:
        raise BarUnknown(f"request {number} has no bar {bar}")
    if found.until_ms <= now_ms:
        raise BarUnknown(f"bar {bar} counts no more, so there is nothing to lift")
    waits = any(each.user_uri is not None for each in store.of_request(db, number))
    if request.state is State.PURGED and not waits:
        raise BarUnknown(f"request {number} was purged, and nobody waits to be told of it")
    return request, found


def _newest(db: Db, bar: int, number: int) -> Lift:
    found = store.newest_lift(db, bar)
    if found is None or found.number != number:
        raise BarRefused(f"of bar {bar} something else was said last; look at that")
    return found
