# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room ...`: making conversations and changing who is in them."""

from __future__ import annotations

import json as jsonlib
import sys
from collections import defaultdict
from typing import Annotated, Any

from cyclopts import App, Parameter

from privity.client.contacts import How
from privity.client.errors import CommandRefused
from privity.client.sdk import Device
from privity.client.unread import unread_of
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called, with_names
from privity.faces.commands.opening import (
    DEFAULT,
    EXPECTED,
    Folder,
    NotNamed,
    Room,
    Who,
    group_of,
    note,
    other_of,
    room_of,
    with_device,
)
from privity.faces.commands.room_again import begin_again
from privity.faces.commands.room_links import join, knocks, let_in, link, links, revoke_link, turn_away
from privity.faces.commands.room_offices import ban, role, unban
from privity.faces.commands.room_reports import app as room_reports_app
from privity.faces.commands.showing import banner
from privity.policy.members import members
from privity.policy.roles import Role

LETTERS = 8
_NOTED = defaultdict(str, {Role.ADMIN: "  (admin)", Role.MODERATOR: "  (moderator)", Role.ARCHIVE: "  (keeps a copy)"})
"""What is said beside a member's device."""
POST_QUANTUM = "post-quantum: what is recorded of it today stays closed to quantum computers"
"""What is said of a room of the hybrid suite (`docs/users/post-quantum.md`)."""
NAMED = 5
"""People of a group that are named in a list; the rest are counted."""
SAID = {How.ADDED: "added", How.INVITED: "asked, and added as soon as they agree:"}

app = App(
    name="room",
    help="Make conversations and change who is in them.\n\nExample: privity room list",
    help_format="plaintext",
)
for command in (begin_again, role, ban, unban, link, links, revoke_link, join, knocks, let_in, turn_away):
    app.command(command)
app.command(room_reports_app)


