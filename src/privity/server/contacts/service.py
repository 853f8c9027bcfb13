# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking for contact, agreeing to it, ending it. What one side did waits until both have done enough to be contacts.

Whoever asks gets the same answer, after the same work, whether the other does not exist or is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.identity.consent import Op
from privity.identity.errors import BadUri
from privity.identity.uris import make_user_uri
from privity.mls.errors import PolicyRefused
from privity.policy.contact import Audience
from privity.server.accounts import store as account_store
from privity.server.accounts.unknown import nobody
from privity.server.challenges import service as challenges
from privity.server.contacts import entries, fresh, observed, standing, store
from privity.server.contacts.model import ASK_KEPT_MS, MEETING_KEPT_MS, Ask, How, Side
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.limits import MAX_ASKS
from privity.server.sessions.model import Session
from privity.wire.errors import Code, Refusal
from privity.wire.work import Work


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did towards a contact."""

    how: How
    entry: bytes
    said_ms: int


async def ask(context: HubContext, session: Session, entry: bytes, work: Work | None = None) -> bool:
    """Keep a request for contact; whether the two are contacts now. Raises NOT_FOUND for whoever is not to be found."""
    context.limits.take("contact.ask", session.user_uri)
    now_ms = context.now_ms()
    said = entries.read(session, entry, (Op.REQUEST,), now_ms)
    if said.claimed.room_uri:
        raise Refusal(Code.MALFORMED, "a request for contact names no room")
    target = said.claimed.other

    def write(tx: Tx) -> bool | Refusal:
        entries.check(tx, said)
        other_uri = _resolve(tx, target)
        _check_newer(tx, said, other_uri)
        if other_uri == session.user_uri:
            raise Refusal(Code.NOT_ALLOWED, "nobody is their own contact")
        new = store.ask(tx, session.user_uri, target) is None
        if new and store.count_asks(tx, session.user_uri, now_ms - ASK_KEPT_MS) >= MAX_ASKS:
            raise Refusal(Code.TOO_MANY, f"at most {MAX_ASKS} requests wait at once", limit="contact.asks")
        if other_uri is not None and standing.are_contacts(tx, session.user_uri, other_uri, now_ms):
            return True
        store.put_ask(tx, Ask(session.user_uri, target, entry, said.claimed.at_ms, now_ms))
        context.hooks.contacts_changed(tx, [session.user_uri])
        near = standing.share_room(tx, session.user_uri, other_uri or target, direct=True)
        if other_uri is not None and connect(tx, context, session.user_uri, other_uri, now_ms):
            observed.accepted(tx, context, session.user_uri, other_uri, now_ms)
            return True
        if new and not near:
            fresh.take(tx, context, session.user_uri, now_ms)
            challenges.demand(tx, context, session.user_uri, challenges.asking(target), work, now_ms)
        if other_uri is None:
            return nobody(tx)
        if new:
            observed.asked(tx, context, session.user_uri, other_uri, now_ms)
            tell_audience(tx, context, session.user_uri, other_uri, now_ms)
        return False if standing.may_find(tx, session.user_uri, other_uri, now_ms) else nobody(tx)

    done = await context.db.write(write)
    if isinstance(done, Refusal):
        raise done
    return done


async def withdraw(context: HubContext, session: Session, target: str) -> None:
    """Take a request back, by what it named or by the last part of that; harmless when there is none."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()
    names = (target, _as_uri(context, target))

    def write(tx: Tx) -> None:
        if not store.forget_asks(tx, session.user_uri, names):
            return
        context.hooks.contacts_changed(tx, [session.user_uri])
        for name in dict.fromkeys(names):
            other_uri = _resolve(tx, name)
            if other_uri is not None:
                tell_audience(tx, context, session.user_uri, other_uri, now_ms)

    await context.db.write(write)


async def agree(context: HubContext, session: Session, other_uri: str, entry: bytes) -> bool:
    """GRANT to somebody whose request is shown to the caller, or MEET to somebody who used the caller's code."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()
    said = entries.read(session, entry, (Op.GRANT, Op.MEET), now_ms, other=other_uri)
    claimed = said.claimed
    if claimed.room_uri:
        raise Refusal(Code.MALFORMED, "a yes to a room goes to the room's invitation")
    meets = claimed.op is Op.MEET

    def write(tx: Tx) -> None:
        entries.check(tx, said)
        _check_newer(tx, said, other_uri)
        me = session.user_uri
        met = store.meeting(tx, other_uri, me, now_ms - MEETING_KEPT_MS) if meets else None
        asked = None if meets else standing.ask_shown(tx, other_uri, me, now_ms, Audience.PERSON)
        if met is None and asked is None and not standing.are_contacts(tx, me, other_uri, now_ms):
            raise nobody(tx)
        own = Deed(How.MET if meets else How.GRANTED, entry, claimed.at_ms)
        theirs = [] if met is None else [Deed(How.MET, met.entry, met.said_ms)]
        if not connect(tx, context, me, other_uri, now_ms, [own], theirs):
            raise nobody(tx)
        store.forget_meeting(tx, other_uri, me)
        if asked is not None:
            observed.accepted(tx, context, me, other_uri, now_ms)

    await context.db.write(write)
    return True


async def end(context: HubContext, session: Session, other_uri: str) -> None:
    """No to a request, or the end of a contact. The other is not told; harmless when there is neither."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()
    await context.db.write(lambda tx: part(tx, context, session.user_uri, other_uri, now_ms))


