# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may be told of whom by an address they already have: the handle, and what the person shows of themselves."""

from __future__ import annotations

from dataclasses import replace

from privity.mls.errors import PolicyRefused
from privity.policy.contact import Audience, Standing, check_contact
from privity.server.contacts import standing, store
from privity.server.contacts.model import MEETING_KEPT_MS
from privity.server.db.database import Query
from privity.server.guardians import store as guardians
from privity.server.invitations import service as invitations
from privity.server.knocks import waiting as knocks
from privity.server.profiles import store as profiles


def may_know(query: Query, caller_uri: str, user_uri: str, now_ms: int) -> bool:
    """Whether the caller may be told the handle of this address."""
    return standing.may_find(query, caller_uri, user_uri, now_ms) or _came(query, caller_uri, user_uri, now_ms)


def sees_profile(query: Query, caller_uri: str, user_uri: str, now_ms: int) -> bool:
    """Whether the caller is shown the words and the picture. Of a minor they are for those whom the minor wanted, and
    for guardians; to others in a conversation a minor looks like somebody who has written nothing."""
    if caller_uri == user_uri or _came(query, caller_uri, user_uri, now_ms):
        return True
    if standing.are_contacts(query, caller_uri, user_uri, now_ms):
        return True
    if standing.is_minor(query, user_uri, now_ms) or standing.are_apart(query, caller_uri, user_uri):
        return False
    return profiles.is_listed(query, user_uri) or standing.share_room(query, caller_uri, user_uri)


def _came(query: Query, caller_uri: str, user_uri: str, now_ms: int) -> bool:
    """Whether the person came to the caller: asked, invited, met them, knocks at a room of
    theirs, asks for a ward of theirs, or is family."""
    if _family(query, caller_uri, user_uri, now_ms):
        return True
    if standing.are_apart(query, caller_uri, user_uri):
        return False
    if standing.ask_shown(query, user_uri, caller_uri, now_ms, Audience.PERSON) is not None:
        return True
    if store.meeting(query, user_uri, caller_uri, now_ms - MEETING_KEPT_MS) is not None:
        return True
    if any(one.user_uri == user_uri for one in invitations.shown(query, caller_uri, now_ms)):
        return True
    if knocks.knocks_at_room_of(query, user_uri, caller_uri, now_ms):
        return True
    return any(asks_for_ward(query, user_uri, ward_uri, now_ms) for ward_uri in wards_of(query, caller_uri, now_ms))


def wards_of(query: Query, guardian_uri: str, now_ms: int) -> list[str]:
    """Whom a person watches over now."""
    links = [link for link in guardians.of_guardian(query, guardian_uri) if not link.pending]
    if not links or standing.is_minor(query, guardian_uri, now_ms):
        return []
    return [link.ward_uri for link in links if standing.is_minor(query, link.ward_uri, now_ms)]


def asks_for_ward(query: Query, user_uri: str, ward_uri: str, now_ms: int) -> bool:
    """Whether guardians of the ward are shown this person: for contact, or as a further guardian."""
    link = guardians.find(query, ward_uri, user_uri)
    if link is not None and link.pending:
        return True
    if standing.ask_shown(query, user_uri, ward_uri, now_ms, Audience.GUARDIAN) is not None:
        return True
    return lacks_vouch(query, ward_uri, user_uri, now_ms)


def lacks_vouch(query: Query, ward_uri: str, other_uri: str, now_ms: int) -> bool:
    """Whether the two agreed to contact, and only the word of a guardian is missing."""
    of_ward, of_other = store.hows(query, ward_uri, other_uri)
    if not of_ward or not of_other:
        return False
    stands = standing.standing(query, ward_uri, other_uri, now_ms, of_ward, of_other)
    return not _is_enough(stands) and _is_enough(replace(stands, vouched=True))


def _is_enough(stands: Standing) -> bool:
    try:
        check_contact(stands)
    except PolicyRefused:
        return False
    return True


def _family(query: Query, one: str, other: str, now_ms: int) -> bool:
    return any(
        other in (link.guardian_uri for link in standing.guardians_of(query, ward, now_ms))
        for ward, other in ((one, other), (other, one))
    )
