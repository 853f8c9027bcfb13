# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Contacts, profiles, ages and guardians: what is shown of them, what can be asked, and what comes back."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shape import Shape
from privity.faces.app.port.shown import Person
from privity.wire.age import AgeBand
from privity.wire.contacts import Purpose

# What is shown


class Card(Shape, frozen=True, kw_only=True):
    """Somebody's profile, as they wrote it: it proves nothing, so their handle stands beside their name. `picture` says
    whether there can be one; it is fetched beside the port. `since_ms` is the day on which the account was made."""

    user_uri: str
    handle: str
    name: str
    bio: str
    picture: bool
    since_ms: int


class AgeShown(Shape, frozen=True, kw_only=True):
    """How old the hub takes somebody to be, and from when on as an adult. `review`: they asked to be an adult, and
    nobody has decided."""

    band: AgeBand
    adult_from_ms: int | None
    review: bool


class ContactShown(Shape, frozen=True, kw_only=True):
    """Somebody with whom the account may talk. `how` is `asked`, `met`, `vouched` or `before`."""

    person: Person
    name: str
    """What their profile said when this device saw it last."""
    since_ms: int
    how: str


class WishShown(Shape, frozen=True, kw_only=True):
    """Somebody who would like contact. `mutual` are contacts that both have."""

    card: Card
    mutual: int
    asked_ms: int
    guardian: bool = False
    """Whether they would be a further guardian of a ward, rather than a contact."""


class AskedShown(Shape, frozen=True, kw_only=True):
    """Somebody whom the account asked for, and of whom nothing came yet. Whether anybody saw it is not known."""

    target: str
    asked_ms: int


class InvitationShown(Shape, frozen=True, kw_only=True):
    """Somebody invites the account to a group of `people`, among them `contacts`."""

    room_uri: str
    card: Card
    people: int
    contacts: tuple[str, ...]


class HeldShown(Shape, frozen=True, kw_only=True):
    """A conversation that somebody added the account to, and that it has not entered. `contacts` are among `people`."""

    room_uri: str
    added_by: str
    people: tuple[str, ...]
    contacts: tuple[str, ...]


class WardShown(Shape, frozen=True, kw_only=True):
    """A minor whom the account watches over: who asks for them, and nothing that they say."""

    user_uri: str
    handle: str
    age: AgeShown
    asks: tuple[WishShown, ...]


class GuardianShown(Shape, frozen=True, kw_only=True):
    """Somebody who watches over the account; `pending` while another guardian has to agree first."""

    user_uri: str
    handle: str
    pending: bool


# Contacts


class Contacts(AccountRequest, frozen=True, kw_only=True):
    """Contacts, and everything that waits for a yes or a no: `ContactsShown`."""


class ContactsShown(Result, frozen=True, kw_only=True):
    age: AgeShown
    contacts: tuple[ContactShown, ...]
    requests: tuple[WishShown, ...]
    asked: tuple[AskedShown, ...]
    invitations: tuple[InvitationShown, ...]
    held: tuple[HeldShown, ...]
    wards: tuple[WardShown, ...]
    guardians: tuple[GuardianShown, ...]
    covers_all: bool
    """Whether pictures in messages of contacts, too, are covered until they are opened."""


class AskContact(AccountRequest, frozen=True, kw_only=True):
    """Ask somebody for contact, by handle or user URI: `ContactAsked`."""

    target: str


class StopWork(AccountRequest, frozen=True, kw_only=True):
    """Do not wait for the work that the hub asks for (`AccountShown.work`): `Done`. What it was for is refused then."""


class ContactAsked(Result, frozen=True, kw_only=True):
    """`connected`: they had asked too, and both are contacts. Otherwise nobody says whether there is such a person."""

    connected: bool


class TakeBackAsk(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    target: str


class AcceptContact(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    user_uri: str


class DeclineContact(AccountRequest, frozen=True, kw_only=True):
    """`Done`. They are not told."""

    user_uri: str


class EndContact(AccountRequest, frozen=True, kw_only=True):
    """`Done`. They are not told."""

    user_uri: str


class SetFrozen(AccountRequest, frozen=True, kw_only=True):
    """Show nothing of a person, or show it again, on all devices of this account: `Done`. They are not told."""

    user_uri: str
    frozen: bool


# Codes


class MakeCode(AccountRequest, frozen=True, kw_only=True):
    """A code that works once, for somebody who is in the same room: `CodeMade`."""

    purpose: Purpose


class CodeMade(Result, frozen=True, kw_only=True):
    """`code` is in groups of letters; nothing keeps it but this device."""

    code: str
    expires_ms: int


class LookCode(AccountRequest, frozen=True, kw_only=True):
    """Whose code this is: `CodeOf`."""

    code: str


class CodeOf(Result, frozen=True, kw_only=True):
    user_uri: str
    handle: str
    purpose: Purpose


class UseCode(AccountRequest, frozen=True, kw_only=True):
    """Meet whoever made the code, or take them as guardian: `Done`. Their device answers, and only then it counts."""

    code: str
    purpose: Purpose


# Groups


class AnswerInvitation(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str
    accept: bool


class AnswerHeld(AccountRequest, frozen=True, kw_only=True):
    """Come into a conversation that one was added to, or leave it unread: `Done`."""

    room_uri: str
    stay: bool


# Profiles


class OwnProfile(AccountRequest, frozen=True, kw_only=True):
    """`OwnProfileShown`."""


class OwnProfileShown(Result, frozen=True, kw_only=True):
    name: str
    bio: str
    picture: bytes | None
    listed: bool


class PutProfile(AccountRequest, frozen=True, kw_only=True):
    """All of the own profile anew: `Done`. The picture is made anew before it goes out."""

    name: str
    bio: str
    picture: bytes | None
    listed: bool


class ProfileOf(AccountRequest, frozen=True, kw_only=True):
    """`ProfileShown`."""

    user_uri: str


class ProfileShown(Result, frozen=True, kw_only=True):
    card: Card


# Ages and guardians


class SetAge(AccountRequest, frozen=True, kw_only=True):
    """Say another age: `AgeSet`. A minor who says adult asks a guardian or the operator to decide."""

    band: AgeBand


class AgeSet(Result, frozen=True, kw_only=True):
    age: AgeShown


class Vouch(AccountRequest, frozen=True, kw_only=True):
    """Agree that a ward is asked by somebody, or not: `Done`."""

    ward_uri: str
    user_uri: str
    agree: bool


class EndGuardianship(AccountRequest, frozen=True, kw_only=True):
    """Watch over a ward no longer: `Done`."""

    ward_uri: str


class SetWardAge(AccountRequest, frozen=True, kw_only=True):
    """How old a ward is, and from which day on an adult: `Done`. With the band `adult` the guardianship ends."""

    ward_uri: str
    band: AgeBand
    adult_from_ms: int | None = None
