# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity send`, `read`, `react`, `edit`, `delete`: messages."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from privity.client.engine.shown import Item
from privity.client.errors import CommandRefused
from privity.client.sdk import Device
from privity.client.unread import note_shown
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import people_in
from privity.faces.commands.opening import (
    DEFAULT,
    LOOK_BACK,
    Folder,
    Message,
    Room,
    message_of,
    room_of,
    with_device,
)
from privity.faces.commands.showing import as_json, as_line, banner, banner_json

Text = Annotated[str, Parameter(help="What to say, in quotes.", allow_leading_hyphen=True)]


def send(room: Room, text: Text, /, *, device: Folder = DEFAULT) -> None:
    """Send a text; ends when the hub has it on disk.

    Example: privity send k3x7 "see you at six"
    """

    async def work(opened: Device) -> bytes:
        return await opened.send(await room_of(opened, room), _words(text))

    print(f"sent {with_device(device, work)[1:].hex()[:8]}")


def react(
    room: Room,
    message: Message,
    emoji: Annotated[str, Parameter(help="One sign, or a short word.")],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """React to a message.

    Example: privity react k3x7 9f02 👍
    """

    async def work(opened: Device) -> None:
        uri = await room_of(opened, room)
        await opened.react(uri, message_of(opened, uri, message).message_id, _words(emoji))

    with_device(device, work)
    print(f"reacted to {message}")


def edit(room: Room, message: Message, text: Text, /, *, device: Folder = DEFAULT) -> None:
    """Change a message of yours; others see that it was edited.

    Example: privity edit k3x7 9f02 "see you at seven"
    """

    async def work(opened: Device) -> None:
        uri = await room_of(opened, room)
        await opened.edit(uri, message_of(opened, uri, message).message_id, _words(text))

    with_device(device, work)
    print(f"edited {message}")


def delete(room: Room, message: Message, /, *, device: Folder = DEFAULT) -> None:
    """Delete a message of yours for everyone. Who received it can still report it for 72 hours.

    Example: privity delete k3x7 9f02
    """

    async def work(opened: Device) -> None:
        uri = await room_of(opened, room)
        await opened.delete(uri, message_of(opened, uri, message).message_id)

    with_device(device, work)
    print(f"deleted {message}")


def read(
    room: Room,
    /,
    *,
    last: Annotated[int, Parameter(help="How many entries.", validator=Number(gte=1, lte=LOOK_BACK))] = 50,
    follow: Annotated[
        bool, Parameter(help="Go on with what comes, until Ctrl-C.", negative="", show_default=False)
    ] = False,
    json: Annotated[
        bool, Parameter(help="One JSON object a line, for programs.", negative="", show_default=False)
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Show a conversation. Where the hub is not reached, what this device has of it.

    Example: privity read k3x7 --follow
    """

    async def work(opened: Device) -> None:
        uri = await room_of(opened, room, left=True)
        queue = opened.host.follow()  # before the first entry is shown, so that none falls in between
        said = await _print_banner(opened, uri, [], json=json)
        await _print(opened, opened.read(uri, last), json=json)
        for text in opened.waiting(uri):
            row = {"kind": "waiting", "text": text}
            print(jsonlib.dumps(row, ensure_ascii=False) if json else harmless(f"-- waits to be sent: {text}"))
        while follow:
            what = await queue.get()
            said = await _print_banner(opened, uri, said, json=json)
            if isinstance(what, Item) and what.room_uri == uri:
                await _print(opened, [what], json=json)

    with_device(device, work, offline=True, says="")


async def _print_banner(device: Device, room_uri: str, before: list[str], *, json: bool) -> list[str]:
    """Say what stands above the conversation, unless that was said before; what it is."""
    await device.names.learn([each.user_uri for each in device.archives.of(room_uri)])
    found = [jsonlib.dumps(banner_json(device, room_uri), ensure_ascii=False)] if json else banner(device, room_uri)
    for line in found if found not in (before, ["null"]) else []:
        print(line, flush=True)
    return found


async def _print(device: Device, items: list[Item], *, json: bool) -> None:
    await device.names.learn(people_in(items))
    for item in items:
        print(jsonlib.dumps(as_json(item, device), ensure_ascii=False) if json else as_line(item, device), flush=True)
        note_shown(device.host.store, item.room_uri, item.seq)


def _words(text: str) -> str:
    if not text.strip():
        raise CommandRefused("there is nothing in the text; nothing was sent")
    return text
