# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Roles and what each may do (MIMI room policy draft, section 3), as tables."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from privity.mls.errors import PolicyRefused
from privity.policy.room_components import ParticipantList


class Role(IntEnum):
    """What a participant is in a room. Role 0 is not to be in the list."""

    NONE = 0
    BANNED = 1
    MEMBER = 2
    ADMIN = 3
    ARCHIVE = 4
    MODERATOR = 5


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
    DELETE_OTHER = 0x10B
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

_MODERATOR = _MEMBER | {
    Capability.ADD_PARTICIPANT,
    Capability.REMOVE_PARTICIPANT,
    Capability.BAN,
    Capability.UNBAN,
    Capability.DELETE_OTHER,
}

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.NONE: frozenset({Capability.REPORT_ABUSE}),
    Role.BANNED: frozenset({Capability.REPORT_ABUSE}),
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _MODERATOR | {Capability.CHANGE_USER_ROLE, Capability.DECLARE_ARCHIVE},
    Role.ARCHIVE: _MEMBER - {Capability.SEND_MESSAGE},
    Role.MODERATOR: _MODERATOR,
}
"""What each role may do in a group. Who is out may still report what they received while they were in.

An archive receives, looks after devices of its own and says nothing."""

SUCCEEDING: Final = (Role.MODERATOR, Role.MEMBER)
"""Who stands in when there is no admin, the first that there is."""

OFFICES: Final = (Role.MEMBER, Role.MODERATOR, Role.ADMIN)
"""The roles that an admin gives to who is in the room and takes from them."""

_OVER_OFFICES: Final = Capability.CHANGE_USER_ROLE

ROLE_CHANGES: dict[tuple[Role, Role], frozenset[Capability]] = {
    (Role.NONE, Role.MEMBER): frozenset({Capability.ADD_PARTICIPANT}),
    (Role.MEMBER, Role.NONE): frozenset({Capability.REMOVE_PARTICIPANT}),
    (Role.MODERATOR, Role.NONE): frozenset({Capability.REMOVE_PARTICIPANT, _OVER_OFFICES}),
    (Role.ADMIN, Role.NONE): frozenset({Capability.REMOVE_PARTICIPANT, _OVER_OFFICES}),
    (Role.MEMBER, Role.BANNED): frozenset({Capability.BAN}),
    (Role.MODERATOR, Role.BANNED): frozenset({Capability.BAN, _OVER_OFFICES}),
    (Role.ADMIN, Role.BANNED): frozenset({Capability.BAN, _OVER_OFFICES}),
    (Role.NONE, Role.BANNED): frozenset({Capability.BAN}),
    (Role.BANNED, Role.NONE): frozenset({Capability.UNBAN}),
    (Role.NONE, Role.ARCHIVE): frozenset({Capability.DECLARE_ARCHIVE}),
    (Role.ARCHIVE, Role.NONE): frozenset({Capability.DECLARE_ARCHIVE}),
    **{(one, other): frozenset({_OVER_OFFICES}) for one in OFFICES for other in OFFICES if one is not other},
}
"""What each change of a role takes; a pair that is missing cannot happen. Whoever removes or bans somebody with an
office takes the office from them too."""


def role_of(participants: ParticipantList, user_uri: str) -> Role:
    """The role that counts. When the last admin has gone, the moderator who has been in the room longest stands in for
    them, or else the member, so that a room never becomes one that nobody can look after."""
    role = known_role(participants.role(user_uri))
    return Role.ADMIN if role in SUCCEEDING and user_uri == stand_in(participants) else role


def roles_that_count(participants: ParticipantList) -> dict[str, Role]:
    """The same for everybody in the list."""
    roles = {user_uri: known_role(number) for user_uri, number in participants.roles().items()}
    eldest = stand_in(participants)
    return roles if eldest is None else {**roles, eldest: Role.ADMIN}


def stand_in(participants: ParticipantList) -> str | None:
    """Who stands in for the admins; None while there is an admin, or nobody who could.

    The list is in the order in which people came, so everybody names the same one.
    """
    if has_admin(participants):
        return None
    for role in SUCCEEDING:
        for entry in participants.participants:
            if entry.role == role:
                return entry.user_uri
    return None


def has_admin(participants: ParticipantList) -> bool:
    """Whether somebody in the list is an admin, and nobody stands in."""
    return any(entry.role == Role.ADMIN for entry in participants.participants)


def known_role(number: int) -> Role:
    """The role with this number, or PolicyRefused."""
    try:
        return Role(number)
    except ValueError:
        raise PolicyRefused(f"role {number} is unknown, expected 1 to 5") from None


def may(participants: ParticipantList, user_uri: str, capability: Capability) -> bool:
    """Whether the user's role allows it."""
    return capability in CAPABILITIES[role_of(participants, user_uri)]


def check_capability(participants: ParticipantList, user_uri: str, capability: Capability) -> None:
    """Raise PolicyRefused unless the user's role allows it."""
    if not may(participants, user_uri, capability):
        role = role_of(participants, user_uri)
        raise PolicyRefused(f"role {role.name.lower()} does not allow {capability.name.lower()}")


def check_role_change(participants: ParticipantList, actor_uri: str, before: int, after: int) -> None:
    """Raise PolicyRefused unless the actor may move somebody from one role to the other."""
    pair = (known_role(before), known_role(after))
    capabilities = ROLE_CHANGES.get(pair)
    if capabilities is None:
        raise PolicyRefused(f"nobody can go from role {pair[0].name.lower()} to {pair[1].name.lower()}")
    for capability in sorted(capabilities):
        check_capability(participants, actor_uri, capability)
