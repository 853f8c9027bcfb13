# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity send`, `read`, `react`, `edit`, `delete`, `report`: messages."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

from cyclopts import Parameter

from privity.client.engine.shown import Item
from privity.client.sdk import Device
from privity.faces.commands.opening import DEFAULT, Folder, message_of, room_of, with_device
from privity.faces.commands.showing import as_json, as_line
from privity.message.report import Reason

Room = Annotated[str, Parameter(help="A room URI, or the beginning of its ID.")]
Message = Annotated[str, Parameter(help="The beginning of a message id, as `privity read` shows it.")]


def send(room: Room, text: str, *, device: Folder = DEFAULT) -> None:
    """Send a text; ends when the hub has it on disk.

    Example: privity send k3x7 "see you at six"
    """

    async def work(opened: Device) -> bytes:
        return await opened.send(room_of(opened, room), text)

    print(f"sent {with_device(device, work)[1:].hex()[:8]}")


def react(room: Room, message: Message, emoji: str, *, device: Folder = DEFAULT) -> None:
    """React to a message.

    Example: privity react k3x7 9f02 👍
    """

    async def work(opened: Device) -> None:
        uri = room_of(opened, room)
        await opened.react(uri, message_of(opened, uri, message).message_id, emoji)

    with_device(device, work)


def edit(room: Room, message: Message, text: str, *, device: Folder = DEFAULT) -> None:
    """Change a message of yours; others see that it was edited.

    Example: privity edit k3x7 9f02 "see you at seven"
    """

    async def work(opened: Device) -> None:
        uri = room_of(opened, room)
        await opened.edit(uri, message_of(opened, uri, message).message_id, text)

    with_device(device, work)


def delete(room: Room, message: Message, *, device: Folder = DEFAULT) -> None:
    """Delete a message of yours for everyone. Who received it can still report it for 72 hours.

    Example: privity delete k3x7 9f02
    """

    async def work(opened: Device) -> None:
        uri = room_of(opened, room)
        await opened.delete(uri, message_of(opened, uri, message).message_id)

    with_device(device, work)


def report(
    room: Room,
    *messages: Message,
    reason: Annotated[str, Parameter(help="One of: " + ", ".join(r.name.lower() for r in Reason))],
    note: Annotated[str, Parameter(help="What the desk should know.")] = "",
    device: Folder = DEFAULT,
) -> None:
    """Report messages of one person. The desk gets exactly these, with proof; nobody else learns of it.

    Example: privity report k3x7 9f02 --reason harassment
    """
    try:
        kind = Reason[reason.upper()]
    except KeyError:
        names = ", ".join(r.name.lower() for r in Reason)
        raise SystemExit(f"privity: no reason {reason!r}; expected one of {names}") from None

    async def work(opened: Device) -> str:
        uri = room_of(opened, room)
        ids = tuple(message_of(opened, uri, name).message_id for name in messages)
        return await opened.report(uri, ids, kind, note)

    print(f"reported; receipt {with_device(device, work)}")


def read(
    room: Room,
    *,
    last: Annotated[int, Parameter(help="How many entries.")] = 50,
    follow: Annotated[bool, Parameter(help="Go on with what comes, until stopped.", negative="")] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line.", negative="")] = False,
    device: Folder = DEFAULT,
) -> None:
    """Show a conversation.

    Example: privity read k3x7 --follow
    """

    async def work(opened: Device) -> None:
        uri = room_of(opened, room)
        for item in opened.read(uri, last):
            _print(item, json)
        if follow:
            async for what in opened.follow():
                if isinstance(what, Item) and what.room_uri == uri:
                    _print(what, json)

    with_device(device, work)


def _print(item: Item, json: bool) -> None:
    print(jsonlib.dumps(as_json(item), ensure_ascii=False) if json else as_line(item), flush=True)
