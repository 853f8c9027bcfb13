# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room link` and its kin: links into a group, and who comes by them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from privity.client.engine.known_links import DAY_MS
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import (
    DEFAULT,
    SHORTEST,
    Folder,
    NotNamed,
    Room,
    Who,
    group_of,
    note,
    user_of,
    with_device,
)
from privity.faces.commands.times import local_time
from privity.identity.room_links import RoomLink
from privity.identity.uris import host_of

LETTERS = 8
"""Letters of a link's public half by which it is named."""


def link(
    room: Room,
    /,
    *,
    ask: Annotated[
        bool, Parameter(help="Somebody in charge says yes or no to each who comes.", negative="", show_default=False)
    ] = False,
    days: Annotated[int, Parameter(help="How long it works: 1 to 90 days.")] = 7,
    name: Annotated[str | None, Parameter(help="What it says of the group; the group's name otherwise.")] = None,
    device: Folder = DEFAULT,
) -> None:
    """Make a link by which others can come into a group, and print it. Whoever has it can pass it on.

    Example: privity room link k3x7 --ask --days 1
    """

    async def work(opened: Device) -> str:
        uri = await group_of(opened, room)
        return (await opened.room_links.make(uri, days * DAY_MS, ask=ask, name=name)).text()

    print(with_device(device, work))


def links(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """List the links into a group that work: letters to revoke each by, until when, by whom, and the link.

    Example: privity room links k3x7
    """

    async def work(opened: Device) -> list[str]:
        found = opened.room_links.of(await group_of(opened, room))
        await opened.names.learn(dict.fromkeys(each.maker for each in found))
        return [
            harmless(
                f"{_letters(each.link)}  {'asks first' if each.asks else 'for anyone'}, until"
                f" {local_time(each.link.expires_ms)}, by {called(opened, each.maker)}\n  {each.link.text()}"
            )
            for each in found
        ]

    lines = with_device(device, work, offline=True)
    for line in lines:
        print(line)
    if not lines:
        note("there are none that you could revoke")


def revoke_link(
    room: Room,
    letters: Annotated[str, Parameter(help="The letters before a link in `privity room links`.")],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Let nobody in by a link any more. Who came by it stays.

    Example: privity room revoke-link k3x7 5f01c2ab
    """

    async def work(opened: Device) -> None:
        uri = await group_of(opened, room)
        found = [
            each.link.link_id
            for each in opened.room_links.of(uri)
            if len(letters) >= SHORTEST and each.link.link_id.hex().startswith(letters.lower())
        ]
        if len(found) != 1:
            raise NotNamed(f"{len(found)} links begin with {letters!r}; `privity room links` shows them")
        await opened.room_links.revoke(uri, found[0])

    with_device(device, work)
    print("revoked")


def join(
    text: Annotated[str, Parameter(name="link", help="The whole link, as you got it.")],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Ask to come into the group of a link. Its people see who you are, and let you in at once or when one says yes.

    Example: privity room join privity:join/AWltaW1pOi8v
    """

    async def work(opened: Device) -> None:
        said = RoomLink.parse(text.strip())
        named = f'"{said.name}", as the link calls it' if said.name else "a group that the link does not name"
        note(f"asking to come into {named}, at {host_of(said.room_uri)}")
        await opened.room_links.knock(said)

    with_device(device, work)
    print("asked; you are in as soon as somebody there lets you in")


def knocks(room: Room, /, *, device: Folder = DEFAULT) -> None:
    """List who asks to come into a group and waits for your yes or no.

    Example: privity room knocks k3x7
    """

    async def work(opened: Device) -> list[str]:
        found = opened.room_links.waiting(await group_of(opened, room))
        await opened.names.learn(found)
        return [harmless(f"{called(opened, each)}  {each}") for each in found]

    lines = with_device(device, work, offline=True)
    for line in lines:
        print(line)
    if not lines:
        note("nobody waits for you to answer")


def let_in(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Say yes to somebody who asks to come in.

    Example: privity room let-in k3x7 carol.d
    """
    with_device(device, lambda opened: _answer(opened, room, who, yes=True))
    print(f"{who} is in")


def turn_away(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Say no to somebody who asks to come in. They are not told; who should never come is banned.

    Example: privity room turn-away k3x7 carol.d
    """
    with_device(device, lambda opened: _answer(opened, room, who, yes=False))
    print(f"{who} waits no longer")


async def _answer(opened: Device, room: str, who: str, *, yes: bool) -> None:
    await opened.room_links.answer(await group_of(opened, room), await user_of(opened, who), yes)


def _letters(link: RoomLink) -> str:
    return link.link_id.hex()[:LETTERS]
