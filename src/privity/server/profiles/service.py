# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people show of themselves: kept as they wrote it, and given to whoever may see it."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import PolicyRefused
from privity.policy.profile import check_picture, check_text
from privity.server.accounts.unknown import nobody
from privity.server.ages import service as ages
from privity.server.contacts import knowing
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.observing import service as observing
from privity.server.observing.model import Seen
from privity.server.profiles import store
from privity.server.profiles.model import Card, Shown
from privity.wire import contacts as wire
from privity.wire.errors import Code, Refusal
from privity.wire.observed import ObservedKind

DAY_MS: Final = 86_400_000


async def own(context: HubContext, user_uri: str) -> wire.OwnProfile:
    context.limits.take("profile.get", user_uri)
    return await context.db.read(lambda reader: _own(store.find(reader, user_uri)))


async def put(context: HubContext, user_uri: str, wanted: wire.PutProfile) -> wire.OwnProfile:
    """Keep a profile in the place of the old one, or raise a Refusal."""
    context.limits.take("profile.put", user_uri)
    try:
        check_text(wanted.name, wanted.bio)
        if wanted.picture is not None:
            check_picture(wanted.picture)
    except PolicyRefused as err:
        raise Refusal(Code.MALFORMED, f"PolicyRefused: {err}") from None
    now_ms = context.now_ms()
    shown = Shown(wanted.listed, wanted.name, wanted.bio, wanted.picture)

    def write(tx: Tx) -> None:
        if wanted.listed:
            ages.check_not_minor(tx, user_uri, now_ms)
        before = store.find(tx, user_uri)
        if before != shown and (before.listed or shown.listed):
            observing.note(tx, context, Seen(now_ms, ObservedKind.SHOWED, user_uri))
        store.put(tx, user_uri, shown)

    await context.db.write(write)
    return _own(shown)


async def of(context: HubContext, caller_uri: str, user_uri: str) -> wire.Profile:
    """Of somebody whom the caller may know of, or the NOT_FOUND of an account that does not exist."""
    context.limits.take("profile.get", caller_uri)
    now_ms = context.now_ms()

    def read(query: Query) -> wire.Profile:
        card = store.card(query, user_uri)
        if card is None or not knowing.may_know(query, caller_uri, user_uri, now_ms):
            raise nobody(query)
        if not knowing.sees_profile(query, caller_uri, user_uri, now_ms):
            return shown(Card(card.user_uri, card.handle, card.created_ms, "", ""))
        return shown(card, store.shown(query, user_uri).picture)

    return await context.db.read(read)


def shown(card: Card, picture: bytes | None = None) -> wire.Profile:
    """As others get it. When the account was made is told to the day."""
    since_ms = card.created_ms // DAY_MS * DAY_MS
    return wire.Profile(card.user_uri, card.handle, card.name, card.bio, picture, since_ms)


def _own(found: Shown) -> wire.OwnProfile:
    return wire.OwnProfile(found.name, found.bio, found.picture, found.listed)
