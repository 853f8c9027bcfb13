# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room ...`: making conversations and changing who is in them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from privity.client.sdk import Device
from privity.faces.commands.opening import DEFAULT, Folder, room_of, user_of, with_device
from privity.faces.commands.showing import harmless
from privity.policy.members import members

Room = Annotated[str, Parameter(help="A room URI, or the beginning of its ID.")]
Who = Annotated[str, Parameter(help="A handle, or a user URI.")]

app = App(name="room", help="Make conversations and change who is in them.", help_format="plaintext")


@app.command
def create(*people: Who, device: Folder = DEFAULT) -> None:
    """Make a group with these people; you are its admin.

    Example: privity room create bob.c carol.d
    """

    async def work(opened: Device) -> str:
        room = await opened.create_group()
        for who in people:
            await opened.invite(room, await user_of(opened, who))
        return room

    print(with_device(device, work))


@app.command
def direct(who: Who, *, device: Folder = DEFAULT) -> None:
    """Open the one conversation of you two; made now if there is none.

    Example: privity room direct bob.c
    """

    async def work(opened: Device) -> str:
        return await opened.direct(await user_of(opened, who))

    print(with_device(device, work))


@app.command
def invite(room: Room, who: Who, *, device: Folder = DEFAULT) -> None:
    """Bring a person into a group.

    Example: privity room invite k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        await opened.invite(room_of(opened, room), await user_of(opened, who))

    with_device(device, work)


@app.command
def remove(room: Room, who: Who, *, device: Folder = DEFAULT) -> None:
    """Take a person with all their devices out of a group. They cannot read what comes after.

    Example: privity room remove k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        await opened.remove(room_of(opened, room), await user_of(opened, who))

    with_device(device, work)


@app.command
def leave(room: Room, *, device: Folder = DEFAULT) -> None:
    """Leave a conversation.

    Example: privity room leave k3x7
    """

    async def work(opened: Device) -> None:
        await opened.leave(room_of(opened, room))

    with_device(device, work)


@app.command(name="members")
def show_members(room: Room, *, device: Folder = DEFAULT) -> None:
    """List everyone who can read a conversation, device by device, as the group itself says.

    Example: privity room members k3x7
    """

    async def work(opened: Device) -> list[str]:
        group = opened.host.engine.room(room_of(opened, room)).require_group()
        return sorted(member.client_uri for member in members(group.tree).values())

    for client in with_device(device, work):
        print(client)


@app.command(name="list")
def show_rooms(*, device: Folder = DEFAULT) -> None:
    """List your conversations.

    Example: privity room list
    """

    async def work(opened: Device) -> list[str]:
        return [harmless(f"{uri}  {name}").rstrip() for uri, name in sorted(opened.rooms().items())]

    for line in with_device(device, work):
        print(line)
