# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making conversations, and changing who is in them and what they have agreed on."""

from __future__ import annotations

from typing import Final

from privity.client.errors import CommandRefused
from privity.faces.app.conversations import devices_of, known, row
from privity.faces.app.opened import Opened
from privity.faces.app.people import person
from privity.faces.app.port.asked import (
    Agree,
    Begin,
    Begun,
    CreateGroup,
    Details,
    DisappearAfter,
    Done,
    Invite,
    Leave,
    Remove,
    Rename,
    RoomDetails,
)
from privity.faces.app.port.shown import Archive, Consent, Member
from privity.faces.app.verbs import Verbs
from privity.faces.commands.naming import with_names
from privity.identity.uris import parse_user_uri
from privity.policy.roles import CAPABILITIES, Capability, role_of, roles_that_count

NAMED_AT_ONCE: Final = 30
"""Members whose names are asked for before a conversation is shown; those of the rest come later."""


async def details(opened: Opened, request: Details) -> RoomDetails:
    device, room_uri = opened.device, known(opened.device, request.room_uri)
    room = device.host.engine.room(room_uri)
    shown = row(device, room_uri)
    if room.group is None or not room.record.member or room.record.stopped:
        return RoomDetails(conversation=shown, members=(), archives=(), consent=None, may_change=False)
    participants = room.state.participants
    roles, counts = roles_that_count(participants), devices_of(device, room_uri)
    keepers = [each.user_uri for each in device.archives(room_uri)]
    await device.names.learn([*keepers, *list(roles)[:NAMED_AT_ONCE]])
    opened.learn(roles)
    members = [
        Member(person=person(device, user_uri), role=role.name.lower(), devices=counts.get(user_uri, 0))
        for user_uri, role in roles.items()
    ]
    archives = [Archive(person=person(device, each.user_uri), policy=each.policy) for each in device.archives(room_uri)]
    new = device.to_accept(room_uri)
    may = CAPABILITIES[role_of(participants, device.user_uri)]
    return RoomDetails(
        conversation=shown,
        members=tuple(members),
        archives=tuple(archives),
        consent=None if new is None else Consent(text=with_names(device, new[0]), policy_hash=new[1]),
        may_change=not room.record.direct and Capability.ADD_PARTICIPANT in may,
    )


async def begin(opened: Opened, request: Begin) -> Begun:
    user_uri = parse_user_uri(request.user_uri)
    if user_uri == opened.device.user_uri:
        raise CommandRefused("that is you; name another person")
    room_uri = await opened.device.direct(user_uri)
    opened.refresh([room_uri])
    return Begun(room_uri=room_uri)


async def create_group(opened: Opened, request: CreateGroup) -> Begun:
    room_uri = await opened.device.create_group()
    if request.name:
        await opened.device.rename(room_uri, request.name)
    opened.refresh([room_uri])
    return Begun(room_uri=room_uri)


async def rename(opened: Opened, request: Rename) -> Done:
    await opened.device.rename(known(opened.device, request.room_uri), request.name)
    return Done()


async def invite(opened: Opened, request: Invite) -> Done:
    room_uri, user_uri = _group(opened, request.room_uri), parse_user_uri(request.user_uri)
    if user_uri in opened.device.people(room_uri):
        raise CommandRefused("this person is in the conversation already")
    await opened.device.invite(room_uri, user_uri)
    opened.refresh([room_uri])
    return Done()


async def remove(opened: Opened, request: Remove) -> Done:
    room_uri, user_uri = _group(opened, request.room_uri), parse_user_uri(request.user_uri)
    await opened.device.remove(room_uri, user_uri)
    opened.refresh([room_uri])
    return Done()


async def leave(opened: Opened, request: Leave) -> Done:
    await opened.device.leave(known(opened.device, request.room_uri))
    return Done()


async def agree(opened: Opened, request: Agree) -> Done:
    await opened.device.accept(known(opened.device, request.room_uri), request.policy_hash)
    opened.refresh([request.room_uri])
    return Done()


async def disappear_after(opened: Opened, request: DisappearAfter) -> Done:
    room_uri = known(opened.device, request.room_uri)
    await opened.device.disappear_after(room_uri, request.seconds)
    opened.refresh([room_uri])
    return Done()


def _group(opened: Opened, room_uri: str) -> str:
    if opened.device.host.engine.room(known(opened.device, room_uri)).record.direct:
        raise CommandRefused("this is the conversation of you two, and stays so; make a group instead")
    return room_uri


VERBS: Final[Verbs] = {
    Details: details,
    Begin: begin,
    CreateGroup: create_group,
    Rename: rename,
    Invite: invite,
    Remove: remove,
    Leave: leave,
    Agree: agree,
    DisappearAfter: disappear_after,
}
