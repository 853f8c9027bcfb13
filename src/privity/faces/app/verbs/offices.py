# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Roles in a group, bans, links into it, and who comes by them."""

from __future__ import annotations

from typing import Final

from privity.client.engine.known_links import DAY_MS
from privity.faces.app.conversations import link_shown
from privity.faces.app.errors import Malformed
from privity.faces.app.opened import Opened
from privity.faces.app.plain import one_line
from privity.faces.app.port.asked import Done
from privity.faces.app.port.offices import (
    AnswerKnock,
    Ban,
    GiveRole,
    JoinByLink,
    Knocking,
    KnockingShown,
    LinkMade,
    LinkSeen,
    LookAtLink,
    MakeLink,
    RevokeLink,
    TakeKnockBack,
    Unban,
)
from privity.faces.app.port.shown import KnockingAt
from privity.faces.app.verbs import Verbs
from privity.faces.app.verbs.rooms import group_in
from privity.identity.room_links import MAX_NAME, RoomLink
from privity.identity.uris import host_of, parse_room_uri, parse_user_uri
from privity.policy.roles import OFFICES, Role


async def give_role(opened: Opened, request: GiveRole) -> Done:
    room_uri, user_uri = group_in(opened, request.room_uri), parse_user_uri(request.user_uri)
    if request.role not in (role.name.lower() for role in OFFICES):
        raise Malformed("a role is one of admin, moderator, member")
    await opened.device.offices.give(room_uri, user_uri, Role[request.role.upper()])
    opened.refresh([room_uri])
    return Done()


async def ban(opened: Opened, request: Ban) -> Done:
    room_uri, user_uri = group_in(opened, request.room_uri), parse_user_uri(request.user_uri)
    await opened.device.offices.ban(room_uri, user_uri)
    opened.refresh([room_uri])
    return Done()


async def unban(opened: Opened, request: Unban) -> Done:
    room_uri, user_uri = group_in(opened, request.room_uri), parse_user_uri(request.user_uri)
    await opened.device.offices.unban(room_uri, user_uri)
    return Done()


async def make_link(opened: Opened, request: MakeLink) -> LinkMade:
    room_uri = group_in(opened, request.room_uri)
    made = await opened.device.room_links.make(room_uri, request.days * DAY_MS, ask=request.asks)
    return LinkMade(link=link_shown(opened.device, made, asks=request.asks, maker=opened.device.user_uri))


async def revoke_link(opened: Opened, request: RevokeLink) -> Done:
    await opened.device.room_links.revoke(group_in(opened, request.room_uri), request.link_id)
    return Done()


async def answer_knock(opened: Opened, request: AnswerKnock) -> Done:
    room_uri, user_uri = group_in(opened, request.room_uri), parse_user_uri(request.user_uri)
    await opened.device.room_links.answer(room_uri, user_uri, request.yes)
    opened.refresh([room_uri])
    return Done()


async def look_at_link(opened: Opened, request: LookAtLink) -> LinkSeen:
    link = RoomLink.parse(request.text.strip())
    return LinkSeen(
        room_uri=link.room_uri,
        name=one_line(link.name, MAX_NAME),
        hub=host_of(link.room_uri),
        expires_ms=link.expires_ms,
        here=opened.device.host.engine.is_in(link.room_uri),
    )


async def join(opened: Opened, request: JoinByLink) -> Done:
    await opened.device.room_links.knock(RoomLink.parse(request.text.strip()))
    return Done()


async def knocking(opened: Opened, request: Knocking) -> KnockingShown:
    found = sorted(opened.device.room_links.knocked().items(), key=lambda each: each[1].at_ms, reverse=True)
    return KnockingShown(
        at=tuple(KnockingAt(room_uri=uri, name=one_line(at.name, MAX_NAME), at_ms=at.at_ms) for uri, at in found)
    )


async def take_back(opened: Opened, request: TakeKnockBack) -> Done:
    await opened.device.room_links.take_back(parse_room_uri(request.room_uri))
    return Done()


VERBS: Final[Verbs] = {
    GiveRole: give_role,
    Ban: ban,
    Unban: unban,
    MakeLink: make_link,
    RevokeLink: revoke_link,
    AnswerKnock: answer_knock,
    LookAtLink: look_at_link,
    JoinByLink: join,
    Knocking: knocking,
    TakeKnockBack: take_back,
}
