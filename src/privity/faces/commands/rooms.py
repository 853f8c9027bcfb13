# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room ...`: making conversations and changing who is in them."""

from __future__ import annotations

import json as jsonlib
import sys
from typing import Annotated, Any

from cyclopts import App, Parameter

from privity.client.errors import CommandRefused
from privity.client.sdk import Device
from privity.client.unread import unread
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import (
    DEFAULT,
    EXPECTED,
    Folder,
    NotNamed,
    Room,
    Who,
    note,
    other_of,
    room_of,
    with_device,
)
from privity.policy.members import members

LETTERS = 8
NAMED = 5
"""People of a group that are named in a list; the rest are counted."""

app = App(
    name="room",
    help="Make conversations and change who is in them.\n\nExample: privity room list",
    help_format="plaintext",
)


@app.command
def create(*people: Who, device: Folder = DEFAULT) -> None:
    """Make a group with these people; you are its admin. Prints the room.

    Example: privity room create bob.c carol.d
    """

    async def work(opened: Device) -> list[str]:
        users = {who: await other_of(opened, who) for who in people}
        room = await opened.create_group()
        print(room, flush=True)
        return [who for who, user_uri in users.items() if not await _invited(opened, room, who, user_uri)]

    if with_device(device, work):
        sys.exit(1)


@app.command
def direct(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Open the one conversation of you two; made now if there is none. Prints the room.

    Example: privity room direct bob.c
    """

    async def work(opened: Device) -> str:
        return await opened.direct(await other_of(opened, who))

    print(with_device(device, work))


@app.command
def invite(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Bring a person into a group.

    Example: privity room invite k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        uri, user_uri = _group(opened, room), await other_of(opened, who)
        if user_uri in opened.people(uri):
            raise CommandRefused(f"{who} is in this conversation already")
        await opened.invite(uri, user_uri)

    with_device(device, work)
    print(f"invited {who}")


@app.command
def remove(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Take a person with all their devices out of a group. They cannot read what comes after.

    Example: privity room remove k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        uri, user_uri = _group(opened, room), await other_of(opened, who)
        if user_uri not in opened.people(uri):
            raise NotNamed(f"{who} is not in this conversation; `privity room members` shows who is")
        await opened.remove(uri, user_uri)

    with_device(device, work)
    print(f"removed {who}")


@app.command
def leave(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """Leave a conversation with all your devices. What was said stays readable to the others.

    Example: privity room leave k3x7
    """

    async def work(opened: Device) -> None:
        await opened.leave(room_of(opened, room))

    with_device(device, work)
    print(f"left {room}")


@app.command(name="members")
def show_members(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """List everyone who can read a conversation, device by device, as the group itself says.

    Names are what the hub told first; `privity verify` is the proof of who somebody is.

    Example: privity room members k3x7
    """

    async def work(opened: Device) -> list[str]:
        group = opened.host.engine.room(room_of(opened, room)).require_group()
        found = list(members(group.tree).values())
        await opened.names.learn(dict.fromkeys(member.user_uri for member in found))
        rows = sorted((called(opened, member.user_uri), member.client_uri) for member in found)
        wide = max(len(name) for name, _ in rows)
        return [f"{name:{wide}}  {uri}{_this(uri == opened.client_uri)}" for name, uri in rows]

    for line in with_device(device, work, offline=True):
        print(line)


@app.command(name="list")
def show_rooms(
    *,
    json: Annotated[
        bool, Parameter(help="One JSON object a line, for programs.", negative="", show_default=False)
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """List your conversations: the beginning of each ID, who is in it, and how much you have not read.

    Example: privity room list
    """

    async def work(opened: Device) -> list[str]:
        found = [await _room(opened, uri, name) for uri, name in sorted(opened.rooms().items())]
        return [jsonlib.dumps(row, ensure_ascii=False) if json else _line(opened, row) for row in found]

    lines = with_device(device, work, offline=True)
    for line in lines:
        print(line)
    if not lines:
        note("no conversations yet; `privity room direct HANDLE` opens one")


async def _invited(device: Device, room: str, who: str, user_uri: str) -> bool:
    """Whether a person was brought into a new group; where not, why, and the group stays."""
    try:
        await device.invite(room, user_uri)
    except EXPECTED as err:
        note(f"{who} is not in it: {type(err).__name__}: {err}; try `privity room invite` later")
        return False
    return True


def _group(device: Device, name: str) -> str:
    """A room whose people can change. Raises CommandRefused, NotNamed."""
    uri = room_of(device, name)
    if device.host.engine.room(uri).record.direct:
        raise CommandRefused(
            "this is the conversation of you two, and stays so; make a group with `privity room create HANDLE HANDLE`"
        )
    return uri


async def _room(device: Device, uri: str, name: str) -> dict[str, Any]:
    state = device.host.engine.room(uri)
    here = state.group is not None and not state.record.stopped
    people = device.people(uri) if here else []
    await device.names.learn(people)
    return {
        "room": uri,
        "name": name,
        "direct": state.record.direct,
        "people": [{"user": user, "name": device.names.handle(user)} for user in people],
        "unread": unread(device.host.store, uri),
    }


def _line(device: Device, row: dict[str, Any]) -> str:
    others = [called(device, each["user"]) for each in row["people"] if each["user"] != device.user_uri]
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    who = f"{', '.join(others[:NAMED])}{more}"
    if row["direct"]:
        what = f"with {who}"
    else:
        named = f'"{row["name"]}" ' if row["name"] else ""
        what = f"{named}group of {len(row['people'])}{f': you, {who}' if others else ''}"
    new = f"  ({row['unread']} unread)" if row["unread"] else ""
    return harmless(f"{row['room'].rsplit('/', 1)[-1][:LETTERS]}  {what}{new}")


def _this(own: bool) -> str:
    return "  (this device)" if own else ""
