# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account of few days asks fewer strangers for contact than others (ADR 51).

Its bucket is one number in the row of the account, written with the request: a restart, another worker, another device
or another name begin no new one. It is the hub's clock that counts, and the day on which the account was made.
"""

from __future__ import annotations

from typing import Final

from privity.server.contacts import store
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.limits import FEW_ACCOUNTS, HOUR, MINUTE, Limit, fresh_ask
from privity.wire.errors import Code, Refusal

FREE: Final = "answering requests, codes, links and people of your conversations are free of it"


def take(tx: Tx, context: HubContext, user_uri: str, now_ms: int) -> None:
    """Take one ask, where the account is that young, came without an invite, and there are many here.

    Raises a TOO_MANY Refusal that says when it goes on; with it goes the transaction.
    """
    born_ms, full_ms = store.asking(tx, user_uri)
    name = fresh_ask(now_ms - born_ms)
    if name is None:
        if full_ms:
            store.put_asking(tx, user_uri, 0)
        return
    if store.was_invited(tx, user_uri) or not store.are_many(tx, FEW_ACCOUNTS):
        return
    limit = context.limits.size(name)
    most_ms = limit.burst * limit.refill_ms
    full_ms = min(max(full_ms, now_ms), now_ms + most_ms) + limit.refill_ms  # a clock that went back locks nobody out
    over_ms = full_ms - now_ms - most_ms
    if over_ms > 0:
        raise Refusal(Code.TOO_MANY, _sentence(limit, over_ms), limit=name, retry_after_ms=over_ms)
    store.put_asking(tx, user_uri, full_ms)


def _sentence(limit: Limit, over_ms: int) -> str:
    often = "hour" if limit.refill_ms == HOUR else f"{limit.refill_ms // MINUTE} minutes"
    return (
        f"a new account asks {limit.burst} people at once, and one more every {often};"
        f" the next in {-(-over_ms // MINUTE)} min; {FREE}"
    )
