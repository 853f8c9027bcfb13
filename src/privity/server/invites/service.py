# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making and using invites. Only the operator makes them (`privity init`, `privity invite`)."""

from __future__ import annotations

from collections.abc import Callable

from privity.server.db.database import Tx
from privity.server.invites import model, store
from privity.server.invites.model import Invite
from privity.server.one_time_code import MAX_CODE, code_hash
from privity.wire.errors import Code, Refusal


def create(tx: Tx, random: Callable[[int], bytes], now_ms: int) -> Invite:
    """A fresh invite, stored as a hash."""
    invite = model.fresh(random, now_ms)
    store.add(tx, invite.code_hash, now_ms, invite.expires_ms)
    return invite


def use(tx: Tx, code: str | None, user_uri: str, now_ms: int) -> None:
    """Use an invite for a new account, once. Raises a BAD_INVITE Refusal."""
    if code is None:
        raise Refusal(Code.BAD_INVITE, "this hub takes new accounts by invite only")
    if len(code) > MAX_CODE or store.use(tx, code_hash(code), user_uri, now_ms) != 1:
        raise Refusal(Code.BAD_INVITE, "the invite is unknown, used or expired")
