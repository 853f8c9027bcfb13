# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may be added to a group, and the invitations by which people agree to it.

A contact adds an adult at once. Anybody else's addition begins with an invitation, and a minor is asked as well where
somebody is in the group whom they do not know.
"""

from __future__ import annotations

from privity.identity.consent import Op
from privity.mls.errors import PolicyRefused
from privity.policy import contact as policy
from privity.policy.contact import Audience
from privity.policy.roles import Capability, check_capability
from privity.policy.room_state import RoomState
from privity.policy.standing import Deed
from privity.server.accounts.unknown import nobody
from privity.server.challenges import service as challenges
from privity.server.contacts import entries, observed, standing
from privity.server.contacts.model import ASK_KEPT_MS
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.invitations import store
from privity.server.invitations.model import Invitation, Word
from privity.server.knocks import waiting as knocks
from privity.server.limits import MAX_INVITATIONS
from privity.server.rooms import groups
from privity.server.rooms import store as rooms
from privity.server.rooms.groups import GroupCache
from privity.server.rooms.model import Room
from privity.server.sessions.model import Session
from privity.server.standing import service as decisions
from privity.wire.errors import Code, Refusal
from privity.wire.work import Work

by_person = store.by_person
words_of = store.words_of
use_up = store.use_up
forget_word = store.forget_word
forget_person = store.forget_person
forget_old = store.forget_old


def check_addition(query: Query, room: Room | None, adder_uri: str, user_uri: str, now_ms: int) -> None:
    """Raise the NOT_FOUND of an account that does not exist unless the one may add the other, now."""
    if adder_uri == user_uri:
        return
    contact = standing.are_contacts(query, adder_uri, user_uri, now_ms)
    if room is None or room.direct_pair is not None:
        if not contact:
            raise nobody(query)
        return
    if not rooms.participates(query, room.id, adder_uri):
        raise nobody(query)
    if rooms.participates(query, room.id, user_uri):
        return
    minor = standing.is_minor(query, user_uri, now_ms)
    found = store.find(query, room.id, adder_uri, user_uri, now_ms - ASK_KEPT_MS)
    agreed = (found is not None and found.theirs is not None) or knocks.waits(query, room.room_uri, user_uri, now_ms)
    invited = agreed and not standing.are_apart(query, adder_uri, user_uri)
    strangers = len(_strangers(query, room, user_uri, now_ms)) if minor and contact and not invited else 0
    try:
        policy.check_addition(contact=contact, minor=minor, invited=invited, strangers=strangers)
    except PolicyRefused:
        raise nobody(query) from None


async def invite(
    context: HubContext, cache: GroupCache, session: Session, room_uri: str, entry: bytes, work: Work | None = None
) -> None:
    """Keep an invitation to a group. Whoever is not shown it, and may be found by the inviter, looks no different."""
    context.limits.take("room.invite", session.user_uri)
    now_ms = context.now_ms()
    said = entries.read(session, entry, (Op.REQUEST,), now_ms)
    claimed = said.claimed
    if claimed.room_uri != room_uri:
        raise Refusal(Code.MALFORMED, "the entry names another room than the path")

    def write(tx: Tx) -> None:
        entries.check(tx, said)
        room = _own_room(tx, session, room_uri)
        _check_may_add(tx, cache, room, session.user_uri)
        decisions.check(tx, session.user_uri, Deed.INVITE, now_ms, room_uri)
        invited = claimed.other
        if not standing.may_find(tx, session.user_uri, invited, now_ms):
            raise nobody(tx)
        if rooms.participates(tx, room.id, invited):
            raise Refusal(Code.CONFLICT, "the person is in this room already")
        earlier = store.find(tx, room.id, session.user_uri, invited, now_ms - ASK_KEPT_MS)
        if earlier is not None and claimed.at_ms <= earlier.said_ms:
            return
        if earlier is None and store.count_by(tx, session.user_uri, now_ms - ASK_KEPT_MS) >= MAX_INVITATIONS:
            raise Refusal(Code.TOO_MANY, f"at most {MAX_INVITATIONS} invitations are open", limit="room.invitations")
        theirs = None if earlier is None else earlier.theirs
        made = Invitation(room.id, room_uri, session.user_uri, invited, entry, claimed.at_ms, now_ms, theirs)
        store.put(tx, made)
        store.put_word(tx, Word(session.user_uri, room.id, invited, entry, claimed.at_ms))
        if earlier is None and not standing.are_contacts(tx, session.user_uri, invited, now_ms):
            if not standing.share_room(tx, session.user_uri, invited, direct=True):
                deed = challenges.inviting(room_uri, invited)
                challenges.demand(tx, context, session.user_uri, deed, work, now_ms)
            observed.asked(tx, context, session.user_uri, invited, now_ms)
        context.hooks.contacts_changed(tx, [session.user_uri])
        if _is_shown(tx, made, now_ms):
            context.hooks.contacts_changed(tx, [invited])

    await context.db.write(write)


async def agree(context: HubContext, session: Session, room_uri: str, entry: bytes) -> None:
    """Yes to an invitation, or to a room that the caller is in: what the caller's other devices enter it by."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()
    said = entries.read(session, entry, (Op.GRANT,), now_ms)
    claimed = said.claimed
    if claimed.room_uri != room_uri:
        raise Refusal(Code.MALFORMED, "the entry names another room than the path")

    def write(tx: Tx) -> None:
        entries.check(tx, said)
        room = rooms.find(tx, room_uri)
        if room is None:
            raise _no_room()
        word = Word(session.user_uri, room.id, claimed.other, entry, claimed.at_ms)
        if rooms.participates(tx, room.id, session.user_uri):
            if not rooms.ever_participated(tx, room.id, claimed.other):
                raise nobody(tx)
            store.put_word(tx, word)
            context.hooks.contacts_changed(tx, [session.user_uri])
            return
        found = store.find(tx, room.id, claimed.other, session.user_uri, now_ms - ASK_KEPT_MS)
        if found is None or not _is_shown(tx, found, now_ms):
            raise _no_room()
        decisions.check(tx, session.user_uri, Deed.AGREE, now_ms, room_uri)
        store.answer(tx, room.id, claimed.other, session.user_uri, entry)
        store.put_word(tx, word)
        if found.theirs is None and not standing.are_contacts(tx, session.user_uri, claimed.other, now_ms):
            observed.accepted(tx, context, session.user_uri, claimed.other, now_ms)
        context.hooks.contacts_changed(tx, [session.user_uri, claimed.other])

    await context.db.write(write)


