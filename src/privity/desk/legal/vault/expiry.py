# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The end of a hold, that nobody has to press: its keys are overwritten where they stand, then its contents go.

Whoever calls `step` believes the time (`desk.retention` does, hour by hour): what is shredded does not come back. A
hold whose times a wrong clock wrote counts from when a believed look first found it.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence import holds
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.requests.model import about
from privity.desk.legal.vault import authority, store, terms
from privity.desk.legal.vault.model import Because, Hold, Kind, State
from privity.desk.legal.vault.ordering import DESK
from privity.desk.legal.vault.taking import because

BATCH: Final = 50
"""Holds of one step, each in a transaction of its own."""
FILES: Final = 20
"""Files that go in one transaction."""


def step(db: Db, now_ms: int) -> int:
    """One batch; how much was done, 0 once nothing is left to do."""
    return _count_anew(db, now_ms) + _end_those_over(db, now_ms) + _empty(db, now_ms)


def end(db: Db, hold: Hold, why: Because, who: str, now_ms: int, **said: str | None) -> None:
    """Nothing of it can be opened from here on. The caller has found that it may end."""
    with transaction(db):
        log.add(
            db,
            at_ms=now_ms,
            who=who,
            act=Act.HOLD_EXPIRED,
            about=about(hold.request),
            hold=hold.number,
            because=why.value,
            **said,
        )
        store.update(db, hold.number, state=State.EXPIRED, ended_because=why, ended_ms=now_ms)
        store.shred_keys(db, hold.number)
        holds.lift(db, because(hold.number))


def _count_anew(db: Db, now_ms: int) -> int:
    """A believed look has found these: from here on nothing can make them older than they are."""
    found = store.unseen(db, BATCH)
    for hold in found:
        with transaction(db):
            if terms.believable(hold.ordered_ms, now_ms) or hold.kind is Kind.UNTIL_WITHDRAWN:
                store.update(db, hold.number, seen_ms=now_ms)
                continue
            renewed = hold.renew_days if hold.renewed_by is not None else 0
            until_ms = terms.end_ms(hold.kind, now_ms, hold.days, renewed)
            store.update(db, hold.number, seen_ms=now_ms, from_ms=now_ms, until_ms=until_ms)
            log.add(
                db,
                at_ms=now_ms,
                who=DESK,
                act=Act.HOLD_COUNTED_ANEW,
                about=about(hold.request),
                hold=hold.number,
                from_ms=now_ms,
                until_ms=until_ms,
            )
    return len(found)


def _end_those_over(db: Db, now_ms: int) -> int:
    done, after = 0, 0
    while done < BATCH:
        found = store.over(db, now_ms, after, BATCH)
        for hold in found:
            after = hold.number
            if not authority.waits(db, hold, now_ms):
                end(db, hold, Because.TIME, DESK, now_ms)
                done += 1
        if len(found) < BATCH:
            break
    return done + _end_those_produced(db, now_ms)


def _end_those_produced(db: Db, now_ms: int) -> int:
    done, after = 0, 0
    while True:
        found = store.open_ended(db, after, BATCH)
        for hold in found:
            after = hold.number
            if _produced(db, hold):
                end(db, hold, Because.PRODUCED, DESK, now_ms)
                done += 1
        if len(found) < BATCH:
            return done


def _produced(db: Db, hold: Hold) -> bool:
    """Whether what it was kept for has left the house."""
    numbers = {hold.request, hold.released_to or hold.request}
    return any(move.new is RequestState.DELIVERED for number in numbers for move in requests.moves(db, number))


def _empty(db: Db, now_ms: int) -> int:
    done = 0
    for number in store.half_dropped(db, BATCH):
        with transaction(db):
            done += store.drop_files(db, number, FILES)
    for hold in store.emptying(db, BATCH):
        with transaction(db):
            gone = store.drop_files(db, hold.number, FILES)
            done += gone
            if gone < FILES:
                store.drop_manifests(db, hold.number)
                store.update(db, hold.number, state=State.SHREDDED, gone_ms=now_ms)
                log.add(db, at_ms=now_ms, who=DESK, act=Act.HOLD_SHREDDED, about=about(hold.request), hold=hold.number)
                done += 1
    return done
