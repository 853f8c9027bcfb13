# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of the REST API about people: profiles, requests for contact, one-time codes, guardians, ages.

Every `entry` is a signed consent entry (`identity.consent`). Whoever is not to be found, for whatever reason, is
answered for with one and the same NOT_FOUND as somebody who does not exist. `InboxKind.CONTACTS` tells a device that
`GET /v1/contacts` has something new.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from privity.wire.age import AgeBand
from privity.wire.numbers import Count
from privity.wire.rest import Answer, Body
from privity.wire.work import Work

CODE_LIFE_MS: Final = 10 * 60_000
"""How long a one-time code is good: people stand before each other."""


class PutProfile(Body, frozen=True):
    """`PUT /v1/profile`: all of it anew; answers OwnProfile. `picture` is PNG, JPEG or WebP, or None; `listed` lets
    anybody on this hub who types the exact handle find the account. A minor is never listed."""

    name: str
    bio: str
    picture: bytes | None
    listed: bool


class Profile(Answer, frozen=True):
    """`GET /v1/users/ID/profile`. Whoever wrote it: it proves nothing, and can be reported."""

    user_uri: str
    handle: str
    name: str
    bio: str
    picture: bytes | None
    since_ms: Count
    """When the account was made, to the day."""


class OwnProfile(Answer, frozen=True):
    """`GET /v1/profile`."""

    name: str
    bio: str
    picture: bytes | None
    listed: bool


class Age(Answer, frozen=True):
    """The age band of the calling account, as it counts now."""

    band: AgeBand
    adult_from_ms: Count | None
    """From when on a guardian or the operator said that the person is an adult."""
    review: bool
    """Whether the person asked to be treated as an adult, and nobody has decided."""


class SetAge(Body, frozen=True):
    """`PUT /v1/account/age`; an `Age` comes back. A minor who says adult asks for a review by guardian or operator."""

    band: AgeBand


class Request(msgspec.Struct, frozen=True):
    """Somebody who would like contact. Nothing else comes with it but their profile, the picture left out: whoever
    wants to see it asks for the profile."""

    profile: Profile
    entry: bytes
    vouches: list[bytes]
    """Entries of guardians who agreed."""
    mutual: Count
    """Contacts that both have."""
    asked_ms: Count


class Asked(msgspec.Struct, frozen=True):
    """A request of the caller that nothing came of yet. Whether anybody saw it is not told. Kept for 30 days."""

    target: str
    """The handle, or user URI, as it was asked for."""
    entry: bytes
    asked_ms: Count


class Contact(msgspec.Struct, frozen=True):
    """Two who may talk. `own` and `theirs` are all entries that count for it, of each side; `vouches` of guardians."""

    user_uri: str
    handle: str
    own: list[bytes]
    theirs: list[bytes]
    vouches: list[bytes]
    since_ms: Count


class Invitation(msgspec.Struct, frozen=True):
    """Somebody invites the caller to a group. `people` are in it, `contacts` of them are the caller's."""

    room_uri: str
    profile: Profile
    entry: bytes
    people: Count
    contacts: list[str]


class Invited(msgspec.Struct, frozen=True):
    """An invitation of the caller. `theirs` is the yes of the person: then the caller's device adds them."""

    room_uri: str
    user_uri: str
    entry: bytes
    theirs: bytes | None


class Ward(msgspec.Struct, frozen=True):
    """A minor whom the caller watches over: who asks for them, and never anything that they say to anybody."""

    user_uri: str
    handle: str
    entry: bytes
    """GUARD, signed by the ward."""
    asks: list[Request]
    """Who would like contact with the ward, or be a further guardian (an entry GUARD of the ward)."""
    age: Age


class Guardian(msgspec.Struct, frozen=True):
    """Somebody who watches over the caller. `pending` while another guardian has to agree first."""

    user_uri: str
    handle: str
    entry: bytes
    pending: bool


class Contacts(Answer, frozen=True):
    """`GET /v1/contacts`: everything that the hub knows of the caller's contacts."""

    age: Age
    contacts: list[Contact]
    requests: list[Request]
    asked: list[Asked]
    invitations: list[Invitation]
    invited: list[Invited]
    rooms: list[bytes]
    """Entries of the caller that name a room: what its other devices enter rooms by."""
    wards: list[Ward]
    guardians: list[Guardian]


class Ask(Body, frozen=True, omit_defaults=True):
    """`POST /v1/contacts/requests` with a REQUEST; answers ContactMade. NOT_FOUND for whoever the caller is not to
    find; it waits all the same, for the other to ask too. `DELETE /v1/contacts/requests/TARGET` takes it back (a handle
    or an ID). `work`: where the hub has asked for it."""

    entry: bytes
    work: Work | None = None


class ContactMade(Answer, frozen=True):
    """`connected`: both want contact now."""

    connected: bool


class Grant(Body, frozen=True):
    """`PUT /v1/contacts/ID` with a GRANT without room: yes to the request of ID; with a MEET: yes to ID, who used a
    code of the caller's. Answers ContactMade. `DELETE /v1/contacts/ID`: no to it, or the end of a contact; the other is
    not told, and what they ask is not shown for 30 days.

    With a room, `PUT /v1/rooms/ID/invitation`: yes to the invitation; `DELETE` there: no.
    """

    entry: bytes


class Invite(Body, frozen=True, omit_defaults=True):
    """`POST /v1/rooms/ID/invitations` with a REQUEST that names the room. `work`: where the hub has asked for it."""

    entry: bytes
    work: Work | None = None


class Purpose(StrEnum):
    """What a one-time code is for."""

    CONTACT = "contact"
    GUARDIAN = "guardian"
    """Whoever uses it takes its maker as guardian."""


class MakeCode(Body, frozen=True):
    """`POST /v1/contacts/codes`: the hash of a one-time code that the device made (`identity.consent.code_hash`)."""

    code_hash: bytes
    purpose: Purpose


class CodeMade(Answer, frozen=True):
    expires_ms: Count


class FindCode(Body, frozen=True):
    """`POST /v1/contacts/codes/find`: whose code this is. NOT_FOUND for one that never was, is over or was used."""

    code_hash: bytes


class CodeFound(Answer, frozen=True):
    """`name` is what the maker calls themselves."""

    user_uri: str
    handle: str
    purpose: Purpose
    name: str = ""


class UseCode(Body, frozen=True):
    """`POST /v1/contacts/codes/use` with a MEET or GUARD entry whose proof was made with the code. Answers ContactMade:
    for GUARD, whether the guardian is one now, and does not wait for another.

    The maker's devices check the proof and sign a MEET of their own (`Grant` takes it): only then are both contacts.
    """

    code_hash: bytes
    entry: bytes


class Vouch(Body, frozen=True):
    """`PUT /v1/wards/ID/asks/ASKER` with a VOUCH. `DELETE` there: no. `DELETE /v1/wards/ID` ends the guardianship."""

    entry: bytes


class SetWardAge(Body, frozen=True):
    """`PUT /v1/wards/ID/age`: `adult_from_ms` None leaves a day that was set; the band ADULT ends the guardianship."""

    band: AgeBand
    adult_from_ms: Count | None = None