@app.command
def create(
    *people: Who,
    post_quantum: Annotated[
        bool,
        Parameter(help="What is recorded today stays closed to quantum computers.", negative="", show_default=False),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Make a group with these people; you are its admin. Prints the room.

    Example: privity room create bob.c carol.d --post-quantum
    """

    async def work(opened: Device) -> list[str]:
        users = {who: await other_of(opened, who) for who in people}
        room = await opened.create_group(post_quantum=post_quantum)
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
    """Bring a person into a group. Who is no contact of yours is asked first.

    Example: privity room invite k3x7 carol.d
    """

    async def work(opened: Device) -> How:
        uri, user_uri = await group_of(opened, room), await other_of(opened, who)
        if user_uri in opened.people(uri):
            raise CommandRefused(f"{who} is in this conversation already")
        return await opened.invite(uri, user_uri)

    print(f"{SAID[with_device(device, work)]} {who}")


@app.command
def remove(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Take a person with all their devices out of a group. They cannot read what comes after.

    Example: privity room remove k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        uri, user_uri = await group_of(opened, room), await other_of(opened, who)
        if user_uri not in opened.people(uri):
            raise NotNamed(f"{who} is not in this conversation; `privity room members` shows who is")
        await opened.remove(uri, user_uri)

    with_device(device, work)
    print(f"removed {who}")


@app.command
def declare_archive(
    room: Room,
    who: Who,
    /,
    *,
    policy: Annotated[str, Parameter(help="What it does with its copy, in quotes, or where that is written.")],
    device: Folder = DEFAULT,
) -> None:
    """Let an account keep a copy of everything that is sent in a group from now on.

    Everybody sees it above the conversation, and sends nothing more before they accept it.

    Example: privity room declare-archive k3x7 acme --policy "kept six years"
    """

    async def work(opened: Device) -> None:
        uri, user_uri = await group_of(opened, room), await other_of(opened, who)
        await opened.archives.declare(uri, user_uri, policy)

    with_device(device, work)
    print(f"{who} keeps a copy from now on; the others are asked before they send")


@app.command
def withdraw_archive(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Take an archive out of a group: it gets nothing of what comes after. What it has it keeps.

    Example: privity room withdraw-archive k3x7 acme
    """

    async def work(opened: Device) -> None:
        uri, user_uri = await group_of(opened, room), await other_of(opened, who)
        await opened.archives.withdraw(uri, user_uri)

    with_device(device, work)
    print(f"{who} gets nothing more")


@app.command
def accept(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """Agree to the policy of a conversation as it is now; what waited is sent. Each person does so for themselves.

    Example: privity room accept k3x7
    """

    async def work(opened: Device) -> list[str]:
        uri = await room_of(opened, room)
        new = opened.archives.to_accept(uri)
        if new is None:
            return ["there is nothing to accept"]
        await opened.names.learn([each.user_uri for each in opened.archives.of(uri)])
        said = f"accepted: {with_names(opened, new[0])}"
        await opened.archives.accept(uri, new[1])
        return [harmless(said), *banner(opened, uri)]

    for line in with_device(device, work):
        print(line)


@app.command
def leave(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """Leave a conversation with all your devices. What was said stays readable to the others.

    Example: privity room leave k3x7
    """

    async def work(opened: Device) -> None:
        await opened.leave(await room_of(opened, room))

    with_device(device, work)
    print(f"left {room}")


@app.command(name="members")
def show_members(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """List everyone who can read a conversation, device by device, as the group itself says.

    Names are what the hub told first; `privity verify` is the proof of who somebody is.

    Example: privity room members k3x7
    """

    async def work(opened: Device) -> list[str]:
        room_uri = await room_of(opened, room)
        group = opened.host.engine.room(room_uri).require_group()
        found = list(members(group.tree).values())
        await opened.names.learn(opened.offices.of(room_uri))
        roles = opened.offices.of(room_uri)
        rows = sorted((called(opened, each.user_uri), each.client_uri, roles[each.user_uri]) for each in found)
        wide = max(len(name) for name, _, _ in rows)
        listed = [f"{name:{wide}}  {uri}{_this(uri == opened.client_uri)}{_NOTED[role]}" for name, uri, role in rows]
        banned = [called(opened, user_uri) for user_uri, role in roles.items() if role is Role.BANNED]
        kind = [POST_QUANTUM] if opened.is_post_quantum(room_uri) else []
        return [*banner(opened, room_uri), *kind, *listed, *(f"{name}  (banned)" for name in sorted(banned))]

    for line in with_device(device, work, offline=True):
        print(line)


@app.command(name="list")
def show_rooms(
    *,
    json: Annotated[
        bool, Parameter(help="One JSON object a line, for programs.", negative="", show_default=False)
    ] = False,
    left: Annotated[bool, Parameter(help="Those that you are no longer in.", negative="", show_default=False)] = False,
    device: Folder = DEFAULT,
) -> None:
    """List your conversations: the beginning of each ID, who is in it, and how much you have not read.

    Example: privity room list
    """

    async def work(opened: Device) -> list[str]:
        rooms = opened.left_rooms() if left else opened.rooms()
        found = [await _room(opened, uri, name) for uri, name in sorted(rooms.items())]
        return [jsonlib.dumps(row, ensure_ascii=False) if json else line_of(opened, row) for row in found]

    lines = with_device(device, work, offline=True)
    for line in lines:
        print(line)
    if not lines and left:
        note("there are none")
    elif not lines:
        note("no conversations yet; `privity room direct HANDLE` opens one")


async def _invited(device: Device, room: str, who: str, user_uri: str) -> bool:
    """Whether a person was brought into a new group; where not, why, and the group stays."""
    try:
        how = await device.invite(room, user_uri)
    except EXPECTED as err:
        note(f"{who} is not in it: {type(err).__name__}: {err}; try `privity room invite` later")
        return False
    if how is How.INVITED:
        note(f"{who} is no contact of yours: asked, and added as soon as they agree")
    return True


async def _room(device: Device, uri: str, name: str) -> dict[str, Any]:
    state = device.host.engine.room(uri)
    here = state.group is not None and not state.record.stopped
    people = device.people(uri) if here else []
    await device.names.learn(people)
    archives = [each.user_uri for each in device.archives.of(uri)]
    await device.names.learn(archives)
    new = unread_of(device.host.store, uri, device.user_uri)
    return {
        "room": uri,
        "name": name,
        "direct": state.record.direct,
        "member": state.record.member,
        "stopped": state.stopped,
        "continues": device.beginning_again.older(uri),
        "continued_in": device.beginning_again.newer(uri),
        "people": [{"user": user, "name": device.names.handle(user)} for user in people],
        "archives": [{"user": user, "name": device.names.handle(user)} for user in archives],
        "post_quantum": device.is_post_quantum(uri),
        "unread": new.messages,
        "mentions": new.mentions,
    }


def line_of(device: Device, row: dict[str, Any]) -> str:
    others = [called(device, each["user"]) for each in row["people"] if each["user"] != device.user_uri]
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    who = f"{', '.join(others[:NAMED])}{more}"
    named = f'"{row["name"]}" ' if row["name"] else ""
    if not row["member"]:
        what = f"{named}you are no longer in it; what came before can be read and reported"
    elif row["direct"]:
        what = f"with {who}"
    else:
        kind = "post-quantum group" if row["post_quantum"] else "group"
        what = f"{named}{kind} of {len(row['people'])}{f': you, {who}' if others else ''}"
    if row["member"] and row["stopped"]:
        what = f"{named}stopped: {row['stopped']}"
    new = f"  ({row['unread']} unread)" if row["unread"] else ""
    if row["continued_in"]:
        new = f"  (begun again as {_short(row['continued_in'])}){new}"
    keepers = ", ".join(called(device, each["user"]) for each in row["archives"])
    kept = f"  (a copy of everything is kept by {keepers})" if keepers else ""
    return harmless(f"{_short(row['room'])}  {what}{new}{kept}")


def _short(room_uri: str) -> str:
    return room_uri.rsplit("/", 1)[-1][:LETTERS]


def _this(own: bool) -> str:
    return "  (this device)" if own else ""
