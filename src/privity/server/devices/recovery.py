# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""For somebody who has no device left: the chain to continue, a list by the phrase, or a reset by the operator's leave.

A list by the phrase may also close the account, at once.

No session stands behind these; what comes is proven by the list itself, and a reset also by a one-time code, so that
nobody but the operator's acquaintance can even begin one. That an operator could begin one alone is why it waits for
three days and is shown to everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from privity.identity.device_list import Kind
from privity.server.accounts import closed
from privity.server.accounts import store as accounts
from privity.server.accounts.unknown import unknown
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import service, store
from privity.server.devices.model import CODE_LIFETIME_MS, ResetCode
from privity.server.errors import UnknownHandle
from privity.server.keylog import lost, queue
from privity.server.limits import address_key
from privity.server.one_time_code import MAX_CODE, code_hash, fresh_code
from privity.wire.errors import Code, Refusal


async def find_chain(context: HubContext, handle: str, address: str | None) -> tuple[str, list[bytes]]:
    """The user URI of a handle and all accepted lists, or a NOT_FOUND or KEYS_LOST Refusal."""
    context.limits.take("recovery.find", address_key(address))

    def read(query: Query) -> tuple[str, list[bytes]]:
        account = accounts.find_handle(query, handle)
        if account is None:
            if closed.handle_waits(query, context, handle):
                raise Refusal(Code.ACCOUNT_CLOSED, "the account with this handle was closed")
            raise unknown(query, "no account has this handle")
        label = service.label_of(account.user_uri)
        lost.check_complete(query, context, label)
        published = [value for _, value in queue.values_from(query, label, 0)]
        return account.user_uri, published + [waiting.value for waiting in queue.changes_of(query, label)]

    return await context.db.read(read)


async def recover(context: HubContext, value: bytes, address: str | None) -> None:
    """Take a list that the recovery key signed. Again is harmless."""
    context.limits.take("recovery.put", address_key(address))
    found = service.decode(value)
    if found.kind not in (Kind.RECOVERY, Kind.CLOSING) or found.recovery_sig is None:
        raise Refusal(
            Code.DEVICE_LIST_REFUSED, f"expected a list by the recovery key, got a {found.kind.value} by other keys"
        )
    await service.take(context, found, value)


async def reset(context: HubContext, code: str, value: bytes, address: str | None) -> None:
    """Take a reset with a code. Again is harmless."""
    context.limits.take("recovery.put", address_key(address))
    if len(code) > MAX_CODE:
        raise Refusal(Code.BAD_RESET_CODE, f"a code has at most {MAX_CODE} letters, got {len(code)}")
    found = service.decode(value)
    if found.kind is not Kind.RESET:
        raise Refusal(Code.DEVICE_LIST_REFUSED, f"expected a reset, got a {found.kind.value}")
    now_ms = context.now_ms()

    def spend(tx: Tx) -> None:
        digest = hashlib.sha256(value).digest()
        if store.use_code(tx, code_hash(code), found.user_uri, digest, now_ms) != 1:
            raise Refusal(Code.BAD_RESET_CODE, "the code is unknown, used, expired or of another account")

    await service.take(context, found, value, spend)


def new_code(tx: Tx, handle: str, random: Callable[[int], bytes], now_ms: int) -> ResetCode:
    """A code for the operator to hand to the person of this account. Raises UnknownHandle."""
    account = accounts.find_handle(tx, handle)
    if account is None:
        raise UnknownHandle("no account of this hub has this handle")
    made = ResetCode(fresh_code(random), now_ms + CODE_LIFETIME_MS)
    store.add_code(tx, code_hash(made.code), account.user_uri, made.expires_ms)
    return made
