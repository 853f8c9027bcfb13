# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Roles and what each may do (MIMI room policy draft, section 3), as tables."""

from __future__ import annotations

from enum import IntEnum

from privity.mls.errors import PolicyRefused
from privity.policy.room_components import ParticipantList


class Role(IntEnum):
    """What a participant is in a room. Role 0 is not to be in the list."""

    NONE = 0
    BANNED = 1
    MEMBER = 2
    ADMIN = 3
    ARCHIVE = 4


class Capability(IntEnum):
    """What somebody may do, by the numbers of the draft."""

    ADD_PARTICIPANT = 0x00
    REMOVE_PARTICIPANT = 0x01
    ADD_OWN_CLIENT = 0x02
    REMOVE_OWN_CLIENT = 0x03
    REMOVE_SELF = 0x06
    BAN = 0x0A
    UNBAN = 0x0B
    CHANGE_USER_ROLE = 0x0F
    SEND_MESSAGE = 0x100
    RECEIVE = 0x101
    REPORT_ABUSE = 0x103
    DECLARE_ARCHIVE = 0x8000
    """The draft has no number for it; this one is of its private range."""


_MEMBER = frozenset(
    {
        Capability.ADD_OWN_CLIENT,
        Capability.REMOVE_OWN_CLIENT,
        Capability.REMOVE_SELF,
        Capability.SEND_MESSAGE,
        Capability.RECEIVE,
        Capability.REPORT_ABUSE,
    }
)

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.NONE: frozenset({Capability.REPORT_ABUSE}),
    Role.BANNED: frozenset({Capability.REPORT_ABUSE}),
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _MEMBER
    | {
        Capability.ADD_PARTICIPANT,
        Capability.REMOVE_PARTICIPANT,
        Capability.BAN,
        Capability.UNBAN,
        Capability.CHANGE_USER_ROLE,
        Capability.DECLARE_ARCHIVE,
    },
    Role.ARCHIVE: _MEMBER - {Capability.SEND_MESSAGE},
}
"""What each role may do in a group. Who is out may still report what they received while they were in.

An archive receives, looks after devices of its own and says nothing."""

ROLE_CHANGES: dict[tuple[Role, Role], Capability] = {
    (Role.NONE, Role.MEMBER): Capability.ADD_PARTICIPANT,
    (Role.MEMBER, Role.NONE): Capability.REMOVE_PARTICIPANT,
    (Role.ADMIN, Role.NONE): Capability.REMOVE_PARTICIPANT,
    (Role.MEMBER, Role.BANNED): Capability.BAN,
    (Role.ADMIN, Role.BANNED): Capability.BAN,
    (Role.NONE, Role.ARCHIVE): Capability.DECLARE_ARCHIVE,
    (Role.ARCHIVE, Role.NONE): Capability.DECLARE_ARCHIVE,
    (Role.NONE, Role.BANNED): Capability.BAN,
    (Role.BANNED, Role.NONE): Capability.UNBAN,
    (Role.MEMBER, Role.ADMIN): Capability.CHANGE_USER_ROLE,
    (Role.ADMIN, Role.MEMBER): Capability.CHANGE_USER_ROLE,
}
"""What each change of a role takes; a pair that is missing cannot happen."""


def role_of(participants: ParticipantList, user_uri: str) -> Role:
    """The role that counts. When the last admin has gone, whoever has been in the room longest stands in for them,
    so that a room never becomes one that nobody can look after."""
    role = known_role(participants.role(user_uri))
    return Role.ADMIN if role is Role.MEMBER and user_uri == stand_in(participants) else role


def roles_that_count(participants: ParticipantList) -> dict[str, Role]:
    """The same for everybody in the list."""
    roles = {user_uri: known_role(number) for user_uri, number in participants.roles().items()}
    eldest = stand_in(participants)
    return roles if eldest is None else {**roles, eldest: Role.ADMIN}


def stand_in(participants: ParticipantList) -> str | None:
    """The member who stands in for the admins; None while there is an admin, or nobody who could."""
    if any(entry.role == Role.ADMIN for entry in participants.participants):
        return None
    return next((entry.user_uri for entry in participants.participants if entry.role == Role.MEMBER), None)


def known_role(number: int) -> Role:
    """The role with this number, or PolicyRefused."""
    try:
        return Role(number)
    except ValueError:
        raise PolicyRefused(f"role {number} is unknown, expected 1 to 4") from None


def check_capability(participants: ParticipantList, user_uri: str, capability: Capability) -> None:
    """Raise PolicyRefused unless the user's role allows it."""
    role = role_of(participants, user_uri)
    if capability not in CAPABILITIES[role]:
        raise PolicyRefused(f"role {role.name.lower()} does not allow {capability.name.lower()}")


def check_role_change(participants: ParticipantList, actor_uri: str, before: int, after: int) -> None:
    """Raise PolicyRefused unless the actor may move somebody from one role to the other."""
    pair = (known_role(before), known_role(after))
    capability = ROLE_CHANGES.get(pair)
    if capability is None:
        raise PolicyRefused(f"nobody can go from role {pair[0].name.lower()} to {pair[1].name.lower()}")
    check_capability(participants, actor_uri, capability)
