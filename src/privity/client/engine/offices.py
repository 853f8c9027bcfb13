# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Giving people in a group another role, and keeping people out of it: commits that `policy.room_rules` judges."""

from __future__ import annotations

from privity.client.engine.commits import Job, Plan
from privity.client.engine.flow import Flow
from privity.client.engine.inputs import Ban, GiveRole, Unban
from privity.client.engine.room import Room
from privity.client.errors import CommandRefused
from privity.policy.members import member_of
from privity.policy.roles import OFFICES, Role
from privity.policy.room_state import RoomState


def give_role(room: Room, command: GiveRole) -> None:
    """One commit with this change alone. Raises CommandRefused."""
    user_uri, role = command.user_uri, command.role
    check_group(room)
    if role not in OFFICES:
        raise CommandRefused(f"the role {role.name.lower()} is not given: people are banned, archives declared")

    def plan() -> Flow[Plan | None]:
        yield from ()
        room.require_group()
        listed = room.state.participants.role(user_uri)
        if listed not in OFFICES:
            raise CommandRefused(f"{user_uri} is not one of the people of this conversation")
        return None if listed == role else Plan(roles=((user_uri, int(role)),))

    room.add_job(Job(plan, command.command))


def ban(room: Room, command: Ban) -> None:
    """One commit: all devices of the person, and the ban in place of the person. Raises CommandRefused."""
    user_uri = command.user_uri
    check_group(room)
    if user_uri == room.device.own.user_uri:
        raise CommandRefused("nobody bans themselves; to go yourself, leave the conversation")

    def plan() -> Flow[Plan | None]:
        yield from ()
        group = room.require_group()
        if user_uri in room.state.logging.archives:
            raise CommandRefused(f"{user_uri} is an archive here; withdraw it")
        if room.state.participants.role(user_uri) == Role.BANNED:
            return None
        leaves = tuple(index for index, leaf in group.members() if member_of(leaf).user_uri == user_uri)
        return Plan(removes=leaves, roles=((user_uri, int(Role.BANNED)),))

    room.add_job(Job(plan, command.command))


def unban(room: Room, command: Unban) -> None:
    """Whoever was banned may be invited again, and is not by that. Raises CommandRefused."""
    user_uri = command.user_uri
    check_group(room)

    def plan() -> Flow[Plan | None]:
        yield from ()
        room.require_group()
        banned = room.state.participants.role(user_uri) == Role.BANNED
        return Plan(roles=((user_uri, int(Role.NONE)),)) if banned else None

    room.add_job(Job(plan, command.command))


def check_group(room: Room) -> RoomState:
    """Raise CommandRefused in a direct conversation, whose two people are equals for ever, and outside."""
    room.require_group()
    if room.state.direct:
        raise CommandRefused("a conversation of two has no roles; make a group instead")
    return room.state
