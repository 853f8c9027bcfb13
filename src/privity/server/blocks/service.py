# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may not contact whom."""

from __future__ import annotations

from privity.server.accounts import service as accounts
from privity.server.blocks import store
from privity.server.blocks.model import Block
from privity.server.contacts import service as contacts
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.invitations import service as invitations
from privity.server.limits import MAX_BLOCKS
from privity.server.observing import service as observing
from privity.server.observing.model import Seen
from privity.wire.errors import Code, Refusal
from privity.wire.observed import ObservedKind


async def list_blocked(context: HubContext, user_uri: str) -> list[str]:
    return await context.db.read(lambda reader: store.of_user(reader, user_uri))


async def block(context: HubContext, user_uri: str, blocked_uri: str) -> None:
    """Block an account of this hub, which ends contact and whatever waits between the two; again is harmless."""
    context.limits.take("block.change", user_uri)
    now_ms = context.now_ms()

    def write(tx: Tx) -> None:
        if user_uri == blocked_uri:
            raise Refusal(Code.NOT_ALLOWED, "nobody can block themselves")
        accounts.check_exists(tx, blocked_uri)
        if store.count(tx, user_uri) >= MAX_BLOCKS:
            raise Refusal(Code.TOO_MANY, f"at most {MAX_BLOCKS} users can be blocked", limit="blocks")
        if not store.exists(tx, Block(user_uri, blocked_uri)):
            observing.note(tx, context, Seen(now_ms, ObservedKind.BLOCKED, user_uri, blocked_uri))
        store.add(tx, Block(user_uri, blocked_uri), now_ms)
        contacts.part(tx, context, user_uri, blocked_uri, now_ms)
        invitations.apart(tx, user_uri, blocked_uri)

    await context.db.write(write)


async def unblock(context: HubContext, user_uri: str, blocked_uri: str) -> None:
    """Lift a block; harmless when there is none."""
    context.limits.take("block.change", user_uri)
    await context.db.write(lambda tx: store.remove(tx, Block(user_uri, blocked_uri)))
