# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writing down what accounts do, in the transaction in which they do it, and handing it to the desk.

Nothing is written where no desk is there to ask (`staff_public_key`), or the operator said `observe = false`.
"""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import Final

import structlog

from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.observing import store
from privity.server.observing.model import Seen
from privity.server.observing.tally import Tally, windows
from privity.wire.observed import KEPT_MS, PAGE, ObservedKind, ObservedPage

MOST_KEPT: Final = 1_000_000
"""Beyond so many that no desk has asked for, windows of messages are let go: nothing may fill the disk."""
LOOK_S: Final = 2.0
"""How often a request that waits looks again where other processes of the hub may have observed something."""


def note(tx: Tx, context: HubContext, seen: Seen) -> None:
    """Keep what an account just did. It stands or falls with this transaction."""
    if not context.config.observes:
        return
    store.add(tx, [seen])
    tx.after_commit(partial(_noted, context, seen.kind, 1))


def registered(tx: Tx, context: HubContext, account: str, address: str | None, now_ms: int) -> None:
    """An account was made, from this address; of it only the network's name of the day is kept."""
    if context.config.observes:
        network = context.observing.networks.name(address, now_ms, context.random)
        note(tx, context, Seen(now_ms, ObservedKind.REGISTERED, account, network=network))


def closed(tx: Tx, context: HubContext, account: str, now_ms: int) -> None:
    """An account is closed in this transaction, and its row still there. What was observed of it and waits goes; the
    desk hears of the end alone, so that it forgets what it has."""
    store.forget_of(tx, account)
    note(tx, context, Seen(now_ms, ObservedKind.CLOSED, account))


async def flush(context: HubContext, *, everything: bool = False) -> None:
    """A window of messages is over: one row for each account that is told and reached anybody. Raises a Refusal where
    they cannot be stored, and they are lost."""
    sent = context.observing.tally.take(context.now_ms(), everything=everything)
    if not sent:
        return
    rooms = {room_id for _, room_id in sent}
    found = windows(sent, await context.db.read(partial(store.people, room_ids=rooms)))
    now_ms = context.now_ms()
    seen = [
        Seen(
            now_ms,
            ObservedKind.SENT,
            one.account,
            count=one.count,
            people=one.people,
            rooms=one.rooms,
            largest=one.largest,
        )
        for one in found
    ]

    def write(tx: Tx) -> None:
        if store.span(tx) + len(seen) > MOST_KEPT:
            tx.after_commit(partial(context.metrics.observed_lost.inc, len(seen)))
            return
        store.add(tx, seen)
        tx.after_commit(partial(_noted, context, ObservedKind.SENT, len(seen)))

    if seen:
        await context.db.write(write)


async def page(context: HubContext, number: int, wait_s: float) -> ObservedPage:
    """What came after this number. What is up to it is forgotten: the desk has it. Held back for so long while there is
    nothing."""
    arrivals = context.observing.arrivals
    seen, until = arrivals.count, monotonic() + wait_s
    found = await context.db.write(partial(_take, number=number))
    while not found.observed and found.next == number and (left := until - monotonic()) > 0 and not arrivals.stopped:
        await arrivals.later_than(seen, left if context.sharing is None else min(left, LOOK_S))
        seen = arrivals.count
        if await context.db.read(partial(store.is_any_after, number=number)):
            found = await context.db.write(partial(_take, number=number))
    return found


def _take(tx: Tx, number: int) -> ObservedPage:
    """Within a transaction that writes, so that everything with a lower number is there to be seen."""
    last = store.last(tx)
    if number > last:
        structlog.get_logger("privity.hub").warning("observed.asked_beyond", last=last)
        store.forget_through(tx, last)  # of a copy of the database: the desk got these when they were made
        return ObservedPage([], last)
    store.forget_through(tx, number)
    found = store.after(tx, number, PAGE)
    return ObservedPage(found, found[-1].number if found else number)


async def forget_old(context: HubContext) -> None:
    """What no desk has asked for in all that time. Run about hourly."""
    before_ms = context.now_ms() - KEPT_MS
    await context.db.write(partial(store.forget_before, at_ms=before_ms))


async def age_s(context: HubContext) -> float:
    """How long the oldest observation waits for the desk; 0 where none does."""
    oldest = await context.db.read(store.oldest_ms)
    return 0.0 if oldest is None else max(0, context.now_ms() - oldest) / 1000


def tally_of(context: HubContext) -> Tally | None:
    """Where messages are counted; None where nothing is observed."""
    return context.observing.tally if context.config.observes else None


def _noted(context: HubContext, kind: ObservedKind, count: int) -> None:
    context.metrics.observed(kind, count)
    context.observing.arrivals.arrived()
