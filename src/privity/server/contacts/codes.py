# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One-time codes for people who stand before each other: made by one, typed or photographed by the other, used once.

The hub knows the hash of a code, so it says whose it is; that it was really known is proven to its maker's device.
"""

from __future__ import annotations

from typing import Final

from privity.identity.consent import Op
from privity.policy.standing import Deed
from privity.server.contacts import entries, standing, store
from privity.server.contacts.model import Code, Meeting
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.guardians import service as guardians
from privity.server.limits import MAX_CODES
from privity.server.profiles import store as profiles
from privity.server.sessions.model import Session
from privity.server.standing import service as decisions
from privity.wire import contacts as wire
from privity.wire.errors import Code as Why
from privity.wire.errors import Refusal

HASH_BYTES: Final = 32


async def make(context: HubContext, session: Session, body: wire.MakeCode) -> wire.CodeMade:
    """Take the hash of a code of the caller's. Again is harmless."""
    context.limits.take("code.make", session.user_uri)
    _check_hash(body.code_hash)
    now_ms = context.now_ms()
    made = Code(body.code_hash, session.user_uri, body.purpose.value, now_ms + wire.CODE_LIFE_MS)
    deed = Deed.VOUCH if body.purpose is wire.Purpose.GUARDIAN else Deed.BEGIN

    def write(tx: Tx) -> wire.CodeMade:
        decisions.check(tx, session.user_uri, deed, now_ms)
        known = store.code(tx, body.code_hash, now_ms)
        if known is not None and (known.user_uri, known.purpose) == (made.user_uri, made.purpose):
            return wire.CodeMade(known.expires_ms)
        if body.purpose is wire.Purpose.GUARDIAN:
            guardians.check_may_guard(tx, session.user_uri, now_ms)
        if store.count_codes(tx, session.user_uri, now_ms) >= MAX_CODES:
            raise Refusal(Why.TOO_MANY, f"at most {MAX_CODES} codes are open at once", limit="code.stock")
        if not store.add_code(tx, made):
            raise Refusal(Why.CONFLICT, "this code was used; make another")
        return wire.CodeMade(made.expires_ms)

    return await context.db.write(write)


async def find(context: HubContext, session: Session, code_hash: bytes) -> wire.CodeFound:
    """Whose code this is, or the NOT_FOUND of any other code."""
    context.limits.take("code.find", session.user_uri)
    _check_hash(code_hash)
    now_ms = context.now_ms()

    def read(query: Query) -> wire.CodeFound:
        found = _open(query, session.user_uri, code_hash, now_ms)
        card = profiles.card(query, found.user_uri)
        if card is None:
            raise _unknown()
        return wire.CodeFound(found.user_uri, card.handle, wire.Purpose(found.purpose), card.name)

    return await context.db.read(read)


async def use(context: HubContext, session: Session, body: wire.UseCode) -> bool:
    """Use a code, once. For contact its maker's device has to answer; whether there is more to wait for is told.

    Whoever takes a guardian protects themselves, in whatever standing.
    """
    context.limits.take("code.find", session.user_uri)
    _check_hash(body.code_hash)
    now_ms = context.now_ms()
    said = entries.read(session, body.entry, (Op.MEET, Op.GUARD), now_ms)

    def write(tx: Tx) -> bool:
        entry = entries.check(tx, said)
        if entry.op is Op.MEET:
            decisions.check(tx, session.user_uri, Deed.BEGIN, now_ms)
        found = _open(tx, session.user_uri, body.code_hash, now_ms)
        wanted = wire.Purpose.GUARDIAN if entry.op is Op.GUARD else wire.Purpose.CONTACT
        if (found.user_uri, found.purpose) != (entry.other, wanted.value):
            raise _unknown()
        if entry.op is Op.GUARD:
            stands = guardians.take(tx, context, entry, body.entry, now_ms)
        else:
            no = store.no(tx, session.user_uri, entry.other)
            entries.check_newer(entry, None if no is None else no[0])
            store.put_meeting(tx, Meeting(session.user_uri, entry.other, body.entry, entry.at_ms, now_ms))
            stands = standing.are_contacts(tx, session.user_uri, entry.other, now_ms)
        store.use_code(tx, body.code_hash)
        context.hooks.contacts_changed(tx, [session.user_uri, entry.other])
        return stands

    return await context.db.write(write)


def _open(query: Query, user_uri: str, code_hash: bytes, now_ms: int) -> Code:
    found = store.code(query, code_hash, now_ms)
    if found is None or standing.are_apart(query, user_uri, found.user_uri):
        raise _unknown()
    return found


def _unknown() -> Refusal:
    return Refusal(Why.NOT_FOUND, "no open code is this one; codes are good for ten minutes, and once")


def _check_hash(code_hash: bytes) -> None:
    if len(code_hash) != HASH_BYTES:
        raise Refusal(Why.MALFORMED, f"the hash of a code has {HASH_BYTES} bytes, got {len(code_hash)}")