async def decline(context: HubContext, session: Session, room_uri: str) -> None:
    """No to every invitation to this room, also after a yes. Nobody is told; harmless when there is none."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()

    def write(tx: Tx) -> None:
        for found in store.of_person(tx, session.user_uri, now_ms - ASK_KEPT_MS):
            if found.room_uri == room_uri:
                store.answer(tx, found.room_id, found.user_uri, session.user_uri, None)
                store.put_no(tx, found.room_id, session.user_uri, found.user_uri, now_ms)
        context.hooks.contacts_changed(tx, [session.user_uri])

    await context.db.write(write)


def shown(query: Query, user_uri: str, now_ms: int) -> list[Invitation]:
    """The invitations that a person is to be shown, those that they agreed to included."""
    return [one for one in store.of_person(query, user_uri, now_ms - ASK_KEPT_MS) if _is_shown(query, one, now_ms)]


def apart(tx: Tx, user_uri: str, blocked_uri: str) -> None:
    """One blocked the other: own invitations end, and those of the other are shown no more."""
    store.take_back(tx, user_uri, blocked_uri)
    store.forget_from(tx, user_uri, blocked_uri)


def _is_shown(query: Query, made: Invitation, now_ms: int) -> bool:
    if not rooms.participates(query, made.room_id, made.user_uri):
        return False
    if store.said_no(query, made.room_id, made.invited_uri, made.user_uri, now_ms - ASK_KEPT_MS):
        return False
    contact = standing.are_contacts(query, made.user_uri, made.invited_uri, now_ms)
    reachable = standing.audience(query, made.user_uri, made.invited_uri, now_ms) is Audience.PERSON
    try:
        policy.check_invitation(
            contact=contact,
            minor=standing.is_minor(query, made.invited_uri, now_ms),
            blocked=standing.are_apart(query, made.user_uri, made.invited_uri),
            reachable=reachable and not standing.said_no(query, made.invited_uri, made.user_uri, now_ms),
        )
    except PolicyRefused:
        return False
    return True


def _strangers(query: Query, room: Room, user_uri: str, now_ms: int) -> list[str]:
    people = rooms.participants(query, room.id)
    return [one for one in people if one != user_uri and not standing.are_contacts(query, one, user_uri, now_ms)]


def _check_may_add(query: Query, cache: GroupCache, room: Room, user_uri: str) -> None:
    _, group = groups.load(cache, query, room)
    state = RoomState.of(group.context)
    try:
        check_capability(state.participants, user_uri, Capability.ADD_PARTICIPANT)
    except PolicyRefused as err:
        raise Refusal(Code.NOT_ALLOWED, f"PolicyRefused: {err}") from None
    if state.direct:
        raise Refusal(Code.NOT_ALLOWED, "a direct conversation is of the same two people for ever")


def _own_room(query: Query, session: Session, room_uri: str) -> Room:
    room = rooms.find(query, room_uri)
    if room is None or not rooms.is_member(query, room.id, session.client_uri):
        raise _no_room()
    return room


def _no_room() -> Refusal:
    return Refusal(Code.NOT_FOUND, "no such room of yours")
