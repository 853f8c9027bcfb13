# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person decides about contact, as commands of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.wire.contacts import Purpose


@dataclass(frozen=True, slots=True)
class RefreshContacts:
    """Ask the hub for contacts and what waits, and take over what is proven."""

    command: int


@dataclass(frozen=True, slots=True)
class AskContact:
    """Ask somebody for contact, by handle or user URI. Finished with whether both are contacts now."""

    command: int
    target: str


@dataclass(frozen=True, slots=True)
class GrantContact:
    """Say yes to the request of a person. Finished as above."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class EndContact:
    """Say no to a person: to their request, or to a contact from now on. They are not told."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class MakeCode:
    """A one-time code of this device, kept and known to the hub by its hash. Finished with a `KeptCode`."""

    command: int
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class UseCode:
    """Use the code of somebody whom the person saw and means. Finished with whether both are contacts now."""

    command: int
    code: bytes = field(repr=False)
    purpose: Purpose
    maker_uri: str


@dataclass(frozen=True, slots=True)
class InviteToRoom:
    """Let the hub show a person that this account invites them to a group."""

    command: int
    room_uri: str
    user_uri: str


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Say yes to being added to a group by whoever invited this account to it."""

    command: int
    room_uri: str


@dataclass(frozen=True, slots=True)
class Vouch:
    """On a device of a guardian: agree that a ward has contact with somebody who asked."""

    command: int
    ward_uri: str
    asker_uri: str


@dataclass(frozen=True, slots=True)
class AcceptHeld:
    """Come into a conversation that was held back."""

    command: int
    room_uri: str


@dataclass(frozen=True, slots=True)
class LeaveHeld:
    """Leave a conversation that was held back, without having been in it."""

    command: int
    room_uri: str


ContactCommand = (
    RefreshContacts
    | AskContact
    | GrantContact
    | EndContact
    | MakeCode
    | UseCode
    | InviteToRoom
    | AcceptInvitation
    | Vouch
    | AcceptHeld
    | LeaveHeld
)
"""What a person decides about contact (`contacting`)."""