def part(tx: Tx, context: HubContext, user_uri: str, other_uri: str, now_ms: int) -> None:
    """The person wants nothing of the other any more: their contact ends, and what the other asks waits unseen."""
    if user_uri == other_uri or account_store.find(tx, other_uri) is None:
        return
    names = standing.names_of(tx, other_uri)
    own = [side.said_ms for side in store.sides(tx, user_uri, other_uri)]
    own += [ask.said_ms for ask in store.asks_between(tx, user_uri, names, 0)]
    met = store.meeting(tx, user_uri, other_uri, 0)
    own += [] if met is None else [met.said_ms]
    store.end(tx, user_uri, other_uri)
    store.forget_asks(tx, user_uri, names)
    store.put_no(tx, user_uri, other_uri, max(own, default=0), now_ms)
    context.hooks.contacts_changed(tx, [user_uri])


def connect(
    tx: Tx,
    context: HubContext,
    user_uri: str,
    other_uri: str,
    now_ms: int,
    own: Sequence[Deed] = (),
    theirs: Sequence[Deed] = (),
) -> bool:
    """Make the two contacts if what both did is enough, requests that wait included."""
    if standing.are_apart(tx, user_uri, other_uri):
        return False
    deeds = {
        user_uri: [*own, *_asked(tx, user_uri, other_uri, now_ms)],
        other_uri: [*theirs, *_asked(tx, other_uri, user_uri, now_ms)],
    }
    before = store.hows(tx, user_uri, other_uri)
    of_user = before[0] | {deed.how for deed in deeds[user_uri]}
    of_other = before[1] | {deed.how for deed in deeds[other_uri]}
    try:
        standing.check_both(tx, user_uri, other_uri, now_ms, of_user, of_other)
    except PolicyRefused:
        return False
    for one, another in ((user_uri, other_uri), (other_uri, user_uri)):
        for deed in deeds[one]:
            store.put_side(tx, Side(one, another, deed.how, deed.entry, deed.said_ms, now_ms))
        store.forget_asks(tx, one, standing.names_of(tx, another))
        store.forget_no(tx, one, another)
    context.hooks.contacts_changed(tx, [user_uri, other_uri])
    return True


def tell_audience(tx: Tx, context: HubContext, asker_uri: str, user_uri: str, now_ms: int) -> None:
    """Whoever is shown what the asker wants of the user looks again."""
    match standing.audience(tx, asker_uri, user_uri, now_ms):
        case Audience.PERSON:
            told = [] if standing.said_no(tx, user_uri, asker_uri, now_ms) else [user_uri]
        case Audience.GUARDIAN:
            told = [link.guardian_uri for link in standing.guardians_of(tx, user_uri, now_ms)]
        case Audience.NOBODY:
            told = []
    context.hooks.contacts_changed(tx, told)


def _asked(query: Query, user_uri: str, other_uri: str, now_ms: int) -> list[Deed]:
    asks = store.asks_between(query, user_uri, standing.names_of(query, other_uri), now_ms - ASK_KEPT_MS)
    return [Deed(How.ASKED, ask.entry, ask.said_ms) for ask in asks]


def _check_newer(query: Query, said: entries.Said, other_uri: str | None) -> None:
    no = None if other_uri is None else store.no(query, said.claimed.user_uri, other_uri)
    entries.check_newer(said.claimed, None if no is None else no[0])


def _resolve(query: Query, target: str) -> str | None:
    """The address of whoever is asked for, if there is such an account here."""
    find = account_store.find if "/" in target else account_store.find_handle
    account = find(query, target)
    return None if account is None else account.user_uri


def _as_uri(context: HubContext, target: str) -> str:
    """What an ID stands for. A handle may look like one, and then both are meant."""
    try:
        return make_user_uri(context.config.host, target)
    except BadUri:
        return target
