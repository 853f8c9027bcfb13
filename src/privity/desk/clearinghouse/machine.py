# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The states of a referral, and what each answer makes of them. Pure; the only place that says where one goes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from privity.desk.clearinghouse.drivers.steps import Outcome, Reaction, Step
from privity.desk.clearinghouse.model import Destination, Item, ItemState, Referral, ReferralState, Verb

MAX_ATTEMPTS: Final = 20
"""New beginnings of one referral before a person has to look: each leaves an opened report behind at the other side."""
FIRST_PAUSE_MS: Final = 500
MAX_PAUSE_MS: Final = 600_000
"""The pause between two tries: well below the hour in which an untouched report is kept."""

STEPS: Final[Mapping[ReferralState, frozenset[ReferralState]]] = {
    ReferralState.DRAFTED: frozenset({ReferralState.APPROVED, ReferralState.WITHDRAWN}),
    ReferralState.APPROVED: frozenset(
        {
            ReferralState.OPENED,
            ReferralState.AWAITING_CREDENTIALS,
            ReferralState.WITHDRAWN,
            ReferralState.BLOCKED,
            ReferralState.FINISHED,
        }
    ),
    ReferralState.AWAITING_CREDENTIALS: frozenset({ReferralState.APPROVED, ReferralState.WITHDRAWN}),
    ReferralState.OPENED: frozenset(
        {
            ReferralState.UPLOADING,
            ReferralState.FINISHED,
            ReferralState.APPROVED,
            ReferralState.WITHDRAWN,
            ReferralState.BLOCKED,
        }
    ),
    ReferralState.UPLOADING: frozenset(
        {
            ReferralState.DESCRIBED,
            ReferralState.APPROVED,
            ReferralState.WITHDRAWN,
            ReferralState.BLOCKED,
            ReferralState.FINISHED,
        }
    ),
    ReferralState.DESCRIBED: frozenset(
        {ReferralState.FINISHED, ReferralState.APPROVED, ReferralState.WITHDRAWN, ReferralState.BLOCKED}
    ),
    ReferralState.BLOCKED: frozenset(
        {
            ReferralState.DRAFTED,
            ReferralState.APPROVED,
            ReferralState.OPENED,
            ReferralState.UPLOADING,
            ReferralState.DESCRIBED,
            ReferralState.WITHDRAWN,
        }
    ),
    ReferralState.FINISHED: frozenset(),
    ReferralState.WITHDRAWN: frozenset(),
}
"""Where each state can lead. From the sending states back to `approved` is a new beginning."""


@dataclass(frozen=True, slots=True)
class Change:
    """The referral as it is after a step."""

    referral: Referral
    items: tuple[Item, ...]
    abandoned: str | None = None
    """The report there that is given up."""
    stops_queue: bool = False
    goes_on: bool = False
    """Whether the next step can follow at once."""


def after(referral: Referral, items: tuple[Item, ...], step: Step, reaction: Reaction, now_ms: int) -> Change:
    """What a reaction does."""
    items = _changed(items, reaction)
    calm = replace(referral, why=reaction.why, tries=0, next_ms=now_ms)
    match reaction.outcome:
        case Outcome.FINISHED:
            return Change(replace(calm, state=ReferralState.FINISHED, finished_ms=now_ms, withdrawing=False), items)
        case Outcome.RETRACTED:
            return Change(replace(calm, state=ReferralState.WITHDRAWN), items)
        case Outcome.BLOCKED:
            return _blocked(calm, items)
        case Outcome.STOP_QUEUE:
            return Change(calm, items, stops_queue=True)
        case Outcome.RESTART:
            return restarted(calm, items, now_ms)
        case Outcome.AGAIN:
            pause = pause_ms(referral.tries)
            return Change(replace(calm, tries=referral.tries + 1, next_ms=now_ms + pause), items)
        case _:
            return _on(calm, items, step, reaction, now_ms)


def restarted(referral: Referral, items: tuple[Item, ...], now_ms: int) -> Change:
    """Begin again with a new report; what was opened is abandoned. A person looks after too many."""
    fresh = tuple(replace(item, state=ItemState.WAITING, remote_id=None) for item in items)
    anew = replace(
        referral,
        state=ReferralState.APPROVED,
        remote_id=None,
        attempt=referral.attempt + 1,
        opened_ms=None,
        touched_ms=None,
        next_ms=now_ms,
    )
    if referral.withdrawing:
        return Change(replace(anew, state=ReferralState.WITHDRAWN), fresh, abandoned=referral.remote_id)
    if anew.attempt > MAX_ATTEMPTS:
        return replace(_blocked(anew, fresh), abandoned=referral.remote_id)
    return Change(anew, fresh, abandoned=referral.remote_id, goes_on=True)


def pause_ms(tries: int) -> int:
    """How long to wait after so many tries in a row: doubles up to the limit."""
    return min(MAX_PAUSE_MS, FIRST_PAUSE_MS << min(tries, 16))


def _on(referral: Referral, items: tuple[Item, ...], step: Step, reaction: Reaction, now_ms: int) -> Change:
    if referral.destination is Destination.STATEMENTS:
        if all(item.state is ItemState.SENT for item in items):
            return Change(replace(referral, state=ReferralState.FINISHED, finished_ms=now_ms), items)
        return Change(referral, items, goes_on=True)
    if step.verb is Verb.OPEN:
        opened = replace(
            referral,
            state=ReferralState.OPENED,
            remote_id=reaction.remote_id,
            opened_ms=now_ms,
            touched_ms=now_ms,
        )
        return Change(opened, items, goes_on=True)
    described = all(item.state is ItemState.DESCRIBED for item in items)
    state = ReferralState.DESCRIBED if described else ReferralState.UPLOADING
    return Change(replace(referral, state=state, touched_ms=now_ms), items, goes_on=True)


def _blocked(referral: Referral, items: tuple[Item, ...]) -> Change:
    return Change(replace(referral, state=ReferralState.BLOCKED, before_blocked=referral.state), items)


def _changed(items: tuple[Item, ...], reaction: Reaction) -> tuple[Item, ...]:
    changes = {change.item: change for change in reaction.items}
    return tuple(
        item
        if item.item not in changes
        else replace(item, state=changes[item.item].state, remote_id=changes[item.item].remote_id or item.remote_id)
        for item in items
    )
