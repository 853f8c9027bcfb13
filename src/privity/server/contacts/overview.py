# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that a person is shown of their contacts, as one answer."""

from __future__ import annotations

from collections.abc import Iterable

from privity.policy.contact import Audience
from privity.server.ages import service as ages
from privity.server.contacts import knowing, standing, store
from privity.server.contacts.model import ASK_KEPT_MS, MEETING_KEPT_MS, Side
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.guardians import store as guardians
from privity.server.guardians.model import Link
from privity.server.invitations import service as invitations
from privity.server.invitations.model import Invitation
from privity.server.limits import MAX_SHOWN
from privity.server.profiles import service as profiles
from privity.server.profiles import store as profile_store
from privity.server.rooms import store as rooms
from privity.server.sessions.model import Session
from privity.wire import contacts as wire


async def of(context: HubContext, session: Session) -> wire.Contacts:
    context.limits.take("contact.get", session.client_uri)
    now_ms = context.now_ms()
    return await context.db.read(lambda reader: _of(reader, session.user_uri, now_ms))


def _of(query: Query, me: str, now_ms: int) -> wire.Contacts:
    contacts = standing.contacts_of(query, me, now_ms)
    return wire.Contacts(
        age=ages.told(query, me, now_ms),
        contacts=[_contact(query, me, other, now_ms) for other in contacts],
        requests=_requests(query, me, now_ms),
        asked=[
            wire.Asked(ask.target, ask.entry, ask.asked_ms) for ask in store.asks_by(query, me, now_ms - ASK_KEPT_MS)
        ],
        invitations=[
            _invitation(query, me, one, set(contacts))
            for one in invitations.shown(query, me, now_ms)[:MAX_SHOWN]
            if one.theirs is None
        ],
        invited=[
            wire.Invited(one.room_uri, one.invited_uri, one.entry, one.theirs)
            for one in invitations.by_person(query, me, now_ms - ASK_KEPT_MS)
        ],
        rooms=invitations.words_of(query, me),
        wards=[_ward(query, me, ward, now_ms) for ward in knowing.wards_of(query, me, now_ms)],
        guardians=_guardians(query, me, now_ms),
    )


def _contact(query: Query, me: str, other: str, now_ms: int) -> wire.Contact:
    own, theirs = store.sides(query, me, other), store.sides(query, other, me)
    return wire.Contact(
        user_uri=other,
        handle=_handle(query, other),
        own=_entries(own),
        theirs=_entries(theirs),
        vouches=standing.vouches(query, me, other, now_ms),
        since_ms=min(side.since_ms for side in own),
    )


def _requests(query: Query, me: str, now_ms: int) -> list[wire.Request]:
    """Who used the person's code comes first: they stand before each other."""
    met = [
        _request(query, me, one.user_uri, one.entry, one.met_ms, now_ms)
        for one in store.meetings_with(query, me, now_ms - MEETING_KEPT_MS)
        if not standing.are_apart(query, me, one.user_uri)
    ]
    asked = [
        _request(query, me, one.user_uri, one.entry, one.asked_ms, now_ms)
        for one in standing.asks_shown(query, me, now_ms, Audience.PERSON)[:MAX_SHOWN]
    ]
    return met + asked


def _request(query: Query, of_uri: str, asker: str, entry: bytes, asked_ms: int, now_ms: int) -> wire.Request:
    """Somebody who wants contact with `of_uri`, as that person or a guardian of theirs is shown it."""
    card = profile_store.card(query, asker)
    if card is None:
        raise LookupError("a request is of somebody without an account")
    return wire.Request(
        profile=profiles.shown(card),
        entry=entry,
        vouches=standing.vouches(query, of_uri, asker, now_ms),
        mutual=store.count_mutual(query, of_uri, asker),
        asked_ms=asked_ms,
    )


def _invitation(query: Query, me: str, one: Invitation, contacts: set[str]) -> wire.Invitation:
    card = profile_store.card(query, one.user_uri)
    if card is None:
        raise LookupError("an invitation is of somebody without an account")
    people = [person for person in rooms.participants(query, one.room_id) if person != me]
    return wire.Invitation(
        room_uri=one.room_uri,
        profile=profiles.shown(card),
        entry=one.entry,
        people=len(people),
        contacts=sorted(contacts.intersection(people)),
    )


def _ward(query: Query, guardian: str, ward: str, now_ms: int) -> wire.Ward:
    link = guardians.find(query, ward, guardian)
    if link is None:
        raise LookupError("a ward without a link")
    return wire.Ward(
        user_uri=ward,
        handle=_handle(query, ward),
        entry=link.entry,
        asks=_asks_for(query, guardian, ward, now_ms),
        age=ages.told(query, ward, now_ms),
    )


def _asks_for(query: Query, guardian: str, ward: str, now_ms: int) -> list[wire.Request]:
    """Whom the guardian has not answered for yet."""
    waiting = [
        (link.guardian_uri, link.entry, link.since_ms) for link in guardians.of_ward(query, ward) if link.pending
    ]
    waiting += [
        (ask.user_uri, ask.entry, ask.asked_ms) for ask in standing.asks_shown(query, ward, now_ms, Audience.GUARDIAN)
    ]
    for other in store.others(query, ward):
        if knowing.lacks_vouch(query, ward, other, now_ms):
            theirs = [side for side in store.sides(query, other, ward) if side.entry is not None]
            waiting += [(other, side.entry or b"", side.since_ms) for side in theirs[:1]]
    answered = {word.other_uri for word in guardians.words_by(query, ward, guardian)}
    open_ = [each for each in waiting if each[0] not in answered and each[0] != guardian]
    return [_request(query, ward, asker, entry, asked_ms, now_ms) for asker, entry, asked_ms in open_[:MAX_SHOWN]]


def _guardians(query: Query, me: str, now_ms: int) -> list[wire.Guardian]:
    current = {link.guardian_uri for link in standing.guardians_of(query, me, now_ms)}
    links = [link for link in guardians.of_ward(query, me) if link.pending or link.guardian_uri in current]
    return [_guardian(query, link) for link in links]


def _guardian(query: Query, link: Link) -> wire.Guardian:
    return wire.Guardian(link.guardian_uri, _handle(query, link.guardian_uri), link.entry, link.pending)


def _entries(sides: Iterable[Side]) -> list[bytes]:
    return [side.entry for side in sides if side.entry is not None]


def _handle(query: Query, user_uri: str) -> str:
    return standing.names_of(query, user_uri)[1]
