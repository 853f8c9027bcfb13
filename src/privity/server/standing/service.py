# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an account stands, and the one check that every deed of a person passes. Nothing here reads what people say.

A restriction counts from the transaction that makes it, for sessions that stand as for new ones, until its time comes
or the decision is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from privity.mls.errors import PolicyRefused
from privity.policy.standing import Deed, check_hidden, check_in_closed_room, check_standing, check_unlinked, worst
from privity.server.accounts import closed
from privity.server.challenges import service as challenges
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.limits import MAX_STATEMENTS
from privity.server.standing import store
from privity.server.standing.model import BAN_KEPT_MS, STANDINGS, STATEMENT_KEPT_MS, Restriction, Standing, What
from privity.wire.errors import Code, Refusal
from privity.wire.standing import OwnStanding, StandingState, Statement


def standing(query: Query, user_uri: str, now_ms: int) -> Standing:
    """Where an account stands, by the worst of what stands against it; of several the one that lasts longest."""
    return _of(store.against(query, [user_uri], now_ms))


def check(query: Query, user_uri: str, deed: Deed, now_ms: int, room_uri: str | None = None) -> StandingState:
    """Raise a RESTRICTED Refusal for a deed that is taken from the account, or from everybody in the room.

    Returns where the account stands, for who sends more slowly.
    """
    subjects = [user_uri] if room_uri is None else [user_uri, room_uri]
    found = store.against(query, subjects, now_ms)
    if not found:
        return StandingState.GOOD
    stands = _of(found)
    if stands.by is not None:
        with _by(stands.by):
            check_standing(stands.state, deed)
    for one in found:
        with _by(one):
            _CHECKS.get(one.what, _nothing)(deed)
    return stands.state


async def own(context: HubContext, user_uri: str) -> OwnStanding:
    """What a person is told of decisions about them."""
    context.limits.take("standing.get", user_uri)
    now_ms = context.now_ms()

    def read(query: Query) -> OwnStanding:
        found = store.against(query, [user_uri], now_ms)
        stands, challenged = _of(found), challenges.against(query, user_uri, now_ms)
        by = stands.by
        return OwnStanding(
            standing=stands.state,
            since_ms=None if by is None else by.since_ms,
            until_ms=None if by is None else by.until_ms,
            reference="" if by is None else by.decision,
            hidden=any(one.what is What.HIDDEN for one in found),
            warnings=store.warnings(query, user_uri),
            statements=[
                msgspec.json.decode(one, type=Statement) for one in store.statements(query, user_uri, MAX_STATEMENTS)
            ],
            challenged_until_ms=None if challenged is None else challenged.until_ms,
        )

    return await context.db.read(read)


def links_work(query: Query, room_uri: str, now_ms: int) -> bool:
    """Whether links into a room open it."""
    return not store.against(query, [room_uri], now_ms)


async def forget_old(context: HubContext) -> None:
    """Run about hourly."""
    now_ms = context.now_ms()
    await context.db.write(lambda tx: store.forget_old(tx, now_ms, now_ms - STATEMENT_KEPT_MS))


# An account that ends, and one that begins.


def account_ended(tx: Tx, context: HubContext, user_uri: str, handle: str | None, recovery_key: bytes | None) -> None:
    """All that was kept about the person goes. If they were suspended or banned, marks of what they might begin again
    with stay until that is over."""
    now_ms = context.now_ms()
    stands = standing(tx, user_uri, now_ms)
    if stands.by is not None and stands.state is not StandingState.LIMITED:
        until_ms = now_ms + BAN_KEPT_MS if stands.by.until_ms is None else stands.by.until_ms
        for name in _names(handle, recovery_key):
            store.bar(tx, closed.mark(context, name), until_ms)
    store.forget_person(tx, user_uri)
    challenges.forget_person(tx, user_uri)


def check_may_begin(query: Query, context: HubContext, handle: str, recovery_key: bytes) -> None:
    """Raise a HANDLE_TAKEN or RESTRICTED Refusal for a new account with what a barred one had."""
    now_ms = context.now_ms()
    by_handle, by_key = (
        store.barred_until(query, closed.mark(context, name), now_ms) for name in _names(handle, recovery_key)
    )
    if by_handle is not None:
        raise Refusal(Code.HANDLE_TAKEN, "an account with this handle was closed; nobody gets it for a while")
    if by_key is not None:
        raise Refusal(
            Code.RESTRICTED, "an account with this recovery phrase was closed while restricted", until_ms=by_key
        )


def _names(handle: str | None, recovery_key: bytes | None) -> list[str]:
    named = [] if handle is None else [f"handle {handle}"]
    return named if recovery_key is None else [*named, f"recovery {recovery_key.hex()}"]


def _of(found: list[Restriction]) -> Standing:
    counted = [one for one in found if one.what in STANDINGS]
    state = worst([STANDINGS[one.what] for one in counted])
    by = [one for one in counted if STANDINGS[one.what] is state]
    return Standing(state, max(by, key=_end, default=None))


def _end(one: Restriction) -> float:
    return float("inf") if one.until_ms is None else float(one.until_ms)


def _nothing(deed: Deed) -> None:
    """What counts through the standing that it makes."""


_CHECKS: Final[dict[What, Callable[[Deed], None]]] = {
    What.HIDDEN: check_hidden,
    What.CLOSED: check_in_closed_room,
    What.UNLINKED: check_unlinked,
}


@contextmanager
def _by(restriction: Restriction) -> Iterator[None]:
    """What the rules refuse, refused by name: RESTRICTED, with the decision and, where there is one, the end."""
    try:
        yield
    except PolicyRefused as err:
        raise Refusal(
            Code.RESTRICTED,
            f"{err}; decision {restriction.decision} says why",
            reference=restriction.decision,
            until_ms=restriction.until_ms,
        ) from None
