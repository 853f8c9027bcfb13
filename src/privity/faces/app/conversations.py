# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The list of conversations: one row each, kept as long as nothing in it changes."""

from __future__ import annotations

from collections.abc import Iterable

from privity.client.cautions import is_stranger
from privity.client.engine import verbs
from privity.client.engine.records import Table
from privity.client.engine.shown import Kind, decode_item
from privity.client.errors import AccountKeyChanged, CheckedKeysChanged, CommandRefused, ConsentNeeded
from privity.client.sdk import Device
from privity.client.unread import unread_of
from privity.faces.app.entries import preview
from privity.faces.app.errors import NotThere
from privity.faces.app.limits import MAX_UNREAD
from privity.faces.app.people import CHANGED, RESET, least, person
from privity.faces.app.plain import one_line
from privity.faces.app.port.shown import Conversation, RoomLink
from privity.faces.commands.naming import called
from privity.identity import room_links as identity
from privity.policy.members import members

NAMED = 3
"""People of a group without a name who stand in its title."""
CONSENT = "The rules of this conversation have changed. Nothing is sent before you have read and agreed to them."
STOPPED = (
    "This conversation is stopped on this device: what the hub shows of it cannot be right. Who looks after it can"
    " begin it again."
)
DAMAGED = (
    "This device cannot read its keys of this conversation, and has stopped it. What was read before stays. Nothing was"
    " changed in its store. Whoever looks after the conversation can begin it again; of two people, either of them."
)
ARCHIVE = "This account keeps a copy of what is sent here. It receives, and says nothing."


def row(device: Device, room_uri: str) -> Conversation:
    """Raises CommandRefused for a room that this device does not know."""
    record = device.host.engine.room(room_uri).record
    others = others_in(device, room_uri)
    last = device.host.store.latest(Table.TIMELINE, room_uri, 1)
    item = decode_item(last[0][1]) if last else None
    frozen = device.preferences.frozen
    said = "" if item is None or frozen(item.sender) else preview(device, item)
    if said and item is not None and item.kind is Kind.MESSAGE and not record.direct:
        said = f"{called(device, item.sender)}: {said}"
    new = unread_of(device.host.store, room_uri, device.user_uri, MAX_UNREAD, lambda sender: not frozen(sender))
    direct_with = others[0] if record.direct and len(others) == 1 else ""
    return Conversation(
        room_uri=room_uri,
        title=title(device, room_uri),
        direct_with=direct_with,
        stranger=bool(direct_with) and not device.preferences.heeded(direct_with) and is_stranger(device, direct_with),
        trust=least(device, others or [device.user_uri]),
        preview=said,
        last_ms=record.last_ts if item is None else item.ts_ms,
        unread=new.messages,
        mentions=new.mentions,
        muted=device.preferences.muted(room_uri),
        archived=device.preferences.archived(room_uri),
        frozen=record.direct and any(map(frozen, others)),
        draft=device.preferences.draft(room_uri),
        disappear_s=record.expires_s,
        knocks=len(device.room_links.waiting(room_uri)),
        reports=device.room_reports.waiting(room_uri),
        member=record.member,
        attention=attention(device, room_uri),
        continues=device.beginning_again.older(room_uri),
        continued_in=device.beginning_again.newer(room_uri),
    )


def title(device: Device, room_uri: str) -> str:
    record = device.host.engine.room(room_uri).record
    others = others_in(device, room_uri)
    if record.direct and len(others) == 1:
        return called(device, others[0])
    if record.name:
        return one_line(record.name, 100)
    if not others:
        return "Only you" if record.member else "A conversation you are no longer in"
    named = ", ".join(called(device, each) for each in others[:NAMED])
    return f"{named} and {len(others) - NAMED} more" if len(others) > NAMED else named


def others_in(device: Device, room_uri: str) -> list[str]:
    """Everybody but oneself; the other of a direct conversation also after one of the two has gone."""
    room = device.host.engine.rooms.get(room_uri)
    if room is None:
        return []
    if room.record.direct and room.record.people:
        found = list(room.record.people)
    elif room.group is None or not room.record.member or room.record.stopped:
        found = []
    else:
        found = device.people(room_uri)
    return [each for each in found if each != device.user_uri]


def attention(device: Device, room_uri: str) -> str:
    """Why nothing is sent there at the moment, or nothing."""
    room = device.host.engine.room(room_uri)
    if room.damaged:
        return DAMAGED
    if room.record.stopped:
        return STOPPED
    if room.group is None or not room.record.member:
        return ""
    try:
        verbs.check_may_send(room)
    except AccountKeyChanged:
        return RESET
    except CheckedKeysChanged:
        return CHANGED
    except ConsentNeeded:
        return CONSENT
    except CommandRefused:
        return ARCHIVE
    return ""


def devices_of(device: Device, room_uri: str) -> dict[str, int]:
    """How many devices each person has in a conversation."""
    group = device.host.engine.room(room_uri).group
    found: dict[str, int] = {}
    for member in members(group.tree).values() if group is not None else []:
        found[member.user_uri] = found.get(member.user_uri, 0) + 1
    return found


def link_shown(device: Device, link: identity.RoomLink, *, asks: bool, maker: str) -> RoomLink:
    """A link into a group, for who may revoke it."""
    return RoomLink(
        link_id=link.link_id,
        text=link.text(),
        asks=asks,
        expires_ms=link.expires_ms,
        maker=person(device, maker),
    )


def known(device: Device, room_uri: str) -> str:
    """The room, if this device knows it. Raises NotThere."""
    if room_uri not in device.host.engine.rooms:
        raise NotThere("this device knows no such conversation")
    return room_uri


def rooms_with(device: Device, user_uri: str) -> list[str]:
    """Every conversation that a person is in."""
    return [uri for uri in device.host.engine.rooms if user_uri in others_in(device, uri)]


def all_rooms(device: Device) -> list[str]:
    """Every conversation that this device is in, or was."""
    return [uri for uri in device.host.engine.rooms if was_in(device, uri)]


def was_in(device: Device, room_uri: str) -> bool:
    """Not so where somebody added the account to it and it stayed outside (`contacts.held`)."""
    record = device.host.engine.room(room_uri).record
    return record.epoch >= 0 or record.member


def named(device: Device, room_uris: Iterable[str]) -> set[str]:
    """The people who stand in the titles of conversations."""
    return {each for uri in room_uris for each in others_in(device, uri)[:NAMED]}
