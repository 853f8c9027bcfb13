# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What time takes away from contacts, and what goes when an account ends or falls into other hands."""

from __future__ import annotations

from privity.server.ages import service as ages
from privity.server.challenges import service as challenges
from privity.server.contacts import store
from privity.server.contacts.model import ASK_KEPT_MS, MEETING_KEPT_MS
from privity.server.context import DeviceHooks, HubContext
from privity.server.db.database import Tx
from privity.server.guardians import store as guardians
from privity.server.invitations import service as invitations


def forget(tx: Tx, hooks: DeviceHooks, user_uri: str) -> None:
    """Everything that an account agreed to, and that was agreed with it."""
    ages.end_links(tx, hooks, user_uri, as_ward=False)
    ages.end_links(tx, hooks, user_uri, as_ward=True)
    guardians.forget_person(tx, user_uri)
    store.forget_person(tx, user_uri)
    invitations.forget_person(tx, user_uri)


def forget_agreed(tx: Tx, hooks: DeviceHooks, user_uri: str) -> None:
    """A reset took effect: whoever holds the account now agreed to nothing, and nobody agreed to them.

    Whoever watches over the account goes on doing so; it watches over nobody.
    """
    ages.end_links(tx, hooks, user_uri, as_ward=False)
    guardians.forget_words_of(tx, user_uri)
    store.forget_person(tx, user_uri)
    invitations.forget_person(tx, user_uri)


async def keep_house(context: HubContext) -> None:
    """Run about hourly: requests, codes, invitations, challenges and puzzles that are over, and guardianships of people
    who are adults."""
    now_ms = context.now_ms()

    def write(tx: Tx) -> None:
        ages.settle_grown(tx, context.hooks, now_ms)
        store.forget_old(tx, now_ms - ASK_KEPT_MS, now_ms - MEETING_KEPT_MS, now_ms)
        invitations.forget_old(tx, now_ms - ASK_KEPT_MS)
        challenges.forget_over(tx, now_ms)

    await context.db.write(write)
