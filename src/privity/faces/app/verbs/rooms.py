# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making conversations, and changing who is in them and what they have agreed on."""

from __future__ import annotations

from typing import Final

from privity.client.contacts import How
from privity.client.errors import CommandRefused
from privity.faces.app.conversations import devices_of, known, link_shown, row
from privity.faces.app.opened import Opened
from privity.faces.app.people import other, person
from privity.faces.app.port.asked import (
    Agree,
    Begin,
    Begun,
    CreateGroup,
    Details,
    DisappearAfter,
    Done,
    Invite,
    Invited,
    Leave,
    Remove,
    Rename,
    RoomDetails,
)
from privity.faces.app.port.shown import Archive, Consent, Member
from privity.faces.app.verbs import Verbs
from privity.faces.commands.naming import with_names
from privity.identity.uris import parse_user_uri
from privity.policy.roles import Capability, Role

NAMED_AT_ONCE: Final = 30
"""Members whose names are asked for before a conversation is shown; those of the rest come later."""


async def details(opened: Opened, request: Details) -> RoomDetails:
    device, room_uri = opened.device, known(opened.device, request.room_uri)
    room = device.host.engine.room(room_uri)
    shown = row(device, room_uri)
    if room.group is None or not room.record.member or room.record.stopped:
        again = device.beginning_again.may(room_uri)
        return RoomDetails(
            conversation=shown,
            members=(),
            archives=(),
            consent=None,
            may_change=False,
            may_begin_again=again,
            post_quantum=device.is_post_quantum(room_uri),
        )
    roles, counts = device.offices.of(room_uri), devices_of(device, room_uri)
    keepers = [each.user_uri for each in device.archives.of(room_uri)]
    knocks, links = device.room_links.waiting(room_uri), device.room_links.of(room_uri)
    await device.names.learn([*keepers, *knocks[:NAMED_AT_ONCE], *list(roles)[:NAMED_AT_ONCE]])
    opened.learn([*roles, *knocks])
    members = [
        Member(
            person=person(device, user_uri),
            role=role.name.lower(),
            devices=counts.get(user_uri, 0),
            can_give=tuple(each.name.lower() for each in device.offices.can_give(room_uri, user_uri)),
            can_take_out=device.offices.can_take_out(room_uri, user_uri),
        )
        for user_uri, role in roles.items()
        if role is not Role.BANNED
    ]
    archives = [
        Archive(person=person(device, each.user_uri), policy=each.policy) for each in device.archives.of(room_uri)
    ]
    new = device.archives.to_accept(room_uri)
    may = device.offices.may(room_uri)
    return RoomDetails(
        conversation=shown,
        members=tuple(members),
        archives=tuple(archives),
        consent=None if new is None else Consent(text=with_names(device, new[0]), policy_hash=new[1]),
        may_change=Capability.ADD_PARTICIPANT in may,
        may_name=roles.get(device.user_uri) is Role.ADMIN,
        may_delete=Capability.DELETE_OTHER in may,
        banned=tuple(person(device, user_uri) for user_uri, role in roles.items() if role is Role.BANNED),
        links=tuple(link_shown(device, each.link, asks=each.asks, maker=each.maker) for each in links),
        knocks=tuple(person(device, each) for each in knocks),
        may_begin_again=device.beginning_again.may(room_uri),
        post_quantum=device.is_post_quantum(room_uri),
    )


async def begin(opened: Opened, request: Begin) -> Begun:
    room_uri = await opened.device.direct(other(opened.device, request.user_uri))
    opened.refresh([room_uri])
    return Begun(room_uri=room_uri)


async def create_group(opened: Opened, request: CreateGroup) -> Begun:
    room_uri = await opened.device.create_group(post_quantum=request.post_quantum)
    if request.name:
        await opened.device.rename(room_uri, request.name)
    opened.refresh([room_uri])
    return Begun(room_uri=room_uri)


async def rename(opened: Opened, request: Rename) -> Done:
    await opened.device.rename(known(opened.device, request.room_uri), request.name)
    return Done()


async def invite(opened: Opened, request: Invite) -> Invited:
    room_uri, user_uri = group_in(opened, request.room_uri), parse_user_uri(request.user_uri)
    if user_uri in opened.device.people(room_uri):
        raise CommandRefused("this person is in the conversation already")
    how = await opened.device.invite(room_uri, user_uri)
    opened.refresh([room_uri])
    return Invited(added=how is How.ADDED)


async def remove(opened: Opened, request: Remove) -> Done:
    room_uri, user_uri = group_in(opened, request.room_uri), parse_user_uri(request.user_uri)
    await opened.device.remove(room_uri, user_uri)
    opened.refresh([room_uri])
    return Done()


async def leave(opened: Opened, request: Leave) -> Done:
    await opened.device.leave(known(opened.device, request.room_uri))
    return Done()


async def agree(opened: Opened, request: Agree) -> Done:
    await opened.device.archives.accept(known(opened.device, request.room_uri), request.policy_hash)
    opened.refresh([request.room_uri])
    return Done()


async def disappear_after(opened: Opened, request: DisappearAfter) -> Done:
    room_uri = known(opened.device, request.room_uri)
    await opened.device.disappear_after(room_uri, request.seconds)
    opened.refresh([room_uri])
    return Done()


def group_in(opened: Opened, room_uri: str) -> str:
    """A room whose people can change. Raises CommandRefused, NotThere."""
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
