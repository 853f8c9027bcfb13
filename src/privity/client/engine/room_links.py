# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making links into a room and revoking them: the hub hears a hash, the room hears the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from privity.client.engine import calls
from privity.client.engine.effects import Failed, Finished
from privity.client.engine.flow import Flow, ask
from privity.client.engine.inputs import MakeLink, RevokeLink
from privity.client.engine.known_links import DAY_MS, LETS_IN, known, open_links
from privity.client.engine.offices import check_group
from privity.client.engine.verbs import check_may_send
from privity.client.errors import CommandRefused
from privity.identity.room_links import RoomLink, StatedLink, new_secret, statement
from privity.message import compose
from privity.wire import rest

if TYPE_CHECKING:
    from privity.client.engine.room import Room

LONGEST_MS: Final = 90 * DAY_MS
"""The hub takes no link that works for longer."""
MAX_OPEN: Final = 20
"""Links of one room that work at once; the hub takes no more."""


def make_link(room: Room, command: MakeLink) -> None:
    """Let the hub take knocks with it, then say it in the room. Raises CommandRefused, BadRoomLink, and what sending
    raises."""
    device = room.device
    _check_in_charge(room)
    if not 0 < command.lifetime_ms <= LONGEST_MS:
        raise CommandRefused(f"a link works for at most {LONGEST_MS // DAY_MS} days")
    if len(open_links(room.record, device.hub_now_ms)) >= MAX_OPEN:
        raise CommandRefused(f"{MAX_OPEN} links into this conversation work already; revoke one first")
    expires_ms = device.hub_now_ms + command.lifetime_ms
    link = RoomLink(room.uri, new_secret(device.random), expires_ms, command.name)
    stated = StatedLink(link.secret, command.mode, False, expires_ms, device.own.user_uri, command.name)

    def flow() -> Flow[rest.Done]:
        return (yield from ask(calls.allow_link(room.uri, link.hub_hash, expires_ms), rest.Done))

    def done(_: object) -> None:
        _say(room, stated)
        device.effects.append(Finished(command.command, link))

    device.runner.start(flow(), done, lambda err: device.effects.append(Failed(command.command, err)))


def revoke_link(room: Room, command: RevokeLink) -> None:
    """Say it in the room, and let the hub forget it. Raises CommandRefused, and what sending raises."""
    device = room.device
    _check_in_charge(room)
    found = [link for link in known(room.record) if link.link(room.uri).link_id == command.link_id]
    if not found:
        raise CommandRefused("this conversation has no such link, or its time is over")
    link = found[0]
    if not link.revoked:
        _say(room, StatedLink(link.secret, link.mode, True, link.expires_ms, link.maker, link.name))
    hub_hash = link.link(room.uri).hub_hash

    def flow() -> Flow[rest.Done]:
        return (yield from ask(calls.revoke_link(room.uri, hub_hash), rest.Done))

    device.runner.start(
        flow(),
        lambda _: device.effects.append(Finished(command.command)),
        lambda err: device.effects.append(Failed(command.command, err)),
    )


def _check_in_charge(room: Room) -> None:
    check_may_send(room)
    if not check_group(room).may(room.device.own.user_uri, LETS_IN):
        raise CommandRefused("only admins and moderators make links, and revoke them")


def _say(room: Room, link: StatedLink) -> None:
    author = compose.Author(room.device.own.user_uri, room.uri)
    room.outbox.add(compose.message(author, statement((link,)), random=room.device.random))
    room.advance()
