# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room begin-again`: a new conversation in place of one that cannot go on."""

from __future__ import annotations

import sys

from privity.client.beginning_again import BegunAgain
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called, with_names
from privity.faces.commands.opening import DEFAULT, Folder, Room, note, room_of, with_device


def begin_again(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """Begin a conversation again that is stopped, with its name and its people.

    The new one says in whose place it stands. Everybody's device compares it
    with what it knows of the old one. Prints the new room.

    Example: privity room begin-again k3x7
    """

    async def work(opened: Device) -> tuple[BegunAgain, list[str]]:
        begun = await opened.beginning_again.begin(await room_of(opened, room))
        print(begun.room_uri, flush=True)
        await opened.names.learn([*begun.asked, *begun.left_out])
        return begun, [*_waiting(opened, begun), *_left_out(opened, begun)]

    begun, said = with_device(device, work)
    for line in said:
        note(harmless(line))
    if begun.left_out:
        sys.exit(1)


def _waiting(opened: Device, begun: BegunAgain) -> list[str]:
    return [
        f"{called(opened, who)} is no contact of yours: asked, and added as soon as they agree" for who in begun.asked
    ]


def _left_out(opened: Device, begun: BegunAgain) -> list[str]:
    return [f"{called(opened, who)} is not in it: {with_names(opened, why)}" for who, why in begun.left_out.items()]
