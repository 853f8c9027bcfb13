# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub itself keeps about an account, for a referral or an order that a person at the desk has checked."""

from __future__ import annotations

from privity.server.accounts.closed import check_open
from privity.server.accounts.typed import find_typed
from privity.server.accounts.unknown import unknown
from privity.server.ages import store as ages
from privity.server.challenges import service as challenges
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.devices import store as devices
from privity.server.profiles import store as profiles
from privity.server.standing import service as standing
from privity.server.standing import store as decisions
from privity.server.standing.model import What
from privity.wire.staff import AccountFacts, AskAccount, AskProfile, DeviceFacts, ProfileFacts, RestrictionFacts


async def account(context: HubContext, asked: AskAccount) -> AccountFacts:
    """Everything, or ACCOUNT_CLOSED where its person closed it, or NOT_FOUND."""
    now_ms = context.now_ms()

    def look(query: Query) -> AccountFacts:
        check_open(query, context, asked.user_uri)
        return _account(query, asked.user_uri, now_ms)

    return await context.db.read(look)


async def profile(context: HubContext, asked: AskProfile) -> ProfileFacts:
    """The public profile as it is now, or NOT_FOUND."""
    now_ms = context.now_ms()

    def look(query: Query) -> ProfileFacts:
        found = find_typed(query, asked.address)
        if found is None:
            raise unknown(query, "no account has this user URI or this handle")
        return _profile(query, found.user_uri, now_ms)[0]

    return await context.db.read(look)


def _account(query: Query, user_uri: str, now_ms: int) -> AccountFacts:
    shown, created_ms = _profile(query, user_uri, now_ms)
    state = devices.state(query, user_uri)
    listed = () if state is None else state.in_force.devices
    return AccountFacts(
        profile=shown,
        created_ms=created_ms,
        age=ages.find(query, user_uri).band,
        devices=[DeviceFacts(one.client_uri, one.mls_signature_key, one.added_ms) for one in listed],
        standing=standing.standing(query, user_uri, now_ms).state,
        restrictions=[
            *(
                RestrictionFacts(one.what.value, one.decision, one.since_ms, one.until_ms)
                for one in decisions.against(query, [user_uri], now_ms)
            ),
            *(
                RestrictionFacts("challenged", one.decision, one.since_ms, one.until_ms)
                for one in challenges.challenges_of(query, user_uri, now_ms)
            ),
        ],
        warnings=decisions.warnings(query, user_uri),
    )


def _profile(query: Query, user_uri: str, now_ms: int) -> tuple[ProfileFacts, int]:
    card, written = profiles.card(query, user_uri), profiles.find(query, user_uri)
    if card is None:
        raise unknown(query, "no account has this user URI")
    hiding = (What.HIDDEN, What.BANNED)
    hidden = any(one.what in hiding for one in decisions.against(query, [user_uri], now_ms))
    facts = ProfileFacts(user_uri, card.handle, written.name, written.bio, written.picture, written.listed, hidden)
    return facts, card.created_ms
