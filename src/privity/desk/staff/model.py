# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The people of the desk and what lets them in, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role


class State(StrEnum):
    """Where somebody stands. Nobody comes back from `ENDED`: they are invited anew, under another number."""

    INVITED = "invited"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. The audit log names them `staff:NUMBER`."""

    number: int
    name: str
    handle: bytes = field(repr=False)
    """What their passkeys know them by: random, and the same for all of them."""
    state: State
    roles: frozenset[Role]
    letter_keys: bool
    """Whether single letters are keys on their pages."""
    invited_ms: int
    ended_ms: int | None

    @property
    def acting(self) -> Acting:
        return Acting.member(self.number, self.roles)


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a passkey."""

    id: bytes
    member: int
    public_key: bytes = field(repr=False)
    sign_count: int
    label: str
    added_ms: int
    used_ms: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody signed in with."""

    token_hash: bytes = field(repr=False)
    member: int
    passkey: bytes
    began_ms: int
    seen_ms: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff who proved a passkey in this session, and is active now."""

    member: Member
    session: Session

    @property
    def number(self) -> int:
        return self.member.number

    @property
    def name(self) -> str:
        return self.member.name

    @property
    def roles(self) -> frozenset[Role]:
        return self.member.roles

    @property
    def acting(self) -> Acting:
        return self.member.acting


@dataclass(frozen=True, slots=True)
class Recovery:
    """What colleagues have said about a lost passkey. `second` is there once a code was given."""

    number: int
    member: int
    first: int
    first_ms: int
    second: int | None
    half: bytes | None = field(repr=False)
    """The hash of the half that the first was shown; None: from before there were halves."""


class Kind(StrEnum):
    """What an admin asks another one to agree to."""

    INVITE = "invite"
    ROLES = "roles"
    CODE = "code"
    """Another code for somebody who has not come yet."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one admin has asked for and a second one has not agreed to."""

    number: int
    kind: Kind
    member: int | None
    """Whom it concerns; None where they are to be invited."""
    name: str
    roles: frozenset[Role]
    """Those that they will have."""
    half: bytes | None = field(repr=False)
    """The hash of the half that who asked was shown; None where no code is made."""
    by: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that was made just now, or half of one. It is shown once and kept nowhere."""

    member: int
    code: str = field(repr=False)
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Half:
    """Half of a code, shown once to one of two people; alone it opens nothing."""

    name: str
    """Whose code it is half of."""
    code: str = field(repr=False)
    expires_ms: int
    """Until when the other half has to be there; of the second one, until when both work."""
    second: bool
